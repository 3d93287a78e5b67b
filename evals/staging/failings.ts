import { attempt } from '../../src/language-models/attempt.ts';
import { bookDay, lockDay } from '../../src/language-models/call-store.ts';
import type { LanguageModels } from '../../src/language-models/define.ts';
import { languageModelsOf } from '../../src/language-models/openai-compatible.ts';
import { dayIn } from '../../src/domain/time.ts';
import { ANCHOR, type Company } from '../../test/fixtures/company.ts';
import type { OpenAiServer, Reply } from '../../test/support/openai-server.ts';
import { noisy } from '../models/noisy.ts';
import { scripted } from '../models/scripted.ts';
import { sensible } from '../models/sensible.ts';
import type { StandInReply } from '../models/stand-in.ts';

/** Something that goes wrong with a model, and what the case has to say of it. */
export interface Failing {
  readonly title: string;
  /** Named faults of which it has to be one; none: any will do. */
  readonly fault: readonly string[];
  readonly mind: (wire: OpenAiServer) => LanguageModels | Promise<LanguageModels>;
  /** Done to the company before its model is asked. */
  readonly before?: (company: Company) => Promise<void>;
}

const answering = (reply: StandInReply) => (): LanguageModels => scripted(() => reply);

const overTheWire =
  (...replies: readonly Reply[]) =>
  (wire: OpenAiServer): LanguageModels => {
    wire.reply(...replies);
    const models = languageModelsOf({ baseUrl: wire.url, apiKey: 'none', model: 'wire-model' });
    if (models === null) throw new Error('no models');
    return models;
  };

const call = (name: string, text: string): Reply => ({
  kind: 'answer',
  calls: [{ name, arguments: text }],
});

/** Five failures in a row, and the endpoint is left alone. */
const brokenDown = async (): Promise<LanguageModels> => {
  const models = scripted(sensible);
  const fail = () => Promise.reject(new Error('socket hang up'));
  for (let time = 0; time < 5; time += 1) await attempt(models, fail);
  return models;
};

/** Others have used up the day. */
const spent = ({ here }: Company): Promise<void> =>
  here(async (tx) => {
    const day = dayIn('America/New_York', ANCHOR);
    await lockDay(tx, day);
    await bookDay(tx, day, { tokens: 2_000_000, costNano: 0 });
  });

const wait = { name: 'decline', args: { step: 'alert', why: 'it can wait' } };
const look = { name: 'past_proposals', args: {} };

export const FAILINGS: readonly Failing[] = [
  {
    title: 'no answer at all, over the wire',
    fault: ['timed_out'],
    mind: overTheWire({ kind: 'stall', text: '', after: 0 }),
  },
  {
    title: 'a stream that stalls',
    fault: ['timed_out'],
    mind: overTheWire({ kind: 'stall', text: 'The next step would', after: 3 }),
  },
  {
    title: 'a stream that is cut',
    fault: ['truncated', 'unreachable'],
    mind: overTheWire({ kind: 'cut', text: 'The next step would be', after: 3 }),
  },
  {
    title: 'too many requests, without a hint',
    fault: ['unreachable'],
    mind: overTheWire({ kind: 'status', status: 429 }),
  },
  {
    title: 'too many requests, to come back in an hour',
    fault: ['unreachable'],
    mind: overTheWire({ kind: 'status', status: 429, headers: { 'Retry-After': '3600' } }),
  },
  {
    title: 'no credit left',
    fault: ['unreachable'],
    mind: overTheWire({ kind: 'status', status: 429, code: 'insufficient_quota' }),
  },
  {
    title: 'a failing endpoint (500)',
    fault: ['unreachable'],
    mind: overTheWire({ kind: 'status', status: 500 }),
  },
  {
    title: 'a refused key (401)',
    fault: ['unreachable'],
    mind: overTheWire({ kind: 'status', status: 401 }),
  },
  {
    title: 'a page where an answer should be',
    fault: ['malformed', 'truncated', 'unreachable'],
    mind: overTheWire({ kind: 'raw', contentType: 'text/html', body: '<h1>Welcome</h1>' }),
  },
  {
    title: 'an answer that is longer than it may be',
    fault: ['truncated'],
    mind: overTheWire({ kind: 'answer', text: 'The best', finishReason: 'length' }),
  },
  {
    title: 'arguments that are no JSON, over the wire',
    fault: ['malformed'],
    mind: overTheWire(call('decline', '{"step": nul')),
  },
  {
    title: 'a tool that does not exist, over the wire',
    fault: ['malformed'],
    mind: overTheWire(call('wire_money', '{}')),
  },
  {
    title: 'a refusal, over the wire',
    fault: ['refused'],
    mind: overTheWire({ kind: 'answer', refusal: 'I will not.' }),
  },
  {
    title: 'a filter that stopped the answer',
    fault: ['refused'],
    mind: answering({ text: 'As', finishReason: 'content_filter' }),
  },
  {
    title: 'arguments that do not fit',
    fault: ['malformed'],
    mind: answering({ calls: [{ name: 'decline', args: { step: 7 } }] }),
  },
  {
    title: 'somebody whom nobody named',
    fault: ['malformed'],
    mind: answering({ calls: [{ name: 'decline', args: { step: null, why: 'ask [person-99]' } }] }),
  },
  {
    title: 'words and no call',
    fault: ['empty'],
    mind: answering({ text: 'I would wait and see.' }),
  },
  { title: 'an empty answer', fault: ['malformed', 'empty'], mind: answering({ text: '' }) },
  {
    title: 'an answer that breaks off',
    fault: ['truncated'],
    mind: answering({ text: 'Let me', finishReason: null }),
  },
  {
    title: 'the same look-up again and again',
    fault: ['loop'],
    mind: answering({ calls: [look] }),
  },
  {
    title: 'something both done and declined',
    fault: ['contradiction'],
    mind: answering({ calls: [wait, wait] }),
  },
  { title: 'a broken connection', fault: ['unreachable'], mind: () => scripted([]) },
  { title: 'an endpoint that is left alone', fault: ['circuit_open'], mind: brokenDown },
  ...[1, 2, 3, 4, 5, 6].map((seed) => ({
    title: `noise, seed ${String(seed)}`,
    fault: [],
    mind: () => noisy(seed),
  })),
  {
    title: 'a day that is used up',
    fault: ['budget'],
    mind: () => scripted(sensible),
    before: spent,
  },
];
