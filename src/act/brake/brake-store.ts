import type { Instant } from '../../domain/time.ts';
import type { TenantTx } from '../../platform/db/database.ts';
import type { BrakeFinding } from './judge.ts';

/** A time at which so much moved that outward work stopped. */
export interface ChangeBrake {
  readonly id: string;
  readonly world: string;
  readonly runId: string;
  readonly trippedAt: Instant;
  readonly finding: BrakeFinding;
  readonly liftedAt: Instant | null;
  /** A person's id; `null` where a normal run lifted it, or it is on. */
  readonly liftedBy: string | null;
  readonly liftedBecause: string | null;
}

const COLUMNS = `brake_id as id, world, run_id as "runId", tripped_at as "trippedAt", finding,
  lifted_at as "liftedAt", lifted_by as "liftedBy", lifted_because as "liftedBecause"`;

/** The brake that is on in a world, or `null`. */
export const brakeOn = async (tx: TenantTx, world: string): Promise<ChangeBrake | null> => {
  const [row] = await tx.query<ChangeBrake>(
    `select ${COLUMNS} from change_brakes where world = $1 and lifted_at is null`,
    [world],
  );
  return row ?? null;
};

/** Brakes of a world, newest first. */
export const listBrakes = (tx: TenantTx, world: string, limit = 50): Promise<ChangeBrake[]> =>
  tx.query<ChangeBrake>(
    `select ${COLUMNS} from change_brakes where world = $1 order by tripped_at desc, brake_id limit $2`,
    [world, limit],
  );

/** `false` when one is on already. */
export const insertBrake = async (
  tx: TenantTx,
  brake: Pick<ChangeBrake, 'id' | 'world' | 'runId' | 'trippedAt' | 'finding'>,
): Promise<boolean> => {
  const rows = await tx.query(
    `insert into change_brakes (tenant_id, brake_id, world, run_id, tripped_at, finding)
     values ($1, $2, $3, $4, $5, $6) on conflict do nothing returning brake_id`,
    [tx.tenantId, brake.id, brake.world, brake.runId, brake.trippedAt, brake.finding],
  );
  return rows.length > 0;
};

/** The brake that was on, lifted; `null` when none was. */
export const markLifted = async (
  tx: TenantTx,
  world: string,
  lift: { readonly by: string | null; readonly because: string; readonly now: Instant },
): Promise<ChangeBrake | null> => {
  const [row] = await tx.query<ChangeBrake>(
    `update change_brakes set lifted_at = $2, lifted_by = $3, lifted_because = $4
     where world = $1 and lifted_at is null returning ${COLUMNS}`,
    [world, lift.now, lift.by, lift.because],
  );
  return row ?? null;
};

/** What waited for the brake alone may be looked at again at once. */
export const releaseBraked = async (
  tx: TenantTx,
  world: string,
  rule: string,
  now: Instant,
): Promise<number> => {
  const rows = await tx.query(
    `update outbox set not_before = $2, updated_at = $2
     where world = $1 and status = 'held' and reasons -> -1 ->> 'rule' = $3 returning action_id`,
    [world, now, rule],
  );
  return rows.length;
};
