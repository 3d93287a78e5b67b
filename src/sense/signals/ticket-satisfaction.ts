import ticket, { type Ticket } from '../state/ticket.ts';
import type { Held } from '../state/define.ts';
import { defineSignal, unknown } from './define.ts';
import { fromRecords } from './entity-reading.ts';
import { silenceOf } from './freshness.ts';
import { ticketsOpened, TICKET_DAYS, TICKET_DAYS_BEFORE } from './support-tickets.ts';

type Satisfaction = {
  /** Mean rating in hundredths, 100 (worst) to 500; `null` when nothing was rated. */
  readonly recent: number | null;
  readonly before: number | null;
  readonly rated: number;
  readonly ratedBefore: number;
};

export default defineSignal<Satisfaction>({
  id: 'ticket_satisfaction',
  title: 'Satisfaction with support',
  formula:
    'Mean rating of tickets opened in the last 30 days and in the 90 before: evidence apart from what their text says',
  unit: 'hundredths of a point, 100 to 500',
  needs: ['ticket'],
  read: (view) => {
    const silence = silenceOf(view, ticket.kind);
    if (silence !== null) return unknown(silence, view.tenantFreshAt(ticket.kind));
    const recent = ratingsOf(ticketsOpened(view, TICKET_DAYS));
    const before = ratingsOf(ticketsOpened(view, TICKET_DAYS_BEFORE, TICKET_DAYS));
    return fromRecords(
      {
        recent: meanRating(recent),
        before: meanRating(before),
        rated: recent.length,
        ratedBefore: before.length,
      },
      view.current(ticket),
      view.tenantFreshAt(ticket.kind),
    );
  },
});

const ratingsOf = (held: readonly Held<Ticket>[]): readonly number[] =>
  held.map(({ data }) => data.satisfaction).filter((rating) => rating !== undefined);

const meanRating = (ratings: readonly number[]): number | null =>
  ratings.length === 0
    ? null
    : Math.round((ratings.reduce((total, rating) => total + rating, 0) * 100) / ratings.length);
