import type { World } from '../domain/case.ts';
import type { TenantConfig } from '../domain/tenant.ts';
import { addDays, dayNumber, type Instant } from '../domain/time.ts';
import { currentConfig } from '../platform/config/store.ts';
import type { Database, TenantTx } from '../platform/db/database.ts';
import type { AccountView } from './account-view.ts';
import { figuresBefore, saveAssessments, saveFactSets, type KeepFigures } from './assess-store.ts';
import { assessView, type AssessedSituation } from './assess-view.ts';
import { backfill, firstScoredDay, pastOfDays } from './backfill.ts';
import { figuresOf, type Figures } from './figures.ts';
import { listAccounts } from './identity/account-store.ts';
import { loadAccountViews, loadShared, type Shared } from './load-accounts.ts';
import { loadKept, type Kept } from './past-store.ts';
import type { ScoreDefinition } from './scores/define.ts';
import { saveScores, type DayOfScores } from './score-store.ts';
import { NO_PAST, type Past } from './scores/past.ts';
import { trailOf, type Trail } from './scores/trail.ts';
import type { Signal } from './signals/define.ts';
import type { EntityType } from './state/define.ts';

export type { AssessedSituation };

/** An account as a run finds it, with what it looked like before. */
export interface SeenSituation extends AssessedSituation {
  readonly figures: Figures;
  /** At the last whole run; `null` for an account that none has seen. */
  readonly figuresBefore: Figures | null;
}

interface Assessed extends SeenSituation {
  readonly trail: Trail | null;
}

export interface AssessParts {
  readonly signals: readonly Signal[];
  readonly scores: readonly ScoreDefinition[];
  readonly entities: readonly EntityType[];
}

/** Small enough that a transaction is short and its accounts fit in memory with their history. */
const BATCH = 10;

/**
 * Assesses accounts (all of them, or the given ones) at a moment: derives facts, rates, keeps fact sets and the day's
 * scores, and fills in the days of the last 60 that have none, from the same data. One transaction a batch, none of
 * them open while the caller works on what is yielded.
 */
export async function* assessAccounts(
  db: Database,
  options: AssessParts & {
    readonly tenantId: string;
    readonly world: World;
    readonly now: Instant;
    readonly accountIds?: readonly string[];
    readonly config?: TenantConfig;
    /** By which configuration the accounts of a root account are rated; `config` for all unless told. */
    readonly configForRoot?: (rootAccountId: string) => TenantConfig;
    /** What to do with the figures that runs are compared by; left as they are unless told. */
    readonly keepFigures?: KeepFigures;
    readonly onProgress?: (step: {
      readonly label: string;
      readonly done: number;
      readonly total?: number;
    }) => void;
  },
): AsyncIterable<SeenSituation[]> {
  const { tenantId, onProgress } = options;
  const { config, ids, shared } = await db.withTenant(tenantId, async (tx) => {
    const inForce = options.config ?? (await currentConfig(tx));
    return {
      config: inForce,
      ids: options.accountIds ?? (await allAccountIds(tx)),
      shared: await loadShared(tx, { ...options, config: inForce }),
    };
  });
  for (let done = 0; done < ids.length; done += BATCH) {
    onProgress?.({ label: 'rate accounts', done, total: ids.length });
    const batch = ids.slice(done, done + BATCH);
    yield await db.withTenant(tenantId, (tx) =>
      assessBatch(tx, batch, { ...options, config, shared }),
    );
  }
  onProgress?.({ label: 'rate accounts', done: ids.length, total: ids.length });
}

const PAGE = 1_000;

const allAccountIds = async (tx: TenantTx): Promise<readonly string[]> => {
  const ids: string[] = [];
  for (;;) {
    const after = ids.at(-1);
    const page = await listAccounts(tx, { limit: PAGE, ...(after === undefined ? {} : { after }) });
    ids.push(...page.map(({ accountId }) => accountId));
    if (page.length < PAGE) return ids;
  }
};

interface AssessContext extends AssessParts {
  readonly world: World;
  readonly now: Instant;
  readonly config: TenantConfig;
  readonly configForRoot?: (rootAccountId: string) => TenantConfig;
  readonly shared?: Shared;
  readonly keepFigures?: KeepFigures;
}

const assessBatch = async (
  tx: TenantTx,
  accountIds: readonly string[],
  context: AssessContext,
): Promise<SeenSituation[]> => {
  const { world, config, keepFigures = 'leave' } = context;
  const views = await loadViews(tx, accountIds, context);
  const kept = await keptOf(tx, views, context);
  const before = await figuresBefore(tx, {
    world: world.id,
    accountIds,
    which: keepFigures === 'hold' ? 'baseline' : 'figures',
  });
  const filled: DayOfScores[] = [];
  const situations = views.map((view): Assessed => {
    const own = { ...context, config: context.configForRoot?.(view.rootAccountId) ?? config };
    const { days, past, trail } = pastOf(own, view, kept.get(view.accountId) ?? NOTHING);
    filled.push(...days.map((one) => ({ accountId: view.accountId, ...one })));
    const situation = assessView(own, view, past);
    const figuresThen = before.get(view.accountId) ?? null;
    return { ...situation, figures: figuresOf(situation), figuresBefore: figuresThen, trail };
  });
  await saveFactSets(tx, situations.map(factSetOf(config)));
  await saveAssessments(tx, world.id, situations.map(assessmentOf), keepFigures);
  await saveScores(tx, world.id, [...filled, ...situations.map(dayOfScores)]);
  return situations;
};

const loadViews = async (
  tx: TenantTx,
  accountIds: readonly string[],
  { config, entities, now, shared }: AssessContext,
): Promise<AccountView[]> => {
  const views: AccountView[] = [];
  const batches = loadAccountViews(tx, {
    config,
    entities,
    now,
    accountIds,
    ...(shared === undefined ? { atNowAlone: true } : { shared }),
  });
  for await (const batch of batches) views.push(...batch);
  return views;
};

const keptOf = (
  tx: TenantTx,
  views: readonly AccountView[],
  { world, scores }: AssessContext,
): Promise<ReadonlyMap<string, Kept>> =>
  loadKept(tx, { world: world.id, views, scores: scores.map(({ id }) => id) });

const NOTHING: Kept = { trail: null, days: new Map() };

/** The past of an account, the days of it that were lacking, and its trail, where that is not the one kept. */
const pastOf = (
  context: AssessContext,
  view: AccountView,
  kept: Kept,
): Pick<ReturnType<typeof backfill>, 'days' | 'past'> & { readonly trail: Trail | null } => {
  const yesterday = addDays(view.today, -1);
  const { days, past } =
    kept.trail === null ? backfill(context, view, kept.days) : { days: [], past: kept.past };
  const isKept = kept.trail !== null && kept.trail.last >= dayNumber(yesterday);
  return {
    days,
    past,
    trail: isKept ? null : trailOf(past.history, firstScoredDay(view), yesterday),
  };
};

const factSetOf =
  (config: TenantConfig) =>
  ({ factSetId, accountId, now, facts, scores }: AssessedSituation) => ({
    factSetId,
    accountId,
    at: now,
    configVersion: config.version,
    facts,
    scores,
  });

const assessmentOf = ({ accountId, today, now, factSetId, figures, trail }: Assessed) => ({
  accountId,
  day: today,
  at: now,
  factSetId,
  figures,
  trail,
});

const dayOfScores = ({ accountId, today, scores }: AssessedSituation) => ({
  accountId,
  day: today,
  scores,
});

/**
 * One account as it stands now, derived anew inside the caller's transaction; its fact set is kept, its history is not
 * touched. `null` when the tenant has no such account.
 */
export const loadSituation = async (
  tx: TenantTx,
  options: AssessParts & {
    readonly accountId: string;
    readonly world: World;
    readonly now: Instant;
    readonly config?: TenantConfig;
  },
): Promise<AssessedSituation | null> => {
  const context = { ...options, config: options.config ?? (await currentConfig(tx)) };
  const [view] = await loadViews(tx, [options.accountId], context);
  if (view === undefined) return null;
  const kept = (await keptOf(tx, [view], context)).get(view.accountId);
  const situation = assessView(context, view, keptPast(kept));
  await saveFactSets(tx, [factSetOf(context.config)(situation)]);
  return situation;
};

const keptPast = (kept: Kept | undefined): Past => {
  if (kept === undefined) return NO_PAST;
  return kept.trail === null ? pastOfDays(kept.days) : kept.past;
};
