import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Express } from 'express';
import { configError } from '../../domain/errors.ts';

export interface RunningServer {
  readonly url: string;
  /** Takes no new requests, waits for those under way, then ends. Safe to call twice. */
  readonly close: () => Promise<void>;
}

/** How long requests under way may take after a stop. */
const DRAIN_MS = 10_000;

/** Starts to listen. Throws `port_in_use` with the way out. Port 0 takes a free one. */
export const listen = async (app: Express, host: string, port: number): Promise<RunningServer> => {
  const server = createServer({ requestTimeout: 30_000, headersTimeout: 15_000 }, app);
  await bind(server, host, port);
  const address = server.address() as AddressInfo;
  const shown = host.includes(':') ? `[${host}]` : host;
  let closing: Promise<void> | null = null;
  return {
    url: `http://${shown}:${String(address.port)}`,
    close: () => (closing ??= drain(server)),
  };
};

const bind = (server: Server, host: string, port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(error.code === 'EADDRINUSE' ? portInUse(port) : error);
    });
    server.listen(port, host, () => {
      resolve();
    });
  });

const portInUse = (port: number): Error =>
  configError(
    'port_in_use',
    `port ${String(port)} is taken by another program; choose one: PORT=${String(port + 1)} npm start`,
  );

const drain = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    const force = setTimeout(() => {
      server.closeAllConnections();
    }, DRAIN_MS);
    server.close(() => {
      clearTimeout(force);
      resolve();
    });
    server.closeIdleConnections();
  });
