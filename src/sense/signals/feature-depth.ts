import { defineSignal, unknown } from './define.ts';
import { adoptionCoverage, adoptionOf } from './feature-use.ts';

export default defineSignal<number>({
  id: 'feature_depth',
  title: 'Uses of features',
  formula: 'Uses of all features in the last 28 days, added up',
  unit: 'uses',
  needs: ['feature:*'],
  read: (view) => {
    const adoption = adoptionOf(view);
    if (adoption.features.length === 0) {
      return unknown('no feature use is received', adoption.freshAt);
    }
    return {
      value: adoption.features.reduce((total, { uses: [now] }) => total + now, 0),
      ...adoptionCoverage(adoption),
    };
  },
});
