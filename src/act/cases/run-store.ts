import type { World } from '../../domain/case.ts';
import { bug } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { Day, Instant } from '../../domain/time.ts';
import type { TenantTx } from '../../platform/db/database.ts';

/** One run of the line over a tenant. */
export interface Run {
  readonly id: string;
  readonly world: string;
  readonly status: 'running' | 'done' | 'failed';
  /** `daily`, `import`, `ingest`, `as-of`, `start` … */
  readonly reason: string;
  /** Over every account of the tenant. */
  readonly complete: boolean;
  readonly asOf: Day | null;
  readonly now: Instant;
  readonly configVersion: number | null;
  readonly report: JsonObject | null;
  readonly error: string | null;
}

interface RunRow {
  readonly run_id: string;
  readonly world: string;
  readonly status: Run['status'];
  readonly reason: string;
  readonly complete: boolean;
  readonly as_of: Day | null;
  readonly now: Instant;
  readonly config_version: number | null;
  readonly report: JsonObject | null;
  readonly error: string | null;
}

const toRun = (row: RunRow): Run => ({
  id: row.run_id,
  world: row.world,
  status: row.status,
  reason: row.reason,
  complete: row.complete,
  asOf: row.as_of,
  now: row.now,
  configVersion: row.config_version,
  report: row.report,
  error: row.error,
});

/** Runs whose worker died stay `running` until the next one, which holds the lease, says so. */
export const endStaleRuns = async (tx: TenantTx, world: string): Promise<void> => {
  await tx.query(
    `update runs set status = 'failed', error = 'its worker stopped before it was done', finished_at = clock_timestamp()
      where world = $1 and status = 'running'`,
    [world],
  );
};

export const startRun = async (
  tx: TenantTx,
  run: Pick<Run, 'id' | 'world' | 'reason' | 'complete' | 'asOf' | 'now' | 'configVersion'>,
): Promise<void> => {
  await tx.query(
    `insert into runs (tenant_id, run_id, world, status, reason, complete, as_of, now, config_version)
     values ($1, $2, $3, 'running', $4, $5, $6, $7, $8)`,
    [
      tx.tenantId,
      run.id,
      run.world,
      run.reason,
      run.complete,
      run.asOf,
      run.now,
      run.configVersion,
    ],
  );
};

export const finishRun = async (
  tx: TenantTx,
  runId: string,
  end: { readonly report: JsonObject } | { readonly error: string },
): Promise<void> => {
  await tx.query(
    `update runs set status = $2, report = $3, error = $4, finished_at = clock_timestamp() where run_id = $1`,
    'report' in end ? [runId, 'done', end.report, null] : [runId, 'failed', null, end.error],
  );
};

/** Runs of the tenant, latest first. */
export const listRuns = async (
  tx: TenantTx,
  filter: { readonly world?: string; readonly limit?: number } = {},
): Promise<Run[]> => {
  const rows = await tx.query<RunRow>(
    `select * from runs where ($1::text is null or world = $1) order by started_at desc, run_id limit $2`,
    [filter.world ?? null, filter.limit ?? 50],
  );
  return rows.map(toRun);
};

/** The run that commands without `--world` show. */
export const latestRun = async (tx: TenantTx): Promise<Run | null> =>
  (await listRuns(tx, { limit: 1 }))[0] ?? null;

/** The last finished run over every account of a world, by business time. */
export const lastCompleteRun = async (tx: TenantTx, world: string): Promise<Run | null> => {
  const rows = await tx.query<RunRow>(
    `select * from runs where world = $1 and complete and status = 'done' order by now desc limit 1`,
    [world],
  );
  return rows[0] === undefined ? null : toRun(rows[0]);
};

/** Makes sure that the world of a run exists. A world's kind and day never change. */
export const ensureWorld = async (
  tx: TenantTx,
  world: World,
  asOf: Instant | null,
  now: Instant,
): Promise<void> => {
  await tx.query(
    `insert into worlds (tenant_id, world, kind, as_of, created_at) values ($1, $2, $3, $4, $5)
     on conflict (tenant_id, world) do nothing`,
    [tx.tenantId, world.id, world.kind, asOf, now],
  );
};

export interface TenantRow {
  /** From which arms are drawn: they cannot be foreseen from account ids. */
  readonly salt: string;
  /** The sample company: nothing of it leaves the machine. */
  readonly isSample: boolean;
}

export const readTenant = async (tx: TenantTx): Promise<TenantRow> => {
  const rows = await tx.query<{ salt: string; is_sample: boolean }>(
    'select salt, is_sample from tenants where tenant_id = $1',
    [tx.tenantId],
  );
  if (rows[0] === undefined) throw bug('tenant.none', `there is no tenant \`${tx.tenantId}\``);
  return { salt: rows[0].salt, isSample: rows[0].is_sample };
};
