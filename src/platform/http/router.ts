import { randomUUID } from 'node:crypto';
import express, {
  type Express,
  type NextFunction,
  type Request,
  type RequestHandler,
  type Response,
} from 'express';
import helmet from 'helmet';
import { bug, inputError } from '../../domain/errors.ts';
import type { Principal } from '../../domain/person.ts';
import type { Instant } from '../../domain/time.ts';
import { withoutTokens } from '../auth/token.ts';
import { comingFrom, networkOf } from '../origin.ts';
import type { AccessRecord, Resource, Route } from './define.ts';
import { checkAccess, dispatch } from './dispatch.ts';
import { isRefusal, problemOf, type Problem } from './problem.ts';
import { rateLimit, type RateLimit } from './rate-limit.ts';

/** What the router needs to know about the program around it. */
export interface RouterOptions<S> {
  readonly resources: readonly Resource<S>[];
  readonly services: S;
  readonly authenticate: (authorization: string) => Promise<Principal | null>;
  readonly now: () => Instant;
  /** One line a request, and one for each failure of ours. */
  readonly log: RequestLog;
  readonly accessRecord?: AccessRecord;
  /** JSON documents that are the same for everybody, by path. */
  readonly documents?: Readonly<Record<string, unknown>>;
  /** Applications of their own, by the path that they answer for: they see to who may call. */
  readonly apps?: Readonly<Record<string, RequestHandler>>;
  /** Texts for who opens an address in a browser, by path with `{name}` for parameters. */
  readonly pages?: Readonly<Record<string, Page>>;
  /** Addresses and ranges whose word on where a request came from (`X-Forwarded-For`) is taken; none unless told. */
  readonly trustedProxies?: readonly string[];
  /** How often a quiet stream of events says that it is still there: every 15 seconds unless told. */
  readonly heartbeatMilliseconds?: number;
}

export type Page = (parameters: Readonly<Record<string, string>>) => string;

export interface RequestLog {
  readonly done: (line: {
    readonly id: string;
    readonly route: string;
    readonly status: number;
    readonly milliseconds: number;
  }) => void;
  readonly failed: (line: {
    readonly id: string;
    readonly route: string;
    readonly error: unknown;
  }) => void;
}

const CHALLENGE = 'Bearer realm="retinue", Basic realm="retinue"';

const DEFAULT_LIMIT_BYTES = 64 * 1024;

/** Requests a caller may send: a key sends batches, so this is plenty; it stops a loop gone wild. */
const PER_CALLER = { perSecond: 50, burst: 200 };
/** Refused credentials an address may send: the brake on guessing. */
const PER_ADDRESS = { perSecond: 1, burst: 20 };

/** Builds the express application. Throws `route_without_access` for a route that declares none. */
export const createRouter = <S>(options: RouterOptions<S>): Express => {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('trust proxy', [...(options.trustedProxies ?? [])]);
  app.use(helmet());
  const limits = { callers: rateLimit(PER_CALLER), refused: rateLimit(PER_ADDRESS) };
  for (const [path, handler] of Object.entries(options.apps ?? {})) app.use(path, handler);
  mountPages(app, options);
  for (const route of options.resources.flatMap((resource) => resource.routes)) {
    mount(app, route, options, limits);
  }
  app.use((request, _response, next) => {
    next(
      inputError(
        'route_not_found',
        `there is no \`${request.method} ${withoutTokens(request.path)}\`; see /openapi.json`,
      ),
    );
  });
  app.use(answerProblem(options));
  return app;
};

const mountPages = <S>(app: Express, { documents = {}, pages = {} }: RouterOptions<S>): void => {
  for (const [path, document] of Object.entries(documents)) {
    app.get(path, (_request, response) => {
      response.json(document);
    });
  }
  for (const [path, page] of Object.entries(pages)) {
    app.get(pathOf(path), (request, response) => {
      response.type('text/plain').send(page(textsOf(request.params)));
    });
  }
};

const textsOf = (parameters: Request['params']): Record<string, string> =>
  Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, String(value)]));

const pathOf = (path: string): string => path.replaceAll(/\{(\w+)\}/g, ':$1');

interface Limits {
  readonly callers: RateLimit;
  readonly refused: RateLimit;
}

const mount = <S>(
  app: Express,
  route: Route<S>,
  options: RouterOptions<S>,
  limits: Limits,
): void => {
  requireAccess(route);
  app[route.method](
    pathOf(route.path),
    begin(route.id, options),
    // Who it is comes before the body is read: nobody unknown makes us parse a megabyte.
    identify(route, options, limits),
    bodyOf(route),
    answer(route, options),
  );
};

const bodyOf = <S>({ takes, limitBytes = DEFAULT_LIMIT_BYTES }: Route<S>) =>
  takes === 'bytes'
    ? express.raw({ limit: limitBytes, type: () => true })
    : express.json({ limit: limitBytes, type: () => true });

const requireAccess = <S>(route: Route<S>): void => {
  const access: unknown = route.access;
  if (typeof access === 'object' && access !== null && 'kind' in access) return;
  throw bug('route_without_access', `route \`${route.id}\` does not say who may call it`);
};

/** What the steps of one request hand on; all absent where no route matched. */
interface Locals {
  id?: string;
  route?: string;
  caller?: Principal | null;
}

const localsOf = (response: Response): Locals => response.locals as Locals;

const begin =
  <S>(route: string, options: RouterOptions<S>) =>
  (_request: Request, response: Response, next: NextFunction): void => {
    const id = randomUUID();
    const started = process.hrtime.bigint();
    Object.assign(response.locals, { id, route, caller: null } satisfies Locals);
    response.setHeader('X-Request-Id', id);
    response.on('finish', () => {
      const milliseconds = Number((process.hrtime.bigint() - started) / 1_000_000n);
      options.log.done({ id, route, status: response.statusCode, milliseconds });
    });
    next();
  };

const identify =
  <S>(route: Route<S>, options: RouterOptions<S>, limits: Limits) =>
  async (request: Request, response: Response, next: NextFunction): Promise<void> => {
    const address = request.ip ?? 'unknown';
    const authorization = request.get('authorization');
    const caller = authorization === undefined ? null : await options.authenticate(authorization);
    const limit = limitFor(route, caller, authorization !== undefined);
    const who = caller === null || limit === 'refused' ? `address ${address}` : callerId(caller);
    if (limit !== null) brake(limits[limit], who, options.now(), response);
    if (authorization !== undefined && caller === null && route.access.kind !== 'signed') {
      throw badCredentials();
    }
    localsOf(response).caller = caller;
    checkAccess(route.access, caller);
    next();
  };

/** Which brake a request meets. What proves itself by a signature comes in bursts, from few addresses. */
const limitFor = <S>(
  { access, method }: Route<S>,
  caller: Principal | null,
  hasCredentials: boolean,
): keyof Limits | null => {
  if (access.kind === 'signed') return 'callers';
  if (caller === null && (hasCredentials || access.kind !== 'public')) return 'refused';
  if (access.kind !== 'public') return 'callers';
  if (method === 'post') return access.inLink === true ? 'callers' : 'refused';
  return caller === null ? null : 'callers';
};

const badCredentials = () =>
  inputError(
    'not_signed_in',
    'this key or session is not known, is revoked or has expired; sign in again with `retinue login`, or make a key with `retinue keys create`',
  );

const callerId = (caller: Principal): string =>
  caller.kind === 'machine' ? `key ${caller.keyId}` : `person ${caller.tenantId} ${caller.id}`;

const brake = (limit: RateLimit, caller: string, now: Instant, response: Response): void => {
  const wait = limit.take(caller, now);
  if (wait === 0) return;
  response.setHeader('Retry-After', String(wait));
  throw inputError('too_many_requests', `too many requests; try again in ${String(wait)} seconds`);
};

const answer =
  <S>(route: Route<S>, options: RouterOptions<S>) =>
  async (request: Request, response: Response): Promise<void> => {
    const body: unknown = request.body;
    const key = request.get('idempotency-key');
    const { access } = route;
    const gone = new AbortController();
    response.on('close', () => {
      gone.abort();
    });
    const input = {
      params: textsOf(request.params),
      query: request.query as Record<string, string>,
      ...(route.body === null ? {} : { body }),
      signal: gone.signal,
      ...(key === undefined ? {} : { idempotencyKey: key.slice(0, 200) }),
      ...(access.kind === 'signed' ? { signature: request.get(access.header) ?? '' } : {}),
    };
    const caller = localsOf(response).caller ?? null;
    const result = await comingFrom(placeOf(request), () =>
      dispatch(route, options.services, caller, input, options.accessRecord),
    );
    await send(route, result, response, options);
  };

const placeOf = ({ ip }: Request): string => networkOf(ip ?? '');

const send = async <S>(
  route: Route<S>,
  result: unknown,
  response: Response,
  { heartbeatMilliseconds = HEARTBEAT_MS }: RouterOptions<S>,
): Promise<void> => {
  response.status(route.status ?? 200);
  if (route.answers === 'html') response.type('html').send(result);
  // INVARIANT: dispatch has checked that it is one.
  else if (route.answers === 'lines') await sendLines(result as AsyncIterable<unknown>, response);
  else if (route.answers === 'events')
    await sendEvents(result as AsyncIterable<object>, response, heartbeatMilliseconds);
  else response.json(result);
};

/** Whoever stops reading ends the iteration; the work itself is its owner's to end. */
const sendLines = async (lines: AsyncIterable<unknown>, response: Response): Promise<void> => {
  response.type('application/x-ndjson').setHeader('Cache-Control', 'no-store');
  response.flushHeaders();
  for await (const line of lines) {
    if (response.destroyed) return;
    if (!response.write(`${JSON.stringify(line)}\n`)) await drained(response);
  }
  response.end();
};

/** Often enough that nothing in between takes a quiet connection for a dead one. */
const HEARTBEAT_MS = 15_000;

/** Server-sent events. Whoever goes away ends it: the route's `signal` says so to the work behind it. */
const sendEvents = async (
  events: AsyncIterable<object>,
  response: Response,
  heartbeatMilliseconds: number,
): Promise<void> => {
  response.set({
    'Content-Type': 'text/event-stream; charset=utf-8',
    'Cache-Control': 'no-store',
    // Proxies that collect answers before passing them on would hold every word back.
    'X-Accel-Buffering': 'no',
  });
  response.flushHeaders();
  const heartbeat = setInterval(() => response.write(': still here\n\n'), heartbeatMilliseconds);
  try {
    for await (const told of events) {
      if (response.destroyed) return;
      const { event, data } = told as { readonly event: string; readonly data: unknown };
      const text = `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
      if (!response.write(text)) await drained(response);
    }
    response.end();
  } finally {
    clearInterval(heartbeat);
  }
};

const drained = (response: Response): Promise<void> =>
  new Promise((resolve) => {
    response.once('drain', resolve).once('close', resolve);
  });

const answerProblem =
  <S>(options: RouterOptions<S>) =>
  async (
    error: unknown,
    request: Request,
    response: Response,
    _next: NextFunction,
  ): Promise<void> => {
    const locals = localsOf(response);
    const problem = problemOf(error, locals.id ?? randomUUID());
    if (problem.status >= 500) {
      options.log.failed({ id: problem.instance ?? '', route: locals.route ?? 'none', error });
    }
    await keepRefusal(options, problem, request, locals);
    if (problem.status === 401) response.setHeader('WWW-Authenticate', CHALLENGE);
    if (response.headersSent) {
      response.destroy();
      return;
    }
    response.status(problem.status).type('application/problem+json').send(JSON.stringify(problem));
  };

const keepRefusal = async <S>(
  { accessRecord }: RouterOptions<S>,
  problem: Problem,
  request: Request,
  { route, caller = null }: Locals,
): Promise<void> => {
  if (accessRecord === undefined || route === undefined || !isRefusal(problem)) return;
  const credentials = request.get('authorization') ?? null;
  await comingFrom(placeOf(request), () =>
    accessRecord.refused({ what: route, code: problem.code, caller, credentials }),
  );
};
