import ticket from '../state/ticket.ts';
import { defineSignal } from './define.ts';
import { fromWatched } from './entity-reading.ts';

export default defineSignal<number>({
  id: 'open_tickets',
  title: 'Open tickets',
  formula: 'Tickets that are open or pending now',
  unit: 'tickets',
  needs: ['ticket'],
  read: (view) => {
    const open = view
      .current(ticket)
      .filter(({ data }) => data.status === 'open' || data.status === 'pending');
    return fromWatched(view, ticket, open, { value: open.length, isBad: open.length > 0 });
  },
});
