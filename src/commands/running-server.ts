import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { inputError, type RetinueError } from '../domain/errors.ts';
import type { Settings } from './settings.ts';

const fileSchema = z.object({ url: z.url(), pid: z.number().int().positive() });

/** A server that holds the data folder, or the one that `RETINUE_URL` names. */
export interface RunningServerInfo {
  readonly url: string;
  readonly pid: number | null;
}

const fileIn = (dataDir: string): string => join(dataDir, 'server.json');

/** Says where this server is, for commands started beside it. */
export const announceServer = async (dataDir: string, url: string): Promise<void> => {
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  await writeFile(fileIn(dataDir), JSON.stringify({ url, pid: process.pid }), { mode: 0o600 });
};

export const withdrawServer = async (dataDir: string): Promise<void> => {
  await rm(fileIn(dataDir), { force: true });
};

/**
 * The server to talk to; `null` when none runs. A file left behind by one that died is not believed. PostgreSQL is
 * shared by many processes: there, only a server that `RETINUE_URL` names is asked.
 */
export const findServer = async (
  settings: Pick<Settings, 'serverUrl' | 'databaseUrl' | 'dataDir'>,
): Promise<RunningServerInfo | null> => {
  if (settings.serverUrl !== null) return { url: settings.serverUrl, pid: null };
  if (settings.databaseUrl !== null) return null;
  const text = await readFile(fileIn(settings.dataDir), 'utf8').catch(() => null);
  if (text === null) return null;
  const info = fileSchema.safeParse(parseJson(text));
  if (!info.success || !isAlive(info.data.pid)) return null;
  return (await answers(info.data.url)) ? info.data : null;
};

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
};

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Somebody else's process is alive too.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
};

/** The process id may be another program's by now: only an answer counts. */
const answers = async (url: string): Promise<boolean> => {
  try {
    const response = await fetch(new URL('/healthz', url), { signal: AbortSignal.timeout(3_000) });
    return z.object({ program: z.literal('retinue') }).safeParse(await response.json()).success;
  } catch {
    return false;
  }
};

/** Why a command cannot run beside a server, and the way out. */
export const serverInTheWay = (command: string, server: RunningServerInfo): RetinueError =>
  inputError('server_running', reasonFor(command, server));

const reasonFor = (command: string, { url, pid }: RunningServerInfo): string => {
  if (pid === null) {
    return `\`retinue ${command}\` needs the database, and RETINUE_URL names the server ${url}; set DATABASE_URL as well, or unset RETINUE_URL`;
  }
  return `a server runs already at ${url} (process ${String(pid)}) and holds the data folder; use it, or stop it with Ctrl-C in its window or \`kill ${String(pid)}\``;
};
