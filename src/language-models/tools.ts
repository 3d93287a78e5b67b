import type { ToolDefinition } from '@langchain/core/language_models/base';
import { z } from 'zod';
import type { ToolSpec } from './define.ts';

/** Tools as models are told of them. */
export const toolsFor = (tools: readonly ToolSpec[]): ToolDefinition[] =>
  tools.map(({ name, description, args }) => ({
    type: 'function',
    function: { name, description, parameters: z.toJSONSchema(args, { io: 'input' }) },
  }));
