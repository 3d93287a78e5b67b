import ticket from '../state/ticket.ts';
import { defineSignal, unknown } from './define.ts';
import { fromRecords } from './entity-reading.ts';
import { silenceOf } from './freshness.ts';
import { ticketsOpened, TICKET_DAYS } from './support-tickets.ts';

export default defineSignal<number>({
  id: 'ticket_escalations',
  title: 'Escalated tickets',
  formula: 'Tickets opened in the last 30 days that were escalated',
  unit: 'tickets',
  needs: ['ticket'],
  read: (view) => {
    const silence = silenceOf(view, ticket.kind);
    if (silence !== null) return unknown(silence, view.tenantFreshAt(ticket.kind));
    const escalated = ticketsOpened(view, TICKET_DAYS).filter(({ data }) => data.escalated);
    return fromRecords(escalated.length, escalated, view.tenantFreshAt(ticket.kind));
  },
});
