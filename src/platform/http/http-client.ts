import type { RetinueError } from '../../domain/errors.ts';
import type { z } from 'zod';
import { outsideError } from '../../domain/errors.ts';
import type { Client, EventsOf, RouteInput, RouteOf } from './define.ts';
import { errorFromProblem, problemSchema } from './problem.ts';

const TIMEOUT_MS = 60_000;

/** Calls the routes of a running server. Throws what the server's problem says, or `server_not_reached`. */
export const httpClient = (url: string, token: string | null): Client => ({
  describe: url,
  call: async (route, input = {}) => {
    const response = await send(url, token, route, input);
    const body: unknown = await response.json().catch(() => null);
    if (!response.ok) throw problemFrom(response.status, body);
    return route.response.parse(body);
  },
  stream: (route, input = {}) => callEvents(url, token, route, input),
});

/** The server-sent events of a route. Comments and fields that we do not use are passed over. */
async function* callEvents<E>(
  url: string,
  token: string | null,
  route: EventsOf<E>,
  input: RouteInput,
): AsyncGenerator<E> {
  const response = await send(url, token, route, input, null);
  if (!response.ok) throw problemFrom(response.status, await response.json().catch(() => null));
  let rest = '';
  const decoder = new TextDecoder();
  for await (const chunk of bytesOf(response, url)) {
    const blocks = (rest + decoder.decode(chunk, { stream: true })).split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const event = field(block, 'event');
      const data = field(block, 'data');
      if (event !== null && data !== null)
        yield route.line.parse({ event, data: JSON.parse(data) as unknown });
    }
  }
}

const field = (block: string, name: string): string | null => {
  const line = block.split('\n').find((each) => each.startsWith(`${name}: `));
  return line === undefined ? null : line.slice(name.length + 2);
};

/**
 * Calls a route that answers in lines, giving each as it comes. Throws what the server's problem says,
 * `server_not_reached`, or `server_went_away` where it stops in the middle.
 */
export async function* callLines<Line>(
  url: string,
  token: string | null,
  route: RouteOf<unknown> & { readonly line: z.ZodType<Line> },
  input: RouteInput = {},
): AsyncGenerator<Line> {
  const response = await send(url, token, route, input, null);
  if (!response.ok) throw problemFrom(response.status, await response.json().catch(() => null));
  let rest = '';
  const decoder = new TextDecoder();
  for await (const chunk of bytesOf(response, url)) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) yield route.line.parse(JSON.parse(line));
  }
}

async function* bytesOf(response: Response, url: string): AsyncGenerator<Uint8Array> {
  try {
    yield* response.body ?? [];
  } catch (cause) {
    throw outsideError(
      'server_went_away',
      `the server at ${url} stopped answering in the middle; run the command again`,
      cause,
    );
  }
}

const send = async (
  url: string,
  token: string | null,
  route: Pick<RouteOf<unknown>, 'method' | 'path'>,
  input: RouteInput,
  timeoutMs: number | null = TIMEOUT_MS,
): Promise<Response> => {
  try {
    return await fetch(addressOf(url, route, input), {
      method: route.method.toUpperCase(),
      headers: {
        Accept: 'application/json',
        ...(token === null ? {} : { Authorization: `Bearer ${token}` }),
        ...(input.idempotencyKey === undefined ? {} : { 'Idempotency-Key': input.idempotencyKey }),
        ...typeOf(input.body),
      },
      ...(input.body === undefined ? {} : { body: written(input.body) }),
      ...signalOf(input, timeoutMs),
    });
  } catch (cause) {
    throw outsideError(
      'server_not_reached',
      `the server at ${url} does not answer; is it still running?`,
      cause,
    );
  }
};

const signalOf = (
  { signal }: RouteInput,
  timeoutMs: number | null,
): { readonly signal?: AbortSignal } => {
  const signals = [
    ...(signal === undefined ? [] : [signal]),
    ...(timeoutMs === null ? [] : [AbortSignal.timeout(timeoutMs)]),
  ];
  return signals.length === 0 ? {} : { signal: AbortSignal.any(signals) };
};

const typeOf = (body: unknown): Record<string, string> => {
  if (body === undefined) return {};
  const type = body instanceof Uint8Array ? 'application/octet-stream' : 'application/json';
  return { 'Content-Type': type };
};

const written = (body: unknown): string | Uint8Array<ArrayBuffer> =>
  // Bytes are of no shared memory here: they were read from a file.
  body instanceof Uint8Array ? (body as Uint8Array<ArrayBuffer>) : JSON.stringify(body);

const addressOf = (url: string, route: Pick<RouteOf<unknown>, 'path'>, input: RouteInput): URL => {
  const path = route.path.replaceAll(/\{(\w+)\}/g, (_whole, name: string) =>
    encodeURIComponent(input.params?.[name] ?? ''),
  );
  const address = new URL(path, url);
  for (const [name, value] of Object.entries(input.query ?? {})) {
    if (value !== undefined) address.searchParams.set(name, value);
  }
  return address;
};

const problemFrom = (status: number, body: unknown): RetinueError => {
  const problem = problemSchema.safeParse(body);
  if (problem.success) return errorFromProblem(problem.data);
  return outsideError(
    'unexpected_answer',
    `the server answered ${String(status)} without saying why; is it Retinue?`,
  );
};
