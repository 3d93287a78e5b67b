import type { Fact, Facts } from '../domain/fact.ts';
import type { Json, JsonObject } from '../domain/json.ts';
import type { Money } from '../domain/money.ts';
import { readMoney } from '../tools/act/commercial.ts';
import type { Situation } from './define.ts';

/** How playbooks read facts: what is unknown is `null`, and never zero. */

export const trustedNumber = (facts: Facts, id: string): number | null =>
  asNumber(facts[id]?.trustedValue);

export const trustedList = (facts: Facts, id: string): readonly JsonObject[] =>
  asList(facts[id]?.trustedValue);

export const knownList = (facts: Facts, id: string): readonly JsonObject[] =>
  asList(facts[id]?.value);

export const objectOf = (value: Json | undefined): JsonObject => (isObject(value) ? value : {});

export const asNumber = (value: Json | undefined): number | null =>
  typeof value === 'number' ? value : null;

export const asText = (value: Json | undefined): string => (typeof value === 'string' ? value : '');

/** What a case is about in money: the account's recurring revenue of a year. */
export const arrOf = ({ facts }: Pick<Situation, 'facts'>): Money | null =>
  readMoney(facts['arr']?.value);

/** Nothing is saved, sold or renewed where nobody is served any more. */
export const hasLeft = ({ facts }: Pick<Situation, 'facts'>): boolean =>
  facts['churned']?.value === true || facts['subscription_status']?.value === 'ended';

/** Contact ids by preference of role: whoever comes first and is still there. `null`: nobody is on record. */
export const contactFor = (facts: Facts, roles: readonly string[]): string | null => {
  const byRole = objectOf(facts['contacts']?.value ?? undefined);
  for (const role of roles) {
    const listed = byRole[role];
    const first: Json | undefined = Array.isArray(listed)
      ? (listed[0] as Json | undefined)
      : undefined;
    if (typeof first === 'string') return first;
  }
  return null;
};

/** A declared alert of C6 on a score, with the inputs that declined. */
export interface Decline {
  readonly points: number;
  readonly since: string;
  readonly reasons: readonly string[];
}

/** The alert in a fact of the shape `{alert, points, since, declines}`, or `null` while there is none. */
export const alertIn = (fact: Fact | undefined): Decline | null => {
  const held = objectOf(fact?.value ?? undefined);
  if (held['alert'] !== true) return null;
  return {
    points: asNumber(held['points']) ?? 0,
    since: asText(held['since']),
    reasons: asList(held['declines']).map((decline) => asText(decline['reason'])),
  };
};

const asList = (value: Json | undefined): readonly JsonObject[] =>
  Array.isArray(value) ? value.filter((entry: Json): entry is JsonObject => isObject(entry)) : [];

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
