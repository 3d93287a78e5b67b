import { loadCatalogue } from '../platform/catalogue.ts';
import type { Agent, AgentDefinition } from './define.ts';
import { readPrompt } from './prompt.ts';

/** The agents with the prompts of their folders, by id. Throws what `loadCatalogue` and `readPrompt` throw. */
export const loadAgents = async (): Promise<Agent[]> => {
  const folder = new URL('./', import.meta.url);
  const agents = await loadCatalogue<AgentDefinition>(folder);
  return Promise.all(
    agents.map(async (agent) => ({
      ...agent,
      prompt: await readPrompt(new URL(`${agent.id}/`, folder)),
    })),
  );
};
