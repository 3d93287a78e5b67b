import { Worker } from 'node:worker_threads';
import { bug } from '../../domain/errors.ts';
import { unit, type Embedder } from './define.ts';

interface Answer {
  readonly id: number;
  readonly vectors?: readonly (readonly number[])[];
  readonly error?: string;
}

interface Waiting {
  readonly resolve: (vectors: readonly (readonly number[])[]) => void;
  readonly reject: (error: Error) => void;
}

/** Texts of one message: a search that comes meanwhile waits for no more than these. */
const BATCH = 16;

/** The model reads no further, and longer texts only cost time. */
const MOST_CHARACTERS = 1_200;

interface Running {
  readonly worker: Worker;
  readonly waiting: Map<number, Waiting>;
}

/** One thread a process: the model takes a second to load and a hundred megabytes. */
let running: Running | null = null;
let asked = 0;

const begin = (): Running => {
  const worker = new Worker(new URL('packaged-worker.js', import.meta.url));
  const waiting = new Map<number, Waiting>();
  const fail = (why: string) => {
    if (running?.worker === worker) running = null;
    for (const each of waiting.values()) each.reject(bug('knowledge.embedding', why));
    waiting.clear();
  };
  worker.on('message', ({ id, vectors, error }: Answer) => {
    const each = waiting.get(id);
    waiting.delete(id);
    // A process may end while the model idles, and not while somebody waits for it.
    if (waiting.size === 0) worker.unref();
    if (vectors === undefined) each?.reject(bug('knowledge.embedding', error ?? 'no answer'));
    else each?.resolve(vectors);
  });
  worker.on('error', (error) => {
    fail(`the packaged model stopped: ${String(error)}`);
  });
  worker.on('exit', () => {
    fail('the packaged model stopped');
  });
  return { worker, waiting };
};

const ask = (texts: readonly string[]) =>
  new Promise<readonly (readonly number[])[]>((resolve, reject) => {
    running ??= begin();
    const id = (asked += 1);
    running.waiting.set(id, { resolve, reject });
    running.worker.ref();
    running.worker.postMessage({ id, texts });
  });

/** The tokenizer stumbles over nothing at all. */
const readable = (text: string): string => text.slice(0, MOST_CHARACTERS).trim() || '.';

/**
 * The model that comes with Retinue: the Universal Sentence Encoder (lite), English, 512 dimensions. It needs no key, no
 * server and no download. Its thread starts with the first text.
 */
export const packagedEmbedder: Embedder = {
  id: 'universal-sentence-encoder-lite-en@energetic-ai-0.2.0',
  embed: async (texts) => {
    const vectors: number[][] = [];
    for (let from = 0; from < texts.length; from += BATCH) {
      const batch = texts.slice(from, from + BATCH).map(readable);
      vectors.push(...(await ask(batch)).map(unit));
    }
    return vectors;
  },
};
