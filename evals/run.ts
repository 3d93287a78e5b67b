/** Tries what the program is held to, and says how it did: `npm run eval -- --help`. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { openDatabase } from '../src/platform/db/open.ts';
import type { OpenDatabase } from '../src/platform/db/database.ts';
import { loadCatalogue } from '../src/platform/catalogue.ts';
import { showProgress } from '../src/platform/terminal/progress.ts';
import { processTerminal } from '../src/platform/terminal/terminal.ts';
import { checksOf, type Thresholds } from './check.ts';
import type { Suite } from './define.ts';
import { printSuite, printSummary, type Outcome } from './print.ts';
import { pageOf } from './page.ts';

const HELP = `npm run eval -- [--only <suite>]

Tries every suite, offline, and prints what came of it. Reports for machines (JSON) and for people (index.html) are written
to evals/reports. What a score has to reach stands in evals/thresholds.json. The exit code is 1 when anything failed.`;

const { values } = parseArgs({
  options: { only: { type: 'string' }, help: { type: 'boolean', default: false } },
});

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

const thresholds = JSON.parse(await readFile(here('./thresholds.json'), 'utf8')) as Thresholds;

let opened: Promise<OpenDatabase> | undefined;
const database = (): Promise<OpenDatabase> => (opened ??= openDatabase({}));

const tryOut = async (suite: Suite): Promise<Outcome> => {
  const started = performance.now();
  const progress = showProgress(processTerminal());
  try {
    const onProgress = progress.report;
    const result = await suite.run({ onProgress, database, run: 1, live: null });
    const seconds = (performance.now() - started) / 1000;
    return { suite, result, seconds, checks: checksOf(suite, result, thresholds[suite.id] ?? {}) };
  } finally {
    progress.end();
  }
};

const report = async (outcomes: readonly Outcome[]): Promise<void> => {
  await mkdir(here('./reports'), { recursive: true });
  for (const { suite, result, checks } of outcomes) {
    const content = { id: suite.id, title: suite.title, ...result, checks };
    await writeFile(here(`./reports/${suite.id}.json`), `${JSON.stringify(content, null, 2)}\n`);
  }
  await writeFile(here('./reports/index.html'), pageOf(outcomes));
};

const main = async (): Promise<void> => {
  if (values.help) {
    console.log(HELP);
    return;
  }
  const suites = (await loadCatalogue<Suite>(new URL('./suites/', import.meta.url))).filter(
    ({ id }) => values.only === undefined || id === values.only,
  );
  const outcomes: Outcome[] = [];
  for (const suite of suites) {
    const outcome = await tryOut(suite);
    printSuite(outcome);
    outcomes.push(outcome);
  }
  await report(outcomes);
  const failed = printSummary(outcomes);
  process.exitCode = failed === 0 && suites.length > 0 ? 0 : 1;
};

try {
  await main();
} finally {
  await (await opened)?.close();
}
