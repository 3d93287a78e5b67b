import type { AccountView } from '../account-view.ts';
import { sentimentReader, type Sentiment } from '../sentiment.ts';
import ticket, { type Ticket } from '../state/ticket.ts';
import type { Held } from '../state/define.ts';
import { dayOf, daysApart } from './freshness.ts';

/** The window of requirement U1 for tickets, and the days before it that it is compared with. */
export const TICKET_DAYS = 30;
export const TICKET_DAYS_BEFORE = 90;

/** Tickets opened in the `length` days that end `endingDaysAgo` days ago. */
export const ticketsOpened = (
  view: AccountView,
  length: number,
  endingDaysAgo = 0,
): readonly Held<Ticket>[] =>
  view.current(ticket).filter(({ data }) => {
    const age = daysApart(dayOf(view.zone, data.openedAt), view.today);
    return age >= endingDaysAgo && age < endingDaysAgo + length;
  });

/** The mood of what the customer wrote; `null` for a ticket without text. */
export const moodOf = (data: Ticket): Sentiment | null => {
  const text = [data.subject, data.body].filter((part) => part !== undefined).join('. ');
  if (text.trim() === '') return null;
  const known = moods.get(data);
  if (known !== undefined) return known;
  const mood = sentimentReader.read(text);
  moods.set(data, mood);
  return mood;
};

// The same ticket is read for each day of a back-fill.
const moods = new WeakMap<Ticket, Sentiment>();
