import { defineSignal } from './define.ts';
import { adoptionTrend, breadthShare, type AdoptionTrend } from './feature-use.ts';

export default defineSignal<AdoptionTrend>({
  id: 'feature_breadth_trend',
  title: 'Trend of breadth',
  formula:
    'Features used in the last 28 days against the mean of the two 28-day windows before: (now − before) ÷ before; with what is lost at least and at most, given features that send nothing',
  unit: 'basis points',
  needs: ['feature:*'],
  read: (view) => adoptionTrend(view, breadthShare),
});
