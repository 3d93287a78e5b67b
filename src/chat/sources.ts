import type { Fact } from '../domain/fact.ts';
import type { Score } from '../domain/score.ts';
import type { Day } from '../domain/time.ts';
import type { Named, Source } from './define.ts';

/** A fact, as fresh as what it was last heard from. */
export const factSource = (account: Named, id: string, fact: Fact | undefined): Source => ({
  kind: 'fact',
  id,
  accountId: account.accountId,
  title: `${id.replaceAll('_', ' ')} of ${account.name}`,
  at: fact?.freshAt ?? null,
});

export const scoreSource = (account: Named, score: Pick<Score, 'id'>, day: Day): Source => ({
  kind: 'score',
  id: score.id,
  accountId: account.accountId,
  title: `${score.id.replaceAll('_', ' ')} of ${account.name}, with its receipt`,
  at: day,
});

/** Every source once, in the order in which they were first used. */
export const distinct = (sources: readonly Source[]): Source[] => [
  ...new Map(
    sources.map((each) => [
      `${each.kind} ${each.id} ${each.accountId ?? ''} ${each.at ?? ''}`,
      each,
    ]),
  ).values(),
];
