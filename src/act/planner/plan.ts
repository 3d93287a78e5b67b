import { worldOf } from '../cases/world.ts';
import { listCases, saveCase, type StoredCase } from '../cases/case-store.ts';
import { record } from '../ledger/ledger.ts';
import type { Case, World } from '../../domain/case.ts';
import { arm, deriveId } from '../../domain/identifiers.ts';
import type { TenantConfig } from '../../domain/tenant.ts';
import { addHours, dayIn, type Instant } from '../../domain/time.ts';
import type { TenantTx } from '../../platform/db/database.ts';
import type { Opening, Playbook } from '../../playbooks/define.ts';
import { snoozedMatters } from '../verdicts/verdict-store.ts';
import { coolsDown } from './cool-down.ts';
import { enrol, enrolmentKey, lastClosings, occurrenceKey, openedSince } from './plan-store.ts';
import { loadTrackRecord, type TrackRecord } from '../verdicts/track-record.ts';
import { rankClaims, type Claim, type Ranked } from './rank.ts';

const WEEK_HOURS = 7 * 24;

/** What a playbook would open a case for. */
export interface Candidate {
  readonly accountId: string;
  readonly rootAccountId: string;
  readonly ownerId: string | null;
  readonly playbook: Pick<Playbook, 'id' | 'class' | 'agent' | 'holdout'>;
  readonly opening: Opening;
}

export interface PlanInput {
  readonly world: World;
  readonly candidates: readonly Candidate[];
  readonly config: TenantConfig;
  /** The tenant's own salt: arms cannot be foreseen from account ids. */
  readonly salt: string;
  readonly now: Instant;
}

/** Cases by what became of them. */
export interface Planned {
  readonly opened: readonly StoredCase[];
  readonly waiting: readonly StoredCase[];
  readonly heldOut: readonly StoredCase[];
  /** Left alone because their like was closed a short while ago. */
  readonly coolingDown: number;
  /** Left alone because a person put the matter to rest. */
  readonly snoozed: number;
}

/**
 * Turns candidates into cases: arms first, then the cap of new cases per owner and week over what is new and what
 * waits already, by ARR at risk × urgency × what people said of the like. Held-out cases open beside the cap, as they take nobody's time.
 */
export const planCases = async (tx: TenantTx, input: PlanInput): Promise<Planned> => {
  const { world, now, config } = input;
  const accountIds = [...new Set(input.candidates.map(({ accountId }) => accountId))];
  const closings = await lastClosings(tx, world.id, accountIds);
  const today = dayIn(config.zone, now);
  const snoozes = await snoozedMatters(tx, world.id, accountIds, today);
  const rests = new Set(snoozes.map(occurrenceKey));
  const awake = input.candidates.filter((entry) => !rests.has(keyOf(entry)));
  const ready = awake.filter(
    (entry) => !coolsDown(closings.get(keyOf(entry)), entry.opening.urgency, now),
  );
  const fresh = await drawArms(tx, input, ready);
  const treated = fresh.filter((entry) => entry.arm === 'treatment');
  const standing = await listCases(tx, { world: world.id, status: 'waiting' });
  const trackRecord = await loadTrackRecord(tx, world.id);
  const ranked = rankClaims(
    [...treated, ...standing].map((entry) => claimOf(entry, config, trackRecord, now)),
    {
      cap: config.planner.newCasesPerOwnerAndWeek,
      spent: await openedSince(tx, world.id, addHours(now, -WEEK_HOURS)),
    },
  );
  const placed = place([...treated, ...standing], ranked, now);
  const heldOut = fresh.filter((entry) => entry.arm === 'holdout').map((entry) => open(entry, now));
  for (const entry of [...placed, ...heldOut]) await saveCase(tx, entry);
  const opened = placed.filter(({ status }) => status === 'open');
  for (const entry of [...opened, ...heldOut]) await recordOpening(tx, entry);
  return {
    opened,
    heldOut,
    waiting: placed.filter(({ status }) => status === 'waiting'),
    coolingDown: awake.length - ready.length,
    snoozed: input.candidates.length - awake.length,
  };
};

const keyOf = ({ playbook, accountId, opening }: Candidate): string =>
  occurrenceKey({ playbook: playbook.id, accountId, subject: opening.subject });

/** The arm is set on the root account when it becomes eligible, and then never moves. */
const drawArms = async (
  tx: TenantTx,
  { world, config, salt, now }: PlanInput,
  ready: readonly Candidate[],
): Promise<StoredCase[]> => {
  const entries = ready.map(({ playbook, rootAccountId }) => {
    const holdoutBasisPoints = config.playbooks[playbook.id]?.holdout ?? playbook.holdout;
    const drawn =
      arm(salt, playbook.id, rootAccountId) < holdoutBasisPoints ? 'holdout' : 'treatment';
    return { experiment: playbook.id, rootAccountId, arm: drawn, holdoutBasisPoints } as const;
  });
  const arms = await enrol(tx, world.id, entries, now);
  return ready.map((candidate, index) => {
    const entry = entries[index];
    const set = entry === undefined ? undefined : arms.get(enrolmentKey(entry));
    return newCase(tx.tenantId, world, candidate, set ?? entry?.arm ?? 'treatment', now);
  });
};

const newCase = (
  tenantId: string,
  world: World,
  { accountId, rootAccountId, ownerId, playbook, opening }: Candidate,
  drawn: Case['arm'],
  now: Instant,
): StoredCase => ({
  id: deriveId('case', tenantId, world.id, playbook.id, accountId, opening.subject, opening.period),
  tenantId,
  world: worldOf(world.id),
  accountId,
  rootAccountId,
  playbook: playbook.id,
  class: playbook.class,
  agent: playbook.agent,
  subject: opening.subject,
  period: opening.period,
  status: 'waiting',
  arm: drawn,
  ownerId,
  foundAt: now,
  openedAt: now,
  closedAt: null,
  closeReason: null,
  reasons: opening.reasons,
  urgency: opening.urgency,
  arrAtRisk: opening.arrAtRisk,
  rank: 0,
  rankBecause: null,
  round: 0,
  nextLookAt: null,
  nextLookCause: null,
  updatedAt: now,
});

const claimOf = (
  entry: StoredCase,
  config: TenantConfig,
  record: TrackRecord,
  now: Instant,
): Claim => ({
  id: entry.id,
  ownerId: entry.ownerId,
  urgency: entry.urgency,
  arrMinor: entry.arrAtRisk?.currency === config.currency ? entry.arrAtRisk.minor : null,
  expected: record(
    entry.playbook,
    entry.reasons.map(({ input }) => input),
  ),
  unseen: entry.updatedAt !== now,
});

const place = (
  entries: readonly StoredCase[],
  ranked: readonly Ranked[],
  now: Instant,
): StoredCase[] => {
  const byId = new Map(entries.map((entry) => [entry.id, entry]));
  return ranked.flatMap(({ id, rank, because, opens }) => {
    const entry = byId.get(id);
    if (entry === undefined) return [];
    const placed = { ...entry, rank, rankBecause: because };
    return [opens ? open(placed, now) : placed];
  });
};

const open = (entry: StoredCase, now: Instant): StoredCase => ({
  ...entry,
  status: 'open',
  openedAt: now,
  nextLookAt: now,
  nextLookCause: 'opened',
});

const recordOpening = async (tx: TenantTx, entry: StoredCase): Promise<void> => {
  await record(tx, {
    world: entry.world.id,
    kind: 'case.opened',
    subjects: { accountId: entry.accountId, caseId: entry.id },
    body: {
      playbook: entry.playbook,
      subject: entry.subject,
      period: entry.period,
      arm: entry.arm,
      urgency: entry.urgency,
      rank: entry.rank,
      inputs: [...new Set(entry.reasons.map(({ input }) => input))],
    },
    at: entry.openedAt,
  });
};
