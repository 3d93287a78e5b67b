import type { ToolDefinition } from '@langchain/core/language_models/base';
import { AIMessage, HumanMessage, SystemMessage, type BaseMessage } from '@langchain/core/messages';
import { sensible } from '../../evals/models/sensible.ts';
import type { Replying } from './openai-server.ts';

/** Answers over the wire as the sensible stand-in of the evals does within a process. */
export const sensibly: Replying = ({ body: { messages = [], tools = [] } }) => {
  const { text = '', calls = [] } = sensible(
    messages.map(messageOf),
    tools as unknown as readonly ToolDefinition[],
  );
  return {
    kind: 'answer',
    text,
    calls: calls.map(({ name, args }) => ({ name, arguments: JSON.stringify(args) })),
  };
};

const messageOf = ({
  role,
  content,
}: {
  readonly role: string;
  readonly content: unknown;
}): BaseMessage => {
  const text = typeof content === 'string' ? content : '';
  if (role === 'assistant') return new AIMessage(text);
  return role === 'system' ? new SystemMessage(text) : new HumanMessage(text);
};
