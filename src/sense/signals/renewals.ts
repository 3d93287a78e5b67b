import { defineSignal } from './define.ts';
import { upcomingRenewals, type Renewal } from './upcoming-renewals.ts';

export default defineSignal<readonly Renewal[]>({
  id: 'renewals',
  title: 'Renewals ahead',
  formula: 'Active contracts that renew within a year, soonest first (requirement C7)',
  unit: 'contracts',
  needs: ['contract'],
  read: upcomingRenewals,
});
