import { z } from 'zod';
import type { PlaybookClass } from '../domain/case.ts';
import { addHours } from '../domain/time.ts';
import type { Playbook } from './define.ts';
import { hasLeft } from './reading.ts';

interface Requested {
  readonly id: string;
  readonly title: string;
  readonly agent: string;
  readonly class: PlaybookClass;
  readonly story: string;
  readonly tools: readonly string[];
  readonly reliesOn: Playbook['reliesOn'];
  /** How long the case of a request stays open unless the tenant says otherwise. */
  readonly openDays: number;
  readonly outcome: string;
}

interface Parameters {
  readonly openDays: number;
}

/**
 * A practice that a person begins and no signal does: it opens no case by itself, and its rounds propose nothing. What
 * its class excludes and what its rung allows hold for it as for any other. The case ends when its time is over.
 */
export const requestedPlaybook = ({
  openDays,
  outcome,
  ...requested
}: Requested): Playbook<Parameters> => ({
  ...requested,
  covers: ['D1'],
  parameters: z.strictObject({ openDays: z.int().min(1).max(365).default(openDays) }),
  holdout: 0,
  when: () => [],
  clears: ({ openedAt }, situation, given) => {
    if (hasLeft(situation)) return 'the account has left';
    return situation.now >= addHours(openedAt, 24 * given.openDays)
      ? `what was asked for is ${String(given.openDays)} days past`
      : null;
  },
  plan: ({ openedAt }, _situation, _past, given) => ({
    proposals: [],
    nextLookAt: addHours(openedAt, 24 * given.openDays),
  }),
  measure: { outcome, withinDays: openDays },
});
