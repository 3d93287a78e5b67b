import { defineSignal, unknown } from './define.ts';
import { adoptionCoverage, adoptionOf, noUse } from './feature-use.ts';
import { workflowUses } from './workflow-use.ts';

type Depth = Readonly<
  Record<
    string,
    { readonly used: number; readonly of: number; readonly runs: number; readonly before: number }
  >
>;

export default defineSignal<Depth>({
  id: 'workflow_depth',
  title: 'Depth of use in critical workflows',
  formula:
    'For each workflow that telemetry.yaml declares (usage depth, expansion-triggers.txt): how many of its features were used in the last 28 days, how often it can have been carried out (the uses of its least used feature), and the same of the 28 days before',
  unit: 'features and runs by workflow',
  needs: ['feature:*'],
  read: (view) => {
    if (view.config.workflows.length === 0) return unknown('telemetry.yaml declares no workflow');
    const adoption = adoptionOf(view);
    if (adoption.features.length === 0) return unknown(noUse(adoption.missing), adoption.freshAt);
    const { uses, missing } = workflowUses(view, adoption);
    if (uses.length === 0) {
      return unknown(`not received: features of ${namesOf(missing)}`, adoption.freshAt);
    }
    const value = Object.fromEntries(
      uses.map(({ workflow: { id, features }, used, runs: [now, before] }) => [
        id,
        { used, of: features.length, runs: now, before },
      ]),
    );
    const { sources, freshAt } = adoptionCoverage(adoption);
    const coverage = Math.floor((uses.length * 10_000) / (uses.length + missing.length));
    return { value, sources, freshAt, coverage };
  },
});

const namesOf = (workflows: readonly { readonly id: string }[]): string =>
  workflows.map(({ id }) => `\`${id}\``).join(', ');
