import type { Interval, RuleResult } from '../../learn/backtest/define.ts';
import type { Backtest } from '../../jobs/backtest/look-back.ts';
import { longDay, moneyText } from '../../platform/terminal/format.ts';
import { renderTable } from '../../platform/terminal/table.ts';
import type { Terminal } from '../../platform/terminal/terminal.ts';
import { bullet, section } from '../layout.ts';

/** What the line would have been worth on the tenant's own history. */
export const backtestPage = (terminal: Terminal, name: string, result: Backtest): string => {
  const { months, until } = result;
  const [from, to] = [months[0] ?? until, months.at(-1) ?? until].map(longDay);
  return [
    `${terminal.style.strong(name)} · back-test of \`${result.playbook}\``,
    `${result.accounts} accounts at ${result.months.length} month ends, ${from ?? ''} to ${to ?? ''}, each as it was known then.`,
    `Data ends on ${longDay(result.until)}. Lost: the first churn date on record, within ${result.horizonDays} days of a look.`,
    section(terminal, 'What would have been flagged'),
    comparison(terminal, result),
    section(terminal, 'Lift'),
    ...bullet(
      terminal,
      `Base rate: ${percent(result.baseRate)} of ${result.looks} looks were followed by a loss.`,
    ),
    ...bullet(terminal, `Over the base rate: ${liftText(result.liftOverBase)}.`),
    ...bullet(terminal, `Over the naive rule: ${liftText(result.liftOverNaive)}.`),
    ...bullet(
      terminal,
      `95 % intervals by bootstrap over accounts, ${result.resamples} resamples, seed ${result.seed}. 1 means no better.`,
    ),
    '',
    ...verdict(terminal, result),
  ].join('\n');
};

interface Row {
  readonly what: string;
  readonly rule: string;
  readonly naive: string;
}

const comparison = (terminal: Terminal, result: Backtest): string => {
  const row = (what: string, of: (one: RuleResult) => string): Row => ({
    what,
    rule: of(result.rule),
    naive: of(result.naive),
  });
  const money = (minor: number) => moneyText({ minor, currency: result.currency });
  const rows = [
    row(`lost accounts flagged, of ${result.lost}`, ({ caught }) => String(caught)),
    row('days before, median', ({ medianDaysBefore }) =>
      medianDaysBefore === null ? '—' : String(medianDaysBefore),
    ),
    row(`ARR covered, of ${money(result.arrLostMinor)}`, ({ arrCaughtMinor }) =>
      money(arrCaughtMinor),
    ),
    row('looks flagged', ({ flagged }) => String(flagged)),
    row('of them followed by a loss', ({ right, precision }) =>
      precision === null ? '—' : `${right} (${percent(precision)})`,
    ),
    row('false alarms a week', ({ falseAlarmsAWeek }) => falseAlarmsAWeek.toFixed(1)),
  ];
  return [
    renderTable(
      terminal,
      [
        { head: '', cell: (one: Row) => one.what },
        { head: result.playbook, cell: (one) => one.rule, align: 'right' },
        { head: 'naive rule', cell: (one) => one.naive, align: 'right' },
      ],
      rows,
    ),
    ...bullet(terminal, `Naive rule: ${result.naiveRule}.`),
  ].join('\n');
};

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;

const liftText = ({ value, low, high }: Interval): string =>
  `${value.toFixed(2)} (${low.toFixed(2)} to ${high.toFixed(2)})`;

const verdict = (terminal: Terminal, { evidence, beatsNaive }: Backtest): string[] => {
  if (!evidence) {
    return [
      terminal.style.warn('No evidence of signal:'),
      ...bullet(
        terminal,
        'the interval of the lift over the base rate holds 1. On this history, flagged accounts were not lost more often than others.',
      ),
    ];
  }
  return [
    terminal.style.good('Evidence of signal: flagged accounts were lost more often than others.'),
    ...bullet(
      terminal,
      beatsNaive
        ? 'It is better than the naive rule, too.'
        : 'No evidence that it is better than the naive rule: that interval holds 1.',
    ),
  ];
};
