import { RetinueError } from '../../domain/errors.ts';
import type { TenantTx } from '../../platform/db/database.ts';

/** The right to do one thing alone for a while. Its epoch goes up with each holder. */
export interface Lease {
  readonly name: string;
  readonly epoch: number;
}

/** Takes a lease that nobody holds, or whose holder let it lapse; `null` while another holds it. */
export const takeLease = async (
  tx: TenantTx,
  name: string,
  holder: string,
  seconds: number,
): Promise<Lease | null> => {
  const rows = await tx.query<{ epoch: number }>(
    `insert into leases as held (tenant_id, name, holder, epoch, until)
     values ($1, $2, $3, 1, clock_timestamp() + make_interval(secs => $4))
     on conflict (tenant_id, name) do update
       set holder = excluded.holder, epoch = held.epoch + 1, until = excluded.until
       where held.until is null or held.until < clock_timestamp()
     returning epoch`,
    [tx.tenantId, name, holder, seconds],
  );
  return rows[0] === undefined ? null : { name, epoch: rows[0].epoch };
};

/** Holds on for longer, and refuses a holder that was replaced: call it in each transaction under the lease. */
export const renewLease = async (tx: TenantTx, lease: Lease, seconds: number): Promise<void> => {
  const rows = await tx.query(
    `update leases set until = clock_timestamp() + make_interval(secs => $3)
      where name = $1 and epoch = $2 returning name`,
    [lease.name, lease.epoch, seconds],
  );
  if (rows.length === 0) {
    throw new RetinueError(
      'outside',
      'lease.lost',
      `\`${lease.name}\` was taken over by another worker; nothing was written`,
    );
  }
};

export const releaseLease = async (tx: TenantTx, lease: Lease): Promise<void> => {
  await tx.query(`update leases set until = null, holder = null where name = $1 and epoch = $2`, [
    lease.name,
    lease.epoch,
  ]);
};
