import { pino, type Logger } from 'pino';
import { RetinueError } from '../domain/errors.ts';

export type { Logger } from 'pino';

/** What a line may say about where it comes from: ids, never names, addresses or texts of people. */
export interface Scope {
  readonly tenantId?: string;
  readonly world?: string;
  readonly accountId?: string;
  readonly caseId?: string;
  readonly round?: number;
  readonly job?: string;
  readonly requestId?: string;
}

const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'];

const levelOf = (environment: NodeJS.ProcessEnv): string => {
  const wanted = environment['RETINUE_LOG_LEVEL'] ?? '';
  return LEVELS.includes(wanted) ? wanted : 'info';
};

/** One JSON line an event on standard error, so that standard output stays the command's. `RETINUE_LOG_LEVEL`. */
export const log: Logger = pino(
  {
    level: levelOf(process.env),
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    // Should one slip in all the same.
    redact: {
      paths: ['email', 'name', '*.email', 'password', 'secret', 'token'],
      censor: '[withheld]',
    },
  },
  pino.destination({ dest: 2, sync: true }),
);

/** A logger whose lines all carry the scope. */
export const scoped = (scope: Scope): Logger => log.child(scope);

/** An error as fields of a line. */
export interface DescribedError {
  readonly code: string;
  readonly family: string;
  /** Left out where it may quote what a person or a model wrote. */
  readonly reason?: string;
  /** Where it was thrown: the innermost frames, without the message. */
  readonly at: readonly string[];
}

const FRAMES = 6;

const framesOf = (error: Error): string[] =>
  (error.stack ?? '')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line.startsWith('at '))
    .slice(0, FRAMES);

/** What a log line may say of an error: code, family, place; the message unless it may hold what somebody wrote. */
export const describeError = (error: unknown): DescribedError => {
  if (!(error instanceof Error))
    return { code: 'unknown', family: 'bug', reason: typeof error, at: [] };
  const { code } = error as { readonly code?: unknown };
  const family = error instanceof RetinueError ? error.family : 'bug';
  return {
    code: typeof code === 'string' ? code : error.name,
    family,
    ...(family === 'input' || family === 'model' ? {} : { reason: error.message }),
    at: framesOf(error),
  };
};
