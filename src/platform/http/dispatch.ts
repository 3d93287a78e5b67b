import type { z } from 'zod';
import type { RetinueError } from '../../domain/errors.ts';
import { bug, inputError } from '../../domain/errors.ts';
import type { Principal } from '../../domain/person.ts';
import { mayPerson } from '../auth/rights.ts';
import type { Access, AccessRecord, Route, RouteInput } from './define.ts';

/**
 * Runs one operation: rights first, then input, then the handler, then the check of what it returns.
 * `kept` is told of what was read. Throws `not_signed_in`, `not_allowed`, `invalid_input`, or what the handler throws.
 */
export const dispatch = async <S, R>(
  route: Route<S, Access, unknown, unknown, unknown, R>,
  services: S,
  caller: Principal | null,
  input: RouteInput,
  kept: AccessRecord | null = null,
): Promise<R> => {
  checkAccess(route.access, caller);
  const given = await route.handle({
    services,
    // INVARIANT: checkAccess has just shown that the caller is of the kind that the access declares.
    caller: isOpen(route.access) ? null : caller,
    params: read(route.params, input.params ?? {}, 'path'),
    query: read(route.query, input.query ?? {}, 'query'),
    body: route.body === null ? undefined : read(route.body, input.body, ''),
    idempotencyKey: input.idempotencyKey ?? null,
    signature: input.signature ?? '',
    signal: input.signal ?? NEVER,
  });
  const answer = checkAnswer(route, given);
  if (route.reads !== undefined && caller !== null) {
    const about = route.about?.(answer) ?? {};
    const { id: what, reads } = route;
    await kept?.read({ what, reads, caller, about, records: recordsIn(answer) });
  }
  return answer;
};

/** How many rows an answer has: lists are in `items`. */
export const recordsIn = (answer: unknown): number =>
  typeof answer === 'object' && answer !== null && 'items' in answer && Array.isArray(answer.items)
    ? answer.items.length
    : 0;

const NEVER = new AbortController().signal;

/** Whether nobody has to say who they are: anybody may call, or the body itself is signed. */
const isOpen = ({ kind }: Access): boolean => kind === 'public' || kind === 'signed';

/** Refuses who may not call: the message says what would help. */
export const checkAccess = (access: Access, caller: Principal | null): void => {
  if (access.kind === 'public' || access.kind === 'signed') return;
  if (caller === null) throw inputError('not_signed_in', howToSignIn(access));
  if (access.kind === 'person' && caller.kind === 'machine') {
    throw forbidden('an API key never decides; sign in as a person with `retinue login`');
  }
  if (access.kind === 'key' && caller.kind === 'person') {
    throw forbidden('this is for API keys: send one as the user of Basic authentication');
  }
  const ruling = mayPerson(caller, access.right);
  if (!ruling.allowed) throw forbidden(ruling.reason);
  if (access.kind === 'key' && access.trust === 'server' && !isTrusted(caller)) {
    throw forbidden('this needs a key of trust `server`: what a browser sends can be forged');
  }
};

const isTrusted = (caller: Principal): boolean =>
  caller.kind === 'machine' && caller.trust === 'server';

const forbidden = (message: string): RetinueError => inputError('not_allowed', message);

const howToSignIn = (access: Access): string =>
  access.kind === 'key'
    ? 'send an API key: as the user of Basic authentication, or as a Bearer token'
    : 'sign in first: run `retinue login` with the one-time link that the server printed';

const read = <T>(schema: z.ZodType<T>, value: unknown, root: string): T => {
  const outcome = schema.safeParse(value);
  if (outcome.success) return outcome.data;
  const errors = outcome.error.issues.map((issue) => ({
    pointer: `/${[...(root === '' ? [] : [root]), ...issue.path.map(String)].join('/')}`,
    message: issue.message,
  }));
  const first = errors[0] ?? { pointer: '/', message: 'it is not as documented' };
  const more = errors.length > 1 ? ` (and ${String(errors.length - 1)} more)` : '';
  throw inputError('invalid_input', `\`${first.pointer}\`: ${first.message}${more}`, { errors });
};

const checkAnswer = <R>(
  route: { readonly id: string; readonly response: z.ZodType<R> },
  answer: unknown,
): R => {
  const outcome = route.response.safeParse(answer);
  if (outcome.success) return outcome.data;
  const issue = outcome.error.issues[0];
  throw bug(
    'answer_differs_from_its_schema',
    `${route.id} answers what its schema does not allow: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`,
  );
};
