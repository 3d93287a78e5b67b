import type { Money } from '../domain/money.ts';
import type { ModelRules } from '../domain/tenant.ts';
import type { CallsOfModel } from './call-store.ts';
import { costOf, minorOf } from './rules.ts';

/** What calls took in all. */
export interface UsageSum {
  readonly calls: number;
  readonly failed: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Rounded up to a whole minor unit, once, for all of them. */
  readonly cost: Money;
  /** Exactly: billionths of a minor unit. */
  readonly costNano: number;
  /** Of these calls the models have no price: they are not in the cost. */
  readonly unpricedCalls: number;
}

/** Adds up calls by model. Pure. */
export const sumUsage = (
  rows: readonly CallsOfModel[],
  rules: ModelRules,
  currency: string,
): UsageSum => {
  const total = (of: (row: CallsOfModel) => number): number =>
    rows.reduce((sum, row) => sum + of(row), 0);
  const costNano = total((row) => row.costNano);
  return {
    calls: total(({ calls }) => calls),
    failed: total(({ failed }) => failed),
    inputTokens: total(({ inputTokens }) => inputTokens),
    outputTokens: total(({ outputTokens }) => outputTokens),
    cost: { minor: minorOf(costNano), currency },
    costNano,
    unpricedCalls: total((row) => (hasNoPrice(row, rules) ? row.calls : 0)),
  };
};

/** What cost something when it was asked had a price then. */
const hasNoPrice = ({ model, costNano, inputTokens }: CallsOfModel, rules: ModelRules): boolean =>
  costNano === 0 && inputTokens > 0 && costOf(rules, model, FREE) === null;

const FREE = { inputTokens: 0, outputTokens: 0 };
