import { outsideError, type RetinueError } from '../../domain/errors.ts';

/** PostgreSQL's word for a disk, a quota or a limit of its own that is used up. */
const DISK_FULL = '53100';

export const diskFull = (cause: unknown): RetinueError =>
  outsideError(
    'db.disk_full',
    'the disk that holds the database is full: nothing of this was written, and what was committed before is kept; ' +
      'free some space and try again',
    cause,
  );

/** PostgreSQL's word for a statement that was broken off. */
const CANCELED = '57014';

const tooSlow = (cause: unknown): RetinueError =>
  outsideError(
    'db.too_slow',
    'the database broke off a statement that took too long or waited too long for somebody else: nothing of this was written; ' +
      'try again, and if it comes back look for what keeps the database busy (`pg_stat_activity`)',
    cause,
  );

const WORDS: Readonly<Record<string, (cause: unknown) => RetinueError>> = {
  [DISK_FULL]: diskFull,
  [CANCELED]: tooSlow,
};

/** The same failure in words that say what to do, where there is something to say. */
export const inPlainWords = (error: unknown): unknown => {
  if (!(error instanceof Error)) return error;
  const { code } = error as { readonly code?: unknown };
  return typeof code === 'string' ? (WORDS[code]?.(error) ?? error) : error;
};
