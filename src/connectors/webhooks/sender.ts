import { lookup as resolve, type LookupAddress } from 'node:dns';
import http, { type IncomingMessage, type RequestOptions } from 'node:http';
import https from 'node:https';
import type { LookupFunction } from 'node:net';
import { allowedAddresses, type AllowedAddresses } from './allowed-addresses.ts';
import type { WebhookAnswer, WebhookRequest, WebhookSender } from './define.ts';

const TIMEOUT_MILLISECONDS = 15_000;

/**
 * Posts to receivers. Each name is looked up by ourselves as the connection is made and the connection goes to the very
 * addresses that were judged, so that a name cannot answer one thing to the check and another to the connection.
 * `privateRanges`: ranges of our own network that the installation allows.
 */
export const webhookSender = (options: {
  readonly privateRanges: readonly string[];
  readonly timeoutMilliseconds?: number;
}): WebhookSender => {
  const allowed = allowedAddresses(options.privateRanges);
  const timeout = options.timeoutMilliseconds ?? TIMEOUT_MILLISECONDS;
  return {
    objection: (url) => objectionTo(url, allowed),
    post: async (request, signal) => {
      const objection = objectionTo(request.url, allowed);
      if (objection !== null) return { kind: 'unreached', reason: objection };
      try {
        return await send(request, allowed, timeout, signal);
      } catch (error) {
        return { kind: 'unreached', reason: reasonOf(error) };
      }
    },
  };
};

/** What can be said of an address without asking anybody. */
const objectionTo = (text: string, allowed: AllowedAddresses): string | null => {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !['https:', 'http:'].includes(url.protocol)) {
    return 'it is no address such as https://hooks.example.com/retinue';
  }
  if (url.username !== '' || url.password !== '')
    return 'an address carries no user and no password: the signature says who sends';
  if (url.protocol === 'http:' && !allowed.allowsPrivate) return PLAIN;
  const host = literalOf(url);
  if (host === null) return null;
  const standing = allowed.standing(host);
  if (standing === 'refused') return behindTheWall(host);
  return url.protocol === 'http:' && standing === 'public' ? PLAIN : null;
};

const PLAIN =
  'it must begin with https:// — what goes over http can be read and changed on the way';

const behindTheWall = (address: string): string =>
  `${address} is not an address of the public internet; whoever runs this installation can allow it by RETINUE_WEBHOOK_PRIVATE`;

/** The host where it is an address already (a URL writes every form of one as one), else `null`. */
const literalOf = (url: URL): string | null => {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  return /^[\d.]+$|:/.test(host) ? host : null;
};

const send = (
  request: WebhookRequest,
  allowed: AllowedAddresses,
  timeout: number,
  signal: AbortSignal | undefined,
): Promise<WebhookAnswer> =>
  new Promise((done, fail) => {
    const url = new URL(request.url);
    const isPlain = url.protocol === 'http:';
    const over = AbortSignal.timeout(timeout);
    const options: RequestOptions = {
      method: 'POST',
      headers: { ...request.headers, 'Content-Length': Buffer.byteLength(request.body) },
      lookup: guardedLookup(allowed, isPlain),
      // A connection kept from earlier went to an address judged earlier.
      agent: false,
      signal: signal === undefined ? over : AbortSignal.any([over, signal]),
    };
    const onAnswer = (response: IncomingMessage): void => {
      // Nobody here reads what it says; a receiver that talks without end is hung up on.
      response.destroy();
      done({
        kind: 'answered',
        status: response.statusCode ?? 0,
        retryAfter: secondsOf(response.headers['retry-after']),
      });
    };
    const outgoing = isPlain
      ? http.request(url, options, onAnswer)
      : https.request(url, options, onAnswer);
    outgoing.on('error', (error) => {
      fail(over.aborted ? new Error(`no answer within ${String(timeout / 1000)} seconds`) : error);
    });
    outgoing.end(request.body);
  });

/** `Retry-After` in seconds; the form with a date is not taken. */
const secondsOf = (header: string | undefined): number | null =>
  header !== undefined && /^\d{1,9}$/.test(header) ? Number(header) : null;

/** One address behind the wall among several refuses the name: the connection may take any of them. */
const guardedLookup =
  (allowed: AllowedAddresses, isPlain: boolean): LookupFunction =>
  (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      if (error !== null) {
        callback(error, []);
        return;
      }
      const refused = addresses.find(({ address }) => !mayReach(allowed, address, isPlain));
      if (refused !== undefined) callback(refusal(refused, isPlain), []);
      else if (options.all === true) callback(null, addresses);
      else callback(null, addresses[0]?.address ?? '', addresses[0]?.family);
    });
  };

const mayReach = (allowed: AllowedAddresses, address: string, isPlain: boolean): boolean => {
  const standing = allowed.standing(address);
  return standing === 'private' || (standing === 'public' && !isPlain);
};

const refusal = ({ address }: LookupAddress, isPlain: boolean): Error =>
  new Error(isPlain ? PLAIN : behindTheWall(address));

const reasonOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'AbortError') return 'called off';
  return error.message === '' ? error.name : error.message;
};
