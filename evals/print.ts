import Table from 'cli-table3';
import type { Check } from './check.ts';
import type { FigureTable, Judged, Suite, SuiteResult } from './define.ts';

/** What came of a suite. */
export interface Outcome {
  readonly suite: Pick<Suite, 'id' | 'title'>;
  readonly result: SuiteResult;
  readonly checks: readonly Check[];
  readonly seconds: number;
}

/** More than this is for the report. */
const SHOWN = 40;

export const printSuite = ({ suite, result, checks }: Outcome): void => {
  console.log(`\n${suite.title}`);
  printJudged(result.judged);
  for (const table of result.tables ?? []) printFigures(table);
  for (const { ok, line } of checks) console.log(`  ${markOf(ok)} ${line}`);
};

const printJudged = (judged: readonly Judged[]): void => {
  const amiss = judged.filter(({ faults }) => faults.length > 0);
  const listed = judged.length <= SHOWN ? judged : amiss.slice(0, SHOWN);
  if (listed.length > 0) {
    const columns = [...new Set(listed.flatMap(({ shown = {} }) => Object.keys(shown)))];
    const table = new Table({
      head: ['', 'tried', ...columns, 'amiss'],
      colWidths: [3, 34, ...columns.map((column) => widthOf(column, listed)), 28],
      wordWrap: true,
      style: { head: [], border: [] },
    });
    for (const { title, shown = {}, faults } of listed) {
      const cells = columns.map((column) => shown[column] ?? '');
      table.push([markOf(faults.length === 0), title, ...cells, faults.join('\n')]);
    }
    console.log(table.toString());
  }
  console.log(`  ${judged.length - amiss.length} of ${judged.length} as they should be`);
};

const WIDEST = 30;

/** As wide as its longest line, within bounds: longer lines are wrapped. */
const widthOf = (column: string, judged: readonly Judged[]): number => {
  const lines = judged.flatMap(({ shown = {} }) => (shown[column] ?? '').split('\n'));
  return Math.min(WIDEST, Math.max(column.length, ...lines.map(({ length }) => length)) + 2);
};

export const printFigures = ({ title, head, rows, notes = [] }: FigureTable): void => {
  if (rows.length === 0) return;
  const table = new Table({ head: [...head], style: { head: [], border: [] } });
  for (const row of rows.slice(0, SHOWN)) table.push([...row]);
  console.log(`\n  ${title}\n${table.toString()}`);
  for (const note of notes) console.log(`  ${note}`);
};

const markOf = (ok: boolean): string => (ok ? '✓' : '✗');

/** The suites at a glance, and the closing count; returns how much failed. */
export const printSummary = (outcomes: readonly Outcome[]): number => {
  const table = new Table({
    head: ['', 'suite', 'tried', 'amiss', 'checks', 'not met', 'seconds'],
    colAligns: ['left', 'left', 'right', 'right', 'right', 'right', 'right'],
    style: { head: [], border: [] },
  });
  for (const outcome of outcomes) {
    const { tried, amiss, checked, unmet } = countsOf(outcome);
    table.push([
      markOf(amiss + unmet === 0),
      outcome.suite.id,
      tried,
      amiss,
      checked,
      unmet,
      outcome.seconds.toFixed(1),
    ]);
  }
  console.log(`\n${table.toString()}`);
  const counts = outcomes.map(countsOf);
  const sum = (pick: (one: Counts) => number) => counts.reduce((all, one) => all + pick(one), 0);
  const skipped = outcomes.flatMap(({ result }) => result.skipped ?? []);
  const failed = sum(({ amiss, unmet }) => amiss + unmet);
  console.log(`${skipped.length} skipped: ${skipped.length === 0 ? 'none' : skipped.join(', ')}`);
  console.log(`${sum(({ tried, checked }) => tried + checked) - failed} passed, ${failed} failed`);
  return failed;
};

interface Counts {
  readonly tried: number;
  readonly amiss: number;
  readonly checked: number;
  readonly unmet: number;
}

export const countsOf = ({ result, checks }: Outcome): Counts => ({
  tried: result.judged.length,
  amiss: result.judged.filter(({ faults }) => faults.length > 0).length,
  checked: checks.length,
  unmet: checks.filter(({ ok }) => !ok).length,
});
