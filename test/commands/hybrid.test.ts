import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CaseView } from '../../src/api/case-view.ts';
import type { ModelsShape } from '../../src/api/models.ts';
import { startOpenAiServer, type OpenAiServer } from '../support/openai-server.ts';
import { sensibly } from '../support/sensible-answers.ts';
import { machine, type Machine, type Running } from './support.ts';

/** The sample company takes its time on a busy machine. */
const LONG = 600_000;

interface List<T> {
  readonly items: readonly T[];
}

const MODEL = 'house-model';

describe('agents with minds, by two environment variables', { timeout: LONG }, () => {
  let endpoint: OpenAiServer;
  let home: Machine;
  let server: Running;
  let startPage: string;

  beforeAll(async () => {
    endpoint = await startOpenAiServer();
    endpoint.serve(['house-embedding', MODEL]);
    endpoint.reply(sensibly);
    home = await machine({ OPENAI_BASE_URL: endpoint.url, OPENAI_API_KEY: 'sk-two' });
    server = home.start('start', '--port', '0');
    startPage = await server.says('Ctrl-C stops it');
    const link = /npx retinue login (\S+)/.exec(startPage)?.[1] ?? '';
    expect((await home.retinue('login', link)).code).toBe(0);
  }, LONG);

  afterAll(async () => {
    await server.stop('SIGKILL');
    await endpoint.close();
  });

  const shown = async <T>(...words: string[]): Promise<T> =>
    (await home.retinue(...words, '--json')).json<T>();

  /** A save that was reasoned about, with an offer that waits for a person. */
  const save = async (): Promise<CaseView> => {
    const { items } = await shown<List<CaseView['case']>>('cases');
    for (const { id, playbook } of items) {
      if (playbook !== 'churn-save') continue;
      const view = await shown<CaseView>('case', id);
      if (view.proposals.some(({ tool, approval }) => tool === OFFER && approval !== null))
        return view;
    }
    throw new Error('no case has an offer that waits');
  };
  const OFFER = 'offer_save_discount';

  test('the endpoint says which model it has, and is asked for that one by the key given', () => {
    const asked = endpoint.requests.filter(({ path }) => path.endsWith('/chat/completions'));
    expect(asked.length).toBeGreaterThan(0);
    expect(new Set(asked.map(({ body }) => body.model))).toEqual(new Set([MODEL]));
    const keys = endpoint.requests.map(({ authorization }) => authorization);
    expect(new Set(keys)).toEqual(new Set(['Bearer sk-two']));
    expect(endpoint.requests.filter(({ path }) => path.endsWith('/models'))).toHaveLength(1);
    for (const { body } of asked) expect(JSON.stringify(body)).not.toMatch(/\w@\w/);
  });

  test('start says what models took; the day is booked', async () => {
    expect(startPage).toMatch(/models\s+[\d,]+ calls?, [\d,]+ tokens, \$[\d.]+, in the last run/);
    const { agents, used, faults } = await shown<ModelsShape>('models');
    expect(faults).toEqual([]);
    expect(agents.find(({ agent }) => agent === 'cs')).toMatchObject({ model: MODEL, failed: 0 });
    expect(used.tokens).toBeGreaterThan(0);
  });

  test('a case shows mode, model, calls, tokens and cost, and what the model made of the plan', async () => {
    const view = await save();
    // What the endpoint counts for one call: 120 in, 30 out; at 1.25 and 10 dollars a million.
    const calls = view.usage.calls;
    expect(view.usage).toEqual({
      ...{ calls, failed: 0, unpricedCalls: 0 },
      ...{ inputTokens: 120 * calls, outputTokens: 30 * calls },
      ...{ costNano: 45_000_000 * calls, cost: { minor: 1, currency: 'USD' } },
    });
    // It looks up tickets first, and answers then.
    expect(view.rounds[0]).toMatchObject({ mode: 'hybrid', thought: { model: MODEL, calls: 2 } });
    const offer = view.proposals.find(({ tool }) => tool === OFFER);
    expect(offer?.proposedBy).toBe(`model:${MODEL}`);
    expect(offer?.preview.summary).toContain('offer 10 % off for 3 months');
    const { out } = await home.retinue('case', view.case.id);
    expect(out).toContain('hybrid mode');
    expect(out).toContain(`cs by ${MODEL}`);
    expect(out).toContain('2 calls, 300 tokens');
    expect(out).toMatch(/in all \d+ calls?, \d+ tokens, \$0\.000\d/);
  });

  test('what the model offers goes out once a person approves it', async () => {
    const before = await mails(home);
    const view = await save();
    const offer = view.proposals.find(({ tool }) => tool === OFFER);
    const ran = await home.retinue('approve', offer?.approval?.id ?? '', '--note', 'go');
    expect([ran.code, ran.out]).toEqual([0, expect.stringContaining('Approved')]);
    await expect
      .poll(() => mails(home), { timeout: 120_000, interval: 1000 })
      .toHaveLength(before.length + 1);
    const sent = (await mails(home)).find((text) => !before.includes(text));
    expect(sent).toContain('10% off your plan for the next 3 months');
  });
});

const mails = async ({ dataDir }: Machine): Promise<string[]> => {
  const folder = join(dataDir, 'outgoing', 'lumenboard');
  const names = await readdir(folder).catch(() => []);
  return Promise.all(
    names
      .filter((name) => name.endsWith('.eml'))
      .map((name) => readFile(join(folder, name), 'utf8')),
  );
};
