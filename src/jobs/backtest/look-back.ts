import type { TenantConfig } from '../../domain/tenant.ts';
import { dayIn, endOfDay, type Day, type Instant } from '../../domain/time.ts';
import { inputError } from '../../domain/errors.ts';
import { evaluate } from '../../learn/backtest/evaluate.ts';
import type { BacktestResult, LookBack } from '../../learn/backtest/define.ts';
import { monthEnds } from '../../learn/backtest/months.ts';
import { naiveRule, type NaiveRule } from '../../learn/backtest/naive-rule.ts';
import type { Parts } from '../../parts.ts';
import { DATA } from '../../playbooks/churn-save.ts';
import type { Playbook } from '../../playbooks/define.ts';
import { arrOf } from '../../playbooks/reading.ts';
import { currentConfig } from '../../platform/config/store.ts';
import type { Database } from '../../platform/db/database.ts';
import type { AccountView } from '../../sense/account-view.ts';
import { assessView } from '../../sense/assess-view.ts';
import { backfill } from '../../sense/backfill.ts';
import { OWN_NAMESPACE } from '../../sense/identity/link-id.ts';
import { countAccounts } from '../../sense/identity/account-store.ts';
import { loadAccountViews } from '../../sense/load-accounts.ts';
import { sourceFreshness } from '../../sense/series/freshness-store.ts';
import account from '../../sense/state/account.ts';
import type { Progress } from '../line/line-run.ts';

export interface BacktestRequest {
  readonly db: Database;
  readonly tenantId: string;
  readonly parts: Parts;
  readonly now: Instant;
  readonly months: number;
  readonly horizonDays: number;
  readonly playbook: string;
  readonly onProgress?: (step: Progress) => void;
}

export interface Backtest extends BacktestResult {
  readonly playbook: string;
  readonly naiveRule: string;
  /** The newest day of which the tenant's sources told anything. */
  readonly until: Day;
  readonly currency: string;
}

const BATCH = 50;

/**
 * Looks back at the ends of so many months. At each, accounts stand as they were known then: what occurred later is
 * not loaded. Reads only; nothing of a run is kept. Throws `playbook_not_found`, `no_history`.
 */
export const backtest = async (request: BacktestRequest): Promise<Backtest> => {
  const { db, tenantId, parts, horizonDays } = request;
  const playbook = parts.playbooks.find(({ id }) => id === request.playbook);
  if (playbook === undefined) {
    const ids = parts.playbooks.map(({ id }) => id).join(', ');
    throw inputError(
      'playbook_not_found',
      `there is no playbook \`${request.playbook}\`: use ${ids}`,
    );
  }
  const known = await db.withTenant(tenantId, async (tx) => ({
    config: await currentConfig(tx),
    heard: (await sourceFreshness(tx)).filter(({ source }) => source !== OWN_NAMESPACE),
    accounts: await countAccounts(tx),
  }));
  const { config, heard, accounts } = known;
  const until = newestDay(heard, config, request.now);
  const naive = naiveRule([...new Set(heard.map(({ kind }) => kind))], config);
  const months = monthEnds(until, request.months, horizonDays);
  const lostOn = await losses(request, config, until);
  const looks: LookBack[] = [];
  for (const [index, asOf] of months.entries()) {
    const report = (done: number) =>
      request.onProgress?.({
        label: `look back to ${asOf}`,
        done: index * accounts + done,
        total: months.length * accounts,
      });
    looks.push(...(await looksAt({ ...request, asOf, config, playbook, naive, lostOn, report })));
  }
  return {
    ...evaluate(looks, { months, horizonDays }),
    playbook: playbook.id,
    naiveRule: naive.text,
    until,
    currency: config.currency,
  };
};

const newestDay = (
  heard: readonly { readonly lastOccurredAt: Instant }[],
  { zone }: TenantConfig,
  now: Instant,
): Day => {
  const newest = heard
    .map(({ lastOccurredAt }) => lastOccurredAt)
    .filter((at) => at <= now)
    .sort()
    .at(-1);
  if (newest === undefined) {
    throw inputError('no_history', 'nothing is known of this tenant yet: `retinue import` first');
  }
  return dayIn(zone, newest);
};

/** The first day on which a record says that an account had left, by account. */
const losses = async (
  { db, tenantId, parts }: BacktestRequest,
  config: TenantConfig,
  until: Day,
): Promise<ReadonlyMap<string, Day>> => {
  const now = endOfDay(config.zone, until);
  const first = new Map<string, Day>();
  await db.withTenant(tenantId, async (tx) => {
    const { entities } = parts;
    for await (const views of loadAccountViews(tx, { config, entities, now, batchSize: BATCH })) {
      for (const view of views) {
        const days = view.history(account).flatMap(({ data }) => data.churnedOn ?? []);
        const [day] = days.toSorted();
        if (day !== undefined) first.set(view.accountId, day);
      }
    }
  });
  return first;
};

interface LookContext extends BacktestRequest {
  readonly asOf: Day;
  readonly config: TenantConfig;
  readonly naive: NaiveRule;
  readonly lostOn: ReadonlyMap<string, Day>;
  readonly report: (done: number) => void;
}

const looksAt = async (
  context: Omit<LookContext, 'playbook'> & { readonly playbook: Playbook },
): Promise<LookBack[]> => {
  const { db, tenantId, parts, config, asOf, lostOn, report } = context;
  const now = endOfDay(config.zone, asOf);
  const looks: LookBack[] = [];
  let done = 0;
  await db.withTenant(tenantId, async (tx) => {
    const { entities } = parts;
    for await (const views of loadAccountViews(tx, { config, entities, now, batchSize: BATCH })) {
      const present = views.filter((view) => isThere(view, lostOn.get(view.accountId), asOf));
      looks.push(...present.map((view) => lookAt(view, context)));
      report((done += views.length));
    }
  });
  return looks;
};

/** Customers that had come and had not left. */
const isThere = ({ firstSeen }: AccountView, lost: Day | undefined, asOf: Day): boolean =>
  firstSeen !== null && (lost === undefined || lost > asOf);

const lookAt = (
  view: AccountView,
  context: Omit<LookContext, 'playbook'> & { readonly playbook: Playbook },
): LookBack => {
  const { parts, config, playbook, naive, lostOn, asOf } = context;
  const { signals, scores } = parts;
  const rated = { signals, scores, config };
  const situation = assessView(rated, view, backfill(rated, view).past);
  const parameters = playbook.parameters.parse(config.playbooks[playbook.id]?.parameters ?? {});
  // A task to complete the data says nothing of the customer.
  const openings = playbook.when(situation, parameters).filter(({ subject }) => subject !== DATA);
  return {
    accountId: view.accountId,
    asOf,
    flagged: openings.length > 0,
    naive: naive.flags(view),
    arrMinor: arrOf(situation)?.minor ?? null,
    lostOn: lostOn.get(view.accountId) ?? null,
  };
};
