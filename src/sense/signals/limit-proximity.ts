import { defineSignal, unknown } from './define.ts';
import { limitProvenance, limitUses } from './plan-limits.ts';

type Proximity = Readonly<
  Record<
    string,
    {
      readonly used: number;
      readonly limit: number;
      readonly share: number;
      readonly month: string | null;
    }
  >
>;

export default defineSignal<Proximity>({
  id: 'limit_proximity',
  title: 'Proximity to plan limits',
  formula:
    'For each limit of the plan (requirement U5): used ÷ limit. Seats against the seats bought, else the plan’s most; API calls over this calendar month, or the last while that used more; levels at their newest day',
  unit: 'basis points by metric',
  needs: ['subscription', 'plan', 'seats_used', 'api_calls', 'storage_gb'],
  read: (view) => {
    const uses = limitUses(view);
    if (uses.length === 0) return unknown('no limit is known whose use is received');
    const value = Object.fromEntries(
      uses.map(({ metric, used, limit, share, month }) => [metric, { used, limit, share, month }]),
    );
    return { value, ...limitProvenance(uses), coverage: 10_000 };
  },
});
