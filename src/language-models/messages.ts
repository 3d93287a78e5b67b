import {
  AIMessage,
  HumanMessage,
  SystemMessage,
  ToolMessage,
  type BaseMessage,
} from '@langchain/core/messages';
import { bug } from '../domain/errors.ts';
import type { Mask } from './mask.ts';

/** The messages as they may leave: nobody's data in their texts, nor in the arguments of earlier tool calls. */
export const hideMessages = (messages: readonly BaseMessage[], mask: Mask): BaseMessage[] =>
  messages.map((message) => hidden(message, mask));

const hidden = (message: BaseMessage, mask: Mask): BaseMessage => {
  const content = mask.hide(message.text);
  if (SystemMessage.isInstance(message)) return new SystemMessage(content);
  if (HumanMessage.isInstance(message)) return new HumanMessage(content);
  if (ToolMessage.isInstance(message))
    return new ToolMessage({ content, tool_call_id: message.tool_call_id });
  if (AIMessage.isInstance(message))
    return new AIMessage({
      content,
      tool_calls: (message.tool_calls ?? []).map((call) => ({
        ...call,
        args: mapTexts(call.args, mask.hide),
      })),
    });
  throw bug('models.message', `a model cannot be sent a message of type \`${message.type}\``);
};

/** The same value with each text in it changed; the names of its fields are ours, and stay. */
export const mapTexts = <T>(value: T, change: (text: string) => string): T => {
  if (typeof value === 'string') return change(value) as T;
  if (Array.isArray(value)) return value.map((member) => mapTexts(member as unknown, change)) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [key, mapTexts(member as unknown, change)]),
  ) as T;
};
