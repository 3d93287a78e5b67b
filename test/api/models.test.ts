import { HumanMessage } from '@langchain/core/messages';
import { beforeAll, expect, test } from 'vitest';
import { listLedger } from '../../src/act/ledger/ledger.ts';
import type { ModelsShape } from '../../src/api/models.ts';
import { askModel } from '../../src/language-models/ask.ts';
import { maskOf } from '../../src/language-models/mask.ts';
import { scripted } from '../../evals/models/scripted.ts';
import { NOW, makeHouse, startApi, type Api, type House } from './support.ts';

let api: Api;
let house: House;
let heard: string[] = [];

const models = scripted((messages) => {
  heard = messages.map(({ text }) => text);
  return { text: 'Noted.' };
});

beforeAll(async () => {
  api = await startApi({ outside: { dataDir: '/nonexistent', models } });
  house = await makeHouse(api, 'unmasking');
});

const post = (path: string, by: 'admin' | 'approver', body: object) =>
  api.call('POST', `/v1/models/${path}`, { token: house.sessions[by], body });
const show = async () =>
  (await api.call('GET', '/v1/models', { token: house.sessions.viewer })).body as ModelsShape;

let round = 0;
const ask = () =>
  askModel(
    { db: api.db, models },
    {
      tenantId: house.tenantId,
      agent: 'cs',
      purpose: { kind: 'case', caseId: 'case-1', round: (round += 1), playbook: 'churn-save' },
      messages: [new HumanMessage('Ada Berg wrote: we are unhappy with it')],
      tools: [],
      mask: maskOf({ people: ['Ada Berg'], texts: ['we are unhappy with it'] }),
      now: NOW,
    },
  );

test('the day is shown by agent, with what it cost', async () => {
  await ask();
  expect(heard).toEqual(['[person-1] wrote: [text-1]']);
  const shown = await show();
  expect(shown).toMatchObject({ endpoint: 'within this process', circuit: 'closed', faults: [] });
  expect(shown.agents.find(({ agent }) => agent === 'cs')).toMatchObject({
    ...{ model: 'scripted', calls: 1, failed: 0 },
  });
  expect(shown.agents.map(({ agent }) => agent)).toContain('sales');
  expect(shown.used.tokens).toBeGreaterThan(0);
});

test('one person lets nothing out; two do, and one masks it again', async () => {
  const proposed = await post('unmask', 'admin', { what: 'texts', reason: 'our own machine' });
  expect(proposed.body).toMatchObject({ unmasked: [{ what: 'texts', status: 'proposed' }] });
  await ask();
  expect(heard).toEqual(['[person-1] wrote: [text-1]']);

  const alone = await post('unmask/approve', 'admin', { what: 'texts' });
  expect(alone).toMatchObject({ status: 400, body: { code: 'unmasking.second_person' } });
  const other = await post('unmask/approve', 'approver', { what: 'names' });
  expect(other).toMatchObject({ body: { code: 'unmasking.not_proposed' } });

  await post('unmask/approve', 'approver', { what: 'texts' });
  await ask();
  expect(heard).toEqual(['[person-1] wrote: we are unhappy with it']);

  await post('mask', 'approver', { what: 'texts' });
  await ask();
  expect(heard).toEqual(['[person-1] wrote: [text-1]']);
  const entries = await api.db.withTenant(house.tenantId, (tx) =>
    listLedger(tx, { world: 'live' }),
  );
  const noted = entries.filter(({ kind }) => kind === 'models.unmasking').map(({ body }) => body);
  expect(noted.map((body) => body['status'])).toEqual(['proposed', 'in_force', 'ended']);
  expect(new Set(noted.slice(0, 2).map((body) => body['by'])).size).toBe(2);
});
