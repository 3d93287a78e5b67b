import type { MatchRule } from '../../../domain/identity.ts';

/** The accounts that one rule finds for an id; never empty. */
export interface Finding {
  readonly rule: MatchRule;
  readonly accountIds: readonly string[];
}

/** What the rules together say about an id. */
export type MatchVerdict =
  | { readonly kind: 'bind' | 'suggest'; readonly rule: string; readonly accountId: string }
  /** `several`: no rule finds one account alone. `disagreement`: rules find different ones. */
  | { readonly kind: 'undecided'; readonly because: 'several' | 'disagreement' }
  | { readonly kind: 'nothing' };

/**
 * Weighs what the rules found, in their order. The first rule that finds one account alone names it; a rule before it
 * that found several must have found it among them, and no certain rule may find others only. A certain rule that finds
 * it alone binds; likely ones only suggest. Nothing is guessed.
 */
export const decideMatch = (findings: readonly Finding[]): MatchVerdict => {
  if (findings.length === 0) return { kind: 'nothing' };
  const place = findings.findIndex(({ accountIds }) => accountIds.length === 1);
  const accountId = findings[place]?.accountIds[0];
  if (accountId === undefined) return { kind: 'undecided', because: 'several' };
  const before = findings.slice(0, place);
  const certain = findings.filter(({ rule }) => rule.certainty === 'certain');
  if ([...before, ...certain].some(({ accountIds }) => !accountIds.includes(accountId))) {
    return { kind: 'undecided', because: 'disagreement' };
  }
  const binding = certain.find(({ accountIds }) => accountIds.length === 1);
  return binding === undefined
    ? { kind: 'suggest', rule: findings[place]?.rule.id ?? '', accountId }
    : { kind: 'bind', rule: binding.rule.id, accountId };
};
