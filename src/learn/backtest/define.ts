import type { Day } from '../../domain/time.ts';

/** One account at the end of one month, as it was known then, and what became of it. */
export interface LookBack {
  readonly accountId: string;
  readonly asOf: Day;
  /** The playbook would have opened a case. */
  readonly flagged: boolean;
  /** The naive rule would have. */
  readonly naive: boolean;
  /** Minor units of the tenant's currency; `null` where it was not known. */
  readonly arrMinor: number | null;
  /** The first day on which a record says that the account had left; `null` while none does. */
  readonly lostOn: Day | null;
}

/** A ratio with its 95 % interval. */
export interface Interval {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** What a rule was worth over all looks. */
export interface RuleResult {
  /** Looks at which it flagged, and of these how many were followed by a loss within the horizon. */
  readonly flagged: number;
  readonly right: number;
  /** right ÷ flagged; `null` where it flagged nobody. */
  readonly precision: number | null;
  /** Lost accounts that it flagged within the horizon before they left. */
  readonly caught: number;
  /** Days from the first of those flags to the loss; `null` where it caught none. */
  readonly medianDaysBefore: number | null;
  /** Times that it began to flag an account which did not leave within the horizon, a week. */
  readonly falseAlarmsAWeek: number;
  readonly arrCaughtMinor: number;
}

export interface BacktestResult {
  readonly months: readonly Day[];
  readonly horizonDays: number;
  readonly accounts: number;
  readonly looks: number;
  /** Accounts lost within the horizon after a look at them. */
  readonly lost: number;
  readonly arrLostMinor: number;
  /** Share of looks that were followed by a loss within the horizon. */
  readonly baseRate: number;
  readonly rule: RuleResult;
  readonly naive: RuleResult;
  readonly liftOverBase: Interval;
  readonly liftOverNaive: Interval;
  readonly resamples: number;
  readonly seed: number;
  /** The interval of the lift over the base rate lies above 1. */
  readonly evidence: boolean;
  /** The interval of the lift over the naive rule lies above 1. */
  readonly beatsNaive: boolean;
}
