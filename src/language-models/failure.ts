import type { Fault } from './define.ts';
import { NoAnswer, TimedOut } from './stream.ts';

/** What a failed call means for who asked. */
export interface Failure {
  readonly fault: Fault;
  readonly reason: string;
  /** Nobody waited for it any more: the endpoint did nothing wrong. */
  readonly isGivenUp?: boolean;
  /** Another attempt may help. */
  readonly again?: boolean;
  /** How long the endpoint wants to be left before it. */
  readonly retryAfterMilliseconds?: number;
}

/** The fault that an error of the client stands for, with a sentence that says what to do where a person can. */
export const failureOf = (error: unknown): Failure => {
  if (error instanceof TimedOut) return { fault: 'timed_out', reason: error.message };
  if (error instanceof NoAnswer) return { fault: 'malformed', reason: error.message };
  const described = describe(error);
  if (described.status !== null) return ofStatus(described.status, described);
  if (described.name === 'AbortError' || described.name === 'APIUserAbortError')
    return {
      fault: 'unreachable',
      reason: 'the call was given up, since nobody waits for it',
      isGivenUp: true,
    };
  if (error instanceof SyntaxError)
    return { fault: 'malformed', reason: 'the endpoint sent what is no JSON' };
  return {
    fault: 'unreachable',
    reason: `the endpoint could not be reached (${described.message})`,
    again: true,
  };
};

interface Described {
  readonly status: number | null;
  readonly name: string;
  /** What services call a fault, such as `insufficient_quota`. */
  readonly code: string;
  readonly message: string;
  readonly headers: Headers | null;
}

const describe = (error: unknown): Described => {
  if (!(error instanceof Error))
    return { status: null, name: '', code: '', message: String(error), headers: null };
  const { status, code, headers } = error as Error & {
    readonly status?: unknown;
    readonly code?: unknown;
    readonly headers?: unknown;
  };
  const { cause } = error;
  const because = cause instanceof Error && cause.message !== '' ? `: ${cause.message}` : '';
  return {
    status: typeof status === 'number' ? status : null,
    name: error.name,
    code: typeof code === 'string' ? code : '',
    message: `${error.message}${because}`.replace(/\s+/gu, ' ').slice(0, 200),
    headers: headers instanceof Headers ? headers : null,
  };
};

const ofStatus = (status: number, { code, headers }: Described): Failure => {
  const unreachable = (reason: string): Failure => ({ fault: 'unreachable', reason });
  if (status === 401 || status === 403)
    return unreachable(`the endpoint refused the key (${status}): check OPENAI_API_KEY`);
  if (status === 404)
    return unreachable(
      'the endpoint knows no such address or model (404): check OPENAI_BASE_URL, and the name in RETINUE_MODEL or models.yaml',
    );
  if (status === 429 && code === 'insufficient_quota')
    return unreachable('no credit is left at the endpoint (429, insufficient_quota)');
  if (status === 429)
    return {
      ...unreachable('the endpoint has too much to do (429)'),
      again: true,
      ...waitOf(headers),
    };
  if (status >= 500)
    return { ...unreachable(`the endpoint failed (${status})`), again: true, ...waitOf(headers) };
  return unreachable(
    `the endpoint refused the request (${status}${code === '' ? '' : `, ${code}`})`,
  );
};

/** `Retry-After` in seconds or as a date, or the milliseconds of `retry-after-ms`. */
const waitOf = (headers: Headers | null): Pick<Failure, 'retryAfterMilliseconds'> => {
  const precise = figure(headers?.get('retry-after-ms'));
  if (precise !== null) return { retryAfterMilliseconds: precise };
  const seconds = figure(headers?.get('retry-after'));
  if (seconds !== null) return { retryAfterMilliseconds: seconds * 1000 };
  const until = dateOf(headers?.get('retry-after'));
  // By the endpoint's own clock, which need not be ours.
  const since = dateOf(headers?.get('date'));
  return until === null || since === null
    ? {}
    : { retryAfterMilliseconds: Math.max(0, until - since) };
};

const dateOf = (text: string | null | undefined): number | null => {
  const at = Date.parse(text ?? '');
  return Number.isNaN(at) ? null : at;
};

const figure = (text: string | null | undefined): number | null =>
  /^\d+(\.\d+)?$/u.test(text ?? '') ? Number(text) : null;
