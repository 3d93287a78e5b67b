import type { Prompt } from './prompt.ts';

/** Who one of the six is. A folder a member: `index.ts`, and beside it `prompt.md`, by which it reasons. */
export interface AgentDefinition {
  readonly id: 'cs' | 'billing' | 'sales' | 'product' | 'support' | 'compliance';
  readonly title: string;
  /** What it answers for, in a sentence. */
  readonly duty: string;
  /** Act tools that it may propose, by id; a proposal of another tool is refused. */
  readonly tools: readonly string[];
}

/** A member as it is loaded: with the prompt of its folder, or with that of the release in force. */
export interface Agent extends AgentDefinition {
  readonly prompt: Prompt;
}

export const defineAgent = (agent: AgentDefinition): AgentDefinition => agent;
