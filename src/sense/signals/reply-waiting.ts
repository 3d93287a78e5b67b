import { addHours } from '../../domain/time.ts';
import touch from '../state/touch.ts';
import { defineSignal } from './define.ts';
import { fromWatched } from './entity-reading.ts';

const HOURS = 14 * 24;

export default defineSignal<boolean>({
  id: 'reply_waiting',
  title: 'Reply waiting',
  formula:
    'A contact wrote by e-mail in the last 14 days, and nobody of ours has reached out to the account since',
  unit: 'yes or no',
  needs: ['touch'],
  read: (view) => {
    const touches = view.current(touch).filter(({ data }) => data.at <= view.now);
    const reachedOut = touches.filter(({ data }) => data.direction === 'out');
    const answered = reachedOut.reduce((last, { data }) => (data.at > last ? data.at : last), '');
    const since = addHours(view.now, -HOURS);
    const waiting = touches.filter(
      ({ data: { direction, channel, at } }) =>
        direction === 'in' && channel === 'email' && at > since && at > answered,
    );
    return fromWatched(view, touch, waiting, {
      value: waiting.length > 0,
      isBad: waiting.length > 0,
    });
  },
});
