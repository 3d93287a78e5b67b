import type { OpenAIEmbeddings } from '@langchain/openai';
import { outsideError } from '../../domain/errors.ts';
import { unit, type Embedder } from './define.ts';

export interface EmbeddingService {
  readonly model: string;
  /** Any service that speaks OpenAI's embeddings API; theirs unless told. */
  readonly baseUrl?: string | undefined;
  readonly apiKey: string;
}

const TIMEOUT_MILLISECONDS = 30_000;

/** The id of the embedder for a model of a service. */
export const serviceModel = (model: string): string => `openai-compatible/${model}`;

/** A model behind an OpenAI-compatible endpoint. */
export const openaiCompatibleEmbedder = (service: EmbeddingService): Embedder => {
  let client: Promise<OpenAIEmbeddings> | undefined;
  return {
    id: serviceModel(service.model),
    embed: async (texts) => {
      try {
        return (await (await (client ??= newClient(service))).embedDocuments([...texts])).map(unit);
      } catch (error) {
        throw outsideError(
          'knowledge.embedding_service',
          `the embeddings service did not answer (${error instanceof Error ? error.message : String(error)}); check OPENAI_BASE_URL, OPENAI_API_KEY and RETINUE_EMBEDDINGS_MODEL`,
          error,
        );
      }
    },
  };
};

/** Loaded when a text is first sent: it takes half a second, and most installations use no service. */
const newClient = async (service: EmbeddingService): Promise<OpenAIEmbeddings> => {
  const { OpenAIEmbeddings: Client } = await import('@langchain/openai');
  return new Client({
    model: service.model,
    apiKey: service.apiKey,
    // The library's default, base64, is not spoken by every service that calls itself compatible.
    encodingFormat: 'float',
    timeout: TIMEOUT_MILLISECONDS,
    maxRetries: 1,
    ...(service.baseUrl === undefined ? {} : { configuration: { baseURL: service.baseUrl } }),
  });
};
