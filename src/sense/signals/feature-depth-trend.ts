import { defineSignal } from './define.ts';
import { adoptionTrend, depthShare, type AdoptionTrend } from './feature-use.ts';

export default defineSignal<AdoptionTrend>({
  id: 'feature_depth_trend',
  title: 'Trend of depth',
  formula:
    'How much each feature is used in the last 28 days against each of the two 28-day windows before, every feature counting the same: in a pair of windows the larger is 1; (now − before) ÷ before; with what is lost at least and at most',
  unit: 'basis points',
  needs: ['feature:*'],
  read: (view) => adoptionTrend(view, depthShare),
});
