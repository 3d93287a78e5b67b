import { addHours } from '../../domain/time.ts';
import touch from '../state/touch.ts';
import { defineSignal } from './define.ts';
import { fromWatched } from './entity-reading.ts';

const HOURS = 7 * 24;

export default defineSignal<number>({
  id: 'touches_7d',
  title: 'Touches in 7 days',
  formula: 'Times that anyone of ours reached out to the account in the last 168 hours',
  unit: 'touches',
  needs: ['touch'],
  read: (view) => {
    const since = addHours(view.now, -HOURS);
    const recent = view
      .current(touch)
      .filter(({ data }) => data.direction === 'out' && data.at > since && data.at <= view.now);
    return fromWatched(view, touch, recent, { value: recent.length, isBad: recent.length > 0 });
  },
});
