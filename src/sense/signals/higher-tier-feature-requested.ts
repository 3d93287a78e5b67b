import { daysBetween, type Day } from '../../domain/time.ts';
import featureInterest from '../state/feature-interest.ts';
import { defineSignal, unknown } from './define.ts';
import { fromRecords } from './entity-reading.ts';
import { planTermsOf } from './subscription-terms.ts';

type Requested = {
  readonly feature: string;
  readonly name: string;
  readonly fromRank: number;
  readonly on: Day;
};

const DAYS = 90;

export default defineSignal<readonly Requested[]>({
  id: 'higher_tier_feature_requested',
  title: 'Features of a higher tier asked for',
  formula:
    'Features asked for in the last 90 days whose lowest plan ranks above the account’s plan (requirement C5)',
  unit: 'features',
  needs: ['feature_interest', 'subscription', 'plan'],
  read: (view) => {
    const rank = planTermsOf(view)?.rank ?? null;
    if (rank === null) return unknown('the rank of the current plan is not known');
    if (view.tenantFreshAt(featureInterest.kind) === null) {
      return unknown('no feature requests were ever received');
    }
    const asked = view
      .current(featureInterest)
      .filter(({ data }) => data.kind === 'requested')
      .filter(({ data }) => daysBetween(data.on, view.today) < DAYS && data.on <= view.today);
    const value = asked.flatMap(({ data }) => {
      const feature = view.config.features.find(({ id }) => id === data.feature);
      return feature === undefined || feature.fromRank <= rank
        ? []
        : [{ feature: feature.id, name: feature.name, fromRank: feature.fromRank, on: data.on }];
    });
    return fromRecords(value, asked, view.tenantFreshAt(featureInterest.kind));
  },
});
