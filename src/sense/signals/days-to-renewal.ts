import { defineSignal, unknown } from './define.ts';
import { upcomingRenewals } from './upcoming-renewals.ts';

export default defineSignal<number>({
  id: 'days_to_renewal',
  title: 'Days to renewal',
  formula: 'Days, in the tenant’s zone, until the next active contract renews',
  unit: 'days',
  needs: ['contract'],
  read: (view) => {
    const renewals = upcomingRenewals(view);
    const next = renewals.value?.[0];
    return next === undefined
      ? unknown(renewals.note ?? 'no contract renews within a year', renewals.freshAt)
      : { ...renewals, value: next.days };
  },
});
