import { createHash, randomBytes } from 'node:crypto';
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

/** Where whoever takes over a lock says so first: one name for each lock that ever was, so that one process alone can. */
const claimOn = (lockFile: string, text: string): string =>
  `${lockFile}.${createHash('sha256').update(text).digest('hex').slice(0, 16)}`;

/** A lock, and after it the claims of processes that took it over and died before they had replaced it. */
const chainFrom = async (lockFile: string, held: string): Promise<readonly string[]> => {
  const chain = [held];
  for (;;) {
    const claim = await readText(claimOn(lockFile, chain.at(-1) ?? ''));
    if (claim === null) return chain;
    chain.push(claim);
  }
};

/**
 * Replaces a lock that is left over; false where somebody else was quicker. INVARIANT: nobody but the process that placed
 * the claim on the last of the chain replaces the lock, and the lock is looked at once more after the claim stands: a
 * claim that was placed late, on a lock that is replaced already, is given up.
 */
const takeOver = async (
  lockFile: string,
  chain: readonly string[],
  text: string,
): Promise<boolean> => {
  const claim = claimOn(lockFile, chain.at(-1) ?? '');
  if (!(await place(claim, text))) return false;
  if ((await readText(lockFile)) !== chain[0]) {
    await rm(claim, { force: true });
    return false;
  }
  await rename(claim, lockFile);
  for (const dead of chain.slice(0, -1)) await rm(claimOn(lockFile, dead), { force: true });
  return true;
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
    const chain = await chainFrom(lockFile, held);
    const last = chain.at(-1) ?? held;
    const holder = parseHolder(last);
    if (holder === null || !(await isLeftOver(holder))) throw heldBy(folder, lockFile, last);
    if (await takeOver(lockFile, chain, text)) return { release: () => release(lockFile, text) };
  }
  throw heldBy(folder, lockFile, (await readText(lockFile)) ?? '');
};

const release = async (lockFile: string, text: string): Promise<void> => {
  if ((await readText(lockFile)) === text) await rm(lockFile, { force: true });
};
