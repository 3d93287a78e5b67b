import { addHours, type Instant } from '../../domain/time.ts';

/** A message or call that reached out to the account, by whomever. */
export interface Contacted {
  readonly contactId: string | null;
  readonly at: Instant;
}

export interface ContactBudget {
  readonly perContactAndWeek: number;
  readonly perAccountAndWeek: number;
  /** Every known touch of the last seven days, ours and anyone's. */
  readonly touches: readonly Contacted[];
}

const WEEK_HOURS = 7 * 24;

/**
 * How many more contacts the week allows: the smaller of the contact's and the account's. A touch without a contact
 * counts for the account alone.
 */
export const contactsLeft = (
  budget: ContactBudget,
  taken: readonly Contacted[],
  contactId: string | null,
  now: Instant,
): number => {
  const recent = recentOf(budget, taken, now);
  return Math.max(
    0,
    Math.min(
      budget.perAccountAndWeek - recent.length,
      budget.perContactAndWeek - recent.filter((touch) => touch.contactId === contactId).length,
    ),
  );
};

/** When the next place frees: as soon as enough of the touches in its way are a week old. */
export const placeFrees = (
  budget: ContactBudget,
  taken: readonly Contacted[],
  contactId: string | null,
  now: Instant,
): Instant => {
  const recent = recentOf(budget, taken, now);
  const ofContact = recent.filter((touch) => touch.contactId === contactId);
  const moments = [
    frees(recent, budget.perAccountAndWeek, now),
    frees(ofContact, budget.perContactAndWeek, now),
  ];
  return moments.reduce((latest, moment) => (moment > latest ? moment : latest));
};

/** When fewer than `cap` of these are within the week. Where the cap is none at all, in a week: it may have changed. */
const frees = (touches: readonly Contacted[], cap: number, now: Instant): Instant => {
  if (touches.length < cap) return now;
  const oldestFirst = touches.map(({ at }) => at).sort();
  const last = oldestFirst[cap < 1 ? touches.length - 1 : touches.length - cap] ?? now;
  return addHours(cap < 1 ? now : last, WEEK_HOURS);
};

/** A touch counts until it is a week old. One dated later than now counts as of now. */
const recentOf = (
  budget: ContactBudget,
  taken: readonly Contacted[],
  now: Instant,
): readonly Contacted[] => {
  const since = addHours(now, -WEEK_HOURS);
  return [...budget.touches, ...taken]
    .filter(({ at }) => at > since)
    .map(({ contactId, at }) => ({ contactId, at: at > now ? now : at }));
};
