import { daysBetween } from '../../domain/time.ts';
import invite from '../state/invite.ts';
import { defineSignal } from './define.ts';
import { fromWatched } from './entity-reading.ts';
import { dayOf } from './freshness.ts';

const DAYS = 30;

export default defineSignal<number>({
  id: 'rejected_invites',
  title: 'Rejected invites',
  formula:
    'Invites of the last 30 days that were refused because no seat was left (requirement C5)',
  unit: 'invites',
  needs: ['invite'],
  read: (view) => {
    const rejected = view
      .current(invite)
      .filter(({ data }) => data.outcome === 'rejected' && data.reason === 'seat_limit')
      .filter(({ data }) => daysBetween(dayOf(view.zone, data.at), view.today) < DAYS);
    // What was refused is known; that nothing was refused is known only while invites are received.
    return fromWatched(view, invite, rejected, {
      value: rejected.length,
      isBad: rejected.length > 0,
    });
  },
});
