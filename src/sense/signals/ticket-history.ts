import ticket from '../state/ticket.ts';
import { defineSignal, unknown } from './define.ts';
import { fromRecords } from './entity-reading.ts';
import { silenceOf } from './freshness.ts';
import { moodOf, ticketsOpened } from './support-tickets.ts';

type TicketHistory = {
  readonly tickets: number;
  /** Tickets with a negative text, a rating of 2 or less, or an escalation. */
  readonly unhappy: number;
};

const DAYS = 90;

export default defineSignal<TicketHistory>({
  id: 'ticket_history',
  title: 'Ticket history',
  formula:
    'Tickets opened in the last 90 days, and those among them with a negative text, a rating of 2 or less, or an escalation (requirement C7)',
  unit: 'tickets',
  needs: ['ticket'],
  read: (view) => {
    const silence = silenceOf(view, ticket.kind);
    if (silence !== null) return unknown(silence, view.tenantFreshAt(ticket.kind));
    const opened = ticketsOpened(view, DAYS);
    const unhappy = opened.filter(
      ({ data }) =>
        data.escalated === true ||
        (data.satisfaction ?? 5) <= 2 ||
        moodOf(data)?.mood === 'negative',
    );
    return fromRecords(
      { tickets: opened.length, unhappy: unhappy.length },
      opened,
      view.tenantFreshAt(ticket.kind),
    );
  },
});
