/** Kills the line at random commits, many times, on each database, and says what came of it: `npm run crash -- --help`. */
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { crash, type CrashReport } from '../test/crash/harness.ts';
import { freshName, onServer, urlOf } from '../test/support/template.ts';

const HELP = `npm run crash -- [--kills 200] [--seed 1] [--on embedded|postgres|both]

Lives ten days of a small company's life in child processes, ends them by kill -9 right before or right after random
commits, begins them again, and looks whether anything was lost or happened twice. The same seed kills at the same points.
PostgreSQL is a throw-away server on port RETINUE_POSTGRES_PORT (54329), or the one that RETINUE_TEST_DATABASE_URL names.`;

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '200' },
    seed: { type: 'string', default: '1' },
    on: { type: 'string', default: 'both' },
    help: { type: 'boolean', default: false },
  },
});

const folder = await mkdtemp(join(tmpdir(), 'retinue-crash-'));

const carryOut = (place: string): Promise<CrashReport> =>
  crash({
    place,
    folder: join(folder, place.startsWith('postgres') ? 'postgres' : 'embedded'),
    kills: Number(values.kills),
    seed: Number(values.seed),
    onKill: ({ life, step, moment }, count) => {
      console.log(`kill ${count}: ${life}, ${step}, right ${moment} a commit`);
    },
  });

const serverScript = fileURLToPath(new URL('./postgres.sh', import.meta.url));

const withServer = async <T>(work: (url: string) => Promise<T>): Promise<T> => {
  const given = process.env['RETINUE_TEST_DATABASE_URL'] ?? '';
  if (given !== '') return work(given);
  const at = process.env['RETINUE_POSTGRES_DIR'] ?? '.retinue/postgres';
  const port = process.env['RETINUE_POSTGRES_PORT'] ?? '54329';
  const url = execFileSync(serverScript, ['start', at, port], { encoding: 'utf8' }).trim();
  try {
    return await work(url);
  } finally {
    execFileSync(serverScript, ['stop', at]);
  }
};

const onPostgres = (): Promise<CrashReport> =>
  withServer(async (server) => {
    const name = freshName();
    await onServer(server, `create database ${name}`);
    try {
      return await carryOut(urlOf(server, name));
    } finally {
      await onServer(server, `drop database ${name} with (force)`);
    }
  });

const tally = (words: readonly string[]): string =>
  [...new Set(words)]
    .sort()
    .map((word) => `${words.filter((other) => other === word).length} ${word}`)
    .join(', ');

const account = (report: CrashReport): void => {
  const { kills, lives, faults } = report;
  const table = new Table({ style: { head: [], border: [] } });
  table.push(
    ['database', `${report.database}, seed ${report.seed}`],
    ['killed by kill -9', `${kills.length} times in ${lives} lives`],
    ['while', tally(kills.map(({ kind }) => kind))],
    ['when', tally(kills.map(({ moment }) => `right ${moment} a commit`))],
    ['commits of an unharmed life', report.commits],
    ['events accepted, each life', report.events],
    [
      'messages sent, all lives',
      `${report.messages.sent}, and ${report.messages.unknown} in doubt, each told to a person`,
    ],
    ['tasks, ledger entries', `${report.tasks}, ${report.ledgerEntries}`],
    ['lost or doubled', faults.length === 0 ? 'nothing' : faults.length],
  );
  console.log(table.toString());
  for (const fault of faults) console.log(`  ${fault}`);
};

if (values.help) {
  console.log(HELP);
} else {
  const reports: CrashReport[] = [];
  try {
    if (values.on !== 'postgres') reports.push(await carryOut(join(folder, 'database')));
    if (values.on !== 'embedded') reports.push(await onPostgres());
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  for (const report of reports) account(report);
  process.exitCode = reports.every(({ faults }) => faults.length === 0) ? 0 : 1;
}
