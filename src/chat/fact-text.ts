import type { Fact, Facts } from '../domain/fact.ts';
import type { Json } from '../domain/json.ts';
import type { Score } from '../domain/score.ts';
import type { TenantConfig } from '../domain/tenant.ts';
import { moneyText, percentText } from '../platform/terminal/format.ts';
import { readMoney, renewalsOf } from '../tools/act/commercial.ts';

/** A fact as a person reads it: `$58,800`, `52 %`, `45 days`; `not known` with the reason where it is not. */
export const factText = (fact: Fact | undefined): string => {
  if (fact === undefined) return 'not known';
  const note = fact.note === undefined ? '' : ` (${fact.note})`;
  return fact.value === null ? `not known${note}` : `${valueText(fact.value, fact.unit)}${note}`;
};

const valueText = (value: Json, unit: string): string => {
  const amount = readMoney(value);
  if (amount !== null) return moneyText(amount);
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'number') return numberText(value, unit);
  if (Array.isArray(value))
    return value.length === 0 ? 'none' : value.map((each: Json) => valueText(each, '')).join(', ');
  if (value !== null && typeof value === 'object')
    return Object.entries(value)
      .map(([key, part]) => `${key.replaceAll('_', ' ')} ${valueText(part, '')}`)
      .join(', ');
  return String(value);
};

const numberText = (value: number, unit: string): string => {
  if (unit === 'basis_points') return percentText(value);
  const figure = Number.isInteger(value) ? value.toLocaleString('en-US') : value.toFixed(1);
  return unit === '' || unit === 'text' ? figure : `${figure} ${unit.replaceAll('_', ' ')}`;
};

/** `critical, 84`; `unknown: …` where too little is known. */
export const scoreText = (score: Score | undefined): string => {
  if (score === undefined) return 'not rated yet';
  if (score.status === 'known')
    return `${score.tier ?? 'no tier'}, ${String(Math.round(score.value))}`;
  return `${score.status.replaceAll('_', ' ')}${score.note === undefined ? '' : `: ${score.note}`}`;
};

/** `2026-11-27, in 45 days, $58,800 a year`; `null` where no renewal is known. */
export const renewalText = (facts: Facts): string | null => {
  const [next] = renewalsOf(facts);
  if (next === undefined) return null;
  const worth = next.annualValue === null ? '' : `, ${moneyText(next.annualValue)} a year`;
  return `${next.renewsOn}, in ${String(next.days)} days${worth}`;
};

/** The name that the tenant's files give an owner, or the id. */
export const ownerText = (
  { owners }: Pick<TenantConfig, 'owners'>,
  id: Json | undefined,
): string =>
  typeof id === 'string' ? (owners.find((owner) => owner.id === id)?.name ?? id) : 'nobody';
