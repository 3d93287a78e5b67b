/** Who is at fault decides what is done: bad input is quarantined, an outside failure is retried, a bug stops the work. */
export type ErrorFamily = 'input' | 'model' | 'outside' | 'config' | 'bug';

/**
 * The one error class of the program. `code` is stable (documented, matched by tests and clients);
 * `message` says what happened and what to do: lower case, no final period, user input in backticks.
 */
export class RetinueError extends Error {
  readonly family: ErrorFamily;
  readonly code: string;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(
    family: ErrorFamily,
    code: string,
    message: string,
    options: {
      readonly cause?: unknown;
      readonly details?: Readonly<Record<string, unknown>>;
    } = {},
  ) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.name = 'RetinueError';
    this.family = family;
    this.code = code;
    this.details = options.details ?? {};
  }
}

export const inputError = (code: string, message: string, details?: Record<string, unknown>) =>
  new RetinueError('input', code, message, details === undefined ? {} : { details });

export const configError = (code: string, message: string, details?: Record<string, unknown>) =>
  new RetinueError('config', code, message, details === undefined ? {} : { details });

export const outsideError = (code: string, message: string, cause?: unknown) =>
  new RetinueError('outside', code, message, { cause });

export const bug = (code: string, message: string) => new RetinueError('bug', code, message);
