import type { Scores } from '../domain/score.ts';
import { addDays, type Day } from '../domain/time.ts';
import type { TenantTx } from '../platform/db/database.ts';
import type { AccountView } from './account-view.ts';
import { scoresByDay } from './score-store.ts';
import { firstScoredDay, HISTORY_DAYS, type ScoresByDay } from './backfill.ts';
import type { Past } from './scores/past.ts';
import { goOn, reaches, type Trail } from './scores/trail.ts';

/** What is kept of the days before today: the past where its trail reaches until yesterday, else every day's scores. */
export type Kept =
  | { readonly trail: Trail; readonly past: Past }
  | { readonly trail: null; readonly days: ScoresByDay };

/**
 * What was kept of accounts in a world, by account. Trails are read where they reach, with yesterday's receipts, since
 * a missing input counts by what was last known of it; of the other accounts all receipts of the last 60 days.
 */
export const loadKept = async (
  tx: TenantTx,
  asked: {
    readonly world: string;
    readonly views: readonly AccountView[];
    /** Ids of the scores that every day must have. */
    readonly scores: readonly string[];
  },
): Promise<ReadonlyMap<string, Kept>> => {
  const { world, views } = asked;
  const kept = new Map<string, Kept>();
  const [first] = views;
  if (first === undefined) return kept;
  const { today } = first;
  const yesterday = addDays(today, -1);
  const trails = await reachingTrails(tx, asked);
  const scoresOf = await scoresByDay(tx, {
    world,
    accountIds: [...trails.keys()],
    from: yesterday,
    to: yesterday,
    scores: asked.scores,
  });
  for (const [accountId, trail] of trails) {
    const scores = scoresOf.get(accountId)?.get(yesterday);
    if (scores === undefined || lacks(scores, asked.scores)) continue;
    kept.set(accountId, { trail, past: goOn(trail, until(today).from, yesterday, scores) });
  }
  const others = views.map(({ accountId }) => accountId).filter((id) => !kept.has(id));
  const all = await scoresByDay(tx, { world, accountIds: others, ...until(today) });
  for (const id of others) kept.set(id, { trail: null, days: all.get(id) ?? new Map() });
  return kept;
};

const lacks = (scores: Scores, ids: readonly string[]): boolean =>
  ids.some((id) => scores[id] === undefined);

const until = (today: Day): { readonly from: Day; readonly to: Day } => ({
  from: addDays(today, -HISTORY_DAYS),
  to: addDays(today, -1),
});

const reachingTrails = async (
  tx: TenantTx,
  { world, views, scores }: Parameters<typeof loadKept>[1],
): Promise<ReadonlyMap<string, Trail>> => {
  const rows = await tx.query<{ account_id: string; trail: Trail }>(
    `select account_id, trail from assessments
     where world = $1 and account_id = any($2) and trail is not null`,
    [world, views.map(({ accountId }) => accountId)],
  );
  const byAccount = new Map(views.map((view) => [view.accountId, view]));
  return new Map(
    rows.flatMap(({ account_id, trail }) => {
      const view = byAccount.get(account_id);
      if (view === undefined) return [];
      const from = firstScoredDay(view);
      return reaches(trail, { from, until: addDays(view.today, -2), scores })
        ? [[account_id, trail]]
        : [];
    }),
  );
};
