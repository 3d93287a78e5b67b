import { z } from 'zod';

/** Asked for where nobody named a model and the service has it, or does not say what it has. */
export const STANDARD_MODEL = 'gpt-5-mini';

/** What a service says it serves: OpenAI’s `GET /models`. */
export interface Directory {
  /** Reads the list once, and again after a while where it could not be read. Never throws. */
  readonly read: () => Promise<void>;
  /** As far as the list was read. */
  readonly preferred: () => string;
}

const PATIENCE_MILLISECONDS = 5_000;
const AGAIN_MILLISECONDS = 60_000;

const shape = z.object({ data: z.array(z.object({ id: z.string().min(1).max(200) })) });

/** Opens nothing yet. `endpoint` as `OPENAI_BASE_URL`. */
export const openDirectory = (service: {
  readonly endpoint: string;
  readonly apiKey: string | undefined;
}): Directory => {
  let served: readonly string[] = [];
  let reading: Promise<void> | null = null;
  let again = 0;
  const readOnce = async () => {
    try {
      served = await listOf(service);
      again = Number.POSITIVE_INFINITY;
    } catch {
      // The call that follows meets the same service, and says what is wrong with it.
      again = performance.now() + AGAIN_MILLISECONDS;
    }
    reading = null;
  };
  return {
    read: async () => {
      if (reading === null && performance.now() < again) return;
      await (reading ??= readOnce());
    },
    preferred: () => preferredOf(served),
  };
};

/** The standard model where it is served; else the first one that answers in words. Pure. */
export const preferredOf = (served: readonly string[]): string =>
  served.includes(STANDARD_MODEL)
    ? STANDARD_MODEL
    : (served.find((id) => !NO_WORDS.test(id)) ?? STANDARD_MODEL);

/** Services list their other models too. */
const NO_WORDS = /embed|rerank|whisper|tts|moderation|image|audio|realtime/iu;

const listOf = async ({
  endpoint,
  apiKey,
}: Parameters<typeof openDirectory>[0]): Promise<readonly string[]> => {
  const response = await fetch(`${endpoint.replace(/\/+$/u, '')}/models`, {
    headers: apiKey === undefined ? {} : { Authorization: `Bearer ${apiKey}` },
    signal: AbortSignal.timeout(PATIENCE_MILLISECONDS),
  });
  if (!response.ok) throw new Error(`the service does not list its models (${response.status})`);
  return shape.parse(await response.json()).data.map(({ id }) => id);
};
