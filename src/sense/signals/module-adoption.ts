import { defineSignal, unknown } from './define.ts';
import { adoptionStates, includedFeatures, shareAdopted } from './adoption-state.ts';
import { adoptionCoverage, adoptionOf, noUse } from './feature-use.ts';

type ModuleAdoption = Readonly<
  Record<
    string,
    {
      readonly share: number;
      readonly adopted: number;
      readonly of: number;
      /** Whether the plan includes all of it, a part, or none. */
      readonly inPlan: 'all' | 'part' | 'none';
    }
  >
>;

export default defineSignal<ModuleAdoption>({
  id: 'module_adoption',
  title: 'Adoption of modules',
  formula:
    'For each module that telemetry.yaml declares: its features used on 4 days or more of the last 28, of all it has, and how much of it the plan includes (module adoption, expansion-triggers.txt)',
  unit: 'features and basis points by module',
  needs: ['feature:*', 'subscription', 'plan'],
  read: (view) => {
    const { modules } = view.config;
    if (modules.length === 0) return unknown('telemetry.yaml declares no module');
    const adoption = adoptionOf(view);
    if (adoption.features.length === 0) return unknown(noUse(adoption.missing), adoption.freshAt);
    const included = includedFeatures(view);
    const value = Object.fromEntries(
      modules.map(({ id, features }) => {
        const states = adoptionStates(view, adoption, features);
        const sold = features.filter((feature) => included.includes(feature)).length;
        const inPlan = sold === features.length ? 'all' : sold > 0 ? 'part' : 'none';
        const { adopted, tried, unused } = states;
        const of = adopted.length + tried.length + unused.length;
        return [id, { share: shareAdopted(states), adopted: adopted.length, of, inPlan } as const];
      }),
    );
    return { value, ...adoptionCoverage(adoption) };
  },
});
