import { RetinueError } from '../../domain/errors.ts';

/** Exit codes of the command line, as `retinue help` documents them. */
export const EXIT = {
  done: 0,
  /** Something failed: an outside system, the database, or a fault of ours. */
  failed: 1,
  /** The command, its input or the configuration is not as it must be. */
  usage: 2,
  /** Not signed in, or not allowed. */
  refused: 3,
  notFound: 4,
  /** Somebody else was first: a running server, another process, a decision already taken. */
  conflict: 5,
  /** It ran, and the answer is no: the ledger is broken, a decision replays differently, files have faults. */
  answerIsNo: 6,
} as const;

export const EXIT_CODES_HELP = `Exit codes
  0  done
  1  something failed (an outside system, the database, a fault of ours)
  2  the command, its input or the configuration is not as it must be
  3  not signed in, or not allowed
  4  not found
  5  somebody else was first: a running server, another process, a decision already taken
  6  it ran, and the answer is no (ledger broken, replay differs, files have faults)`;

const BY_STATUS: Readonly<Record<number, number>> = {
  401: EXIT.refused,
  403: EXIT.refused,
  404: EXIT.notFound,
  409: EXIT.conflict,
};

const HELD = new Set(['server_running', 'db.folder_in_use', 'port_in_use']);

/** The exit code of an error, `status` being the HTTP status that it would have. */
export const exitCodeOf = (error: unknown, status: (error: RetinueError) => number): number => {
  if (!(error instanceof RetinueError)) return EXIT.failed;
  if (HELD.has(error.code)) return EXIT.conflict;
  if (error.family === 'config') return EXIT.usage;
  if (error.family !== 'input') return EXIT.failed;
  return BY_STATUS[status(error)] ?? EXIT.usage;
};
