import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  createThreadRoute,
  getThreadRoute,
  sayRoute,
  type ExchangeShape,
} from '../../src/api/chat.ts';
import { dayUsed } from '../../src/language-models/call-store.ts';
import type { LanguageModels } from '../../src/language-models/define.ts';
import { languageModelsOf } from '../../src/language-models/openai-compatible.ts';
import imminentChurn from '../../src/sample/stories/imminent-churn.ts';
import { ANCHOR, foundCompany, type Company, type CompanyOptions } from '../fixtures/company.ts';
import { startOpenAiServer, type OpenAiServer, type Reply } from '../support/openai-server.ts';
import { signIn, startApi, type Api } from './support.ts';

/** Chat over two wires: an operator's HTTP on one side, a model's endpoint on the other. */

const QUICK = {
  'models.yaml': [
    [
      'answer: { tokens: 2000, seconds: 90, silentSeconds: 30 }',
      'answer: { tokens: 2000, seconds: 60, silentSeconds: 2 }',
    ],
  ],
} satisfies CompanyOptions['edits'];

let endpoint: OpenAiServer;
let api: Api;
let company: Company;
let poor: Company;
let token: string;
let models: LanguageModels;
let granite: string;

/** A circuit of its own for each test: what one did to the endpoint is nothing to the next. */
const fresh: LanguageModels = {
  nameFor: (agent, wanted) => models.nameFor(agent, wanted),
  chatModelFor: (agent, wanted) => models.chatModelFor(agent, wanted),
};

beforeAll(async () => {
  endpoint = await startOpenAiServer();
  api = await startApi({ now: ANCHOR, outside: { models: fresh } });
  company = await foundCompany(api.db, 'wired', {
    accounts: [imminentChurn.account],
    edits: QUICK,
  });
  poor = await foundCompany(api.db, 'poor', {
    accounts: [],
    edits: { 'models.yaml': [['tokensPerDay: 2000000', 'tokensPerDay: 100']] },
  });
  await company.run(ANCHOR);
  token = await signIn(api, company.admin);
  granite = await company.accountId('granite-energy');
}, 180_000);

afterAll(() => endpoint.close());

beforeEach(() => {
  const made = languageModelsOf({ baseUrl: endpoint.url, apiKey: 'sk-test', model: 'wire-model' });
  if (made === null) throw new Error('no models');
  models = made;
});

const calling = (): Reply => ({
  kind: 'answer',
  calls: [
    { name: 'score_receipt', arguments: JSON.stringify({ accountId: granite }) },
    { name: 'account_facts', arguments: JSON.stringify({ accountId: granite, ids: ['arr'] }) },
  ],
});

const open = async (by = token) => (await api.client(by).call(createThreadRoute, { body: {} })).id;

const post = (threadId: string, text: string, signal?: AbortSignal) =>
  fetch(`${api.url}/v1/chat/threads/${threadId}/messages`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${token}` },
    body: JSON.stringify({ text }),
    ...(signal === undefined ? {} : { signal }),
  });

const say = async (text: string, by = token): Promise<ExchangeShape> => {
  const params = { id: await open(by) };
  for await (const told of api.client(by).stream(sayRoute, { params, body: { text } }))
    if (told.event === 'done') return told.data;
  throw new Error('no answer');
};

test('an answer over both wires: what is looked up as it is, then the answer in pieces, then its sources', async () => {
  endpoint.reply(calling(), {
    kind: 'answer',
    text: '[company-1] is critical: logins fell 92 % against its own baseline, and nobody there has opened a report for a while.',
  });
  const before = endpoint.requests.length;
  const threadId = await open();
  const answer = await post(threadId, 'what is the matter with Granite Energy?');
  expect(answer.headers.get('content-type')).toContain('text/event-stream');
  const told = [...(await answer.text()).matchAll(/^event: (\w+)\ndata: (.*)$/gm)].map(
    ([, event, data]) => ({ event, data: JSON.parse(data ?? '{}') as Record<string, unknown> }),
  );
  expect([...new Set(told.map(({ event }) => event))]).toEqual([
    ...['begun', 'step', 'token', 'source', 'done'],
  ]);
  expect(told.flatMap(({ event, data }) => (event === 'step' ? [data['text']] : []))).toEqual([
    'Asking the model',
    'Receipt of a score: Granite Energy',
    'Facts of an account: Granite Energy',
    'Asking the model',
  ]);
  const pieces = told.flatMap(({ event, data }) => (event === 'token' ? [data['text']] : []));
  expect(pieces.length).toBeGreaterThan(1);
  expect(pieces.join('')).toMatch(/^Granite Energy is critical: logins fell 92 %/);
  expect(told.at(-1)?.data).toMatchObject({ mode: 'model', note: null });
  const requests = endpoint.requests.slice(before);
  expect(requests).toHaveLength(2);
  expect(JSON.stringify(requests)).not.toMatch(/granite/i);
  expect(requests[0]?.body.tools?.map((tool) => tool.function.name)).toEqual(
    expect.arrayContaining(['score_receipt', 'wish_offer_seats']),
  );
  const calls = await company.here((tx) =>
    tx.query('select agent, thread_id as thread, case_id as case, status from model_calls'),
  );
  expect(calls).toEqual(
    Array.from({ length: 2 }, () => ({
      ...{ agent: 'chat', thread: threadId, case: null, status: 'answered' },
    })),
  );
});

describe('whatever the endpoint does, there is an answer, and a word on why it is by rules', () => {
  const half = 'Granite Energy is critical and has been so for a while now';
  test.each<readonly [string, readonly Reply[], RegExp]>([
    ['it is cut off', [{ kind: 'cut', text: half, after: 4 }], /broke off|could not be reached/],
    ['it stalls', [{ kind: 'stall', text: half, after: 4 }], /nothing more came within 2 seconds/],
    ['it fails', [{ kind: 'status', status: 500 }], /failed \(500\)/],
    [
      'it wants no more',
      [{ kind: 'status', status: 429, code: 'insufficient_quota' }],
      /no credit/,
    ],
    ['it declines', [{ kind: 'answer', text: '', refusal: 'No.' }], /declined/],
    ['its filter stops', [{ kind: 'answer', text: 'I', finishReason: 'content_filter' }], /filter/],
    ['it is too long', [{ kind: 'answer', text: half, finishReason: 'length' }], /longer/],
    [
      'it is no stream',
      [{ kind: 'raw', contentType: 'text/html', body: '<p>busy</p>' }],
      /no message|no JSON|reached/,
    ],
    [
      'arguments are no JSON',
      [{ kind: 'answer', calls: [{ name: 'account_facts', arguments: 'not at all' }] }],
      /no JSON/,
    ],
    [
      'it lies',
      [{ kind: 'answer', text: 'Granite Energy pays $9,999,999.' }],
      /“\$9,999,999”, an amount that nothing it looked up/,
    ],
  ])('%s', async (_, replies, why) => {
    endpoint.reply(...replies);
    const said = await say('why is Granite Energy critical?');
    expect(said).toMatchObject({ mode: 'rules', status: 'answered' });
    expect(said.note).toMatch(/^Answered by rules: /);
    expect(said.note).toMatch(why);
    expect(said.answer).toContain('**Granite Energy** is **critical');
  });

  test('the day’s tokens are spent: nobody is asked', async () => {
    const before = endpoint.requests.length;
    const said = await say('which accounts are critical?', await signIn(api, poor.admin));
    expect(said).toMatchObject({ mode: 'rules' });
    expect(said.note).toContain('of the day’s 100 tokens');
    expect(endpoint.requests).toHaveLength(before);
  });
});

test('hanging up ends the call of the model, which is not made again; what was sent counts', async () => {
  endpoint.reply({ kind: 'stall', text: 'one two three', after: 1 });
  const used = () => company.here((tx) => dayUsed(tx, '2026-10-13'));
  const [before, requests, hungUp] = [await used(), endpoint.requests.length, endpoint.hungUp()];
  const threadId = await open();
  const control = new AbortController();
  const answer = await post(threadId, 'what is the matter with Granite Energy?', control.signal);
  const reader = answer.body?.getReader();
  await reader?.read();
  await expect.poll(() => endpoint.requests.length).toBe(requests + 1);
  control.abort();
  await expect.poll(() => endpoint.hungUp()).toBe(hungUp + 1);
  const read = () => api.client(token).call(getThreadRoute, { params: { id: threadId } });
  await expect
    .poll(async () => (await read()).exchanges.map(({ status, answer: text }) => [status, text]))
    .toEqual([['stopped', null]]);
  expect(endpoint.requests).toHaveLength(requests + 1);
  expect((await used()).tokens).toBeGreaterThan(before.tokens);
  // Sent again, it is answered.
  endpoint.reply(calling(), { kind: 'answer', text: 'Granite Energy is critical.' });
  expect((await say('what is the matter with Granite Energy?')).mode).toBe('model');
});
