import { defineSignal, unknown } from './define.ts';
import { upcomingRenewals, type Renewal } from './upcoming-renewals.ts';

export default defineSignal<Renewal>({
  id: 'renewal',
  title: 'Next renewal',
  formula: 'The active contract that renews soonest',
  unit: 'contract',
  needs: ['contract'],
  read: (view) => {
    const renewals = upcomingRenewals(view);
    const next = renewals.value?.[0];
    return next === undefined
      ? unknown(renewals.note ?? 'no contract renews within a year', renewals.freshAt)
      : { ...renewals, value: next };
  },
});
