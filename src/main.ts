import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { loadCommands } from './commands/commands.ts';
import { runCommand } from './commands/run-command.ts';
import { readSettings } from './commands/settings.ts';
import { RetinueError } from './domain/errors.ts';
import { traceOnlyWithKey } from './language-models/tracing.ts';
import { problemOf, statusOf } from './platform/http/problem.ts';
import { log } from './platform/log.ts';
import { EXIT_CODES_HELP, exitCodeOf } from './platform/terminal/exit-codes.ts';
import { parseLine } from './platform/terminal/program.ts';
import { processTerminal, type Terminal } from './platform/terminal/terminal.ts';

const GLOBAL_OPTIONS = [
  { flags: '--json', description: 'print JSON, lists as {"items": […]}' },
  { flags: '--tenant <id>', description: 'which tenant (default: the session’s, or the only one)' },
  {
    flags: '--world <world>',
    description: 'live, simulated or shadow (default: that of the last run)',
  },
  {
    flags: '--data-dir <folder>',
    description: 'data folder (default: RETINUE_DATA_DIR, or .retinue)',
  },
];

const ENVIRONMENT: Readonly<Record<string, string>> = {
  DATABASE_URL: 'PostgreSQL 15 or newer with pgvector, instead of the embedded database',
  RETINUE_DATA_DIR: 'the data folder',
  RETINUE_URL: 'a server to talk to, where it is not the one of the data folder',
  RETINUE_SECRET_KEY:
    '32 random bytes in base64, which seal other systems’ secrets; needed with PostgreSQL',
  SMTP_URL: 'where e-mail goes; without it, into the data folder',
  DKIM_DOMAIN: 'with DKIM_SELECTOR, DKIM_KEY_FILE: sign it, where the mail server does not',
  RETINUE_MAILDIR: 'a folder with a Maildir for each tenant: bounces, complaints and answers',
  RETINUE_EMBEDDINGS_MODEL:
    'a model of an OpenAI-compatible service for the knowledge base; OPENAI_BASE_URL, OPENAI_API_KEY',
  NO_COLOR: 'no colours; RETINUE_LOG_LEVEL, RETINUE_DEBUG for looking inside',
};

const WIDTH = Math.max(...Object.keys(ENVIRONMENT).map(({ length }) => length));

const FOOTER = [
  'Environment',
  ...Object.entries(ENVIRONMENT).map(([name, text]) => `  ${name.padEnd(WIDTH)}  ${text}`),
  '',
  EXIT_CODES_HELP,
].join('\n');

/** The program's entry: reads the command line, runs one command, returns the exit code. Nothing is thrown. */
export const main = async (words: readonly string[]): Promise<number> => {
  const terminal = processTerminal();
  quietLog();
  traceOnlyWithKey(process.env);
  endOnBrokenPipe();
  const wantsJson = words.includes('--json');
  try {
    const typed = parseLine(await loadCommands(words), words.length === 0 ? ['help'] : words, {
      name: 'retinue',
      description: 'A self-hosted team of revenue agents for SaaS companies.',
      version: await version(),
      globalOptions: GLOBAL_OPTIONS,
      footer: FOOTER,
      print: terminal.print,
      remark: terminal.remark,
    });
    if ('exitCode' in typed) return typed.exitCode;
    const settings = readSettings(typed.global, process.env);
    return await runCommand(typed.command, typed.input, settings, terminal);
  } catch (error) {
    complain(error, terminal, wantsJson);
    return exitCodeOf(error, statusOf);
  }
};

/** On a terminal a person reads what the command prints; the log speaks up when something is wrong. */
const quietLog = (): void => {
  if (process.env['RETINUE_LOG_LEVEL'] === undefined) log.level = 'warn';
};

/** `retinue cases | head` ends without an error. */
const endOnBrokenPipe = (): void => {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
};

const version = async (): Promise<string> => {
  const text = await readFile(new URL('../package.json', import.meta.url), 'utf8');
  return z.object({ version: z.string() }).parse(JSON.parse(text)).version;
};

/** One message that says what to do; the stack only for who asks. */
const complain = (error: unknown, terminal: Terminal, asJson: boolean): void => {
  if (asJson) terminal.remark(JSON.stringify(problemOf(error)));
  else terminal.remark(`${terminal.style.bad('retinue:')} ${messageOf(error)}`);
  if (process.env['RETINUE_DEBUG'] !== undefined) terminal.remark(stackOf(error));
};

const messageOf = (error: unknown): string => {
  if (error instanceof RetinueError && error.family !== 'bug') return error.message;
  const text = error instanceof Error ? error.message : String(error);
  return `something failed inside: ${text}; RETINUE_DEBUG=1 shows where`;
};

const stackOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? '' : `\ncaused by ${stackOf(error.cause)}`;
  return `${error.stack ?? error.message}${cause}`;
};
