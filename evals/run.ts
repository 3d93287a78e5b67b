/** Tries what the program is held to, and says how it did: `npm run eval -- --help`. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { LanguageModels } from '../src/language-models/define.ts';
import { traceOnlyWithKey } from '../src/language-models/tracing.ts';
import { openDatabase } from '../src/platform/db/open.ts';
import type { OpenDatabase } from '../src/platform/db/database.ts';
import { loadCatalogue } from '../src/platform/catalogue.ts';
import { showProgress } from '../src/platform/terminal/progress.ts';
import { processTerminal } from '../src/platform/terminal/terminal.ts';
import { checksOf, type Thresholds } from './check.ts';
import type { MadeTenant, Suite } from './define.ts';
import { liveFaults, liveTable, readUsed, tryLive, usedTable, type LiveOutcome } from './live.ts';
import { liveModels } from './models/live.ts';
import { printFigures, printSuite, printSummary, type Outcome } from './print.ts';
import { pageOf } from './page.ts';

const HELP = `npm run eval -- [--only <suite>] [--live [--times <k>]]

Tries every suite, offline, and prints what came of it. Reports for machines (JSON) and for people (index.html) are written
to evals/reports. What a score has to reach stands in evals/thresholds.json. The exit code is 1 when anything failed.

--live tries the suites that hold models to something with the service that OPENAI_BASE_URL, OPENAI_API_KEY and
RETINUE_MODEL name, k times (3), and prints which share of the cases passed, which share passed every time, and what it
took. It costs what that service asks for, and sends it the sample company's texts. A model may fail cases; the exit code
is 1 when nothing was tried or answered, something was skipped or a safeguard of the program gave way.`;

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    live: { type: 'boolean', default: false },
    times: { type: 'string', default: '3' },
    help: { type: 'boolean', default: false },
  },
});

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

const thresholds = JSON.parse(await readFile(here('./thresholds.json'), 'utf8')) as Thresholds;

const opened = new Map<string, Promise<OpenDatabase>>();
const database = (name = ''): Promise<OpenDatabase> => {
  const one = opened.get(name) ?? openDatabase({});
  opened.set(name, one);
  return one;
};

const kit = { database, tenants: [] as MadeTenant[] };

const tryOut = async (suite: Suite): Promise<Outcome> => {
  const started = performance.now();
  const progress = showProgress(processTerminal());
  try {
    const onProgress = progress.report;
    const result = await suite.run({ ...kit, onProgress, run: 1, live: null });
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
    ({ id, takesLiveModels }) =>
      (values.only === undefined || id === values.only) &&
      (!values.live || takesLiveModels === true),
  );
  if (suites.length === 0) {
    const which = `${values.only ?? ''}${values.live ? ' that takes live models' : ''}`;
    console.error(`there is no suite ${which}`);
    process.exitCode = 1;
    return;
  }
  await (values.live ? withLiveModels(suites) : withStandIns(suites));
};

const withLiveModels = async (suites: readonly Suite[]): Promise<void> => {
  const times = Number(values.times);
  const live = liveModelsOrWhyNot();
  if (typeof live === 'string' || !Number.isSafeInteger(times) || times < 1) {
    console.error(typeof live === 'string' ? live : '--times takes a whole number from 1 on');
    process.exitCode = 1;
    return;
  }
  const outcomes: LiveOutcome[] = [];
  for (const suite of suites) {
    const progress = showProgress(processTerminal());
    outcomes.push(await tryLive(suite, times, { ...kit, onProgress: progress.report, live }));
    progress.end();
  }
  const used = await readUsed(kit);
  printFigures(liveTable(outcomes, times));
  printFigures(usedTable(used));
  const faults = [
    ...outcomes.flatMap((outcome) => liveFaults(outcome, thresholds)),
    ...(used.some(({ calls, failed }) => failed < calls) ? [] : ['no call was answered']),
  ];
  for (const fault of faults) console.log(`  ✗ ${fault}`);
  await mkdir(here('./reports'), { recursive: true });
  const report = {
    times,
    used,
    outcomes: outcomes.map(({ suite: { id }, runs }) => ({ id, runs })),
  };
  await writeFile(here('./reports/live.json'), `${JSON.stringify(report, null, 2)}\n`);
  process.exitCode = faults.length === 0 ? 0 : 1;
};

const liveModelsOrWhyNot = (): LanguageModels | string => {
  try {
    return liveModels(process.env);
  } catch (error) {
    return `--live asks a real service: ${error instanceof Error ? error.message : String(error)}`;
  }
};

const withStandIns = async (suites: readonly Suite[]): Promise<void> => {
  const outcomes: Outcome[] = [];
  for (const suite of suites) {
    const outcome = await tryOut(suite);
    printSuite(outcome);
    outcomes.push(outcome);
  }
  await report(outcomes);
  const failed = printSummary(outcomes);
  process.exitCode = failed === 0 ? 0 : 1;
};

traceOnlyWithKey(process.env);
try {
  await main();
} finally {
  for (const one of opened.values()) await (await one).close();
}
