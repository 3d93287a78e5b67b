import type { Instant } from '../../domain/time.ts';
import type { TenantTx } from '../../platform/db/database.ts';
import type { OutboxRow } from './row.ts';
import { COLUMNS } from './store.ts';

/**
 * Takes one row that is due, or one that a worker died with, and gives it a lease of its own epoch. Rows that another
 * worker is taking at the moment are passed over. `null` when nothing is left.
 */
export const claimOne = async (
  tx: TenantTx,
  input: {
    readonly world: string;
    readonly ports: readonly string[];
    readonly now: Instant;
    readonly leaseMilliseconds: number;
    readonly holder: string;
    readonly except: readonly string[];
  },
): Promise<OutboxRow | null> => {
  const [row] = await tx.query<OutboxRow>(
    `update outbox set lease_epoch = lease_epoch + 1, lease_holder = $5,
       lease_until = clock_timestamp() + make_interval(secs => $4::float8 / 1000)
     where tenant_id = $6 and action_id = (
       select action_id from outbox
       where world = $1 and port = any($2) and status in ('held', 'ready', 'sending')
         and not_before <= $3 and (next_attempt_at is null or next_attempt_at <= $3)
         and (lease_until is null or lease_until <= clock_timestamp())
         and action_id <> all($7)
       order by not_before, created_at, action_id
       limit 1 for update skip locked)
     returning ${COLUMNS}`,
    [
      input.world,
      [...input.ports],
      input.now,
      input.leaseMilliseconds,
      input.holder,
      tx.tenantId,
      [...input.except],
    ],
  );
  return row ?? null;
};

/** The row, locked, if the lease is still this worker's; `null` when it ran out or another has taken over. */
export const lockHeld = async (
  tx: TenantTx,
  lease: { readonly actionId: string; readonly leaseEpoch: number },
): Promise<OutboxRow | null> => {
  const [row] = await tx.query<OutboxRow>(
    `select ${COLUMNS} from outbox
     where action_id = $1 and lease_epoch = $2 and lease_until > clock_timestamp() for update`,
    [lease.actionId, lease.leaseEpoch],
  );
  return row ?? null;
};

/** As `lockHeld`, but a lease that ran out is good as long as nobody took over: what happened must be recorded. */
export const lockUntaken = async (
  tx: TenantTx,
  lease: { readonly actionId: string; readonly leaseEpoch: number },
): Promise<OutboxRow | null> => {
  const [row] = await tx.query<OutboxRow>(
    `select ${COLUMNS} from outbox where action_id = $1 and lease_epoch = $2 for update`,
    [lease.actionId, lease.leaseEpoch],
  );
  return row ?? null;
};

/** Hands it to its port: from here on it may have happened. The lease begins anew. */
export const saveSending = async (
  tx: TenantTx,
  actionId: string,
  input: { readonly now: Instant; readonly leaseMilliseconds: number },
): Promise<OutboxRow | null> => {
  const [row] = await tx.query<OutboxRow>(
    `update outbox set status = 'sending', attempts = attempts + 1, started_at = $2, next_attempt_at = null,
       lease_until = clock_timestamp() + make_interval(secs => $3::float8 / 1000), updated_at = $2
     where action_id = $1 returning ${COLUMNS}`,
    [actionId, input.now, input.leaseMilliseconds],
  );
  return row ?? null;
};
