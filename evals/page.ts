import type { FigureTable, Judged } from './define.ts';
import { countsOf, type Outcome } from './print.ts';

/** The report for a browser: one page that needs nothing else. */
export const pageOf = (outcomes: readonly Outcome[]): string =>
  `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Retinue: evals</title>
<style>${STYLE}</style>
</head>
<body>
<h1>Evals</h1>
${summary(outcomes)}
${outcomes.map(section).join('\n')}
</body>
</html>
`;

const STYLE = `
:root { color-scheme: light dark; --line: #8884; --good: #1a7f37; --bad: #cf222e; }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 72rem; margin: 2rem auto; padding: 0 1rem; }
h2 { margin-top: 2.5rem; }
table { border-collapse: collapse; width: 100%; margin: .75rem 0; }
th, td { text-align: left; vertical-align: top; padding: .35rem .6rem; border-bottom: 1px solid var(--line); }
td.figure, th.figure { text-align: right; font-variant-numeric: tabular-nums; }
.good { color: var(--good); } .bad { color: var(--bad); font-weight: 600; }
details > summary { cursor: pointer; }
ul { padding-left: 1.2rem; }
`;

const escape = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

const mark = (ok: boolean): string =>
  ok ? '<span class="good">✓</span>' : '<span class="bad">✗</span>';

const summary = (outcomes: readonly Outcome[]): string => {
  const rows = outcomes.map((outcome) => {
    const { tried, amiss, checked, unmet } = countsOf(outcome);
    const cells = [tried, amiss, checked, unmet].map((n) => `<td class="figure">${n}</td>`);
    const { id } = outcome.suite;
    return `<tr><td>${mark(amiss + unmet === 0)}</td><td><a href="#${id}">${id}</a></td>${cells.join('')}<td class="figure">${outcome.seconds.toFixed(1)}</td></tr>`;
  });
  const head = ['tried', 'amiss', 'checks', 'not met', 'seconds'];
  return `<table><thead><tr><th></th><th>suite</th>${head.map((text) => `<th class="figure">${text}</th>`).join('')}</tr></thead><tbody>${rows.join('')}</tbody></table>`;
};

const section = ({ suite, result, checks }: Outcome): string =>
  [
    `<h2 id="${suite.id}">${escape(suite.title)}</h2>`,
    `<ul>${checks.map(({ ok, line }) => `<li>${mark(ok)} ${escape(line)}</li>`).join('')}</ul>`,
    ...(result.tables ?? []).map(figures),
    judgedTable(result.judged),
  ].join('\n');

const figures = ({ title, head, rows, notes = [] }: FigureTable): string =>
  rows.length === 0
    ? ''
    : `<h3>${escape(title)}</h3>${tableOf(head, rows)}${notes.map((note) => `<p>${escape(note)}</p>`).join('')}`;

const tableOf = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  `<table><thead><tr>${head.map((text) => `<th>${escape(text)}</th>`).join('')}</tr></thead><tbody>${rows
    .map((row) => `<tr>${row.map((cell) => `<td>${escape(cell)}</td>`).join('')}</tr>`)
    .join('')}</tbody></table>`;

const judgedTable = (judged: readonly Judged[]): string => {
  const columns = [...new Set(judged.flatMap(({ shown = {} }) => Object.keys(shown)))];
  const head = ['', 'tried', ...columns, 'amiss'];
  const rows = judged
    .toSorted((a, b) => b.faults.length - a.faults.length)
    .map(
      ({ title, shown = {}, faults }) =>
        `<tr><td>${mark(faults.length === 0)}</td><td>${escape(title)}</td>${columns
          .map((column) => `<td>${escape(shown[column] ?? '')}</td>`)
          .join('')}<td class="bad">${escape(faults.join('; '))}</td></tr>`,
    );
  const open = judged.some(({ faults }) => faults.length > 0) || judged.length <= 30;
  return `<details${open ? ' open' : ''}><summary>${judged.length} tried</summary><table><thead><tr>${head
    .map((text) => `<th>${escape(text)}</th>`)
    .join('')}</tr></thead><tbody>${rows.join('')}</tbody></table></details>`;
};
