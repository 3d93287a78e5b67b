import ticket, { type Ticket } from '../state/ticket.ts';
import { defineSignal, unknown } from './define.ts';
import { fromRecords } from './entity-reading.ts';
import { silenceOf } from './freshness.ts';
import { ticketsOpened } from './support-tickets.ts';

type SeatsRequested = {
  readonly tickets: number;
  /** The most that one ticket asks for, where the helpdesk gives a number. */
  readonly seats: number | null;
};

const DAYS = 60;
const ASKS =
  /\b(?:more|additional|extra|add|few|another)\b[^.!?]{0,40}\b(?:seats?|licen[cs]es)\b/iu;

export default defineSignal<SeatsRequested>({
  id: 'seats_requested',
  title: 'Seats asked for',
  formula:
    'Tickets of the last 60 days that ask for seats, by the helpdesk’s field or by their words; the number from the field alone, the largest asked for (requirement C5)',
  unit: 'tickets and seats',
  needs: ['ticket'],
  read: (view) => {
    const silence = silenceOf(view, ticket.kind);
    if (silence !== null) return unknown(silence, view.tenantFreshAt(ticket.kind));
    const asking = ticketsOpened(view, DAYS).filter(({ data }) => asksForSeats(data));
    const numbers = asking
      .map(({ data }) => data.seatsRequested)
      .filter((seats) => seats !== undefined);
    return fromRecords(
      { tickets: asking.length, seats: numbers.length === 0 ? null : Math.max(...numbers) },
      asking,
      view.tenantFreshAt(ticket.kind),
    );
  },
});

const asksForSeats = ({ seatsRequested, subject = '', body = '' }: Ticket): boolean =>
  seatsRequested !== undefined || ASKS.test(subject) || ASKS.test(body);
