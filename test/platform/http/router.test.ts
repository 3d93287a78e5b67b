import { afterEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { inputError } from '../../../src/domain/errors.ts';
import type { Machine, Person, Principal } from '../../../src/domain/person.ts';
import type { Instant } from '../../../src/domain/time.ts';
import { fixedClock } from '../../../src/platform/clock.ts';
import type { Route } from '../../../src/platform/http/define.ts';
import { callLines } from '../../../src/platform/http/http-client.ts';
import { createRouter } from '../../../src/platform/http/router.ts';
import { listen, type RunningServer } from '../../../src/platform/http/server.ts';
import { resource, route, type Notes } from './routes.ts';

const NOW = '2026-11-21T12:00:00.000Z' as Instant;

const person = (...roles: Person['roles']): Person => ({
  kind: 'person',
  id: 'p1',
  tenantId: 'acme',
  name: 'Ada',
  email: 'ada@acme.example',
  roles,
});

const machine = (scopes: Machine['scopes'], trust: Machine['trust'] = 'server'): Machine => ({
  kind: 'machine',
  keyId: 'k1',
  tenantId: 'acme',
  name: 'key',
  scopes,
  trust,
});

const CALLERS: Readonly<Record<string, Principal>> = {
  viewer: person('viewer'),
  approver: person('approver'),
  ingest: machine(['ingest']),
  browser: machine(['ingest'], 'client'),
  reader: machine(['read']),
};

let running: RunningServer | null = null;
afterEach(async () => {
  await running?.close();
  running = null;
});

const start = async (...routes: Route<Notes>[]) => {
  const notes: Notes = { ran: [] };
  const clock = fixedClock(NOW);
  const failures: unknown[] = [];
  const app = createRouter({
    resources: [resource(...routes)],
    services: notes,
    authenticate: async (header) => CALLERS[header.replace('Bearer ', '')] ?? null,
    now: () => clock.now(),
    log: { done: () => undefined, failed: ({ error }) => failures.push(error) },
    pages: { '/login/{token}': ({ token }) => `token ${token ?? ''}` },
    heartbeatMilliseconds: 5,
  });
  running = await listen(app, '127.0.0.1', 0);
  const { url } = running;
  const post = (path: string, who?: string, body: unknown = {}) =>
    fetch(url + path, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        ...(who === undefined ? {} : { Authorization: `Bearer ${who}` }),
      },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  return { url, post, notes, clock, failures };
};

describe('who may call', () => {
  const access = {
    open: { kind: 'public', because: 'a test' },
    decide: { kind: 'person', right: 'approve' },
    look: { kind: 'reader', right: 'view' },
    send: { kind: 'key', right: 'ingest' },
    trusted: { kind: 'key', right: 'ingest', trust: 'server' },
  } as const;

  // One row a route, one column a caller: the whole table, so that no combination is left to chance.
  const table = {
    open: {
      nobody: 200,
      viewer: 200,
      approver: 200,
      ingest: 200,
      browser: 200,
      reader: 200,
      forged: 401,
    },
    decide: {
      nobody: 401,
      viewer: 403,
      approver: 200,
      ingest: 403,
      browser: 403,
      reader: 403,
      forged: 401,
    },
    look: {
      nobody: 401,
      viewer: 200,
      approver: 200,
      ingest: 403,
      browser: 403,
      reader: 200,
      forged: 401,
    },
    send: {
      nobody: 401,
      viewer: 403,
      approver: 403,
      ingest: 200,
      browser: 200,
      reader: 403,
      forged: 401,
    },
    trusted: {
      nobody: 401,
      viewer: 403,
      approver: 403,
      ingest: 200,
      browser: 403,
      reader: 403,
      forged: 401,
    },
  } as const;

  for (const [id, callers] of Object.entries(table)) {
    test(`a route of access ${id}`, async () => {
      const { post, notes } = await start(route(id, access[id as keyof typeof access]));
      for (const [who, status] of Object.entries(callers)) {
        const response = await post(`/v1/${id}`, who === 'nobody' ? undefined : who);
        expect([who, response.status]).toEqual([who, status]);
        if (status === 401) expect(response.headers.get('www-authenticate')).toContain('Basic');
      }
      expect(notes.ran).toHaveLength(
        Object.values(callers).filter((status) => status === 200).length,
      );
    });
  }

  test('a route that does not say who may call it is refused when the router is built', async () => {
    const careless = {
      ...route('careless', access.open),
      access: undefined,
    } as unknown as Route<Notes>;
    await expect(start(careless)).rejects.toMatchObject({ code: 'route_without_access' });
  });

  test('nobody unknown makes the server parse a body', async () => {
    const { post } = await start(route('decide', access.decide));
    const response = await post('/v1/decide', undefined, 'not json');
    expect(response.status).toBe(401);
  });
});

describe('problems', () => {
  const open = { kind: 'public', because: 'a test' } as const;

  test('input that does not fit is a problem with a pointer to each fault', async () => {
    const { post } = await start(route('open', open));
    const response = await post('/v1/open', undefined, { text: 'far too long a text' });
    expect(response.status).toBe(422);
    expect(response.headers.get('content-type')).toContain('application/problem+json');
    expect(await response.json()).toMatchObject({
      type: 'urn:retinue:problem:invalid_input',
      code: 'invalid_input',
      status: 422,
      errors: [{ pointer: '/text' }],
    });
  });

  test.each([
    ['not JSON', '{', 400, 'invalid_json'],
    ['too large', `{"text":"${'x'.repeat(70_000)}"}`, 413, 'too_large'],
  ])('a body that is %s', async (_name, body, status, code) => {
    const { post } = await start(route('open', open));
    const response = await post('/v1/open', undefined, body);
    expect([response.status, ((await response.json()) as { code: string }).code]).toEqual([
      status,
      code,
    ]);
  });

  test.each([
    ['case_not_found', 404],
    ['outbox.not-found', 404],
    ['auth.not_allowed', 403],
    ['approval_forbidden', 403],
    ['already_voted', 409],
    ['stale_approval', 409],
    ['edit_conflict', 409],
    ['edit_invalid', 400],
    ['auth.link_refused', 401],
  ])('the code %s becomes status %i', async (code, status) => {
    const { post } = await start(
      route('open', open, {
        handle: async () => {
          throw inputError(code, 'because');
        },
      }),
    );
    const response = await post('/v1/open');
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ code, detail: 'because' });
  });

  test('a fault of ours tells nobody what was inside, and is in the log', async () => {
    const { post, failures } = await start(
      route('open', open, {
        handle: async () => {
          throw new Error('password=hunter2');
        },
      }),
    );
    const response = await post('/v1/open');
    expect(response.status).toBe(500);
    const text = await response.text();
    expect(text).toContain('internal_error');
    expect(text).not.toContain('hunter2');
    expect(failures).toHaveLength(1);
  });

  test('an answer that its schema does not allow never leaves', async () => {
    const { post } = await start(
      route('open', open, {
        response: z.object({ count: z.number() }),
        handle: async () => ({ count: 'many' }),
      }),
    );
    expect((await post('/v1/open')).status).toBe(500);
  });

  test('an address that is none', async () => {
    const { url } = await start(route('open', open));
    const response = await fetch(`${url}/v1/nothing`);
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ code: 'route_not_found' });
  });
});

describe('limits', () => {
  test('a caller gone wild is told when to come back, and may then', async () => {
    const { post, clock } = await start(route('look', { kind: 'reader', right: 'view' }));
    const statuses: number[] = [];
    for (let index = 0; index < 201; index += 1)
      statuses.push((await post('/v1/look', 'reader')).status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(200);
    const refused = await post('/v1/look', 'reader');
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await post('/v1/look', 'viewer')).status).toBe(200);
    clock.advance(1_000);
    expect((await post('/v1/look', 'reader')).status).toBe(200);
  });

  test('guessing credentials is slowed down sooner', async () => {
    const { post } = await start(route('look', { kind: 'reader', right: 'view' }));
    const statuses: number[] = [];
    for (let index = 0; index < 25; index += 1)
      statuses.push((await post('/v1/look', `guess-${index}`)).status);
    expect(statuses.filter((status) => status === 401)).toHaveLength(20);
    expect(statuses.at(-1)).toBe(429);
  });
});

test('a page for who opens a login link in a browser', async () => {
  const { url } = await start();
  const response = await fetch(`${url}/login/abc`);
  expect(response.headers.get('content-type')).toContain('text/plain');
  expect(await response.text()).toBe('token abc');
});

test('a stop waits for what is under way and takes nothing new', async () => {
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const { url, post } = await start(
    route(
      'open',
      { kind: 'public', because: 'a test' },
      {
        handle: async () => {
          await held;
          return { ok: true };
        },
      },
    ),
  );
  const slow = post('/v1/open');
  await new Promise((resolve) => setTimeout(resolve, 50));
  const closing = running?.close();
  await expect(fetch(`${url}/v1/open`, { method: 'POST' })).rejects.toThrow();
  release();
  expect((await slow).status).toBe(200);
  await closing;
  running = null;
});

describe('bodies and answers that are not JSON', () => {
  const open = { kind: 'public', because: 'a test' } as const;

  test('bytes arrive as they were sent, whatever they call themselves', async () => {
    let seen: unknown = null;
    const { url } = await start(
      route('raw', open, {
        takes: 'bytes',
        limitBytes: 8,
        body: z.instanceof(Buffer),
        handle: async ({ body }) => {
          seen = body;
          return { ok: true };
        },
      }),
    );
    const send = (body: string) =>
      fetch(`${url}/v1/raw`, {
        method: 'POST',
        headers: { 'Content-Type': 'message/rfc822' },
        body,
      });
    expect((await send('{"a\n')).status).toBe(200);
    expect(seen).toEqual(Buffer.from('{"a\n'));
    expect((await send('123456789')).status).toBe(413);
  });

  test('a page is HTML', async () => {
    const { url } = await start(
      route('page', open, {
        method: 'get',
        body: null,
        answers: 'html',
        response: z.string(),
        handle: async () => '<p>hello</p>',
      }),
    );
    const response = await fetch(`${url}/v1/page`);
    expect(response.headers.get('content-type')).toContain('text/html');
    expect(await response.text()).toBe('<p>hello</p>');
  });

  test('lines come one by one while the work goes on', async () => {
    let release: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (release = resolve));
    const line = z.object({ n: z.number() });
    const counting = route('count', open, {
      answers: 'lines',
      line,
      response: z.custom<AsyncIterable<{ n: number }>>(),
      handle: async () => twoLines(gate),
    });
    const { url } = await start(counting);
    const seen: number[] = [];
    for await (const { n } of callLines(url, null, { ...counting, line }, { body: {} })) {
      seen.push(n);
      // The second line comes only after the first was read.
      release();
    }
    expect(seen).toEqual([1, 2]);
  });

  test('a quiet stream of events says that it is still there, until its end', async () => {
    let release: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (release = resolve));
    const { post } = await start(
      route('told', open, {
        answers: 'events',
        response: z.custom<AsyncIterable<object>>(),
        handle: async () => twoEvents(gate),
      }),
    );
    const answer = await post('/v1/told');
    const decoder = new TextDecoder();
    let text = '';
    for await (const chunk of answer.body ?? []) {
      text += decoder.decode(chunk as Uint8Array, { stream: true });
      // The work goes on only once its silence was filled.
      if (text.includes(': still here')) release();
    }
    expect(text.replaceAll(': still here\n\n', '')).toBe(
      'event: one\ndata: {"n":1}\n\nevent: two\ndata: {"n":2}\n\n',
    );
  });

  test('whoever hangs up on events ends the work behind them', async () => {
    let ended: () => void = () => undefined;
    const gone = new Promise<void>((resolve) => (ended = resolve));
    const { url } = await start(
      route('endless', open, {
        answers: 'events',
        response: z.custom<AsyncIterable<object>>(),
        handle: async ({ signal }) => {
          signal.addEventListener('abort', ended);
          return twoEvents(gone);
        },
      }),
    );
    const control = new AbortController();
    const answer = await fetch(`${url}/v1/endless`, { method: 'POST', signal: control.signal });
    await answer.body?.getReader().read();
    control.abort();
    await gone;
  });
});

async function* twoEvents(gate: Promise<void>): AsyncGenerator<object> {
  yield { event: 'one', data: { n: 1 } };
  await gate;
  yield { event: 'two', data: { n: 2 } };
}

async function* twoLines(gate: Promise<void>): AsyncGenerator<{ n: number }> {
  yield { n: 1 };
  await gate;
  yield { n: 2 };
}
