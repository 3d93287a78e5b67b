import type { AccountView } from '../account-view.ts';
import { defineSignal, unknown, type Reading } from './define.ts';
import {
  adoptionCoverage,
  adoptionOf,
  boundsOf,
  depthShare,
  hasNoBaseline,
  noUse,
  usedTooLittle,
  type AdoptionTrend,
} from './feature-use.ts';
import { workflowUses } from './workflow-use.ts';

export default defineSignal<AdoptionTrend>({
  id: 'workflow_depth_trend',
  title: 'Trend of depth in critical workflows',
  formula:
    'Runs of each declared workflow (uses of its least used feature) in the last 28 days against the two 28-day windows before, each workflow counting the same; with what is lost at least and at most, given features that send nothing. A tenant that declares none has lost none',
  unit: 'basis points',
  needs: ['feature:*'],
  read: (view) => readTrend(view),
});

const readTrend = (view: AccountView): Reading<AdoptionTrend> => {
  const adoption = adoptionOf(view);
  const { features, missing, freshAt } = adoption;
  if (features.length === 0) return unknown(noUse(missing), freshAt);
  if (hasNoBaseline(adoption)) return unknown('feature use has no baseline yet', freshAt);
  if (usedTooLittle(adoption)) {
    return unknown('features were used too little before to compare with', freshAt);
  }
  const workflows = workflowUses(view, adoption);
  const shares = workflows.uses.map(({ runs }) => depthShare({ uses: runs }));
  const value = boundsOf(shares, workflows.missing.length);
  const { sources } = adoptionCoverage(adoption);
  const all = Math.max(1, view.config.workflows.length);
  const coverage = WHOLE - Math.ceil((workflows.missing.length * WHOLE) / all);
  return { value, sources, freshAt, coverage };
};

const WHOLE = 10_000;
