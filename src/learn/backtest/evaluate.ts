import { daysBetween, type Day } from '../../domain/time.ts';
import { bootstrapLifts, type Tally } from './bootstrap.ts';
import type { BacktestResult, LookBack, RuleResult } from './define.ts';

const SEED = 20_260_101;
const RESAMPLES = 2_000;

type Rule = (look: LookBack) => boolean;

/**
 * What the looks say of the rule: a flag is right when the account is lost within the horizon after it. Looks at
 * accounts that had left already, and looks whose horizon is not over, must not be among them. Pure.
 */
export const evaluate = (
  looks: readonly LookBack[],
  { months, horizonDays }: { readonly months: readonly Day[]; readonly horizonDays: number },
): BacktestResult => {
  const byAccount = [...groupByAccount(looks).values()];
  const isRight = (look: LookBack): boolean => isLostWithin(look, horizonDays);
  const lost = byAccount.filter((own) => own.some(isRight));
  const tallies = byAccount.map((own) => tallyOf(own, isRight));
  const lifts = bootstrapLifts(tallies, { resamples: RESAMPLES, seed: SEED });
  const base = looks.filter(isRight).length;
  const resultOf = (rule: Rule) => ruleResult(byAccount, rule, isRight, weeksOf(months));
  return {
    months,
    horizonDays,
    accounts: byAccount.length,
    looks: looks.length,
    lost: lost.length,
    arrLostMinor: lost.reduce((sum, own) => sum + arrOf(own.filter(isRight)), 0),
    baseRate: looks.length === 0 ? 0 : base / looks.length,
    rule: resultOf(({ flagged }) => flagged),
    naive: resultOf(({ naive }) => naive),
    liftOverBase: lifts.overBase,
    liftOverNaive: lifts.overNaive,
    resamples: RESAMPLES,
    seed: SEED,
    evidence: lifts.overBase.low > 1,
    beatsNaive: lifts.overNaive.low > 1,
  };
};

const isLostWithin = ({ asOf, lostOn }: LookBack, horizonDays: number): boolean =>
  lostOn !== null && daysBetween(asOf, lostOn) <= horizonDays;

/** Looks of each account, oldest first; accounts by id, so that the same looks always draw the same resamples. */
const groupByAccount = (looks: readonly LookBack[]): ReadonlyMap<string, LookBack[]> => {
  const groups = new Map<string, LookBack[]>();
  for (const look of looks.toSorted(byAccountAndDay)) {
    const own = groups.get(look.accountId);
    if (own === undefined) groups.set(look.accountId, [look]);
    else own.push(look);
  }
  return groups;
};

const byAccountAndDay = (a: LookBack, b: LookBack): number => {
  if (a.accountId !== b.accountId) return a.accountId < b.accountId ? -1 : 1;
  return a.asOf < b.asOf ? -1 : 1;
};

const tallyOf = (looks: readonly LookBack[], isRight: Rule): Tally => {
  const count = (...rules: readonly Rule[]) =>
    looks.filter((look) => rules.every((rule) => rule(look))).length;
  const flagged: Rule = (look) => look.flagged;
  const naive: Rule = (look) => look.naive;
  return {
    looks: looks.length,
    lost: count(isRight),
    flagged: count(flagged),
    right: count(flagged, isRight),
    naive: count(naive),
    naiveRight: count(naive, isRight),
  };
};

const ruleResult = (
  byAccount: readonly (readonly LookBack[])[],
  rule: Rule,
  isRight: Rule,
  weeks: number,
): RuleResult => {
  const flags = byAccount.flat().filter(rule);
  const right = flags.filter(isRight).length;
  const caught = byAccount.filter((own) => own.some((look) => rule(look) && isRight(look)));
  const daysBefore = caught.flatMap((own) => {
    const first = own.find((look) => rule(look) && isRight(look));
    return first === undefined || first.lostOn === null
      ? []
      : [daysBetween(first.asOf, first.lostOn)];
  });
  const falseAlarms = byAccount.reduce((sum, own) => sum + falseAlarmsOf(own, rule, isRight), 0);
  return {
    flagged: flags.length,
    right,
    precision: flags.length === 0 ? null : right / flags.length,
    caught: caught.length,
    medianDaysBefore: medianOf(daysBefore),
    falseAlarmsAWeek: falseAlarms / weeks,
    arrCaughtMinor: caught.reduce((sum, own) => sum + arrOf(own.filter(isRight)), 0),
  };
};

/** A flag that stands over several months is one alarm. */
const falseAlarmsOf = (own: readonly LookBack[], rule: Rule, isRight: Rule): number =>
  own.filter((look, index) => {
    const before = own[index - 1];
    return rule(look) && !isRight(look) && (before === undefined || !rule(before));
  }).length;

/** The last that was known of an account's ARR before it left. */
const arrOf = (looks: readonly LookBack[]): number =>
  looks.findLast(({ arrMinor }) => arrMinor !== null)?.arrMinor ?? 0;

const DAYS_A_MONTH = 30.44;

const weeksOf = (months: readonly Day[]): number => Math.max(1, (months.length * DAYS_A_MONTH) / 7);

/** The lower of the two in the middle, so that it is a number of days that there was. */
const medianOf = (values: readonly number[]): number | null =>
  values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 2)] ?? null;
