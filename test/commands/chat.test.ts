import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startOpenAiServer, type OpenAiServer, type Reply } from '../support/openai-server.ts';
import { machine, type Machine, type Running } from './support.ts';

/** The sample company takes its time on a busy machine. */
const LONG = 600_000;

interface Exchange {
  readonly threadId: string;
  readonly mode: string;
  readonly note: string | null;
  readonly answer: string;
  readonly sources: readonly { readonly kind: string }[];
}

describe('retinue chat, typed beside a running server', { timeout: LONG }, () => {
  let endpoint: OpenAiServer;
  let home: Machine;
  let server: Running;
  /** What the model says at last, in chat; to agents it says nothing of use. */
  let words = '';

  beforeAll(async () => {
    endpoint = await startOpenAiServer();
    endpoint.reply(({ body }): Reply => {
      const isChat = body.tools?.some((tool) => tool.function.name === 'wish_offer_seats') === true;
      if (!isChat) return { kind: 'answer', text: 'Hello.' };
      const messages = body.messages ?? [];
      if (messages.at(-1)?.role === 'tool') return { kind: 'answer', text: words };
      const accountId = /acc-\w+/.exec(JSON.stringify(messages))?.[0] ?? '';
      const call = { name: 'account_profile', arguments: JSON.stringify({ accountId }) };
      return { kind: 'answer', calls: [call] };
    });
    home = await machine({
      ...{ OPENAI_BASE_URL: endpoint.url, OPENAI_API_KEY: 'sk-test', RETINUE_MODEL: 'wire-model' },
      RETINUE_LOG_LEVEL: 'fatal',
    });
    server = home.start('start', '--port', '0');
    const page = await server.says('Ctrl-C stops it');
    expect((await home.retinue('chat', 'help')).code).toBe(3);
    await home.retinue('login', /npx retinue login (\S+)/.exec(page)?.[1] ?? '');
  }, LONG);

  afterAll(async () => {
    await server.stop('SIGKILL');
    await endpoint.close();
  });

  test('one question: the model’s words, said to be its, with their sources', async () => {
    words = 'Granite Energy is **critical**.';
    const ran = await home.retinue('chat', 'what is the matter with Granite Energy?');
    expect([ran.code, ran.out]).toEqual([
      0,
      expect.stringMatching(/^Granite Energy is critical\./),
    ]);
    expect(ran.out).toContain('In the words of a model');
    expect(ran.out).toMatch(/sources {2}score churn_risk/);
    const json = await home.retinue('chat', 'what is the matter with Granite Energy?', '--json');
    expect(json.json<Exchange>()).toMatchObject({ mode: 'model', note: null });
  });

  test('a lie is set aside: rules answer, and it is said why', async () => {
    words = 'Granite Energy has an ARR of $9,999,999.';
    const ran = await home.retinue('chat', 'tell me about Granite Energy');
    expect(ran.code).toBe(0);
    expect(ran.out).toContain('Answered by rules: the model’s answer was set aside');
    expect(ran.out).toMatch(/• ARR: \$\d/);
    expect(ran.out).not.toContain('In the words of a model');
  });

  test('questions one after the other, each with what is looked up for it, until it is left', async () => {
    words = 'Granite Energy is critical.';
    const talking = home.start('chat');
    talking.child.stdin?.write('what is the matter with Granite Energy?\n');
    await talking.says('Granite Energy is critical.');
    talking.child.stdin?.write('pause dunning for them\nexit\n');
    const said = await talking.says('Go on later: retinue chat --thread');
    expect(said).toContain('An account at a glance: Granite Energy');
    const ended = await talking.stop();
    const threadId = /--thread (\S+)/.exec(ended.out)?.[1] ?? '';
    const listed = await home.retinue('chat', '--threads');
    expect(listed.out).toContain(threadId);
    expect((await home.retinue('chat', '--forget', threadId)).code).toBe(0);
    expect((await home.retinue('chat', 'help', '--thread', threadId)).err).toContain(threadId);
  });

  test('a server that goes away in the middle is told as such', async () => {
    endpoint.reply({ kind: 'stall', text: 'one', after: 1 });
    const talking = home.start('chat', 'what is the matter with Granite Energy?');
    const before = endpoint.requests.length;
    await expect.poll(() => endpoint.requests.length, { timeout: 60_000 }).toBeGreaterThan(before);
    await server.stop('SIGKILL');
    const ended = await new Promise<number | null>((resolve) =>
      talking.child.once('close', (code) => resolve(code)),
    );
    expect(ended).not.toBe(0);
    expect(await talking.says(/stopped answering|stopped in the middle|not reached/)).toBeTruthy();
  });
});
