import { defineSignal, unknown } from './define.ts';
import { latestLevel, received } from './usage-window.ts';

export default defineSignal<number>({
  id: 'seats_used',
  title: 'Seats used',
  formula: 'The newest known level of seats in use',
  unit: 'seats',
  needs: ['seats_used'],
  read: (view) => {
    const read = received(view, 'seats_used', 14);
    if ('missing' in read) return unknown(read.missing, read.freshAt);
    const { freshAt, sources } = read.series;
    const value = latestLevel(read.series);
    return value === null
      ? unknown('no level of seats is known', freshAt)
      : { value, sources, freshAt, coverage: 10_000 };
  },
});
