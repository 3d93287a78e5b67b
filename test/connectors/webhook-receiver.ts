import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { vi } from 'vitest';

export interface Received {
  readonly id: string;
  readonly type: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface Receiver {
  readonly url: string;
  /** Every request, in order of arrival, whatever it was answered. */
  readonly received: Received[];
  /** What is answered from here on. */
  answer: (request: Received, response: ServerResponse) => void;
  close: () => Promise<void>;
}

/** A real HTTP server on loopback, as a customer's would be. */
export const startReceiver = async (): Promise<Receiver> => {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    void bodyOf(request).then((body) => {
      const headers = request.headers as Record<string, string>;
      const id = headers['webhook-id'] ?? '';
      const { type } = JSON.parse(body) as { type: string };
      const each = { id, type, headers, body };
      received.push(each);
      receiver.answer(each, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const receiver: Receiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    received,
    answer: good,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return receiver;
};

export const good = (_: Received, response: ServerResponse): void => {
  response.writeHead(204).end();
};

export const answering =
  (status: number, headers: Record<string, string> = {}) =>
  (_: Received, response: ServerResponse): void => {
    response.writeHead(status, headers).end();
  };

const bodyOf = async (request: IncomingMessage): Promise<string> => {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
};

/** What the body says, where the signature is by this secret; throws otherwise. The library's own check, at the time of sending. */
export const verify = (secret: string, { headers, body }: Received): unknown => {
  const now = Number(headers['webhook-timestamp']) * 1000;
  vi.useFakeTimers({ toFake: ['Date'], now });
  try {
    return new Webhook(secret).verify(body, headers);
  } finally {
    vi.useRealTimers();
  }
};
