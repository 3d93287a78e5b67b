import type { Instant } from '../../domain/time.ts';
import type { TenantTx } from '../../platform/db/database.ts';
import type { Endpoint, EndpointSecrets } from './endpoint.ts';

const COLUMNS = `endpoint_id as id, url, description, event_types as "eventTypes", status, disabled_at as "disabledAt",
  disabled_reason as "disabledReason", written_to as "writtenTo", failures, failing_since as "failingSince",
  rest_until as "restUntil", previous_until as "previousUntil", created_at as "createdAt", created_by as "createdBy"`;

const SECRETS = `secret, previous_secret as "previousSecret", previous_until as "previousUntil"`;

export const insertEndpoint = async (
  tx: TenantTx,
  endpoint: Pick<
    Endpoint,
    'id' | 'url' | 'description' | 'eventTypes' | 'writtenTo' | 'createdAt' | 'createdBy'
  > & { readonly secret: string },
): Promise<void> => {
  await tx.query(
    `insert into webhook_endpoints (tenant_id, endpoint_id, url, description, event_types, secret, status, written_to,
       created_at, created_by)
     values ($1, $2, $3, $4, $5, $6, 'active', $7, $8, $9)`,
    [
      tx.tenantId,
      endpoint.id,
      endpoint.url,
      endpoint.description,
      endpoint.eventTypes,
      endpoint.secret,
      endpoint.writtenTo,
      endpoint.createdAt,
      endpoint.createdBy,
    ],
  );
};

/** Those that were not removed, oldest first. */
export const listEndpoints = (tx: TenantTx): Promise<Endpoint[]> =>
  tx.query<Endpoint>(
    `select ${COLUMNS} from webhook_endpoints where status <> 'removed' order by created_at, endpoint_id`,
  );

export const loadEndpoint = async (tx: TenantTx, id: string): Promise<Endpoint | null> => {
  const [row] = await tx.query<Endpoint>(
    `select ${COLUMNS} from webhook_endpoints where endpoint_id = $1 and status <> 'removed'`,
    [id],
  );
  return row ?? null;
};

/** Locked until the transaction ends. */
export const lockEndpoint = async (tx: TenantTx, id: string): Promise<Endpoint | null> => {
  const [row] = await tx.query<Endpoint>(
    `select ${COLUMNS} from webhook_endpoints where endpoint_id = $1 and status <> 'removed' for update`,
    [id],
  );
  return row ?? null;
};

/** As they are stored: sealed. */
export const endpointSecrets = async (
  tx: TenantTx,
  id: string,
): Promise<EndpointSecrets | null> => {
  const [row] = await tx.query<EndpointSecrets>(
    `select ${SECRETS} from webhook_endpoints where endpoint_id = $1 and status <> 'removed'`,
    [id],
  );
  return row ?? null;
};

export const saveSecret = async (
  tx: TenantTx,
  id: string,
  secrets: {
    readonly secret: string;
    readonly previousSecret: string;
    readonly previousUntil: Instant;
  },
): Promise<void> => {
  await tx.query(
    `update webhook_endpoints set secret = $2, previous_secret = $3, previous_until = $4 where endpoint_id = $1`,
    [id, secrets.secret, secrets.previousSecret, secrets.previousUntil],
  );
};

/** Endpoints a secret of which stands open, locked: they were written before secrets were sealed. */
export const openSecretsLeft = (
  tx: TenantTx,
): Promise<{ id: string; secret: string; previousSecret: string | null }[]> =>
  tx.query(
    `select endpoint_id as id, secret, previous_secret as "previousSecret" from webhook_endpoints
     where (secret <> '' and secret not like '{%') or (previous_secret <> '' and previous_secret not like '{%')
     for update`,
  );

export const replaceSecrets = async (
  tx: TenantTx,
  id: string,
  { secret, previousSecret }: { readonly secret: string; readonly previousSecret: string | null },
): Promise<void> => {
  await tx.query(
    'update webhook_endpoints set secret = $2, previous_secret = $3 where endpoint_id = $1',
    [id, secret, previousSecret],
  );
};

/** Its secrets go with it: nothing is signed for it any more. */
export const markRemoved = async (tx: TenantTx, id: string): Promise<void> => {
  await tx.query(
    `update webhook_endpoints set status = 'removed', disabled_at = null, disabled_reason = null, secret = '',
       previous_secret = null, previous_until = null, lease_epoch = lease_epoch + 1
     where endpoint_id = $1`,
    [id],
  );
};

export const markDisabled = async (
  tx: TenantTx,
  id: string,
  disabled: { readonly at: Instant; readonly reason: string },
): Promise<void> => {
  await tx.query(
    `update webhook_endpoints set status = 'disabled', disabled_at = $2, disabled_reason = $3,
       lease_epoch = lease_epoch + 1, lease_until = null
     where endpoint_id = $1`,
    [id, disabled.at, disabled.reason],
  );
};

export const markActive = async (tx: TenantTx, id: string): Promise<void> => {
  await tx.query(
    `update webhook_endpoints set status = 'active', disabled_at = null, disabled_reason = null, failures = 0,
       failing_since = null, rest_until = null
     where endpoint_id = $1`,
    [id],
  );
};

/** Takes the endpoint for one worker; `null` when another has it, it rests, or it is not in use. */
export const claimEndpoint = async (
  tx: TenantTx,
  id: string,
  input: { readonly now: Instant; readonly leaseSeconds: number },
): Promise<number | null> => {
  const [row] = await tx.query<{ epoch: number }>(
    `update webhook_endpoints set lease_epoch = lease_epoch + 1,
       lease_until = clock_timestamp() + make_interval(secs => $3)
     where endpoint_id = $1 and status = 'active' and (rest_until is null or rest_until <= $2)
       and (lease_until is null or lease_until < clock_timestamp())
     returning lease_epoch as epoch`,
    [id, input.now, input.leaseSeconds],
  );
  return row?.epoch ?? null;
};

/** Locks the endpoint where this worker still has it, and has it a while longer. */
export const holdEndpoint = async (
  tx: TenantTx,
  id: string,
  input: { readonly epoch: number; readonly leaseSeconds: number },
): Promise<Endpoint | null> => {
  const [row] = await tx.query<Endpoint>(
    `update webhook_endpoints set lease_until = clock_timestamp() + make_interval(secs => $3)
     where endpoint_id = $1 and status = 'active' and lease_epoch = $2 returning ${COLUMNS}`,
    [id, input.epoch, input.leaseSeconds],
  );
  return row ?? null;
};

export const releaseEndpoint = async (tx: TenantTx, id: string, epoch: number): Promise<void> => {
  await tx.query(
    'update webhook_endpoints set lease_until = null where endpoint_id = $1 and lease_epoch = $2',
    [id, epoch],
  );
};

export const saveHealth = async (
  tx: TenantTx,
  id: string,
  health: Pick<Endpoint, 'failures' | 'failingSince' | 'restUntil'>,
): Promise<void> => {
  await tx.query(
    `update webhook_endpoints set failures = $2, failing_since = $3, rest_until = $4 where endpoint_id = $1`,
    [id, health.failures, health.failingSince, health.restUntil],
  );
};

export const saveWrittenTo = async (tx: TenantTx, id: string, position: number): Promise<void> => {
  await tx.query('update webhook_endpoints set written_to = $2 where endpoint_id = $1', [
    id,
    position,
  ]);
};
