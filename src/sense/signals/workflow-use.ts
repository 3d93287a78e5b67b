import type { Workflow } from '../../domain/tenant.ts';
import type { AccountView } from '../account-view.ts';
import type { Adoption, FeatureUse } from './feature-use.ts';

/** How often a declared workflow can have been carried out, in three windows of four weeks, newest first. */
export interface WorkflowUse {
  readonly workflow: Workflow;
  /** Features of it that were used in the newest window. */
  readonly used: number;
  readonly runs: FeatureUse['uses'];
}

/** Use of the declared workflows, and which of them cannot be read as a feature of theirs is not received. */
export interface WorkflowUses {
  readonly uses: readonly WorkflowUse[];
  readonly missing: readonly Workflow[];
}

/**
 * A workflow was carried out as often as the least used of its features, at most: clicks on the others do not finish
 * it. A feature that the account never used counts as no use, one that nobody's use was ever received of as missing.
 */
export const workflowUses = (view: AccountView, { features }: Adoption): WorkflowUses => {
  const byFeature = new Map(features.map((use) => [use.feature, use]));
  const isMissing = (feature: string): boolean =>
    !byFeature.has(feature) && view.tenantFreshAt(metricOf(view, feature)) === null;
  const { workflows } = view.config;
  return {
    missing: workflows.filter((workflow) => workflow.features.some(isMissing)),
    uses: workflows
      .filter((workflow) => !workflow.features.some(isMissing))
      .map((workflow) => useOf(workflow, byFeature)),
  };
};

const metricOf = (view: AccountView, feature: string): string =>
  view.config.metrics.find((metric) => metric.feature === feature)?.id ?? `feature:${feature}`;

const useOf = (workflow: Workflow, byFeature: ReadonlyMap<string, FeatureUse>): WorkflowUse => {
  const uses = workflow.features.map((feature) => byFeature.get(feature)?.uses ?? NEVER);
  const least = (window: 0 | 1 | 2): number => Math.min(...uses.map((use) => use[window]));
  return {
    workflow,
    used: uses.filter(([now]) => now > 0).length,
    runs: [least(0), least(1), least(2)],
  };
};

const NEVER: FeatureUse['uses'] = [0, 0, 0];
