import '../webassembly.ts';
import { Duplex } from 'node:stream';
import { Worker } from 'node:worker_threads';
import { outsideError } from '../../domain/errors.ts';

interface Answer {
  readonly bytes?: Uint8Array;
  readonly error?: string;
}

type Request =
  { readonly kind: 'exchange'; readonly bytes: Uint8Array } | { readonly kind: 'dump' | 'close' };

/** The embedded engine in its thread: requests are answered one by one, in order. */
export interface Engine {
  readonly ask: (request: Request) => Promise<Uint8Array>;
  /** Called at most once, when the thread ends without having been asked to. */
  readonly onFailure: (report: (error: Error) => void) => void;
  readonly terminate: () => Promise<void>;
}

interface Waiting {
  readonly resolve: (bytes: Uint8Array) => void;
  readonly reject: (error: Error) => void;
}

const lost = (cause: unknown) =>
  outsideError(
    'db.embedded_stopped',
    'the embedded database stopped unexpectedly; start again (what was committed is kept)',
    cause,
  );

/** Starts the engine on a folder, or in memory from an image of a data folder. Rejects when it cannot open it. */
export const startEngine = async (start: {
  readonly dataDir?: string | undefined;
  readonly image?: Uint8Array | undefined;
}): Promise<Engine> => {
  const worker = new Worker(new URL('./embedded-worker.js', import.meta.url), {
    workerData: { dataDir: start.dataDir, image: start.image },
    // The parent's loaders and flags are not for the thread: they cost start-up time, and some are refused.
    execArgv: [],
  });
  const waiting: Waiting[] = [];
  let stopped: Error | undefined;
  let report: ((error: Error) => void) | undefined;

  const stop = (error: Error) => {
    if (stopped !== undefined) return;
    stopped = error;
    for (const request of waiting.splice(0)) request.reject(error);
    report?.(error);
  };
  const expectAnswer = () =>
    new Promise<Uint8Array>((resolve, reject) => {
      if (stopped === undefined) waiting.push({ resolve, reject });
      else reject(stopped);
    });

  worker.on('message', (answer: Answer) => {
    const request = waiting.shift();
    if (answer.bytes === undefined) request?.reject(lost(answer.error));
    else request?.resolve(answer.bytes);
  });
  worker.on('error', (error) => {
    stop(lost(error));
  });
  worker.on('exit', (code) => {
    stop(lost(`thread ended with code ${code}`));
  });

  await expectAnswer();
  return {
    ask: (request) => {
      const answer = expectAnswer();
      worker.postMessage(request);
      return answer;
    },
    onFailure: (listener) => {
      report = listener;
    },
    terminate: async () => {
      report = undefined;
      await worker.terminate();
    },
  };
};

const nothing = (): void => undefined;

const TERMINATE = 'X'.charCodeAt(0);

/**
 * What `pg` takes for a socket: each write goes to the engine whole. `pg` corks the messages of one query together, so
 * that a query is one round trip, and never sends the next before the answer.
 */
export class EngineStream extends Duplex {
  readonly #engine: Engine;

  constructor(engine: Engine) {
    super();
    this.#engine = engine;
    engine.onFailure((error) => this.destroy(error));
  }

  connect(): void {
    process.nextTick(() => this.emit('connect'));
  }

  // A socket's settings, which mean nothing here.
  readonly setNoDelay = nothing;
  readonly setKeepAlive = nothing;
  readonly ref = nothing;
  readonly unref = nothing;

  /** Answers are pushed as they come. */
  override readonly _read = nothing;

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    this.#send(chunk, done);
  }

  override _writev(
    chunks: readonly { readonly chunk: Buffer }[],
    done: (error?: Error | null) => void,
  ): void {
    this.#send(Buffer.concat(chunks.map(({ chunk }) => chunk)), done);
  }

  override _final(done: (error?: Error | null) => void): void {
    this.push(null);
    done();
  }

  #send(bytes: Buffer, done: (error?: Error | null) => void): void {
    if (bytes[0] === TERMINATE) {
      done();
      return;
    }
    this.#engine.ask({ kind: 'exchange', bytes }).then((answer) => {
      this.push(answer);
      done();
    }, done);
  }
}
