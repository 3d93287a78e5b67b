import type { DaysAgo, UsageBlueprint } from './define.ts';

/** A steady amount a day. */
export const steady = (amount: number) => (): number => amount;

/** `from` until `startedDaysAgo`, then in a straight line to `to` on the anchor day. */
export const ramp =
  (from: number, to: number, startedDaysAgo: DaysAgo) =>
  (daysAgo: DaysAgo): number =>
    daysAgo >= startedDaysAgo ? from : to + ((from - to) * daysAgo) / startedDaysAgo;

/** `from` until `startedDaysAgo`, in a straight line to `to` by `endedDaysAgo`, and `to` ever since. */
export const collapse =
  (from: number, to: number, startedDaysAgo: DaysAgo, endedDaysAgo: DaysAgo) =>
  (daysAgo: DaysAgo): number =>
    daysAgo >= startedDaysAgo
      ? from
      : daysAgo <= endedDaysAgo
        ? to
        : to + ((from - to) * (daysAgo - endedDaysAgo)) / (startedDaysAgo - endedDaysAgo);

/** `before` until `changedDaysAgo`, `after` from that day on. */
export const step =
  (before: number, after: number, changedDaysAgo: DaysAgo) =>
  (daysAgo: DaysAgo): number =>
    daysAgo > changedDaysAgo ? before : after;

type Amount = (daysAgo: DaysAgo) => number;

export interface UsageShape {
  readonly logins: Amount;
  readonly apiCalls?: Amount;
  readonly seatsUsed: Amount;
  readonly storageGb?: Amount;
  /** Feature id → uses a day. */
  readonly features: Readonly<Record<string, Amount>>;
}

/** The series that Lumenboard's product sends for one workspace. */
export const usage = (shape: UsageShape): readonly UsageBlueprint[] => [
  { metric: 'logins', on: shape.logins },
  ...(shape.apiCalls === undefined ? [] : [{ metric: 'api_calls', on: shape.apiCalls }]),
  { metric: 'seats_used', on: shape.seatsUsed, everyDays: 7, exact: true },
  { metric: 'storage_gb', on: shape.storageGb ?? steady(10), everyDays: 7, exact: true },
  ...Object.entries(shape.features).map(([feature, on]) => ({ metric: `feature:${feature}`, on })),
];
