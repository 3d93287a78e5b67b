import type { JsonObject } from '../../domain/json.ts';
import type { Instant } from '../../domain/time.ts';
import type { TenantTx, Tx } from '../../platform/db/database.ts';
import type { Source } from './source.ts';

const COLUMNS = `source_id as "sourceId", system, external_account as "externalAccount", livemode, settings,
  created_at as "createdAt", created_by as "createdBy", last_received_at as "lastReceivedAt",
  disconnected_at as "disconnectedAt"`;

/** The tenant whose source it is, before any tenant is set. */
export const findSourceTenant = async (tx: Tx, sourceId: string): Promise<string | null> => {
  const [row] = await tx.query<{ tenantId: string | null }>(
    'select find_source($1) as "tenantId"',
    [sourceId],
  );
  return row?.tenantId ?? null;
};

/** Every source of the tenant, disconnected ones too, the oldest first. */
export const listSources = async (tx: TenantTx): Promise<Source[]> =>
  tx.query<Source>(`select ${COLUMNS} from sources order by created_at, source_id`);

export const getSource = async (tx: TenantTx, sourceId: string): Promise<Source | null> => {
  const [row] = await tx.query<Source>(`select ${COLUMNS} from sources where source_id = $1`, [
    sourceId,
  ]);
  return row ?? null;
};

export const insertSource = async (
  tx: TenantTx,
  source: Omit<Source, 'lastReceivedAt' | 'disconnectedAt'>,
): Promise<void> => {
  await tx.query(
    `insert into sources (tenant_id, source_id, system, external_account, livemode, settings, created_at, created_by)
     values ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [
      tx.tenantId,
      source.sourceId,
      source.system,
      source.externalAccount,
      source.livemode,
      source.settings,
      source.createdAt,
      source.createdBy,
    ],
  );
};

/** Changes how a source is read, and lets a disconnected one be read again. */
export const updateSource = async (
  tx: TenantTx,
  sourceId: string,
  changed: { readonly settings: JsonObject; readonly externalAccount: string | null },
): Promise<void> => {
  await tx.query(
    `update sources set settings = $2, external_account = $3, disconnected_at = null where source_id = $1`,
    [sourceId, changed.settings, changed.externalAccount],
  );
};

export const markDisconnected = async (
  tx: TenantTx,
  sourceId: string,
  now: Instant,
): Promise<void> => {
  await tx.query('update sources set disconnected_at = $2 where source_id = $1', [sourceId, now]);
};

/** Notes that a source spoke, at most once a minute. */
export const noteReceived = async (tx: TenantTx, sourceId: string, now: Instant): Promise<void> => {
  await tx.query(
    `update sources set last_received_at = $2
     where source_id = $1
       and (last_received_at is null or last_received_at < $2::timestamptz - interval '1 minute')`,
    [sourceId, now],
  );
};
