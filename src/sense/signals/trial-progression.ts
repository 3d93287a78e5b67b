import type { TrialStep } from '../../domain/tenant.ts';
import type { Day } from '../../domain/time.ts';
import type { AccountView } from '../account-view.ts';
import subscription from '../state/subscription.ts';
import { peakOf, sumOf, windowOf } from '../series/windows.ts';
import { defineSignal, unknown } from './define.ts';
import { daysApart, seriesSilence } from './freshness.ts';
import { termsOf } from './subscription-terms.ts';

type Progress = {
  /** Day of the trial, the first being 1. */
  readonly day: number;
  readonly of: number;
  readonly reached: readonly string[];
  readonly left: readonly string[];
  /** Basis points of the steps that are reached. */
  readonly share: number;
  /** Share of the steps less share of the days: below 0 the trial is behind. */
  readonly ahead: number;
};

const WHOLE = 10_000;
const NOTHING_RECEIVED = 'no step of the trial is received';

export default defineSignal<Progress>({
  id: 'trial_progression',
  title: 'Progress of the trial',
  formula:
    'Steps of telemetry.yaml that were reached since the trial began, of all of them, and that share less the share of its days gone by (trial progression, expansion-triggers.txt)',
  unit: 'steps, days, basis points',
  needs: ['subscription', 'logins', 'seats_used', 'feature:*'],
  read: (view) => {
    const trials = termsOf(view).counted.filter(({ data }) => data.status === 'trialing');
    const [trial] = trials.toSorted((a, b) => (a.data.startedOn < b.data.startedOn ? -1 : 1));
    if (trial === undefined) {
      return view.current(subscription).length === 0
        ? unknown('no subscription was ever received')
        : unknown('no trial is running');
    }
    const { steps, days } = view.config.trial;
    const readings = steps.map((step) => ({
      step,
      state: stateOf(view, step, trial.data.startedOn),
    }));
    const known = readings.filter(({ state }) => state !== 'unknown');
    if (known.length === 0) return unknown(NOTHING_RECEIVED);
    const day = daysApart(trial.data.startedOn, view.today) + 1;
    const reached = known.filter(({ state }) => state === 'reached').map(({ step }) => step.id);
    const share = Math.floor((reached.length * WHOLE) / steps.length);
    const gone = Math.min(WHOLE, Math.floor((day * WHOLE) / days));
    return {
      value: {
        day,
        of: days,
        reached,
        left: steps.map(({ id }) => id).filter((id) => !reached.includes(id)),
        share,
        ahead: share - gone,
      },
      sources: [trial.source],
      freshAt: trial.acceptedAt,
      coverage: Math.floor((known.length * WHOLE) / steps.length),
    };
  },
});

/** What is received says that a step is reached or not yet; what is not received says nothing. */
const stateOf = (
  view: AccountView,
  { metric, atLeast }: TrialStep,
  startedOn: Day,
): 'reached' | 'open' | 'unknown' => {
  const length = daysApart(startedOn, view.today) + 1;
  const series = view.series(metric, length);
  if (series === null) return view.tenantFreshAt(metric) === null ? 'unknown' : 'open';
  const days = windowOf(series.all, length);
  const amount = (series.kind === 'count' ? sumOf(days) : peakOf(days)) ?? 0;
  if (amount >= atLeast) return 'reached';
  return seriesSilence(view, series.kind, series.freshAt) === null ? 'open' : 'unknown';
};
