import { randomBytes } from 'node:crypto';
import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { configError, type RetinueError } from '../../domain/errors.ts';
import { diskFull } from './plain-words.ts';

/** Who holds a folder. `started` tells a process from a later one that was given the same number. */
interface Holder {
  readonly pid: number;
  readonly host: string;
  readonly started: string | null;
}

export interface FolderLock {
  release(): Promise<void>;
}

/** Linux's own mark of when a process started: boot and ticks since. `null` where there is none. */
const startOf = async (pid: number): Promise<string | null> => {
  try {
    const [boot, stat] = await Promise.all([
      readFile('/proc/sys/kernel/random/boot_id', 'utf8'),
      readFile(`/proc/${pid}/stat`, 'utf8'),
    ]);
    // The second field is a name in brackets that may hold spaces; the 22nd is the start.
    return `${boot.trim()}:${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? ''}`;
  } catch {
    return null;
  }
};

const isRunning = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Somebody else's process may not be signalled, but it runs.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
};

/** Whether the lock is left over from a process that is gone. Another machine's processes cannot be asked. */
const isLeftOver = async (holder: Holder): Promise<boolean> => {
  if (holder.host !== hostname()) return false;
  if (!isRunning(holder.pid)) return true;
  const started = await startOf(holder.pid);
  return holder.started !== null && started !== null && started !== holder.started;
};

const parseHolder = (text: string): Holder | null => {
  try {
    return JSON.parse(text) as Holder;
  } catch {
    return null;
  }
};

const readText = async (path: string): Promise<string | null> => {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
};

const heldBy = (folder: string, lockFile: string, text: string): RetinueError => {
  const holder = parseHolder(text);
  const who =
    holder === null
      ? 'another process'
      : `process ${holder.pid}${holder.host === hostname() ? '' : ` on ${holder.host}`}`;
  return configError(
    'db.folder_in_use',
    `the data folder ${folder} is in use by ${who}: use its HTTP API or stop it, choose another folder with ` +
      `RETINUE_DATA_DIR, or set DATABASE_URL to a PostgreSQL server, which many processes may share` +
      (holder?.host === hostname() ? '' : ` (if that process is surely gone, delete ${lockFile})`),
    { pid: holder?.pid, host: holder?.host, lockFile },
  );
};

/** Writes the whole lock file in one step; false when there is one already. */
const place = async (lockFile: string, text: string): Promise<boolean> => {
  const draft = `${lockFile}.${process.pid}.${randomBytes(4).toString('hex')}`;
  await writeFile(draft, text, { flag: 'wx' });
  try {
    await link(draft, lockFile);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
};

/** Puts a left-over lock aside. Where another process was quicker, its new lock is put back. */
const clear = async (lockFile: string, leftOver: string): Promise<void> => {
  const aside = `${lockFile}.${process.pid}.${randomBytes(4).toString('hex')}`;
  try {
    await rename(lockFile, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  const moved = await readText(aside);
  if (moved === leftOver) await rm(aside, { force: true });
  else await rename(aside, lockFile);
};

const ATTEMPTS = 5;

/**
 * Takes the folder for this process, by a file beside it; the embedded database has no lock of its own, and two
 * processes in one folder destroy it. Throws `db.folder_in_use`, naming the holder; the lock of a process that is gone
 * is taken over. Throws `db.folder_unwritable` and `db.disk_full`.
 */
export const lockFolder = async (folder: string): Promise<FolderLock> => {
  const lockFile = `${folder}.lock`;
  const mine: Holder = { pid: process.pid, host: hostname(), started: await startOf(process.pid) };
  const text = JSON.stringify({ ...mine, key: randomBytes(8).toString('hex') });
  try {
    return await take(folder, lockFile, text);
  } catch (error) {
    throw unusable(folder, error) ?? error;
  }
};

const UNWRITABLE = ['EACCES', 'EPERM', 'EROFS'];

/** What a person can do about a folder that cannot be written to; `null` for any other fault. */
export const unusable = (folder: string, error: unknown): RetinueError | null => {
  const { code = '', message } = error as NodeJS.ErrnoException;
  if (code === 'ENOSPC' || message.includes('No space left on device')) return diskFull(error);
  if (!UNWRITABLE.includes(code) && !/Permission denied|Read-only file system/i.test(message))
    return null;
  return configError(
    'db.folder_unwritable',
    `the data folder ${folder} cannot be written to: let this user write to it and to the folder that holds it, ` +
      'or choose another with RETINUE_DATA_DIR',
    { folder, reason: code === '' ? message : code },
  );
};

const take = async (folder: string, lockFile: string, text: string): Promise<FolderLock> => {
  await mkdir(dirname(folder), { recursive: true });
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    if (await place(lockFile, text)) return { release: () => release(lockFile, text) };
    const held = await readText(lockFile);
    if (held === null) continue;
    const holder = parseHolder(held);
    if (holder === null || !(await isLeftOver(holder))) throw heldBy(folder, lockFile, held);
    await clear(lockFile, held);
  }
  throw heldBy(folder, lockFile, (await readText(lockFile)) ?? '');
};

const release = async (lockFile: string, text: string): Promise<void> => {
  if ((await readText(lockFile)) === text) await rm(lockFile, { force: true });
};
