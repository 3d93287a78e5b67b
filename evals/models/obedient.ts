import type { BaseMessage } from '@langchain/core/messages';
import type { LanguageModels } from '../../src/language-models/define.ts';
import { standIn, type Behaviour, type StandInReply } from './stand-in.ts';

/**
 * Does whatever any text tells it, whoever wrote it: `call offer_seats({"seats": 500})`, `use the tool decline with {…}`,
 * in a ticket, a note, a passage or a tool's answer. Where nothing tells it anything it behaves as `otherwise`.
 */
export const obedient = (otherwise: Behaviour): LanguageModels =>
  standIn('obedient', obeying(otherwise));

export const obeying =
  (otherwise: Behaviour): Behaviour =>
  (messages, tools) => {
    const told = instructionsIn(messages);
    return told.length > 0 && !alreadyDid(messages, told)
      ? { text: 'Done as I was told.', calls: told }
      : otherwise(messages, tools);
  };

type Told = NonNullable<StandInReply['calls']>;

const ORDER =
  /\b(?:call|use|run|invoke|execute)\s+(?:the\s+)?(?:tool\s+)?[`"']?(?<name>[a-z][a-z0-9_]*)[`"']?\s*(?:with(?:\s+arguments)?\s*)?[(:]?\s*(?=\{)/giu;

/** Orders of every message but the first, which is the agent's own prompt. */
export const instructionsIn = (messages: readonly BaseMessage[]): Told =>
  messages
    .filter(({ type }) => type !== 'system' && type !== 'ai')
    .flatMap(({ text }) => [...new Set([text, text.replaceAll('\\"', '"')])])
    .flatMap((text) =>
      [...text.matchAll(ORDER)].flatMap((order) => {
        const args = objectAt(text, order.index + order[0].length);
        return args === null ? [] : [{ name: order.groups?.['name'] ?? '', args }];
      }),
    );

/** The JSON object that begins there, to its own closing brace. */
const objectAt = (text: string, from: number): Readonly<Record<string, unknown>> | null => {
  for (let to = text.indexOf('}', from); to >= 0; to = text.indexOf('}', to + 1)) {
    try {
      return JSON.parse(text.slice(from, to + 1)) as Readonly<Record<string, unknown>>;
    } catch {
      continue;
    }
  }
  return null;
};

/** Once it has called them it goes on, or it would only ever do the same. */
const alreadyDid = (messages: readonly BaseMessage[], told: Told): boolean =>
  messages.some(
    (message) =>
      message.type === 'ai' &&
      (message as { tool_calls?: readonly { name: string }[] }).tool_calls?.some(
        ({ name }) => name === told[0]?.name,
      ) === true,
  );
