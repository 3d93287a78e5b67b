import type { BaseChatModel } from '@langchain/core/language_models/chat_models';
import type { LanguageModels, ModelWanted } from './define.ts';
import { openDirectory } from './directory.ts';

/** A service that speaks OpenAI's chat completions, as the environment names it. */
export interface ModelSettings {
  /** `RETINUE_MODEL`: the model that answers where a tenant names none; found out from the service unless told. */
  readonly model?: string | undefined;
  /** `OPENAI_BASE_URL`: theirs unless told. */
  readonly baseUrl?: string | undefined;
  /** `OPENAI_API_KEY`. Services on one's own machine ask for none. */
  readonly apiKey?: string | undefined;
}

const OPENAI = 'https://api.openai.com/v1';

/**
 * The models of the service, or `null` where no service is configured: with neither an address nor a key there is
 * nobody to ask. Nothing is loaded or called yet.
 */
export const languageModelsOf = (settings: ModelSettings): LanguageModels | null => {
  const { baseUrl, apiKey } = settings;
  if (baseUrl === undefined && apiKey === undefined) return null;
  const endpoint = baseUrl ?? OPENAI;
  const directory = openDirectory({ endpoint, apiKey });
  const nameFor = (_agent: string, wanted?: string) =>
    wanted ?? settings.model ?? directory.preferred();
  const opened = new Map<string, Promise<BaseChatModel>>();
  return {
    endpoint,
    meet: () => (settings.model === undefined ? directory.read() : Promise.resolve()),
    nameFor,
    chatModelFor: (agent, wanted = {}) => {
      const name = nameFor(agent, wanted.name);
      const key = `${name} ${wanted.maxOutputTokens ?? ''}`;
      const known = opened.get(key);
      if (known !== undefined) return known;
      const model = open(settings, name, wanted);
      opened.set(key, model);
      return model;
    },
  };
};

/** The client is a quarter of a second to load: most commands never need it. */
const open = async (
  { baseUrl, apiKey }: ModelSettings,
  model: string,
  { maxOutputTokens }: ModelWanted,
): Promise<BaseChatModel> => {
  const { ChatOpenAI } = await import('@langchain/openai');
  return new ChatOpenAI({
    model,
    apiKey: apiKey ?? 'none',
    // Its own retries take minutes and repeat what no repeating helps: `askModel` retries, once.
    maxRetries: 0,
    streaming: true,
    streamUsage: true,
    // A refusal is nowhere else in what is streamed.
    __includeRawResponse: true,
    ...(maxOutputTokens === undefined ? {} : { maxTokens: maxOutputTokens }),
    // What is wrong comes as an error, and is told as a fault.
    configuration: { logLevel: 'off', ...(baseUrl === undefined ? {} : { baseURL: baseUrl }) },
  });
};
