import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A call of a tool as it goes over the wire: arguments are text, and may be no JSON. */
export interface WireCall {
  readonly name: string;
  readonly arguments: string;
}

/** What a chat completion is answered with. */
export type Reply =
  | {
      readonly kind: 'answer';
      readonly text?: string;
      readonly calls?: readonly WireCall[];
      readonly finishReason?: string | null;
      readonly refusal?: string;
      /** `false`: the service does not count tokens. */
      readonly usage?: boolean;
    }
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly code?: string;
      readonly headers?: Readonly<Record<string, string>>;
    }
  /** The connection ends after these many events of the answer's stream, without a word. */
  | { readonly kind: 'cut'; readonly text: string; readonly after: number }
  /** Events come up to there, and then nothing for ever. 0: not even headers. */
  | { readonly kind: 'stall'; readonly text: string; readonly after: number }
  | { readonly kind: 'raw'; readonly contentType: string; readonly body: string };

/** A reply, or what makes one of the request. */
export type Replying = Reply | ((request: WireRequest) => Reply);

/** A request as it came. */
export interface WireRequest {
  readonly path: string;
  readonly authorization: string | null;
  readonly body: {
    readonly model?: string;
    readonly stream?: boolean;
    readonly max_tokens?: number;
    readonly encoding_format?: string;
    readonly input?: string | readonly string[];
    readonly tools?: readonly { readonly function: { readonly name: string } }[];
    readonly messages?: readonly {
      readonly role: string;
      readonly content: unknown;
      readonly tool_calls?: readonly { readonly function: WireCall }[];
    }[];
  };
}

export interface OpenAiServer {
  /** As `OPENAI_BASE_URL`. */
  readonly url: string;
  readonly requests: readonly WireRequest[];
  /** How many hung up before their answer was at its end. */
  readonly hungUp: () => number;
  /** Replies to come, in turn; the last one answers from then on. */
  readonly reply: (...replies: readonly Replying[]) => void;
  /** What it lists under `/models`; `null`: it lists nothing, by a 404. */
  readonly serve: (models: readonly string[] | null) => void;
  readonly close: () => Promise<void>;
}

/** A service that speaks OpenAI's protocol over HTTP, well or as badly as it is told to. */
export const startOpenAiServer = async (): Promise<OpenAiServer> => {
  const requests: WireRequest[] = [];
  let hungUp = 0;
  let replies: readonly Replying[] = [{ kind: 'answer', text: 'Hello.' }];
  let served: readonly string[] | null = ['wire-model'];
  const server = createServer((request, response) => {
    response.once('close', () => {
      if (!response.writableEnded) hungUp += 1;
    });
    void receive(request).then((received) => {
      requests.push(received);
      if (received.path.endsWith('/embeddings')) {
        embed(received, response);
        return;
      }
      if (received.path.endsWith('/models')) {
        list(served, response);
        return;
      }
      const [reply] = replies;
      if (replies.length > 1) replies = replies.slice(1);
      if (reply === undefined) return;
      answer(typeof reply === 'function' ? reply(received) : reply, received, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/v1`,
    requests,
    hungUp: () => hungUp,
    reply: (...next) => {
      replies = next;
    },
    serve: (models) => {
      served = models;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
};

const receive = async (request: IncomingMessage): Promise<WireRequest> => {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  return {
    path: request.url ?? '',
    authorization: request.headers.authorization ?? null,
    body: JSON.parse(Buffer.concat(pieces).toString('utf8') || '{}') as WireRequest['body'],
  };
};

const list = (served: readonly string[] | null, response: ServerResponse): void => {
  response.writeHead(served === null ? 404 : 200, { 'Content-Type': 'application/json' });
  const data = (served ?? []).map((id) => ({ id, object: 'model', created: 0, owned_by: 'us' }));
  response.end(JSON.stringify(served === null ? { error: {} } : { object: 'list', data }));
};

const answer = (reply: Reply, request: WireRequest, response: ServerResponse): void => {
  if (reply.kind === 'status') {
    response.writeHead(reply.status, { 'Content-Type': 'application/json', ...reply.headers });
    const error = { message: `status ${reply.status}`, type: 'error', code: reply.code ?? null };
    response.end(JSON.stringify({ error }));
    return;
  }
  if (reply.kind === 'raw') {
    response.writeHead(200, { 'Content-Type': reply.contentType });
    response.end(reply.body);
    return;
  }
  if (reply.kind === 'stall' && reply.after === 0) return;
  const events = eventsOf(reply.kind === 'answer' ? reply : { kind: 'answer', text: reply.text });
  if (request.body.stream !== true) {
    response.writeHead(200, { 'Content-Type': 'application/json' });
    response.end(JSON.stringify(completion(reply.kind === 'answer' ? reply : { kind: 'answer' })));
    return;
  }
  stream(reply, events, response);
};

type Answer = Extract<Reply, { kind: 'answer' }>;

const USAGE = { prompt_tokens: 120, completion_tokens: 30, total_tokens: 150 };

const toolCalls = ({ calls = [] }: Answer) =>
  calls.map((call, index) => ({ index, id: `call_${index}`, type: 'function', function: call }));

const completion = (reply: Answer) => ({
  ...ENVELOPE,
  object: 'chat.completion',
  choices: [
    {
      index: 0,
      message: { role: 'assistant', content: reply.text ?? null, tool_calls: toolCalls(reply) },
      finish_reason: 'stop',
    },
  ],
  usage: USAGE,
});

const ENVELOPE = { id: 'chatcmpl-1', created: 1_700_000_000, model: 'wire-model' };

/** A word at a time, arguments in two halves, then why it ended, then what it took. */
const eventsOf = (reply: Answer): object[] => {
  const words = (reply.text ?? '').split(/(?<=\s)/u).filter((word) => word !== '');
  const finish = reply.finishReason === undefined ? defaultFinish(reply) : reply.finishReason;
  const deltas = [
    { role: 'assistant', content: '' },
    ...words.map((content) => ({ content })),
    ...(reply.refusal === undefined ? [] : [{ refusal: reply.refusal }]),
    ...toolCalls(reply).flatMap(halves),
  ];
  const chunk = (delta: object, reason: string | null) => ({
    ...ENVELOPE,
    object: 'chat.completion.chunk',
    choices: [{ index: 0, delta, finish_reason: reason }],
  });
  return [
    ...deltas.map((delta) => chunk(delta, null)),
    ...(finish === null ? [] : [chunk({}, finish)]),
    ...(reply.usage === false
      ? []
      : [{ ...ENVELOPE, object: 'chat.completion.chunk', choices: [], usage: USAGE }]),
  ];
};

const defaultFinish = ({ calls = [] }: Answer): string =>
  calls.length > 0 ? 'tool_calls' : 'stop';

const halves = (call: ReturnType<typeof toolCalls>[number]) => {
  const { name, arguments: text } = call.function;
  const middle = Math.ceil(text.length / 2);
  return [
    { tool_calls: [{ ...call, function: { name, arguments: text.slice(0, middle) } }] },
    { tool_calls: [{ index: call.index, function: { arguments: text.slice(middle) } }] },
  ];
};

const stream = (
  reply: Exclude<Reply, { kind: 'status' | 'raw' }>,
  events: readonly object[],
  response: ServerResponse,
): void => {
  response.writeHead(200, { 'Content-Type': 'text/event-stream' });
  const until = reply.kind === 'answer' ? events.length : reply.after;
  for (const event of events.slice(0, until)) response.write(`data: ${JSON.stringify(event)}\n\n`);
  if (reply.kind === 'stall') return;
  if (reply.kind === 'cut') {
    // What was written has to be on its way before the connection is gone.
    setTimeout(() => response.destroy(), 20);
    return;
  }
  response.end('data: [DONE]\n\n');
};

const DIMENSIONS = 8;

/** Base64 of 32-bit floats, or plain numbers where these are asked for. */
const embed = ({ body }: WireRequest, response: ServerResponse): void => {
  const texts = typeof body.input === 'string' ? [body.input] : (body.input ?? []);
  const data = texts.map((text, index) => {
    const vector = Float32Array.from({ length: DIMENSIONS }, (_, place) =>
      Math.fround((text.codePointAt(place % Math.max(1, text.length)) ?? 1) / 128),
    );
    const embedding =
      body.encoding_format === 'float'
        ? [...vector]
        : Buffer.from(vector.buffer).toString('base64');
    return { object: 'embedding', index, embedding };
  });
  response.writeHead(200, { 'Content-Type': 'application/json' });
  response.end(JSON.stringify({ object: 'list', model: body.model, data, usage: USAGE }));
};
