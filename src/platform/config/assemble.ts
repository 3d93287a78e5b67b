import type { Rung } from '../../domain/decision.ts';
import { digest } from '../../domain/identifiers.ts';
import type { IdentitySettings } from '../../domain/identity.ts';
import type {
  ApprovalThreshold,
  Feature,
  Metric,
  ModelRules,
  Owner,
  Plan,
  PlaybookSettings,
  Template,
  TenantConfig,
  TrialRules,
  TrialStep,
} from '../../domain/tenant.ts';
import type { TemplateFile } from './files/template.ts';
import type { TenantFile } from './files/tenant.ts';
import type { CheckedFolder } from './folder.ts';

/** Puts checked files together, with safe defaults for what they leave out. Version 0: not applied yet. */
export const assemble = (folder: CheckedFolder): TenantConfig => ({
  ...ownSettings(folder.tenant),
  version: 0,
  plans: folder.plans.plans.map(planOf),
  owners: folder.owners.owners.map(ownerOf),
  metrics: metricsOf(folder),
  features: featuresOf(folder),
  modules: folder.telemetry.modules,
  workflows: folder.telemetry.workflows,
  trial: trialOf(folder),
  guards: folder.guards.guards,
  models: modelsOf(folder),
  deals: { stages: folder.deals.stages, automation: folder.deals.automation ?? null },
  planner: folder.playbooks.planner,
  playbooks: mapValues(folder.playbooks.playbooks, playbookOf),
  ...(folder.playbooks.declines === undefined
    ? {}
    : {
        declines: {
          shareBasisPoints: folder.playbooks.declines.share,
          minCases: folder.playbooks.declines.minCases,
        },
      }),
  scores: folder.scores.scores,
  ceiling: { ...SAFE_CEILING, ...folder.autonomy.ceiling },
  approvals: {
    expireHours: folder.approvals.expireHours,
    thresholds: { ...SAFE_THRESHOLDS, ...mapValues(folder.approvals.thresholds, thresholdOf) },
  },
  identity: identityOf(folder),
  templates: folder.templates.map(({ template }) => templateOf(template)),
  policies: Object.fromEntries(folder.policies.map(({ file, text }) => [bareName(file), text])),
});

/** No action goes out without a person unless the files say so. */
const SAFE_CEILING: Readonly<Record<string, Rung>> = { '*': 'approve' };

/** Every offer of money is decided by a person unless the files say so. */
const SAFE_THRESHOLDS: Readonly<Record<string, ApprovalThreshold>> = {
  '*': { moneyMinor: 0, discountBasisPoints: 0 },
};

/** `policies/proposals.cedar` → `proposals.cedar`, as the packaged sets are called. */
const bareName = (file: string): string => file.slice(file.lastIndexOf('/') + 1);

const ownSettings = (file: TenantFile) => ({
  id: file.id,
  name: file.name,
  zone: file.zone,
  currency: file.currency,
  suspended: file.suspended,
  rates: file.rates.toSorted((a, b) => (a.day < b.day ? -1 : Number(a.day > b.day))),
  holidays: file.holidays,
  subscriptions: file.subscriptions,
  outbox: file.outbox,
  brake: file.brake,
  contact: {
    perContactAndWeek: file.contact.perContactAndWeek,
    perAccountAndWeek: file.contact.perAccountAndWeek,
    quietFromHour: file.contact.quietHours.from,
    quietToHour: file.contact.quietHours.to,
    weekdaysOnly: file.contact.weekdaysOnly,
    sender: file.contact.sender ?? null,
    ...(file.contact.replyTo === undefined ? {} : { replyTo: file.contact.replyTo }),
    ...(file.contact.linkDomains === undefined ? {} : { linkDomains: file.contact.linkDomains }),
    ...(file.contact.unsubscribe === undefined ? {} : { unsubscribe: file.contact.unsubscribe }),
  },
});

type PlanEntry = CheckedFolder['plans']['plans'][number];

const planOf = (plan: PlanEntry): Plan => ({ ...plan, seatPrice: plan.seatPrice ?? null });

const ownerOf = ({ deputy, ...owner }: CheckedFolder['owners']['owners'][number]): Owner => ({
  ...owner,
  ...(deputy === undefined ? {} : { deputy }),
});

const metricsOf = ({ telemetry }: CheckedFolder): Metric[] => [
  ...telemetry.metrics.map(({ property, limitWindow, drop, ...metric }) => ({
    ...metric,
    ...(property === undefined ? {} : { property }),
    ...(limitWindow === undefined ? {} : { limitWindow }),
    ...(drop === undefined ? {} : { drop }),
  })),
  ...telemetry.features.map(({ id, events }) => ({
    id: `feature:${id}`,
    kind: 'count' as const,
    events,
    feature: id,
  })),
];

const featuresOf = ({ telemetry, plans }: CheckedFolder): Feature[] =>
  telemetry.features.map(({ id, name, fromRank }) => ({
    id,
    name,
    fromRank: fromRank ?? lowestRankWith(plans.plans, id) ?? 0,
  }));

const trialOf = ({ telemetry: { trial, metrics } }: CheckedFolder): TrialRules => ({
  days: trial.days,
  steps:
    trial.steps?.map(({ metric, feature, ...step }) => ({
      ...step,
      metric: metric ?? `feature:${feature ?? ''}`,
    })) ?? STANDARD_TRIAL_STEPS.filter((step) => metrics.some(({ id }) => id === step.metric)),
});

/** What any product can see of a trial: somebody comes back, and does not stay alone. */
const STANDARD_TRIAL_STEPS: readonly TrialStep[] = [
  { id: 'came_back', name: 'Came back', metric: 'logins', atLeast: 3 },
  { id: 'invited_a_colleague', name: 'Invited a colleague', metric: 'seats_used', atLeast: 2 },
];

/** The rank of the lowest plan that includes a feature; `null` when none does. */
export const lowestRankWith = (plans: readonly PlanEntry[], feature: string): number | null => {
  const ranks = plans.filter((plan) => plan.features.includes(feature)).map(({ rank }) => rank);
  return ranks.length === 0 ? null : Math.min(...ranks);
};

const playbookOf = ({
  holdout,
  mode,
  ...settings
}: CheckedFolder['playbooks']['playbooks'][string]): PlaybookSettings => ({
  ...settings,
  ...(mode === undefined ? {} : { mode }),
  ...(holdout === undefined ? {} : { holdout }),
});

const identityOf = ({ identity }: CheckedFolder): IdentitySettings => ({
  accountsFrom: identity.accountsFrom,
  rules: identity.rules.map(({ key, heldBy, ...rule }) => ({
    ...rule,
    ...(key === undefined ? {} : { key }),
    ...(heldBy === undefined ? {} : { heldBy }),
  })),
  ignoreDomains: identity.ignoreDomains,
  truth: identity.truth,
  arrToleranceBasisPoints: identity.arrTolerance,
});

const modelsOf = ({ models }: CheckedFolder): ModelRules => ({
  default: models.default ?? null,
  agents: models.agents,
  tokensPerDay: models.budget.tokensPerDay ?? null,
  moneyPerDay: models.budget.moneyPerDay ?? null,
  prices: mapValues(models.prices, ({ input, output }) => ({
    input: input.minor,
    output: output.minor,
  })),
  answer: models.answer,
  keepCallsDays: models.keepCallsDays,
});

const thresholdOf = (
  threshold: CheckedFolder['approvals']['thresholds'][string],
): ApprovalThreshold => ({
  moneyMinor: threshold.money.minor,
  discountBasisPoints: threshold.discount,
});

/** The version is the text's own digest, so that nobody can change a text and forget to say so. */
const templateOf = ({
  approved,
  channel,
  action,
  expiresInHours,
  ...text
}: TemplateFile): Template => {
  const template = {
    ...text,
    ...(channel === undefined ? {} : { channel }),
    ...(action === undefined ? {} : { action }),
    ...(expiresInHours === undefined ? {} : { expiresInHours }),
  };
  return {
    ...template,
    version: digest(template).slice(0, 12),
    approvedBy: approved.by,
    approvedAt: approved.at,
  };
};

const mapValues = <From, To>(
  record: Readonly<Record<string, From>>,
  change: (value: From) => To,
): Record<string, To> =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
