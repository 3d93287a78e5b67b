import type { Facts } from '../../domain/fact.ts';
import type { JsonObject } from '../../domain/json.ts';
import { certain, severityOf, type Line } from './line.ts';

/**
 * How bad the mood of tickets is: three pieces of evidence, each of which may be enough and none of which takes
 * another back (1 − Π (1 − part)). Text: (negative − positive) ÷ (tickets + 2), and its rise over the 90 days before;
 * rating: from 3.5 down to 1.5; escalations: a third of the line for each. No tickets while the helpdesk is heard from
 * is no bad mood.
 */
export const moodLine: Line = {
  input: 'ticket_sentiment',
  needs: ['ticket_sentiment', 'ticket_satisfaction', 'ticket_escalations'],
  read: ({ facts }, scale) => {
    const text = objectOf(facts, 'ticket_sentiment');
    const rating = objectOf(facts, 'ticket_satisfaction');
    const escalated = facts['ticket_escalations']?.value;
    if (text === null || rating === null || typeof escalated !== 'number') {
      return {
        known: false,
        reason: `tickets: ${facts['ticket_sentiment']?.note ?? 'not derived'}`,
      };
    }
    const parts = [textPart(text), ratingPart(rating), Math.min(WHOLE, escalated * 3_333)];
    const kept = parts.reduce((left, part) => (left * (WHOLE - part)) / WHOLE, WHOLE);
    return certain(
      severityOf(Math.round(WHOLE - kept), scale),
      moodReason(text, rating, escalated),
    );
  },
};

const WHOLE = 10_000;
/** Two neutral tickets are added, so that one angry ticket among one says less than six among six. */
const PRIOR = 2;
const BAD_MOOD = 0.6;
const FINE_RATING = 350;
const BAD_RATING = 150;

const textPart = (text: JsonObject): number => {
  const now = netOf(text, 'negative', 'positive', 'tickets');
  const before = netOf(text, 'negativeBefore', 'positiveBefore', 'ticketsBefore');
  const rise = Math.max(0, now - Math.max(0, before));
  return partOf((now + rise) / 2, BAD_MOOD);
};

const netOf = (text: JsonObject, negative: string, positive: string, all: string): number =>
  (numberOf(text, negative) - numberOf(text, positive)) / (numberOf(text, all) + PRIOR);

const partOf = (amount: number, full: number): number =>
  Math.round(Math.min(1, Math.max(0, amount / full)) * WHOLE);

const ratingPart = (rating: JsonObject): number =>
  typeof rating['recent'] === 'number'
    ? partOf(FINE_RATING - rating['recent'], FINE_RATING - BAD_RATING)
    : 0;

const moodReason = (text: JsonObject, rating: JsonObject, escalated: number): string => {
  const parts = [
    numberOf(text, 'tickets') === 0
      ? 'no ticket text in 30 days'
      : `${numberOf(text, 'negative')} of ${numberOf(text, 'tickets')} tickets in 30 days are negative`,
    ...(typeof rating['recent'] === 'number'
      ? [`rated ${(rating['recent'] / 100).toFixed(1)} of 5`]
      : []),
    ...(escalated > 0 ? [`${escalated} escalated`] : []),
  ];
  return parts.join(', ');
};

/** Tickets of 90 days: the share that was unhappy, and three unhappy ones weigh in full (requirement C7). */
export const ticketHistoryLine: Line = {
  input: 'ticket_history',
  needs: ['ticket_history'],
  read: ({ facts }, scale) => {
    const history = objectOf(facts, 'ticket_history');
    if (history === null) {
      return { known: false, reason: `tickets: ${facts['ticket_history']?.note ?? 'not derived'}` };
    }
    const unhappy = numberOf(history, 'unhappy');
    const all = numberOf(history, 'tickets');
    const part = all === 0 ? 0 : Math.max(unhappy / (all + 1), Math.min(1, unhappy / 3));
    return certain(
      severityOf(Math.round(part * WHOLE), scale),
      all === 0 ? 'no tickets in 90 days' : `${unhappy} of ${all} tickets in 90 days were unhappy`,
    );
  },
};

const objectOf = (facts: Facts, id: string): JsonObject | null => {
  const value = facts[id]?.value ?? null;
  return value !== null && typeof value === 'object' && !Array.isArray(value)
    ? (value as JsonObject)
    : null;
};

const numberOf = (object: JsonObject, key: string): number => {
  const value = object[key];
  return typeof value === 'number' ? value : 0;
};
