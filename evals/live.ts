import { agentsOfDay } from '../src/language-models/call-store.ts';
import { minorOf, modelRulesOf } from '../src/language-models/rules.ts';
import { formatMoney, money } from '../src/domain/money.ts';
import { dayIn } from '../src/domain/time.ts';
import { currentConfig } from '../src/platform/config/store.ts';
import { ANCHOR } from '../test/fixtures/company.ts';
import type { Thresholds } from './check.ts';
import type { EvalKit, FigureTable, Suite, SuiteResult } from './define.ts';

/** A suite tried some times with live models. */
export interface LiveOutcome {
  readonly suite: Pick<Suite, 'id' | 'title'>;
  readonly runs: readonly SuiteResult[];
}

/** What models used: by name, as the endpoint counted or as it was estimated. */
export interface Used {
  readonly model: string;
  readonly calls: number;
  readonly failed: number;
  readonly tokens: number;
  /** For people; `no price given` where models.yaml has none for the model. */
  readonly cost: string;
}

/** Tries a suite so many times, each in tenants of its own. */
export const tryLive = async (
  suite: Suite,
  times: number,
  kit: Omit<EvalKit, 'run'>,
): Promise<LiveOutcome> => {
  const runs: SuiteResult[] = [];
  for (let run = 1; run <= times; run += 1) runs.push(await suite.run({ ...kit, run }));
  return { suite, runs };
};

/**
 * Over the cases of some runs: `passAt1`, the share that passes in a run on average; `passHatK`, the share that passes in
 * every one. A case that a run lacks did not pass in it. `null`: nothing was tried. Pure.
 */
export const passRates = (
  runs: readonly SuiteResult[],
): { readonly cases: number; readonly passAt1: number; readonly passHatK: number } | null => {
  const ids = new Set(runs.flatMap(({ judged }) => judged.map(({ id }) => id)));
  if (ids.size === 0) return null;
  const passes = (id: string) =>
    runs.filter(({ judged }) => judged.some((one) => one.id === id && one.faults.length === 0));
  const counts = [...ids].map((id) => passes(id).length);
  return {
    cases: ids.size,
    passAt1: counts.reduce((sum, count) => sum + count, 0) / (ids.size * runs.length),
    passHatK: counts.filter((count) => count === runs.length).length / ids.size,
  };
};

/** Why the runs as a whole do not hold, in sentences: nothing tried, something skipped, a safeguard that gave way. Pure. */
export const liveFaults = (
  { suite, runs }: LiveOutcome,
  thresholds: Thresholds,
): readonly string[] => {
  const safeguards = Object.entries(thresholds[suite.id] ?? {}).filter(
    ([, { holdsLive }]) => holdsLive === true,
  );
  return [
    ...(passRates(runs) === null ? [`${suite.id}: nothing was tried`] : []),
    ...runs.flatMap(({ skipped = [] }) => skipped.map((what) => `${suite.id}: not tried: ${what}`)),
    ...runs.flatMap(({ scores }, index) =>
      safeguards.flatMap(([name, { atLeast = -Infinity, atMost = Infinity }]) => {
        const score = scores[name] ?? NaN;
        const where = `${suite.id}, run ${String(index + 1)}: ${name}`;
        return score >= atLeast && score <= atMost ? [] : [`${where} is ${score.toFixed(3)}`];
      }),
    ),
  ];
};

/** Reads what the models used from the tenants that the suites made. */
export const readUsed = async ({ tenants }: Pick<EvalKit, 'tenants'>): Promise<readonly Used[]> => {
  const all = new Map<string, { calls: number; failed: number; tokens: number; nano: number }>();
  let price: (model: string, nano: number) => string = () => 'no price given';
  for (const { db, tenantId } of tenants) {
    await db.withTenant(tenantId, async (tx) => {
      const config = await currentConfig(tx);
      const { prices } = modelRulesOf(config);
      price = (model, nano) =>
        (prices[model] ?? prices['*']) === undefined
          ? 'no price given'
          : formatMoney(money(minorOf(nano), config.currency));
      for (const one of await agentsOfDay(tx, dayIn(config.zone, ANCHOR))) {
        const sum = all.get(one.model) ?? { calls: 0, failed: 0, tokens: 0, nano: 0 };
        sum.calls += one.calls;
        sum.failed += one.failed;
        sum.tokens += one.inputTokens + one.outputTokens;
        sum.nano += one.costNano;
        all.set(one.model, sum);
      }
    });
  }
  return [...all].map(([model, { nano, ...sum }]) => ({ model, ...sum, cost: price(model, nano) }));
};

const share = (value: number): string => `${(100 * value).toFixed(1)} %`;

export const liveTable = (outcomes: readonly LiveOutcome[], times: number): FigureTable => ({
  title: `with live models, ${String(times)} ${times === 1 ? 'run' : 'runs'}`,
  head: ['suite', 'cases', 'pass@1', `pass^${String(times)}`],
  rows: outcomes.map(({ suite, runs }) => {
    const rates = passRates(runs);
    if (rates === null) return [suite.id, '0', '—', '—'];
    return [suite.id, String(rates.cases), share(rates.passAt1), share(rates.passHatK)];
  }),
});

export const usedTable = (used: readonly Used[]): FigureTable => ({
  title: 'what they used',
  head: ['model', 'calls', 'failed', 'tokens', 'cost by models.yaml'],
  rows: used.map(({ model, calls, failed, tokens, cost }) => [
    model,
    ...[calls, failed, tokens].map(String),
    cost,
  ]),
});
