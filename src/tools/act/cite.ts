import type { Fact, Facts } from '../../domain/fact.ts';
import type { Json } from '../../domain/json.ts';
import { formatMoney } from '../../domain/money.ts';
import { readMoney } from './commercial.ts';

/** Facts as lines for a person, and the values to bind the proposal to. */
export interface Cited {
  readonly lines: readonly string[];
  readonly bound: Readonly<Record<string, Json>>;
}

/** Quotes facts by id with the values that they have. A fact that is not known is said to be so, never left out. */
export const citeFacts = (ids: readonly string[], facts: Facts): Cited => ({
  lines: ids.map((id) => `${wordsOf(id)}: ${quote(facts[id])}`),
  bound: Object.fromEntries(ids.map((id) => [id, facts[id]?.value ?? null])),
});

const wordsOf = (id: string): string => id.replaceAll('_', ' ');

const quote = (fact: Fact | undefined): string => {
  if (fact === undefined) return 'not known';
  const note = fact.note === undefined ? '' : ` (${fact.note})`;
  return fact.value === null ? `not known${note}` : `${write(fact.value, fact.unit)}${note}`;
};

const write = (value: Json, unit: string): string => {
  const amount = readMoney(value);
  if (amount !== null) return formatMoney(amount);
  if (unit === 'basis_points' && typeof value === 'number') return `${(value / 100).toFixed(1)} %`;
  if (Array.isArray(value))
    return value.map((entry: Json) => write(entry, '')).join(', ') || 'none';
  if (value !== null && typeof value === 'object')
    return Object.values(value)
      .map((part) => write(part, ''))
      .join(' ');
  return `${String(value)}${unit === '' || unit === 'text' ? '' : ` ${unit}`}`;
};
