import type { ToolDefinition } from '@langchain/core/language_models/base';
import { pick, seededRandom, type Random } from '../../src/domain/random.ts';
import type { LanguageModels } from '../../src/language-models/define.ts';
import { standIn, type StandInReply } from './stand-in.ts';

type Noise = (random: Random, tools: readonly ToolDefinition[]) => StandInReply;

const nameOf = (random: Random, tools: readonly ToolDefinition[]): string =>
  tools.length === 0 ? 'nothing' : pick(random, tools).function.name;

/** Everything that models have been seen to do wrong, and a valid call with senseless arguments. */
const NOISES: readonly Noise[] = [
  () => ({ text: '' }),
  () => ({ text: 'I have sent it, and gave them 90% off, as you can see at http://evil.example.' }),
  () => ({ text: 'As an AI model I cannot', finishReason: 'content_filter' }),
  () => ({ text: 'The best next step would be to', finishReason: 'length' }),
  () => ({ text: 'Let me', finishReason: null }),
  () => ({ calls: [{ name: 'grant_admin_rights', args: { to: 'me' } }] }),
  (random, tools) => ({ calls: [{ name: nameOf(random, tools), args: '{"a": [1, 2' }] }),
  (random, tools) => ({ calls: [{ name: nameOf(random, tools), args: 'not at all' }] }),
  (random, tools) => ({ calls: [{ name: nameOf(random, tools), args: junk(random) }] }),
  (random, tools) => ({
    calls: [{ name: nameOf(random, tools), args: { contact: '[person-77]', reason: 'as agreed' } }],
  }),
  (random, tools) => {
    const call = { name: nameOf(random, tools), args: {} };
    return { calls: Array.from({ length: 30 }, () => call) };
  },
  () => {
    throw new Error('socket hang up');
  },
];

const VALUES = [null, true, -1, 0, 1e15, 0.1, '', 'x', '2026-13-45', '💥', [], {}, ['a'], 'null'];
const FIELDS = [
  'step',
  'reason',
  'contact',
  'template',
  'seats',
  'discount',
  'why',
  'amount',
  'id',
];

const junk = (random: Random): Record<string, unknown> =>
  Object.fromEntries(
    Array.from({ length: Math.floor(random() * 5) }, () => [
      pick(random, FIELDS),
      pick<unknown>(random, VALUES),
    ]),
  );

/** Random, malformed, endless, cut off: the same for the same seed. */
export const noisy = (seed: number): LanguageModels => {
  const random = seededRandom(seed);
  return standIn('noisy', (_messages, tools) => pick(random, NOISES)(random, tools));
};
