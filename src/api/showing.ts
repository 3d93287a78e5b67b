import { z } from 'zod';
import { listRuns, type Run } from '../act/cases/run-store.ts';
import { worldOf } from '../act/cases/world.ts';
import { LIVE, type World } from '../domain/case.ts';
import { inputError } from '../domain/errors.ts';
import type { TenantConfig } from '../domain/tenant.ts';
import type { Instant } from '../domain/time.ts';
import { currentConfig } from '../platform/config/store.ts';
import type { TenantTx } from '../platform/db/database.ts';
import { dayText, instantText, worldShape } from './schemas.ts';

export const worldQuery = z
  .string()
  .max(100)
  .optional()
  .describe(
    '`live`, `simulated` or `shadow` (the latest of that kind), or the id of a world; by default the world of the last run',
  );

/** What an answer shows: whose, in which world, and the moment that it stands at. */
export const showingShape = z.object({
  tenantId: z.string(),
  tenantName: z.string(),
  zone: z.string().describe('days are counted in it'),
  world: worldShape,
  asOf: dayText.nullable().describe('the day of a back-dated run'),
  now: instantText.describe('the moment that relative dates start from'),
});

export interface Showing {
  readonly tenantId: string;
  readonly tenantName: string;
  readonly zone: string;
  readonly world: World;
  readonly asOf: string | null;
  readonly now: Instant;
  readonly config: TenantConfig;
}

const RUNS_SEARCHED = 500;

/**
 * The world that is asked for; without a wish, that of the tenant's last run, and live before the first one.
 * A world that is not live stands at the moment of its last run. Throws `world_not_found`.
 */
export const chooseWorld = async (
  tx: TenantTx,
  wanted: string | undefined,
  now: Instant,
): Promise<Showing> => {
  const config = await currentConfig(tx);
  const run = await runOf(tx, wanted);
  const world = run === null ? LIVE : worldOf(run.world);
  return {
    tenantId: tx.tenantId,
    tenantName: config.name,
    zone: config.zone,
    world,
    asOf: run?.asOf ?? null,
    now: run === null || world.kind === 'live' ? now : run.now,
    config,
  };
};

const runOf = async (tx: TenantTx, wanted: string | undefined): Promise<Run | null> => {
  const runs = await listRuns(tx, { limit: wanted === undefined ? 1 : RUNS_SEARCHED });
  if (wanted === undefined) return runs[0] ?? null;
  const found = runs.find((run) => run.world === wanted || worldOf(run.world).kind === wanted);
  if (found === undefined && wanted !== LIVE.id) throw worldNotFound(wanted);
  return found ?? null;
};

const worldNotFound = (wanted: string) =>
  inputError(
    'world_not_found',
    wanted === 'shadow'
      ? 'there was no shadow run yet; make one with `retinue run --as-of <date>`'
      : `there is no world \`${wanted}\`; use live, simulated, shadow, or the id that a run printed`,
  );
