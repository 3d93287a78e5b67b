import ticket, { type Ticket } from '../state/ticket.ts';
import { defineSignal, unknown } from './define.ts';
import { fromRecords } from './entity-reading.ts';
import { silenceOf } from './freshness.ts';
import type { Held } from '../state/define.ts';
import { moodOf, ticketsOpened, TICKET_DAYS, TICKET_DAYS_BEFORE } from './support-tickets.ts';

type TicketSentiment = {
  /** Mean mood, −100 to 100; `null` without text. */
  readonly recent: number | null;
  readonly before: number | null;
  /** Tickets with text. */
  readonly tickets: number;
  readonly ticketsBefore: number;
  readonly negative: number;
  readonly positive: number;
  readonly negativeBefore: number;
  readonly positiveBefore: number;
};

export default defineSignal<TicketSentiment>({
  id: 'ticket_sentiment',
  title: 'Mood of tickets',
  formula:
    'Mood of the text of tickets opened in the last 30 days and in the 90 before (requirement U1), by the sentiment library; with the numbers of negative and positive ones',
  unit: 'mood −100 to 100',
  needs: ['ticket'],
  read: (view) => {
    const silence = silenceOf(view, ticket.kind);
    if (silence !== null) return unknown(silence, view.tenantFreshAt(ticket.kind));
    const recent = ticketsOpened(view, TICKET_DAYS);
    const before = ticketsOpened(view, TICKET_DAYS_BEFORE, TICKET_DAYS);
    const now = moods(recent);
    const then = moods(before);
    return fromRecords(
      {
        recent: now.mean,
        before: then.mean,
        tickets: now.count,
        ticketsBefore: then.count,
        negative: now.negative,
        positive: now.positive,
        negativeBefore: then.negative,
        positiveBefore: then.positive,
      },
      [...recent, ...before],
      view.tenantFreshAt(ticket.kind),
    );
  },
});

const moods = (held: readonly Held<Ticket>[]) => {
  const read = held.map(({ data }) => moodOf(data)).filter((mood) => mood !== null);
  const total = read.reduce((sum, { score }) => sum + score, 0);
  return {
    count: read.length,
    mean: read.length === 0 ? null : Math.round(total / read.length),
    negative: read.filter(({ mood }) => mood === 'negative').length,
    positive: read.filter(({ mood }) => mood === 'positive').length,
  };
};
