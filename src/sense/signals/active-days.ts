import { activeDays, coverageOf } from '../series/windows.ts';
import { defineSignal, unknown } from './define.ts';
import { received, RECENT_DAYS } from './usage-window.ts';

export default defineSignal<number>({
  id: 'active_days',
  title: 'Active days',
  formula: 'Days with a login among the last 28',
  unit: 'days',
  needs: ['logins'],
  read: (view) => {
    const read = received(view, 'logins', RECENT_DAYS);
    if ('missing' in read) return unknown(read.missing, read.freshAt);
    const { freshAt, sources } = read.series;
    const value = activeDays(read.days);
    return value === null
      ? unknown('no login day is known', freshAt)
      : { value, sources, freshAt, coverage: coverageOf(read.days) };
  },
});
