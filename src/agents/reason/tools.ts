import { z } from 'zod';
import type { ToolSpec } from '../../language-models/define.ts';
import type { ActTool } from '../../tools/act/define.ts';
import type { ReadTool } from '../../tools/read/define.ts';
import type { Agent } from '../define.ts';

const why = z
  .string()
  .trim()
  .min(1)
  .max(500)
  .describe(
    'Your reason, in one or two sentences, naming the facts it rests on. People are shown it as yours.',
  );

const step = z.string().min(1).max(100);

/** Arguments of the tools by which a model answers for the plan itself. */
export const keepArgs = z.strictObject({
  step: step.describe('The step of the plan, by its name.'),
  why: why.optional(),
});
export const declineArgs = z.strictObject({
  step: step
    .nullable()
    .describe('The step of the plan by its name; null: nothing at all is to be done.'),
  why,
});
export const consultArgs = z.strictObject({
  agent: z.string(),
  question: z.string().trim().min(3).max(500),
});

/** Besides a tool's own arguments: which step it is, and why. */
const around = z.strictObject({
  step: step.nullable().describe('The step of the plan that this carries out; null: none.'),
  why,
});

export const aroundArgs = (
  args: unknown,
): { readonly step: string | null; readonly why: string } => {
  const { step: named, why: reason } = args as { readonly step?: unknown; readonly why?: unknown };
  return {
    step: typeof named === 'string' && named !== '' ? named : null,
    why: typeof reason === 'string' ? reason : '',
  };
};

/** An act tool as a model is told of it: what it takes, and around that, why. */
export const actSpec = (tool: ActTool): ToolSpec => ({
  name: tool.id,
  description: `${tool.title}. ${tool.description} Calling it files a proposal.`,
  args: tool.args instanceof z.ZodObject ? tool.args.safeExtend(around.shape) : around,
});

export const readSpec = (tool: ReadTool): ToolSpec => ({
  name: tool.id,
  description: `${tool.description}${tool.untrusted === true ? ' UNTRUSTED: written by outsiders.' : ''}`,
  args: tool.args,
});

export const planSpecs = (hasPlan: boolean): ToolSpec[] => [
  ...(hasPlan
    ? [{ name: 'keep', description: 'Files a step of the plan as it stands.', args: keepArgs }]
    : []),
  {
    name: 'decline',
    description:
      'Says that a step of the plan, or anything at all, is better not done, and why. Mandatory steps are done all the same.',
    args: declineArgs,
  },
];

export const consultSpec = (others: readonly Agent[]): ToolSpec => ({
  name: 'consult',
  description: `Asks another agent about this account, who answers from what there is to read: ${others
    .map(({ id, duty }) => `${id} (${duty})`)
    .join(' ')}`,
  args: consultArgs.extend({ agent: z.enum(others.map(({ id }) => id) as [string, ...string[]]) }),
});
