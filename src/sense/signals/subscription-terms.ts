import type { Plan } from '../../domain/tenant.ts';
import type { AccountView } from '../account-view.ts';
import planEntity, { type PlanState } from '../state/plan.ts';
import subscription, { type Subscription } from '../state/subscription.ts';
import { perView } from './per-view.ts';
import type { Held } from '../state/define.ts';
import { isServedOn, subscriptionsInForce } from '../state/in-force.ts';

/** Subscriptions in force today: those that count under the tenant's rule, and those set aside by it. */
export interface Terms {
  readonly counted: readonly Held<Subscription>[];
  readonly setAside: readonly Held<Subscription>[];
  /** Whether any subscription was ever received for the account. */
  readonly ever: boolean;
}

/** Splits what is in force by the tenant's rule of overlap (`state/in-force`). */
export const termsOf = perView((view): Terms => {
  const all = view.current(subscription);
  const counted = subscriptionsInForce(view);
  const setAside = all.filter(
    (held) => isServedOn(held.data, view.today) && !counted.some(({ key }) => key === held.key),
  );
  return { counted, setAside, ever: all.length > 0 };
});

/** A plan as the tenant's files describe it, filled up by what a source says: the files win where both speak. */
export interface PlanTerms {
  readonly id: string;
  readonly name: string;
  readonly rank: number | null;
  readonly tier: string | null;
  readonly seatPrice: { readonly minor: number; readonly currency: string } | null;
  readonly limits: Readonly<Record<string, number>>;
  readonly held: readonly Held<object>[];
}

/** The plan of the counted subscription; of several, the one with the highest rank. `null` when none is known. */
export const planTermsOf = perView((view): PlanTerms | null => {
  const { counted } = termsOf(view);
  const plans = counted.map((held) => planTerms(view, held));
  return plans.reduce<PlanTerms | null>(
    (best, plan) => (best === null || (plan.rank ?? -1) > (best.rank ?? -1) ? plan : best),
    null,
  );
});

const NOTHING_TOLD = { rank: null, tier: null, seatPrice: null };

type Told = Pick<PlanTerms, 'name' | 'rank' | 'tier' | 'seatPrice'>;

/** What one of the two says; what it leaves open must not cover what the other says. */
const withoutGaps = (told: PlanState | Plan | undefined): Partial<Told> => {
  const { name, rank, tier, seatPrice } = told ?? {};
  const said = Object.entries({ name, rank, tier, seatPrice });
  return Object.fromEntries(said.filter(([, value]) => value !== undefined && value !== null));
};

const planTerms = (view: AccountView, held: Held<Subscription>): PlanTerms => {
  const id = held.data.planId;
  const file = view.config.plans.find((plan) => plan.id === id);
  const told = view.current(planEntity).find(({ data }) => data.planId === id);
  return {
    name: id,
    ...NOTHING_TOLD,
    ...withoutGaps(told?.data),
    ...withoutGaps(file),
    id,
    limits: { ...told?.data.limits, ...file?.limits },
    held: told === undefined ? [held] : [held, told],
  };
};

/** List price of one seat and month of a subscription's plan; `null` when it is not known. */
export const listPriceOf = (view: AccountView, held: Held<Subscription>): PlanTerms['seatPrice'] =>
  planTerms(view, held).seatPrice;

/** Seats of the subscriptions that count; `null` when there is none or one of them gives no number. */
export const seatsBought = (view: AccountView): number | null => {
  const seats = termsOf(view).counted.map(({ data }) => data.seats);
  const given = seats.filter((count) => count !== undefined);
  return given.length === 0 || given.length < seats.length
    ? null
    : given.reduce((total, count) => total + count, 0);
};
