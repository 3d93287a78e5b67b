import type { Facts } from '../domain/fact.ts';
import { asNumber, asText, objectOf, trustedList, trustedNumber } from './reading.ts';

/** One of the signals that cluster when an account outgrows what it bought. */
export interface ExpansionSignal {
  /** The fact that it rests on. */
  readonly input: string;
  readonly text: string;
  /** Whether it is seats that are missing, rather than a limit or a feature of the plan. */
  readonly asksForSeats: boolean;
}

/**
 * The signals of C5 that hold now. Only what server sources say counts: a browser must not bring an offer about.
 * `nearLimit`: share of the seat limit, in basis points, from which seats count as short.
 */
export const expansionSignals = (facts: Facts, nearLimit: number): ExpansionSignal[] =>
  [
    seatLimit(facts, nearLimit),
    rejectedInvites(facts),
    seatsRequested(facts),
    apiLimit(facts),
    higherTierFeature(facts),
  ].filter((signal) => signal !== null);

/** Seats that were asked for; else as many as were refused; `null` where neither gives a number. */
export const seatsWanted = (facts: Facts): number | null => {
  const requested = asNumber(
    objectOf(facts['seats_requested']?.trustedValue ?? undefined)['seats'],
  );
  if (requested !== null && requested > 0) return requested;
  const rejected = trustedNumber(facts, 'rejected_invites') ?? 0;
  return rejected > 0 ? rejected : null;
};

const seatLimit = (facts: Facts, nearLimit: number): ExpansionSignal | null => {
  const { used, limit, share } = proximity(facts, 'seats_used');
  if (share === null || share < nearLimit) return null;
  return { input: 'seats_used', text: `${used} of ${limit} seats are used`, asksForSeats: true };
};

const rejectedInvites = (facts: Facts): ExpansionSignal | null => {
  const count = trustedNumber(facts, 'rejected_invites') ?? 0;
  if (count === 0) return null;
  const text = `${count} ${count === 1 ? 'invite was' : 'invites were'} rejected for want of seats in 30 days`;
  return { input: 'rejected_invites', text, asksForSeats: true };
};

const seatsRequested = (facts: Facts): ExpansionSignal | null => {
  const requested = objectOf(facts['seats_requested']?.trustedValue ?? undefined);
  const tickets = asNumber(requested['tickets']) ?? 0;
  if (tickets === 0) return null;
  const seats = asNumber(requested['seats']);
  const text = `seats were asked for in ${tickets} ${tickets === 1 ? 'ticket' : 'tickets'}`;
  return {
    input: 'seats_requested',
    text: seats === null ? text : `${text}: ${seats}`,
    asksForSeats: true,
  };
};

const apiLimit = (facts: Facts): ExpansionSignal | null => {
  const { used, limit, share, month } = proximity(facts, 'api_calls');
  if (share === null || share < 10_000) return null;
  return {
    input: 'api_calls',
    text: `${used} API calls in ${month}, over the limit of ${limit}`,
    asksForSeats: false,
  };
};

const higherTierFeature = (facts: Facts): ExpansionSignal | null => {
  const features = trustedList(facts, 'higher_tier_feature_requested').map(({ name }) =>
    asText(name),
  );
  if (features.length === 0) return null;
  const text = `asked for what a higher tier holds: ${features.join(', ')}`;
  return { input: 'higher_tier_feature_requested', text, asksForSeats: false };
};

const proximity = (facts: Facts, metric: string) => {
  const held = objectOf(objectOf(facts['limit_proximity']?.trustedValue ?? undefined)[metric]);
  return {
    used: asNumber(held['used']) ?? 0,
    limit: asNumber(held['limit']) ?? 0,
    share: asNumber(held['share']),
    month: asText(held['month']) || 'a month',
  };
};
