import deletionRequest from '../state/deletion-request.ts';
import { defineSignal } from './define.ts';
import { fromWatched } from './entity-reading.ts';

export default defineSignal<string>({
  id: 'deletion_request',
  title: 'Data deletion request',
  formula:
    'open: a request is received or in progress. completed: one was carried out. none: neither',
  unit: 'state',
  needs: ['deletion_request'],
  read: (view) => {
    const held = view.current(deletionRequest).filter(({ data }) => data.status !== 'withdrawn');
    const isOpen = held.some(({ data }) => data.status !== 'completed');
    const value = isOpen ? 'open' : held.length > 0 ? 'completed' : 'none';
    return fromWatched(view, deletionRequest, held, { value, isBad: value !== 'none' });
  },
});
