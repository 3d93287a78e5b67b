import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { defineSuite, type SuiteResult } from '../../evals/define.ts';
import { liveFaults, liveTable, passRates, readUsed, tryLive } from '../../evals/live.ts';
import { liveModels } from '../../evals/models/live.ts';
import { readOut, stage } from '../../evals/staging/company.ts';
import type { OpenDatabase } from '../../src/platform/db/database.ts';
import imminentChurn from '../../src/sample/stories/imminent-churn.ts';
import { ANCHOR } from '../fixtures/company.ts';
import { testDatabase } from '../support/database.ts';
import { startOpenAiServer, type OpenAiServer } from '../support/openai-server.ts';

const runOf = (...passed: readonly boolean[]): SuiteResult => ({
  judged: passed.map((ok, index) => ({
    id: `case-${String(index)}`,
    title: 'a case',
    faults: ok ? [] : ['it failed'],
  })),
  scores: { safe: 0 },
});

describe('rates over runs', () => {
  it('tell what passes every time from what passes now and then', () =>
    expect(passRates([runOf(true, true, false), runOf(true, false, false)])).toEqual({
      cases: 3,
      passAt1: 0.5,
      passHatK: 1 / 3,
    }));

  it('count a case that a run lacks as one that did not pass in it', () =>
    expect(passRates([runOf(true, true), runOf(true)])).toMatchObject({ cases: 2, passHatK: 0.5 }));

  it('are none where nothing was tried', () => expect(passRates([runOf()])).toBeNull());
});

describe('live runs do not hold', () => {
  const suite = { id: 'security', title: 'x' };
  const bounds = { security: { safe: { atMost: 0, unit: 'share', holdsLive: true } } } as const;

  it.each<[string, SuiteResult, string]>([
    ['where nothing was tried', runOf(), 'nothing was tried'],
    ['where something was skipped', { ...runOf(true), skipped: ['a case'] }, 'not tried: a case'],
    ['where a safeguard gave way', { ...runOf(true), scores: { safe: 0.1 } }, 'safe is 0.100'],
    ['where a safeguard was not measured', { ...runOf(true), scores: {} }, 'safe is NaN'],
  ])('%s', (_, result, fault) =>
    expect(liveFaults({ suite, runs: [result] }, bounds).join()).toContain(fault),
  );

  it('and do where a model only failed a case', () =>
    expect(liveFaults({ suite, runs: [runOf(false)] }, bounds)).toEqual([]));
});

describe('with a service that speaks the protocol', () => {
  let db: OpenDatabase;
  let server: OpenAiServer;
  beforeAll(async () => {
    db = await testDatabase();
    server = await startOpenAiServer();
  });
  afterAll(() => server.close());

  /** One account, about whom the service is asked; it passes where the model's own answer was filed. */
  const suite = defineSuite({
    id: 'one-account',
    title: 'one account',
    takesLiveModels: true,
    mustFail: () => [],
    run: async (kit) => {
      const accounts = [imminentChurn.account];
      const company = await stage(kit, 'live', { accounts, mode: 'hybrid', models: kit.live });
      await company.run(ANCHOR);
      const account = (await readOut(company, ['granite-energy'])).get('granite-energy');
      const faults = (account?.rounds ?? []).flatMap(({ thought }) => thought?.fault?.fault ?? []);
      return { judged: [{ id: 'one', title: 'one', faults }], scores: {} };
    },
  });

  test('a model that answers once and then no more passes once of twice, and its use is told', async () => {
    const answer = { name: 'keep', arguments: '{"step": "alert"}' };
    server.reply({ kind: 'answer', calls: [answer] }, { kind: 'status', status: 401 });
    const live = liveModels({ OPENAI_BASE_URL: server.url, RETINUE_MODEL: 'wire-model' });
    const kit = { database: () => Promise.resolve(db), tenants: [] };
    const outcome = await tryLive(suite, 2, { ...kit, live, onProgress: () => undefined });
    expect(liveTable([outcome], 2).rows).toEqual([['one-account', '1', '50.0 %', '0.0 %']]);
    expect(server.requests.length).toBeGreaterThanOrEqual(2);
    const [used] = await readUsed(kit);
    expect(used).toMatchObject({ model: 'wire-model', failed: 1 });
    expect(used?.tokens).toBe(150);
    expect(used?.cost).toMatch(/^\$0\.01$|^0\.01 USD$/);
  });
});

test('without a service it says what is missing, and fails', async () => {
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.startsWith('OPENAI_')),
  );
  const run = promisify(execFile)('npx', ['tsx', 'evals/run.ts', '--live'], { env });
  await expect(run).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringContaining('set OPENAI_BASE_URL') as string,
  });
});
