import { randomUUID } from 'node:crypto';
import { releaseLease, renewLease, takeLease, type Lease } from '../act/cases/lease-store.ts';
import {
  endStaleRuns,
  ensureWorld,
  finishRun,
  readTenant,
  startRun,
} from '../act/cases/run-store.ts';
import { brakeOn } from '../act/brake/brake-store.ts';
import { planCases } from '../act/planner/plan.ts';
import { buildOf } from '../act/releases/build.ts';
import { ensureRelease } from '../act/releases/move.ts';
import { LIVE, type World } from '../domain/case.ts';
import { inputError } from '../domain/errors.ts';
import type { JsonObject } from '../domain/json.ts';
import type { TenantConfig } from '../domain/tenant.ts';
import { endOfDay, type Day } from '../domain/time.ts';
import { roundKit } from '../graph/kit.ts';
import { mindsOf } from '../outside.ts';
import { configsInForce, type ConfigsInForce } from '../platform/config/store.ts';
import { defineJob } from './define.ts';
import { driveDue } from './line/drive-due.ts';
import { followMergedAccounts } from './line/follow-accounts.ts';
import { lookAtDrops } from './line/look-at-drops.ts';
import { judgeRun } from './line/judge-run.ts';
import type { LineRequest, LineRun } from './line/line-run.ts';
import { observeAccounts } from './line/observe-accounts.ts';
import { performWorld } from './line/perform-world.ts';
import { reportRun, type RunReport } from './line/report.ts';

export type { LineRequest } from './line/line-run.ts';
export type { RunReport } from './line/report.ts';

const LEASE_SECONDS = 300;

/**
 * Runs the whole line once over a tenant: assess accounts, update and close cases, plan new ones, drive the rounds that
 * are due, and say what came of it. One run a world at a time: the second is refused with `already_running`.
 * A live run only decides; the outbox acts by itself. Any other world is carried through to its recording ports.
 */
export const runLine = async (request: LineRequest): Promise<RunReport> => {
  const { db, tenantId } = request;
  const runId = `run-${randomUUID().slice(0, 8)}`;
  const { lease, configs } = await begin(request, runId);
  const stillHeld = () => db.withTenant(tenantId, (tx) => renewLease(tx, lease, LEASE_SECONDS));
  try {
    const report = await carryOut({ ...request, stillHeld }, runId, configs);
    await db.withTenant(tenantId, (tx) =>
      finishRun(tx, runId, { report: report as unknown as JsonObject }),
    );
    return report;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    await db.withTenant(tenantId, (tx) => finishRun(tx, runId, { error: reason }));
    throw error;
  } finally {
    await db.withTenant(tenantId, (tx) => releaseLease(tx, lease));
  }
};

/** A world of its own for one back-dated run: it stands at the end of that day, in the tenant's zone. */
export const shadowOf = (
  day: Day,
  config: Pick<TenantConfig, 'zone'>,
): Pick<LineRequest, 'world' | 'now' | 'asOf' | 'reason'> => ({
  world: shadowWorld(),
  now: endOfDay(config.zone, day),
  asOf: day,
  reason: 'as-of',
});

const shadowWorld = (): World => ({ id: `shadow-${randomUUID().slice(0, 8)}`, kind: 'shadow' });

const begin = (
  request: LineRequest,
  runId: string,
): Promise<{ readonly lease: Lease; readonly configs: ConfigsInForce }> =>
  request.db.withTenant(request.tenantId, async (tx) => {
    const { world, now, asOf = null, reason } = request;
    await ensureRelease(tx, buildOf(request.parts), now);
    const configs = await configsInForce(tx);
    await ensureWorld(tx, world, asOf === null ? null : now, now);
    const lease = await takeLease(tx, `run:${world.id}`, runId, LEASE_SECONDS);
    if (lease === null) {
      throw inputError(
        'already_running',
        `the line is running over \`${request.tenantId}\` already; wait for it to end`,
      );
    }
    await endStaleRuns(tx, world.id);
    const complete = request.accountIds === undefined;
    const configVersion = configs.applied.version;
    await startRun(tx, { id: runId, world: world.id, reason, complete, asOf, now, configVersion });
    return { lease, configs };
  });

/** As often as the sweep: a batch that comes in between is compared with what it found. */
const LOOKED_AT_MINUTES = 15;

const carryOut = async (
  run: LineRun,
  runId: string,
  configs: ConfigsInForce,
): Promise<RunReport> => {
  const { db, tenantId, world, now, parts } = run;
  const { config } = configs.main;
  await followMergedAccounts(run);
  if (world.kind === 'live') {
    await db.withTenant(tenantId, (tx) =>
      lookAtDrops(tx, { config, now, unlessWithin: LOOKED_AT_MINUTES }),
    );
  }
  const braked = await db.withTenant(tenantId, (tx) => brakeOn(tx, world.id));
  const observed = await observeAccounts(run, configs, braked !== null);
  const brake = await judgeRun(run, config, { runId, moves: observed.moves, braked });
  const planned = await db.withTenant(tenantId, async (tx) => {
    const { salt } = await readTenant(tx);
    return planCases(tx, { world, candidates: observed.candidates, config, salt, now });
  });
  const rounds = await driveDue(
    roundKit({
      ...{ db, parts, embeddings: run.embeddings },
      models: world.kind === 'live' ? run.models : null,
    }),
    {
      tenantId,
      world,
      now,
      accountIds: run.accountIds,
      each: async (done, total) => {
        run.onProgress?.({ label: 'rounds', done, total });
        await run.stillHeld();
      },
    },
  );
  if (world.kind !== 'live') await performWorld(run, config, null);
  return db.withTenant(tenantId, (tx) =>
    reportRun(tx, run, { runId, observed, planned, rounds, brake }),
  );
};

export default defineJob({
  id: 'run-line',
  title: 'Run the line over the accounts that an import or a batch touched',
  run: async ({ db, clock, parts, outside }, data) => {
    const { tenantId, accountIds, reason } = data;
    if (typeof tenantId !== 'string') return;
    await runLine({
      db,
      tenantId,
      world: LIVE,
      now: clock.now(),
      reason: typeof reason === 'string' ? reason : 'ingest',
      parts,
      ...mindsOf(outside),
      ...(Array.isArray(accountIds) ? { accountIds: accountIds.map(String) } : {}),
    });
  },
});
