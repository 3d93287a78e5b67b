import { claimsIn } from '../../domain/claims/claims.ts';
import { decimalOf } from '../../domain/claims/decimal.ts';
import type { AskedOf, Wish } from '../define.ts';
import { wordsOf } from '../match-accounts.ts';

/** Checked by the wish itself: somebody of the account, or the wish is unclear. */
const OF_THE_ACCOUNT = new Set(['contactId']);

/**
 * What a model filled in that the operator did not say: neither do rules read the same out of the operator's words, nor
 * does it stand in them as a figure or, of an id, with every word of it. Pure.
 */
export const ungroundedIn = (taken: unknown, wish: Wish, asked: AskedOf): string[] => {
  const read = wish.read(asked);
  const byRules = 'taken' in read ? entriesOf(read.taken) : [];
  const words = new Set(wordsOf(asked.question.text));
  const figures = new Set(
    claimsIn(asked.question.text).flatMap((claim) =>
      claim.kind === 'figure' || claim.kind === 'share' ? claim.readings : [],
    ),
  );
  const isSaid = (value: unknown): boolean =>
    typeof value === 'number'
      ? figures.has(decimalOf(value))
      : typeof value === 'string' && value.split(/[-_]/).every((part) => words.has(part));
  return entriesOf(taken)
    .filter(([name, value]) => !OF_THE_ACCOUNT.has(name) && value !== null && value !== undefined)
    .filter(([name, value]) => !byRules.some(([known, same]) => known === name && same === value))
    .filter(([, value]) => !isSaid(value))
    .map(([name]) => name);
};

const entriesOf = (value: unknown): [string, unknown][] =>
  typeof value === 'object' && value !== null ? Object.entries(value) : [];
