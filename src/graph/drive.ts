import { Command } from '@langchain/langgraph';
import {
  claimRound,
  loadRound,
  releaseRound,
  threadOf,
  updateRound,
  type Round,
} from '../act/cases/round-store.ts';
import { loadCase, setNextLook } from '../act/cases/case-store.ts';
import { beginAnew } from '../act/cases/void-round.ts';
import { lockAccount } from '../act/settle/store.ts';
import { listApprovals } from '../act/approvals/read.ts';
import { RetinueError } from '../domain/errors.ts';
import { addMinutes, type Instant } from '../domain/time.ts';
import { describeError, scoped } from '../platform/log.ts';
import { Desk } from './desk.ts';
import type { RoundKit } from './kit.ts';
import type { Answer, Spine } from './spine.ts';
import type { RoundState } from './state.ts';

/** What became of a round that was driven as far as it goes now. */
export type Driven = 'done' | 'waiting' | 'busy' | 'void' | 'failed';

export interface DriveTarget {
  readonly tenantId: string;
  readonly caseId: string;
  readonly round: number;
  readonly now: Instant;
  /** How long another worker leaves the round alone after this one fell silent. */
  readonly leaseSeconds?: number;
}

const LEASE_SECONDS = 120;
const MAX_ATTEMPTS = 5;

/**
 * Drives a round from wherever it stands: begins it, goes on after a crash, or hands it the approvals that ended.
 * Running it again is always safe: one worker at a time holds the round, what it writes is fenced by the lease, and
 * every step finds what it did before.
 */
export const driveRound = async (kit: RoundKit, target: DriveTarget): Promise<Driven> => {
  const { db } = kit;
  const claimed = await db.withTenant(target.tenantId, (tx) =>
    claimRound(tx, target.caseId, target.round, target.leaseSeconds ?? LEASE_SECONDS),
  );
  if (claimed === null) return whyNot(kit, target);
  try {
    const driven = await advance(kit, target, claimed);
    await db.withTenant(target.tenantId, (tx) => releaseRound(tx, claimed));
    return driven;
  } catch (error) {
    return fail(kit, target, claimed, error);
  }
};

/** Not claimed: it is over, or another worker holds it. */
const whyNot = async (
  { db }: RoundKit,
  { tenantId, caseId, round }: DriveTarget,
): Promise<Driven> => {
  const found = await db.withTenant(tenantId, (tx) => loadRound(tx, caseId, round));
  const isOver = found !== null && found.status !== 'running' && found.status !== 'waiting';
  return isOver ? found.status : 'busy';
};

const advance = async (kit: RoundKit, target: DriveTarget, claimed: Round): Promise<Driven> => {
  const graph = kit.graphs.get(claimed.graphVersion);
  const isOurs = claimed.threadId === threadOf(claimed.caseId, claimed.round, claimed.graphVersion);
  if (graph === undefined || !isOurs) return leaveBehind(kit, target, claimed);
  const config = {
    configurable: { thread_id: claimed.threadId, __pregel_strict_resume: true },
    context: { desk: new Desk(target.now, claimed.leaseEpoch) },
  };
  const before = await graph.getState(config);
  if (Object.keys(before.values as object).length === 0) {
    await graph.invoke(await inputFor(kit, target, claimed), { ...config, durability: 'exit' });
  } else if (!isSameRound(before.values as RoundState, claimed)) {
    return leaveBehind(kit, target, claimed);
  } else {
    await goOn(kit, target, graph, config, before);
  }
  return standOf(kit, target, claimed, graph, config);
};

type ThreadConfig = Parameters<Spine['getState']>[0] & {
  readonly context: { readonly desk: Desk };
};
type Snapshot = Awaited<ReturnType<Spine['getState']>>;

/** Goes on with a thread that has a past. New input would silently discard what it waits for: only commands here. */
const goOn = async (
  kit: RoundKit,
  target: DriveTarget,
  graph: Spine,
  config: ThreadConfig,
  before: Snapshot,
): Promise<void> => {
  const [asked] = questionsOf(before);
  if (asked === undefined) {
    // A step that was done when its worker died stands here with its result, and is in `next` no more.
    if (before.tasks.length > 0) await graph.invoke(null, { ...config, durability: 'sync' });
    return;
  }
  const decided = await endedApprovals(kit, target, (before.values as RoundState).pending);
  if (asked.id === undefined || decided.length === 0) return;
  const answer: Answer = { decided };
  await graph.invoke(new Command({ resume: { [asked.id]: answer } }), {
    ...config,
    durability: 'sync',
  });
};

/** What the thread asks people. A question stays with its step after the answer, until the next checkpoint. */
const questionsOf = ({ tasks }: Snapshot) =>
  tasks.filter(({ result }) => result === undefined).flatMap(({ interrupts }) => interrupts);

/** Approvals that no longer wait: decided, expired, void, or consumed by another settling of the account. */
const endedApprovals = async (
  { db }: RoundKit,
  { tenantId, caseId }: DriveTarget,
  pending: readonly string[],
): Promise<string[]> => {
  const approvals = await db.withTenant(tenantId, (tx) => listApprovals(tx, { caseId }));
  const waiting = new Set(
    approvals.filter(({ status }) => status === 'pending').map(({ id }) => id),
  );
  return pending.filter((id) => !waiting.has(id));
};

const inputFor = async (
  { db }: RoundKit,
  { tenantId }: DriveTarget,
  claimed: Round,
): Promise<
  Pick<RoundState, 'tenantId' | 'world' | 'caseId' | 'accountId' | 'round' | 'graphVersion'>
> => {
  const entry = await db.withTenant(tenantId, (tx) => loadCase(tx, claimed.caseId));
  return {
    tenantId,
    world: claimed.world,
    caseId: claimed.caseId,
    accountId: entry?.accountId ?? '',
    round: claimed.round,
    graphVersion: claimed.graphVersion,
  };
};

const isSameRound = (values: RoundState, claimed: Round): boolean =>
  values.caseId === claimed.caseId &&
  values.round === claimed.round &&
  values.graphVersion === claimed.graphVersion;

/** Where the round stands now. What it waits for is the interrupt, not `next`, which may be empty meanwhile. */
const standOf = async (
  kit: RoundKit,
  target: DriveTarget,
  claimed: Round,
  graph: Spine,
  config: ThreadConfig,
): Promise<Driven> => {
  const after = await graph.getState(config);
  if (questionsOf(after).length === 0) return 'done';
  await kit.db.withTenant(target.tenantId, (tx) =>
    updateRound(tx, claimed.caseId, claimed.round, { status: 'waiting' }),
  );
  return 'waiting';
};

/** A thread that this build cannot read is never resumed: its round is void and the case begins another at once. */
const leaveBehind = async (
  { db }: RoundKit,
  { tenantId, now }: DriveTarget,
  claimed: Round,
): Promise<Driven> => {
  const reason = `graph version ${claimed.graphVersion} is not part of this build`;
  await db.withTenant(tenantId, async (tx) => {
    const entry = await loadCase(tx, claimed.caseId);
    if (entry === null) return;
    await lockAccount(tx, entry.accountId);
    await beginAnew(tx, { entry, reason, now });
  });
  return 'void';
};

const fail = async (
  { db }: RoundKit,
  { tenantId, now }: DriveTarget,
  claimed: Round,
  error: unknown,
): Promise<Driven> => {
  scoped({ tenantId, caseId: claimed.caseId }).error(
    { ...describeError(error), round: claimed.round, attempt: claimed.attempts },
    'round failed',
  );
  if (error instanceof RetinueError && error.code === 'round.lease_lost') return 'busy';
  const note = error instanceof Error ? error.message : String(error);
  return db.withTenant(tenantId, async (tx) => {
    const retryAt = addMinutes(now, 2 ** claimed.attempts);
    await releaseRound(tx, claimed, { retryAt, note });
    if (claimed.attempts < MAX_ATTEMPTS) return 'busy';
    await updateRound(tx, claimed.caseId, claimed.round, { status: 'failed', closedAt: now });
    await setNextLook(
      tx,
      claimed.caseId,
      addMinutes(now, 24 * 60),
      `round ${claimed.round} failed`,
    );
    return 'failed';
  });
};
