/** Measures, and prints a table of ratios: `npm run bench -- --help`. */
import { execFileSync, spawn } from 'node:child_process';
import { cpus, loadavg, release, totalmem, type as systemName } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { loadCatalogue } from '../src/platform/catalogue.ts';
import { showProgress } from '../src/platform/terminal/progress.ts';
import { processTerminal } from '../src/platform/terminal/terminal.ts';
import type { DatabaseKind, Measurement, Row } from './define.ts';
import type { Orders } from './measure.ts';

const HELP = `npm run bench -- [--small] [--on embedded|postgres|both] [--only <measurement>]

Prints a table in Markdown: what was measured, its peer measured in the same run, the ratio, and what is aimed at. Nothing
here fails because a machine is slow. PostgreSQL is a throw-away server on port RETINUE_POSTGRES_PORT (54329) in
RETINUE_POSTGRES_DIR, or the one that RETINUE_TEST_DATABASE_URL names.`;

const { values } = parseArgs({
  options: {
    small: { type: 'boolean', default: false },
    on: { type: 'string', default: 'both' },
    only: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

const TITLES: Readonly<Record<DatabaseKind, string>> = {
  embedded: 'embedded (PGlite)',
  postgres: 'PostgreSQL',
};

interface Measured {
  readonly on: DatabaseKind;
  readonly rows: readonly Row[];
}

const terminal = processTerminal();

/** Carries out one measurement in a process of its own. */
const carryOut = (orders: Orders, label: string): Promise<readonly Row[]> => {
  const script = fileURLToPath(new URL('./measure.ts', import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', script, JSON.stringify(orders)], {
    stdio: ['ignore', 'inherit', 'pipe', 'pipe'],
    env: { RETINUE_LOG_LEVEL: 'error', ...process.env },
  });
  const progress = showProgress(terminal);
  let [answer, complaint] = ['', ''];
  child.stderr?.on('data', (chunk: Buffer) => {
    complaint = `${complaint}${chunk.toString()}`.slice(-4_000);
    const last = chunk.toString().trim().split('\n').at(-1) ?? '';
    progress.report({ label: `${label}: ${last}`, done: 0 });
  });
  child.stdio[3]?.on('data', (chunk: Buffer) => (answer += chunk.toString()));
  return new Promise((resolve, reject) => {
    child.on('close', (code) => {
      progress.end();
      if (code === 0) resolve(JSON.parse(answer) as Row[]);
      else reject(new Error(`${label} failed:\n${complaint}`));
    });
  });
};

const serverScript = fileURLToPath(new URL('../scripts/postgres.sh', import.meta.url));

/** The server to measure on, and how to let go of it. */
const startServer = (): { readonly url: string; readonly stop: () => void } => {
  const given = process.env['RETINUE_TEST_DATABASE_URL'] ?? '';
  if (given !== '') return { url: given, stop: () => undefined };
  const at = process.env['RETINUE_POSTGRES_DIR'] ?? '.retinue/postgres';
  const port = process.env['RETINUE_POSTGRES_PORT'] ?? '54329';
  const url = execFileSync(serverScript, ['start', at, port], { encoding: 'utf8' }).trim();
  return { url, stop: () => void execFileSync(serverScript, ['stop', at]) };
};

const describeMachine = (): string => {
  const [processor] = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  const load = loadavg().map((each) => each.toFixed(1));
  return `${cpus().length} × ${processor?.model.trim() ?? 'unknown'}, ${memory} GB, ${systemName()} ${release()}, Node ${process.versions.node}; load ${load.join(', ')}`;
};

const cell = (text: string): string => text.replaceAll('|', '\\|');

const lineOf = (on: DatabaseKind, { what, figure, peer, ratio, aim }: Row): string => {
  const outcome = aim === null ? '' : aim.met ? 'met' : 'not met';
  return `| ${[what, TITLES[on], figure, peer, ratio ?? '', aim?.text ?? '', outcome].map(cell).join(' | ')} |`;
};

const print = (measured: readonly Measured[]): void => {
  terminal.print('| what | on | figure | peer | ratio | aim | |');
  terminal.print('| --- | --- | --- | --- | --- | --- | --- |');
  for (const { on, rows } of measured) for (const row of rows) terminal.print(lineOf(on, row));
};

const main = async (): Promise<void> => {
  const all = await loadCatalogue<Measurement>(new URL('./measurements/', import.meta.url));
  const chosen = all.filter(({ id }) => values.only === undefined || values.only === id);
  const kinds = (['postgres', 'embedded'] as const).filter(
    (kind) => values.on === 'both' || values.on === kind,
  );
  const before = describeMachine();
  const server = kinds.includes('postgres') ? startServer() : null;
  const measured: Measured[] = [];
  const failed: string[] = [];
  try {
    for (const { id, on: own } of chosen) {
      for (const on of kinds.filter((kind) => own.includes(kind))) {
        const orders = {
          id,
          on,
          small: values.small,
          server: on === 'postgres' ? (server?.url ?? null) : null,
        };
        try {
          measured.push({ on, rows: await carryOut(orders, `${id} on ${TITLES[on]}`) });
        } catch (error) {
          failed.push(error instanceof Error ? error.message : String(error));
        }
      }
    }
  } finally {
    server?.stop();
  }
  print(measured);
  terminal.print(`\nbefore: ${before}`);
  terminal.print(
    `after: load ${loadavg()
      .map((each) => each.toFixed(1))
      .join(', ')}${values.small ? '; small sizes' : ''}`,
  );
  for (const failure of failed) terminal.remark(failure);
  process.exitCode = failed.length === 0 && measured.length > 0 ? 0 : 1;
};

if (values.help) terminal.print(HELP);
else await main();
