import { lockAccount } from '../../act/settle/store.ts';
import { updateReasons, unclosedCases, type StoredCase } from '../../act/cases/case-store.ts';
import { closeCase } from '../../act/cases/close.ts';
import { noteUpdate } from '../../act/cases/note-update.ts';
import { beginAnew } from '../../act/cases/void-round.ts';
import { observe, type Observation } from '../../act/planner/observe.ts';
import type { Candidate } from '../../act/planner/plan.ts';
import type { TenantConfig } from '../../domain/tenant.ts';
import type { ConfigsInForce } from '../../platform/config/store.ts';
import { rateRenewals, type RatedRenewal } from '../../playbooks/renewal-runway.ts';
import type { AssessedSituation, SeenSituation } from '../../sense/assess.ts';
import { assessAccounts } from '../../sense/assess.ts';
import { countMoves, noMoves, type Moves } from '../../sense/figures.ts';
import { acceptFor, type LineRun } from './line-run.ts';

/** What the accounts looked like, kept small: situations themselves are let go, batch by batch. */
export interface Observed {
  assessed: number;
  updated: number;
  closed: number;
  readonly tiers: Record<string, number>;
  readonly candidates: Candidate[];
  readonly renewals: RatedRenewal[];
  /** What moved since the last whole run. */
  readonly moves: Moves;
}

/** Streams the accounts past every playbook: cases are updated and closed on the way, candidates are brought back. */
export const observeAccounts = async (
  run: LineRun,
  configs: ConfigsInForce,
  braked: boolean,
): Promise<Observed> => {
  const seen: Observed = {
    assessed: 0,
    updated: 0,
    closed: 0,
    tiers: {},
    candidates: [],
    renewals: [],
    moves: noMoves(),
  };
  const { signals, scores, entities } = run.parts;
  const { config } = configs.main;
  const batches = assessAccounts(run.db, {
    tenantId: run.tenantId,
    world: run.world,
    now: run.now,
    signals,
    scores,
    entities,
    config,
    configForRoot: (rootAccountId) => configs.forRoot(rootAccountId).config,
    keepFigures: run.accountIds !== undefined ? 'leave' : braked ? 'hold' : 'roll',
    ...(run.accountIds === undefined ? {} : { accountIds: run.accountIds }),
    ...(run.onProgress === undefined ? {} : { onProgress: run.onProgress }),
  });
  for await (const batch of batches) {
    await run.stillHeld();
    await observeBatch(run, config, batch, seen);
  }
  return seen;
};

const observeBatch = async (
  run: LineRun,
  config: TenantConfig,
  batch: readonly SeenSituation[],
  seen: Observed,
): Promise<void> => {
  const ids = batch.map(({ accountId }) => accountId);
  const unclosed = await run.db.withTenant(run.tenantId, (tx) =>
    unclosedCases(tx, run.world.id, ids),
  );
  for (const situation of batch) {
    const own = unclosed.filter(({ accountId }) => accountId === situation.accountId);
    for (const observation of observe(situation, own, run.parts.playbooks)) {
      await take(run, config, situation, observation, seen);
    }
    note(situation, seen);
    countMoves(seen.moves, situation.figuresBefore, situation.figures, unitsOf(run.parts.signals));
  }
};

const unitsOf = (signals: LineRun['parts']['signals']): ReadonlyMap<string, string> => {
  const known = units.get(signals);
  if (known !== undefined) return known;
  const made = new Map(signals.map(({ id, unit }) => [id, unit]));
  units.set(signals, made);
  return made;
};

const units = new WeakMap<object, ReadonlyMap<string, string>>();

const note = (situation: AssessedSituation, seen: Observed): void => {
  const churn = situation.scores['churn_risk'];
  const tier =
    churn === undefined
      ? 'unknown'
      : churn.status === 'known'
        ? (churn.tier ?? 'unknown')
        : churn.status;
  seen.assessed += 1;
  seen.tiers[tier] = (seen.tiers[tier] ?? 0) + 1;
  seen.renewals.push(...rateRenewals(situation));
};

const take = async (
  run: LineRun,
  config: TenantConfig,
  situation: AssessedSituation,
  observation: Observation<StoredCase>,
  seen: Observed,
): Promise<void> => {
  switch (observation.kind) {
    case 'candidate':
      seen.candidates.push(candidateOf(situation, observation));
      return;
    case 'update':
      await update(run, situation, observation);
      seen.updated += 1;
      return;
    case 'close':
      await end(run, config, observation.case, observation.reason);
      seen.closed += 1;
      return;
  }
};

const candidateOf = (
  situation: AssessedSituation,
  { playbook, opening }: Extract<Observation, { kind: 'candidate' }>,
): Candidate => ({
  accountId: situation.accountId,
  rootAccountId: situation.view.rootAccountId,
  ownerId: ownerOf(situation),
  playbook,
  opening,
});

const ownerOf = ({ facts }: AssessedSituation): string | null => {
  const owner = facts['owner']?.value;
  return typeof owner === 'string' ? owner : null;
};

/** A case that rests on other inputs than before is thought over: its waiting round is void, and the next one opens. */
const update = (
  run: LineRun,
  situation: AssessedSituation,
  observation: Extract<Observation<StoredCase>, { kind: 'update' }>,
): Promise<void> =>
  run.db.withTenant(run.tenantId, async (tx) => {
    await lockAccount(tx, observation.case.accountId);
    const ownerId = ownerOf(situation);
    await updateReasons(tx, observation.case.id, { ...observation.opening, ownerId, now: run.now });
    if (observation.material && observation.case.status === 'open') {
      await noteUpdate(tx, observation.case, observation.opening, run.now);
      await beginAnew(tx, { entry: observation.case, reason: 'its reasons changed', now: run.now });
    }
  });

const end = (
  run: LineRun,
  config: TenantConfig,
  entry: StoredCase,
  reason: string,
): Promise<void> =>
  run.db.withTenant(run.tenantId, async (tx) => {
    await lockAccount(tx, entry.accountId);
    await closeCase(tx, { entry, reason, now: run.now, accept: acceptFor(tx, run, config) });
  });
