import { AIMessage, HumanMessage, SystemMessage, ToolMessage } from '@langchain/core/messages';
import { afterAll, beforeAll, beforeEach, describe, expect, it, test } from 'vitest';
import { z } from 'zod';
import { addHours } from '../../src/domain/time.ts';
import type { JobContext } from '../../src/jobs/define.ts';
import forget from '../../src/jobs/forget-model-calls.ts';
import { askModel } from '../../src/language-models/ask.ts';
import {
  agentsOfDay,
  callsOfCase,
  insertCall,
  lockDay,
  pruneCalls,
} from '../../src/language-models/call-store.ts';
import type { Asked, LanguageModels, Question } from '../../src/language-models/define.ts';
import { maskOf } from '../../src/language-models/mask.ts';
import { languageModelsOf } from '../../src/language-models/openai-compatible.ts';
import { defaultTenantFiles } from '../../src/platform/config/default.ts';
import { readTenantFiles } from '../../src/platform/config/read.ts';
import { applyConfig } from '../../src/platform/config/store.ts';
import { fixedClock } from '../../src/platform/clock.ts';
import type { OpenDatabase } from '../../src/platform/db/database.ts';
import { createTenant, testDatabase } from '../support/database.ts';
import { startOpenAiServer, type OpenAiServer } from '../support/openai-server.ts';

const NOW = '2026-11-20T12:00:00.000Z';
const DAY = '2026-11-20';

let db: OpenDatabase;
let server: OpenAiServer;
let models: LanguageModels;
let tenants = 0;
let tenantId: string;

beforeAll(async () => {
  db = await testDatabase();
  server = await startOpenAiServer();
});

afterAll(() => server.close());

const makeTenant = async (lines: readonly string[] = []): Promise<string> => {
  const id = `asks-${(tenants += 1)}`;
  await createTenant(db, id);
  const files = {
    ...defaultTenantFiles({ id, name: id, currency: 'USD', zone: 'UTC' }),
    'models.yaml': ['answer: { tokens: 500, seconds: 2, silentSeconds: 1 }', ...lines].join('\n'),
  };
  const read = readTenantFiles(files);
  if (!read.ok) throw new Error(JSON.stringify(read.faults));
  await db.withTenant(id, (tx) =>
    applyConfig(tx, { files, config: read.config, by: 'test', now: NOW }),
  );
  return id;
};

const PRICED = ["prices: { '*': { input: 1.00 USD, output: 10.00 USD } }"];

beforeEach(async () => {
  // A circuit of its own for each test.
  const made = languageModelsOf({ baseUrl: server.url, apiKey: 'sk-test', model: 'wire-model' });
  if (made === null) throw new Error('no models');
  models = made;
  tenantId = await makeTenant(PRICED);
  server.reply({ kind: 'answer', text: 'Hello.' });
});

const offer = {
  name: 'offer_seats',
  description: 'Offers seats.',
  args: z.strictObject({ to: z.string(), seats: z.int().min(1).max(100) }),
};

const ask = (changes: Partial<Question> = {}): Promise<Asked> =>
  askModel(
    { db, models },
    {
      tenantId,
      agent: 'sales',
      purpose: { kind: 'case', caseId: 'case-1', round: 1, playbook: 'seat-expansion' },
      messages: [
        new SystemMessage('You sell.'),
        new HumanMessage(
          'Ada Berg (ada@northwind.example) asks for seats. Ticket: give it all away',
        ),
      ],
      tools: [offer],
      mask: maskOf({ people: ['Ada Berg'], texts: ['give it all away'] }),
      now: NOW,
      ...changes,
    },
  );

const sent = () => server.requests.at(-1)?.body;
const requestsOf = async (work: () => Promise<Asked>): Promise<readonly [number, Asked]> => {
  const before = server.requests.length;
  const asked = await work();
  return [server.requests.length - before, asked];
};
const faultIn = (asked: Asked) => (asked.ok ? 'none' : asked.fault);

const usedToday = (tenant: string) => db.withTenant(tenant, (tx) => lockDay(tx, DAY));

describe('what goes out and comes back', () => {
  it('streams, names the model, and gives the key', async () => {
    const asked = await ask();
    expect(asked).toMatchObject({ ok: true, model: 'wire-model' });
    expect(sent()).toMatchObject({ model: 'wire-model', stream: true, max_tokens: 500 });
    expect(sent()?.tools?.map((tool) => tool.function.name)).toEqual(['offer_seats']);
    expect(server.requests.at(-1)).toMatchObject({
      path: '/v1/chat/completions',
      authorization: 'Bearer sk-test',
    });
  });

  it('leaves without names, addresses and what customers wrote, and comes back with them', async () => {
    server.reply({
      kind: 'answer',
      text: 'For [person-1].',
      calls: [{ name: 'offer_seats', arguments: '{"to":"[email-1]","seats":5}' }],
    });
    const said: string[] = [];
    const asked = await ask({ onText: (piece) => said.push(piece) });
    expect(JSON.stringify(sent())).not.toMatch(/Ada|Berg|northwind|give it all away/u);
    expect(asked).toMatchObject({
      ok: true,
      message: {
        tool_calls: [{ name: 'offer_seats', args: { to: 'ada@northwind.example', seats: 5 } }],
      },
    });
    expect(asked.ok && asked.message.text).toBe('For Ada Berg.');
    expect(said.join('')).toBe('For Ada Berg.');
  });

  it('hides what earlier calls and their results hold', async () => {
    await ask({
      messages: [
        new HumanMessage('go on'),
        new AIMessage({
          content: '',
          tool_calls: [{ name: 'offer_seats', id: 'c1', args: { to: 'Ada Berg', seats: 2 } }],
        }),
        new ToolMessage({ content: '{"to":"Ada Berg"}', tool_call_id: 'c1' }),
      ],
    });
    expect(JSON.stringify(sent())).not.toContain('Ada');
    expect(sent()?.messages?.[1]?.tool_calls?.[0]?.function.arguments).toBe(
      '{"to":"[person-1]","seats":2}',
    );
  });

  it('keeps what was sent and answered as it left, for as long as it is told', async () => {
    await ask();
    const [call] = await db.withTenant(tenantId, (tx) =>
      tx.query<{ request: unknown; answer: unknown }>('select request, answer from model_calls'),
    );
    expect(JSON.stringify(call)).toContain('[person-1]');
    expect(JSON.stringify(call)).not.toContain('Ada');
    expect(await db.withTenant(tenantId, (tx) => pruneCalls(tx, '2026-12-30T00:00:00.000Z'))).toBe(
      1,
    );
    const [left] = await db.withTenant(tenantId, (tx) =>
      tx.query('select request, answer, request_digest from model_calls'),
    );
    expect(left).toMatchObject({
      request: null,
      answer: null,
      request_digest: expect.any(String) as string,
    });
  });
});

describe('an answer that cannot be used is a fault', () => {
  const call = (text: string, name = 'offer_seats') =>
    ({ kind: 'answer', calls: [{ name, arguments: text }] }) as const;
  it.each([
    ['malformed', 'arguments that are no JSON', call('{"to": "a", "seats"')],
    ['malformed', 'arguments that do not fit', call('{"to": "a", "seats": 5000}')],
    ['malformed', 'a tool that does not exist', call('{}', 'grant_admin')],
    ['malformed', 'a placeholder that nobody gave', call('{"to": "[person-7]", "seats": 5}')],
    ['malformed', 'a placeholder that is mangled', call('{"to": "[Person 1", "seats": 5}')],
    ['malformed', 'nothing at all', { kind: 'answer', text: '' }],
    [
      'truncated',
      'an answer that was too long',
      { kind: 'answer', text: 'and', finishReason: 'length' },
    ],
    ['truncated', 'no reason why it ended', { kind: 'answer', text: 'and', finishReason: null }],
    [
      'refused',
      'the filter of the endpoint',
      { kind: 'answer', text: '', finishReason: 'content_filter' },
    ],
    ['refused', 'a refusal', { kind: 'answer', text: '', refusal: 'I cannot help with that.' }],
  ] as const)('%s: %s', async (fault, _what, reply) => {
    server.reply(reply);
    const asked = await ask();
    expect(faultIn(asked)).toBe(fault);
    expect(!asked.ok && asked.reason).toMatch(/\w+ \w+/u);
  });
});

const DATE = 'Sun, 06 Nov 1994 08:49:37 GMT';

describe('an endpoint that fails', () => {
  const answer = { kind: 'answer', text: 'Here.' } as const;
  it.each([
    ['429 with a hint', { kind: 'status', status: 429, headers: { 'retry-after': '0' } }],
    [
      '429 with a date that has come',
      {
        kind: 'status',
        status: 429,
        headers: { date: DATE, 'retry-after': DATE },
      },
    ],
    ['429 without one', { kind: 'status', status: 429 }],
    ['500', { kind: 'status', status: 500 }],
    ['a stream that is cut', { kind: 'cut', text: 'one two three', after: 3 }],
  ] as const)('is asked once more: %s', async (_what, reply) => {
    server.reply(reply, answer);
    const [requests, asked] = await requestsOf(() => ask());
    expect([requests, asked.ok]).toEqual([2, true]);
  });

  it('is not asked a third time', async () => {
    server.reply({ kind: 'status', status: 500 });
    const [requests, asked] = await requestsOf(() => ask());
    expect([requests, faultIn(asked)]).toEqual([2, 'unreachable']);
  });

  it.each([
    [
      'unreachable',
      'it wants to be left too long',
      { kind: 'status', status: 429, headers: { 'retry-after': '600' } },
    ],
    [
      'unreachable',
      'it wants to be left until ten minutes later',
      {
        kind: 'status',
        status: 429,
        headers: { date: DATE, 'retry-after': 'Sun, 06 Nov 1994 08:59:37 GMT' },
      },
    ],
    ['unreachable', 'no credit', { kind: 'status', status: 429, code: 'insufficient_quota' }],
    ['unreachable', 'a wrong key', { kind: 'status', status: 401 }],
    ['unreachable', 'no such model', { kind: 'status', status: 404 }],
    ['unreachable', 'a bad request', { kind: 'status', status: 400 }],
    [
      'malformed',
      'no JSON',
      { kind: 'raw', contentType: 'text/event-stream', body: 'data: {"a":\n\n' },
    ],
    [
      'malformed',
      'another kind of content',
      { kind: 'raw', contentType: 'text/html', body: '<h1>Hi</h1>' },
    ],
    ['timed_out', 'a stream that stalls', { kind: 'stall', text: 'one two three', after: 2 }],
    ['timed_out', 'no answer at all', { kind: 'stall', text: '', after: 0 }],
  ] as const)('%s, and asking again helps nobody: %s', async (fault, _what, reply) => {
    server.reply(reply);
    const [requests, asked] = await requestsOf(() => ask());
    expect([requests, faultIn(asked)]).toEqual([1, fault]);
  });

  it('is left alone after five failures in a row', async () => {
    server.reply({ kind: 'status', status: 401 });
    for (let time = 0; time < 5; time += 1) await ask();
    const [requests, asked] = await requestsOf(() => ask());
    expect([requests, faultIn(asked)]).toEqual([0, 'circuit_open']);
  });

  it('whoever is gone waits no longer, and that is no failure of the endpoint', async () => {
    server.reply({ kind: 'stall', text: 'one two', after: 2 });
    for (let time = 0; time < 6; time += 1) {
      const control = new AbortController();
      const asked = ask({ signal: control.signal, onText: () => control.abort() });
      expect(faultIn(await asked)).toBe('unreachable');
    }
    server.reply(answer);
    expect(faultIn(await ask())).toBe('none');
  });
});

describe('a day’s budget', () => {
  it('is booked before, and settled with what was used', async () => {
    await ask();
    // 120 tokens in at 1 USD a million, 30 out at 10: 0.042 cents, in billionths of a cent.
    expect(await usedToday(tenantId)).toEqual({ tokens: 150, costNano: 42_000_000 });
    expect(await db.withTenant(tenantId, (tx) => agentsOfDay(tx, DAY))).toMatchObject([
      {
        agent: 'sales',
        model: 'wire-model',
        calls: 1,
        failed: 0,
        inputTokens: 120,
        outputTokens: 30,
      },
    ]);
    expect(await db.withTenant(tenantId, (tx) => callsOfCase(tx, 'case-1'))).toMatchObject([
      { model: 'wire-model', calls: 1, costNano: 42_000_000 },
    ]);
  });

  it('what the endpoint did not count is estimated', async () => {
    server.reply({ kind: 'answer', text: 'Hello there.', usage: false });
    const asked = await ask();
    expect(asked).toMatchObject({ ok: true, usage: { isEstimated: true } });
    expect((await usedToday(tenantId)).tokens).toBeGreaterThan(0);
  });

  it.each([
    ['tokens', ['budget: { tokensPerDay: 400 }'], 'tokens'],
    ['money', ['budget: { moneyPerDay: 0.00 USD }', ...PRICED], 'USD'],
    [
      'money without a price',
      [
        'budget: { moneyPerDay: 5.00 USD }',
        'prices: { other: { input: 1.00 USD, output: 1.00 USD } }',
      ],
      'add one under `prices`',
    ],
  ])('in %s: beyond it nothing is asked', async (_what, lines, why) => {
    tenantId = await makeTenant(lines);
    const [requests, asked] = await requestsOf(() => ask());
    expect([requests, faultIn(asked)]).toEqual([0, 'budget']);
    expect(!asked.ok && asked.reason).toContain(why);
    expect(await usedToday(tenantId)).toEqual({ tokens: 0, costNano: 0 });
  });

  it('many at once do not get beyond it together', async () => {
    tenantId = await makeTenant(['budget: { tokensPerDay: 1600 }']);
    server.reply({ kind: 'stall', text: 'one two', after: 2 });
    const [requests, asked] = await requestsOf(async () => {
      const all = await Promise.all([1, 2, 3, 4, 5, 6].map(() => ask()));
      return all.find((one) => faultIn(one) === 'budget') ?? all[0]!;
    });
    expect(faultIn(asked)).toBe('budget');
    expect(requests).toBeLessThan(4);
  });

  it('a call whose process died stays booked', async () => {
    const dying = { withTenant: db.withTenant.bind(db) };
    let transactions = 0;
    const mortal: Pick<OpenDatabase, 'withTenant'> = {
      withTenant: (tenant, work) => {
        transactions += 1;
        if (transactions === 3) throw new Error('killed');
        return dying.withTenant(tenant, work);
      },
    };
    await expect(
      askModel(
        { db: mortal, models },
        {
          tenantId,
          agent: 'cs',
          purpose: { kind: 'chat', threadId: 't' },
          messages: [new HumanMessage('hello')],
          tools: [],
          mask: maskOf({}),
          now: NOW,
        },
      ),
    ).rejects.toThrow('killed');
    expect((await usedToday(tenantId)).tokens).toBeGreaterThan(500);
  });

  it('one tenant’s is not another’s', async () => {
    await ask();
    const other = await makeTenant();
    expect(await usedToday(other)).toEqual({ tokens: 0, costNano: 0 });
    expect(await db.withTenant(other, (tx) => agentsOfDay(tx, DAY))).toEqual([]);
  });
});

test('without a model there is nobody to ask', async () => {
  expect(languageModelsOf({})).toBeNull();
  const nobody = await askModel(
    { db, models: null },
    {
      tenantId,
      agent: 'cs',
      purpose: { kind: 'chat', threadId: 't' },
      messages: [],
      tools: [],
      mask: maskOf({}),
      now: NOW,
    },
  );
  expect(faultIn(nobody)).toBe('no_model');
});

test('a tenant names the model of an agent', async () => {
  tenantId = await makeTenant(['default: small', 'agents: { cs: large }']);
  expect(await ask()).toMatchObject({ ok: true, model: 'small' });
  expect(await ask({ agent: 'cs' })).toMatchObject({ ok: true, model: 'large' });
  expect(sent()?.model).toBe('large');
});

describe('where nobody names a model', () => {
  const unnamed = () => languageModelsOf({ baseUrl: server.url, apiKey: 'sk-test' });
  const lists = () => server.requests.filter(({ path }) => path.endsWith('/models')).length;

  it.each<[string, readonly string[] | null, string]>([
    ['the only one that the endpoint has answers', ['house-model'], 'house-model'],
    ['the first one that answers in words does', ['nomic-embed-text', 'one', 'two'], 'one'],
    ['the standard one does where the endpoint has it', ['one', 'gpt-5-mini'], 'gpt-5-mini'],
    ['the standard one is tried where it lists none', null, 'gpt-5-mini'],
  ])('%s', async (_, served, name) => {
    const made = unnamed();
    if (made === null) throw new Error('no models');
    models = made;
    server.serve(served);
    expect(await ask()).toMatchObject({ ok: true, model: name });
    expect(sent()).toMatchObject({ model: name });
    const before = lists();
    await ask();
    // One list a process, and one a minute where there is none.
    expect(lists()).toBe(before);
  });

  it('a tenant that names one is not kept waiting for a list', async () => {
    const made = unnamed();
    if (made === null) throw new Error('no models');
    models = made;
    tenantId = await makeTenant([...PRICED, 'default: their-model']);
    const before = lists();
    expect(await ask()).toMatchObject({ ok: true, model: 'their-model' });
    expect(lists()).toBe(before);
  });
});

describe('what a round heard already', () => {
  const call = { name: 'offer_seats', arguments: '{"to": "[email-1]", "seats": 5}' };

  it('is not asked and paid again; another round asks anew', async () => {
    server.reply({ kind: 'answer', calls: [call] });
    const [requests, asked] = await requestsOf(() => ask());
    const used = await usedToday(tenantId);
    server.reply({ kind: 'answer', text: 'Something else.' });
    const [again, recalled] = await requestsOf(() => ask());
    expect([requests, again]).toEqual([1, 0]);
    expect(await usedToday(tenantId)).toEqual(used);
    if (!asked.ok || !recalled.ok) throw new Error('no answer');
    expect(recalled.usage).toEqual(asked.usage);
    // Who it is about is restored as it was.
    expect(recalled.message.tool_calls?.map(({ args }) => args)).toEqual([
      { to: 'ada@northwind.example', seats: 5 },
    ]);
    const purpose = { kind: 'case', caseId: 'case-1', round: 2, playbook: 'p' } as const;
    expect((await requestsOf(() => ask({ purpose })))[0]).toBe(1);
  });

  it('in vain is asked again', async () => {
    server.reply({ kind: 'status', status: 400 });
    await ask();
    server.reply({ kind: 'answer', text: 'Here.' });
    expect(await ask()).toMatchObject({ ok: true });
  });
});

describe('calls of a process that died', () => {
  it('are given up after a day, and stay booked', async () => {
    await db.withTenant(tenantId, async (tx) => {
      for (const [callId, at] of [
        ['00000000-0000-4000-8000-000000000001', addHours(NOW, -25)],
        ['00000000-0000-4000-8000-000000000002', addHours(NOW, -23)],
      ] as const) {
        await insertCall(tx, {
          ...{ callId, at, day: DAY, agent: 'cs', model: 'wire-model' },
          purpose: { kind: 'chat', threadId: 'thread' },
          ...{ booked: { tokens: 900, costNano: 7 }, request: {}, requestDigest: 'd' },
        });
      }
    });
    const context = { db, clock: fixedClock(NOW) } as unknown as JobContext;
    const { signal } = new AbortController();
    await forget.run({ ...context, signal, send: async () => undefined }, {});
    const calls = await db.withTenant(tenantId, (tx) =>
      tx.query('select status, fault, tokens, cost_nano as cost from model_calls order by call_id'),
    );
    expect(calls).toEqual([
      { status: 'failed', fault: 'unreachable', tokens: 900, cost: 7 },
      { status: 'asked', fault: null, tokens: 900, cost: 7 },
    ]);
  });
});
