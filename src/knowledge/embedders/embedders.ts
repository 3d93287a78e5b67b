import type { Embedder } from './define.ts';
import { openaiCompatibleEmbedder, serviceModel } from './openai-compatible.ts';
import { packagedEmbedder } from './packaged.ts';

/** The models at hand. */
export interface Embedders {
  /** What new texts are embedded with. */
  readonly wanted: Embedder;
  /** The model of an id: the one before answers while the wanted one is still embedding. `null`: it is not set up. */
  readonly named: (id: string) => Embedder | null;
}

export interface EmbedderSettings {
  /** `RETINUE_EMBEDDINGS_MODEL`: a model of an OpenAI-compatible service; the packaged one unless told. */
  readonly model?: string | undefined;
  readonly baseUrl?: string | undefined;
  readonly apiKey?: string | undefined;
}

/** Opens nothing yet: a model is loaded, and a service asked, with the first text. */
export const embeddersFor = (settings: EmbedderSettings = {}): Embedders => {
  const service = (model: string): Embedder =>
    openaiCompatibleEmbedder({
      model,
      baseUrl: settings.baseUrl,
      // Services on one's own machine ask for none, and the client for some.
      apiKey: settings.apiKey ?? 'none',
    });
  const prefix = serviceModel('');
  return {
    wanted: settings.model === undefined ? packagedEmbedder : service(settings.model),
    named: (id) => {
      if (id === packagedEmbedder.id) return packagedEmbedder;
      return id.startsWith(prefix) ? service(id.slice(prefix.length)) : null;
    },
  };
};
