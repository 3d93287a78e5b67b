import { expireApprovals } from '../../act/approvals/expire.ts';
import { listApprovals } from '../../act/approvals/read.ts';
import { loadCase } from '../../act/cases/case-store.ts';
import { strandedRounds, waitingRounds, type Round } from '../../act/cases/round-store.ts';
import { beginAnew } from '../../act/cases/void-round.ts';
import { chain } from '../../act/ledger/ledger.ts';
import { closeNotes } from '../../act/ledger/note.ts';
import { buildOf } from '../../act/releases/build.ts';
import { ensureRelease } from '../../act/releases/move.ts';
import { sweepTasks } from '../../act/outbox/notices.ts';
import type { PerformReport } from '../../act/outbox/perform.ts';
import { dueHolds } from '../../act/settle/read.ts';
import { lockAccount } from '../../act/settle/store.ts';
import type { TenantConfig } from '../../domain/tenant.ts';
import { driveRound } from '../../graph/drive.ts';
import { roundKit, type RoundKit } from '../../graph/kit.ts';
import { configsInForce, currentConfig } from '../../platform/config/store.ts';
import { configFor } from '../../sense/config-for.ts';
import { mindsOf, type Outside } from '../../outside.ts';
import { countRound, driveDue, noRounds, type RoundCounts } from './drive-due.ts';
import type { LineRequest } from './line-run.ts';
import { followMergedAccounts } from './follow-accounts.ts';
import { performWorld } from './perform-world.ts';
import { settleAccount } from './settle-account.ts';

export interface TickRequest extends Pick<
  LineRequest,
  'db' | 'tenantId' | 'world' | 'now' | 'parts'
> {
  /** `null` where nothing goes outside: worlds that are not live. */
  readonly outside: Outside | null;
}

export interface TickReport {
  readonly expired: number;
  readonly voided: number;
  readonly rounds: RoundCounts;
  readonly settled: number;
  readonly notices: number;
  readonly performed: PerformReport;
  /** Accounts of which a system of record said something new when it was asked. */
  readonly changed: readonly string[];
  readonly chained: number;
}

/** The largest batch of ledger entries linked at once; the rest waits for the next tick. */
const CHAIN_BATCH = 1000;

/**
 * Does whatever of a tenant's world has come due: approvals expire and answered ones are taken up, rounds go on, holds
 * end, tasks are reminded of, effects are carried out, the ledger is linked. Doing it twice does nothing twice.
 */
export const tickTenant = async (request: TickRequest): Promise<TickReport> => {
  const { db, tenantId, world, now, parts } = request;
  const kit = roundKit({ db, parts, ...mindsOf(request.outside) });
  const config = await db.withTenant(tenantId, async (tx) => {
    await ensureRelease(tx, buildOf(parts), now);
    return currentConfig(tx);
  });
  const expired = await db.withTenant(tenantId, (tx) =>
    expireApprovals(tx, { now, world: world.id }),
  );
  await followMergedAccounts(request);
  const voided = await voidOutdated(request);
  const going = await driveUnfinished(kit, request);
  const due = await driveDue(kit, { tenantId, world, now });
  const settled = await settleWaiting(request);
  const notices = await db.withTenant(tenantId, (tx) => sweepTasks(tx, { world, config, now }));
  const performed = await performWorld(request, config, request.outside);
  const { linked } = await db.withTenant(tenantId, async (tx) => {
    if (world.kind === 'live') await closeNotes(tx, now);
    return chain(tx, { batch: CHAIN_BATCH });
  });
  return {
    expired: expired.length,
    voided,
    rounds: addRounds(going, due),
    settled,
    notices: notices.length,
    performed,
    changed: performed.changed,
    chained: linked,
  };
};

const addRounds = (a: RoundCounts, b: RoundCounts): RoundCounts => ({
  done: a.done + b.done,
  waiting: a.waiting + b.waiting,
  busy: a.busy + b.busy,
  void: a.void + b.void,
  failed: a.failed + b.failed,
});

/** What waits under a configuration or release that is no longer in force is proposed anew under the one that is. */
const voidOutdated = async ({ db, tenantId, world, now }: TickRequest): Promise<number> => {
  const suspects = await db.withTenant(tenantId, async (tx) => {
    const { main, canary } = await configsInForce(tx);
    const waiting = await waitingRounds(tx, world.id);
    return waiting.filter((round) => canary !== null || whyOutdated(round, main.config) !== null);
  });
  let voided = 0;
  for (const round of suspects) {
    await db.withTenant(tenantId, async (tx) => {
      const entry = await loadCase(tx, round.caseId);
      if (entry === null) return;
      const reason = whyOutdated(round, await configFor(tx, entry.accountId));
      if (reason === null) return;
      await lockAccount(tx, entry.accountId);
      await beginAnew(tx, { entry, reason, now });
      voided += 1;
    });
  }
  return voided;
};

const whyOutdated = (round: Round, { version, release }: TenantConfig): string | null => {
  if (round.configVersion !== version) return `configuration ${version} came into force`;
  const isOld = round.release !== null && release !== undefined && round.release !== release;
  return isOld ? `the account came under release ${release}` : null;
};

/** Rounds that a dead worker left, and rounds one of whose approvals no longer waits. */
const driveUnfinished = async (kit: RoundKit, request: TickRequest): Promise<RoundCounts> => {
  const { db, tenantId, world, now } = request;
  const rounds = await db.withTenant(tenantId, async (tx) => {
    const pending = await listApprovals(tx, { world: world.id, status: 'pending' });
    const open = new Set(pending.map(({ id }) => id));
    const isAnswered = ({ waitingOn }: Round) => waitingOn.some((id) => !open.has(id));
    const stranded = await strandedRounds(tx, world.id, now);
    const known = new Set(stranded.map(({ caseId }) => caseId));
    const answered = (await waitingRounds(tx, world.id)).filter(
      (round) => isAnswered(round) && round.retryAt === null && !known.has(round.caseId),
    );
    return [...stranded, ...answered];
  });
  let counts = noRounds;
  for (const { caseId, round } of rounds) {
    counts = countRound(counts, await driveRound(kit, { tenantId, caseId, round, now }));
  }
  return counts;
};

/** Accounts with a hold that has ended, or an approval that was given when its round was over already. */
const settleWaiting = async (request: TickRequest): Promise<number> => {
  const { db, tenantId, world, now, parts } = request;
  const accountIds = await db.withTenant(tenantId, async (tx) => {
    const held = await dueHolds(tx, { world: world.id, now });
    const approved = await listApprovals(tx, { world: world.id, status: 'approved' });
    return new Set([...held, ...approved].map(({ accountId }) => accountId));
  });
  for (const accountId of accountIds) {
    await db.withTenant(tenantId, (tx) =>
      settleAccount(tx, { accountId, world, now, parts, reason: 'what it waited for has come' }),
    );
  }
  return accountIds.size;
};
