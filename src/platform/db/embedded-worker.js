// The embedded database in a thread of its own, because a query blocks the thread it runs in for its whole length.
// Plain JavaScript: a worker on Node 20 does not inherit the loader that lets the rest of the source be TypeScript.
// It speaks PostgreSQL's wire protocol: one request is one packet of bytes, answered by one packet of bytes.
import { Blob, Buffer } from 'node:buffer';
import { parentPort, workerData } from 'node:worker_threads';
import { PGlite } from '@electric-sql/pglite';
import { vector } from '@electric-sql/pglite-pgvector';

const database = await PGlite.create({
  dataDir: workerData.dataDir ?? 'memory://',
  extensions: { vector },
  ...(workerData.image === undefined ? {} : { loadDataDir: new Blob([workerData.image]) }),
});

const concatenate = (chunks) => {
  const whole = new Uint8Array(chunks.reduce((total, chunk) => total + chunk.length, 0));
  let offset = 0;
  for (const chunk of chunks) {
    whole.set(chunk, offset);
    offset += chunk.length;
  }
  return whole;
};

const PANIC = Buffer.from('SPANIC\0');
/** No error that the engine reports of itself is longer. */
const LONGEST_REPORT = 4_096;

const isPanic = (chunk) => chunk.length <= LONGEST_REPORT && Buffer.from(chunk).includes(PANIC);

// After a panic the engine would go on to read its standard input, and never come back.
class Panicked extends Error {}

const exchange = async (request) => {
  const chunks = [];
  const onRawData = (chunk) => {
    // A view into the engine's memory, which the next one overwrites.
    chunks.push(chunk.slice());
    if (isPanic(chunk)) throw new Panicked();
  };
  try {
    await database.execProtocolRawStream(request, { onRawData });
  } catch (error) {
    if (!(error instanceof Panicked)) throw error;
  }
  return concatenate(chunks);
};

const dump = async () => new Uint8Array(await (await database.dumpDataDir('none')).arrayBuffer());

const close = async () => {
  await database.close();
  return new Uint8Array(0);
};

const answer = async ({ kind, bytes }) => {
  if (kind === 'exchange') return exchange(bytes);
  return kind === 'dump' ? dump() : close();
};

parentPort.on('message', async (request) => {
  try {
    const bytes = await answer(request);
    parentPort.postMessage({ bytes }, [bytes.buffer]);
  } catch (error) {
    parentPort.postMessage({ error: String(error?.message ?? error) });
  }
});
parentPort.postMessage({ bytes: new Uint8Array(0) });
