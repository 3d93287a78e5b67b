import { defineSignal, unknown } from './define.ts';
import {
  adoptionStates,
  includedFeatures,
  shareAdopted,
  type FeatureStates,
} from './adoption-state.ts';
import { adoptionCoverage, adoptionOf, noUse } from './feature-use.ts';

type FeatureAdoption = FeatureStates & { readonly share: number };

export default defineSignal<FeatureAdoption>({
  id: 'feature_adoption',
  title: 'Adoption of features',
  formula:
    'Features that the plan includes (all declared ones where the plan lists none), by use in the last 28 days: adopted on 4 days or more, tried on 1 to 3, else unused; and the share that is adopted (feature adoption, expansion-triggers.txt)',
  unit: 'features, basis points',
  needs: ['feature:*', 'subscription', 'plan'],
  read: (view) => {
    const adoption = adoptionOf(view);
    const included = includedFeatures(view);
    if (adoption.features.length === 0) return unknown(noUse(adoption.missing), adoption.freshAt);
    if (included.length === 0) return unknown('telemetry.yaml declares no feature');
    const states = adoptionStates(view, adoption, included);
    const value = { ...states, share: shareAdopted(states) };
    return { value, ...adoptionCoverage(adoption) };
  },
});
