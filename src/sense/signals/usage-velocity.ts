import { defineSignal, unknown } from './define.ts';
import { limitProvenance, limitUses } from './plan-limits.ts';

type Velocity = Readonly<
  Record<
    string,
    {
      readonly perDay: number;
      readonly growth: number | null;
      readonly daysToCeiling: number | null;
    }
  >
>;

export default defineSignal<Velocity>({
  id: 'usage_velocity',
  title: 'Usage velocity',
  formula:
    'For each limit of the plan (requirement U5): units a day over the last 28 days (the slope of a level, the mean of a count), growth of the daily mean against the 28 days before, and days to the ceiling at that pace',
  unit: 'thousandths of a unit a day, basis points, days; by metric',
  needs: ['subscription', 'plan', 'seats_used', 'api_calls', 'storage_gb'],
  read: (view) => {
    const uses = limitUses(view);
    if (uses.length === 0) return unknown('no limit is known whose use is received');
    const value = Object.fromEntries(
      uses.map(({ metric, perDay, growth, daysToCeiling }) => [
        metric,
        { perDay, growth, daysToCeiling },
      ]),
    );
    return { value, ...limitProvenance(uses), coverage: 10_000 };
  },
});
