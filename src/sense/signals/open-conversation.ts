import ticket from '../state/ticket.ts';
import { defineSignal } from './define.ts';
import { fromWatched } from './entity-reading.ts';

export default defineSignal<boolean>({
  id: 'open_conversation',
  title: 'Open conversation',
  formula: 'A ticket is open, or pending with the customer',
  unit: 'yes or no',
  needs: ['ticket'],
  read: (view) => {
    const open = view
      .current(ticket)
      .filter(({ data }) => data.status === 'open' || data.status === 'pending');
    return fromWatched(view, ticket, open, { value: open.length > 0, isBad: open.length > 0 });
  },
});
