import type { AccountBlueprint, ContactBlueprint } from './define.ts';
import { steady, usage, type UsageShape } from './usage.ts';

/** A champion and a budget owner who may be written to. */
export const reachable = (
  accountId: string,
  champion: string,
  budgetOwner: string,
): readonly ContactBlueprint[] => [
  { id: `${accountId}-champion`, name: champion, role: 'champion', consentContract: true },
  {
    id: `${accountId}-budget-owner`,
    name: budgetOwner,
    role: 'budget_owner',
    consentContract: true,
  },
];

/** Content, regular use by `people`: the ground on which a story changes one thing. */
export const contentUse = (people: number, changes: Partial<UsageShape> = {}) =>
  usage({
    logins: steady(people * 0.8),
    apiCalls: steady(people * 80),
    seatsUsed: steady(people),
    storageGb: steady(people * 0.5),
    features: {
      dashboards: steady(people * 1.4),
      alerts: steady(people * 0.7),
      exports: steady(people * 0.5),
    },
    ...changes,
  });

/** A customer of two years who pays, with the given differences. */
export const customer = (
  differences: Partial<AccountBlueprint> &
    Pick<AccountBlueprint, 'id' | 'name' | 'planId' | 'seats' | 'contacts' | 'usage'>,
): AccountBlueprint => ({
  industry: 'software',
  ownerId: 'maya-ortiz',
  signedUpDaysAgo: 730,
  ...differences,
});
