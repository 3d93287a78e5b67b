import type { Finding, Path } from '../fault.ts';
import type { ReadFolder } from '../folder.ts';
import { lowestRankWith } from '../assemble.ts';
import { duplicates, naming } from './naming.ts';

/** Plans, prices, rates, thresholds: every name defined, every currency convertible. */
export const checkCommercial = (folder: ReadFolder): Finding[] => [
  ...checkRates(folder),
  ...checkThresholds(folder),
  ...checkPlans(folder),
  ...checkFeatures(folder),
];

const checkRates = ({ tenant, plans }: ReadFolder): Finding[] => {
  if (tenant === undefined) return [];
  const own = tenant.rates.flatMap(({ from }, index) =>
    from === tenant.currency
      ? [finding('tenant', ['rates', index, 'from'], `is your own currency: remove this rate`)]
      : [],
  );
  const known = new Set([tenant.currency, ...tenant.rates.map(({ from }) => from)]);
  const missing = (plans?.plans ?? []).flatMap(({ seatPrice }, index) =>
    seatPrice !== undefined && !known.has(seatPrice.currency)
      ? [
          finding(
            'plans',
            ['plans', index, 'seatPrice'],
            `is in ${seatPrice.currency}, for which there is no rate: add one under \`rates\` in tenant.yaml`,
          ),
        ]
      : [],
  );
  const twice = duplicates(
    tenant.rates.map(({ from, day }) => `${from} on ${day}`),
    (index, name) => finding('tenant', ['rates', index], `is a second rate from ${name}: keep one`),
  );
  return [...own, ...twice, ...missing];
};

const checkThresholds = ({ tenant, plans, approvals }: ReadFolder): Finding[] =>
  Object.entries(approvals?.thresholds ?? {}).flatMap(([tier, { money }]) => [
    ...(tenant !== undefined && money.currency !== tenant.currency
      ? [
          finding(
            'approvals',
            ['thresholds', tier, 'money'],
            `must be in ${tenant.currency}, your reporting currency`,
          ),
        ]
      : []),
    ...(plans !== undefined && tier !== '*' && !plans.plans.some((plan) => plan.tier === tier)
      ? [
          finding(
            'approvals',
            ['thresholds', tier],
            `is not the tier of any plan: write ${naming(
              plans.plans.map((plan) => plan.tier),
              '`*`',
            )}`,
          ),
        ]
      : []),
  ]);

const checkPlans = ({ plans, telemetry }: ReadFolder): Finding[] => {
  if (plans === undefined) return [];
  return [
    ...duplicates(
      plans.plans.map(({ id }) => id),
      (index, id) => finding('plans', ['plans', index, 'id'], `\`${id}\` is used twice`),
    ),
    ...(telemetry === undefined
      ? []
      : plans.plans.flatMap((plan, index) => planNames(plan, index, telemetry))),
  ];
};

const planNames = (
  plan: NonNullable<ReadFolder['plans']>['plans'][number],
  index: number,
  telemetry: NonNullable<ReadFolder['telemetry']>,
): Finding[] => {
  const metrics = telemetry.metrics.map(({ id }) => id);
  const features = new Map(telemetry.features.map((feature) => [feature.id, feature]));
  return [
    ...Object.keys(plan.limits)
      .filter((metric) => !metrics.includes(metric))
      .map((metric) =>
        finding(
          'plans',
          ['plans', index, 'limits', metric],
          `is not a metric of telemetry.yaml: write ${naming(metrics, 'a metric that you add there')}`,
        ),
      ),
    ...plan.features.flatMap((id, position) => {
      const feature = features.get(id);
      const path: Path = ['plans', index, 'features', position];
      if (feature === undefined) {
        return [
          finding(
            'plans',
            path,
            `\`${id}\` is not a feature of telemetry.yaml: add it there or correct its spelling`,
          ),
        ];
      }
      return feature.fromRank !== undefined && feature.fromRank > plan.rank
        ? [
            finding(
              'plans',
              path,
              `\`${id}\` starts at rank ${feature.fromRank} by telemetry.yaml, and this plan has rank ${plan.rank}: correct one of them`,
            ),
          ]
        : [];
    }),
  ];
};

const checkFeatures = ({ plans, telemetry }: ReadFolder): Finding[] => {
  if (telemetry === undefined) return [];
  const metrics = duplicates(
    telemetry.metrics.map(({ id }) => id),
    (index, id) => finding('telemetry', ['metrics', index, 'id'], `\`${id}\` is used twice`),
  );
  const features = duplicates(
    telemetry.features.map(({ id }) => id),
    (index, id) => finding('telemetry', ['features', index, 'id'], `\`${id}\` is used twice`),
  );
  const unsold = telemetry.features.flatMap(({ id, fromRank }, index) =>
    plans !== undefined && fromRank === undefined && lowestRankWith(plans.plans, id) === null
      ? [
          finding(
            'telemetry',
            ['features', index],
            `no plan includes \`${id}\`: list it under a plan in plans.yaml, or say \`fromRank\``,
          ),
        ]
      : [],
  );
  return [...metrics, ...features, ...unsold];
};

const finding = (file: string, path: Path, message: string): Finding => ({
  file: `${file}.yaml`,
  path,
  message,
});
