import { AIMessage } from '@langchain/core/messages';
import type { Question, ToolSpec } from './define.ts';
import type { Failure } from './failure.ts';
import { mapTexts } from './messages.ts';
import type { Heard } from './stream.ts';

type ToolCall = NonNullable<AIMessage['tool_calls']>[number];

/** The answer as it is meant, with names restored; or the fault for which it cannot be used. */
export const answerOf = (
  heard: Heard,
  { tools, mask }: Pick<Question, 'tools' | 'mask'>,
): AIMessage | Failure => {
  const failure = unfinished(heard);
  if (failure !== null) return failure;
  const calls = toolCallsOf(heard, tools, mask);
  if ('fault' in calls) return calls;
  if (heard.message.text.trim() === '' && calls.length === 0)
    return malformed('the answer was empty');
  return new AIMessage({ content: mask.restore(heard.message.text), tool_calls: calls });
};

const unfinished = ({ finishReason, refusal }: Heard): Failure | null => {
  if (finishReason === 'content_filter')
    return { fault: 'refused', reason: 'the endpoint’s content filter stopped the answer' };
  if (refusal !== null) return { fault: 'refused', reason: 'the model declined to answer' };
  if (finishReason === 'length')
    return { fault: 'truncated', reason: 'the answer was longer than it may be' };
  return null;
};

const toolCallsOf = (
  { message }: Heard,
  tools: readonly ToolSpec[],
  mask: Question['mask'],
): ToolCall[] | Failure => {
  const broken = message.invalid_tool_calls?.[0];
  if (broken !== undefined)
    return malformed(`the arguments of \`${broken.name ?? 'a tool'}\` are no JSON`);
  const calls = message.tool_calls ?? [];
  for (const call of calls) {
    const failure = unusable(call, tools, mask);
    if (failure !== null) return failure;
  }
  return calls.map((call) => ({ ...call, args: mapTexts(call.args, mask.restoreValue) }));
};

const unusable = (
  { name, args }: ToolCall,
  tools: readonly ToolSpec[],
  mask: Question['mask'],
): Failure | null => {
  const tool = tools.find((one) => one.name === name);
  if (tool === undefined)
    return malformed(`the answer calls \`${name}\`, and there is no such tool`);
  const strangers = textsIn(args).flatMap((text) => mask.strangers(text));
  if (strangers.length > 0)
    return malformed(
      `the arguments of \`${name}\` name ${strangers[0] ?? ''}, whom nobody named before`,
    );
  const parsed = tool.args.safeParse(mapTexts(args, mask.restoreValue));
  if (parsed.success) return null;
  const fault = parsed.error.issues[0];
  const where = fault?.path.join('.') ?? '';
  return malformed(`the arguments of \`${name}\` do not fit: ${where} ${fault?.message ?? ''}`);
};

const malformed = (reason: string): Failure => ({ fault: 'malformed', reason });

const textsIn = (value: unknown): string[] => {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
};
