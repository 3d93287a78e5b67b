import { z } from 'zod';
import { RetinueError } from '../../domain/errors.ts';

/** Problem Details (RFC 9457). `code` is stable; `detail` says what happened and what to do. */
export const problemSchema = z.object({
  type: z.string().describe('`urn:retinue:problem:<code>`'),
  title: z.string(),
  status: z.number().int(),
  code: z.string(),
  detail: z.string(),
  instance: z.string().optional().describe('the request, as it is named in the log'),
  errors: z
    .array(z.object({ pointer: z.string(), message: z.string() }))
    .optional()
    .describe('each fault of the input, with a JSON pointer to it'),
});

export type Problem = z.infer<typeof problemSchema>;

const TITLES: Readonly<Record<number, string>> = {
  400: 'The request cannot be read',
  401: 'Not signed in',
  403: 'Not allowed',
  404: 'Not found',
  405: 'No such method',
  409: 'It has changed meanwhile',
  413: 'Too large',
  415: 'Not JSON',
  422: 'The input is not valid',
  429: 'Too many requests',
  500: 'Internal error',
  502: 'An outside system failed',
  503: 'Not available now',
};

const BY_WORD: readonly (readonly [RegExp, number])[] = [
  [/not_signed_in$|link_refused$/, 401],
  [/^not_allowed$|_forbidden$|_not_allowed$/, 403],
  [/not_found$|(^|_)no_(person|key|tenant)$|^unknown_|_unknown$/, 404],
  [/conflict|already|stale|too_late|expired|_closed$|_settled$|_decided$|changed_meanwhile/, 409],
  [/^too_large$/, 413],
  [/^invalid_/, 422],
  [/^too_many_requests$/, 429],
];

/** The HTTP status of an error: by the words of its stable code, so that no verb knows about HTTP. */
export const statusOf = (error: RetinueError): number => {
  const own = error.details['status'];
  if (typeof own === 'number') return own;
  if (error.family === 'bug') return 500;
  if (error.family === 'outside' || error.family === 'model') return 502;
  const words = error.code.replaceAll(/[.-]/g, '_');
  return BY_WORD.find(([pattern]) => pattern.test(words))?.[1] ?? 400;
};

/** Whether somebody was refused for who they are, or asked for an id that is not theirs to see. */
export const isRefusal = ({ status, code }: Pick<Problem, 'status' | 'code'>): boolean =>
  status === 401 || status === 403 || (status === 404 && code !== 'route_not_found');

/** Any error as a problem. What is not ours is told as an internal error: its text may hold what nobody should read. */
export const problemOf = (error: unknown, instance?: string): Problem => {
  const known = asRetinueError(error);
  const status = known === null ? 500 : statusOf(known);
  const hidden = known === null || known.family === 'bug';
  const code = hidden ? 'internal_error' : known.code;
  return {
    type: `urn:retinue:problem:${code}`,
    title: TITLES[status] ?? 'Error',
    status,
    code,
    detail: hidden ? 'something failed inside; the log has it under `instance`' : known.message,
    ...(instance === undefined ? {} : { instance }),
    ...(hidden ? {} : faultsOf(known)),
  };
};

const faultsOf = (error: RetinueError): { errors?: { pointer: string; message: string }[] } => {
  const faults = z
    .array(z.object({ pointer: z.string(), message: z.string() }))
    .safeParse(error.details['errors']);
  return faults.success ? { errors: faults.data } : {};
};

const asRetinueError = (error: unknown): RetinueError | null => {
  if (error instanceof RetinueError) return error;
  return bodyParserError(error);
};

const BODY_FAULTS: Readonly<Record<string, readonly [string, string, number]>> = {
  'entity.too.large': [
    'too_large',
    'the body is larger than this route takes; send less at a time',
    413,
  ],
  'entity.parse.failed': ['invalid_json', 'the body is not JSON', 400],
  'encoding.unsupported': [
    'invalid_encoding',
    'the body has an encoding that is not supported',
    415,
  ],
  'charset.unsupported': ['invalid_charset', 'the body must be UTF-8', 415],
  'request.aborted': ['request_aborted', 'the request was broken off', 400],
  'request.size.invalid': ['invalid_size', 'the body is not as long as it was announced', 400],
};

/** What express's body parser throws, by its documented `type`. */
const bodyParserError = (error: unknown): RetinueError | null => {
  const type = z.object({ type: z.string() }).safeParse(error);
  const fault = type.success ? BODY_FAULTS[type.data.type] : undefined;
  if (fault === undefined) return null;
  const [code, message, status] = fault;
  return new RetinueError('input', code, message, { details: { status } });
};

/** A problem received from a server, as the error that it was there. */
export const errorFromProblem = (problem: Problem): RetinueError =>
  new RetinueError(problem.status >= 500 ? 'outside' : 'input', problem.code, problem.detail, {
    details: {
      status: problem.status,
      ...(problem.errors === undefined ? {} : { errors: problem.errors }),
      ...(problem.instance === undefined ? {} : { instance: problem.instance }),
    },
  });
