import { defineSignal, unknown } from './define.ts';
import { adoptionCoverage, adoptionOf } from './feature-use.ts';

export default defineSignal<number>({
  id: 'feature_breadth',
  title: 'Features used',
  formula: 'Features used at least once in the last 28 days',
  unit: 'features',
  needs: ['feature:*'],
  read: (view) => {
    const adoption = adoptionOf(view);
    if (adoption.features.length === 0) {
      return unknown('no feature use is received', adoption.freshAt);
    }
    return {
      value: adoption.features.filter(({ uses: [now] }) => now > 0).length,
      ...adoptionCoverage(adoption),
    };
  },
});
