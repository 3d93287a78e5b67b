import SMTPConnection from 'nodemailer/lib/smtp-connection';
import { Readable } from 'node:stream';
import { configError } from '../../domain/errors.ts';
import type { EffectResult, Port } from '../define.ts';
import { compose, type Composed, type DkimKey } from './compose.ts';
import { isLoopback } from './route.ts';

/** How long each stage may take, in milliseconds. */
export interface SmtpTimeouts {
  readonly connect: number;
  readonly greeting: number;
  /** Silence after which the connection is given up. */
  readonly silence: number;
}

const TIMEOUTS: SmtpTimeouts = { connect: 15_000, greeting: 15_000, silence: 60_000 };

/**
 * Sends by SMTP, one connection a message. SMTP cannot be asked whether a message arrived, so it is at-most-once: what
 * fails before the server asked for the message (354) may be tried again; what fails after it, without the server's
 * word, may or may not have arrived and is `unknown`.
 */
export const smtpPort = (options: {
  readonly url: string;
  readonly timeouts?: SmtpTimeouts;
  readonly dkim?: DkimKey | undefined;
}): Port => {
  const server = parseSmtpUrl(options.url);
  const timeouts = options.timeouts ?? TIMEOUTS;
  return {
    id: 'email',
    guarantee: 'at_most_once',
    describe: `SMTP ${server.host}:${server.port}`,
    perform: async (effect, now, signal) => {
      const composed = await compose(effect, now, options.dkim ?? null);
      if ('problem' in composed) return { outcome: 'refused', reason: composed.problem };
      return transmit(server, timeouts, composed, signal);
    },
    close: async () => undefined,
  };
};

interface SmtpServer {
  readonly host: string;
  readonly port: number;
  readonly secure: boolean;
  /** Refuse to go on without STARTTLS: always, unless the server is on this machine or the URL says `?tls=optional`. */
  readonly requireTLS: boolean;
  readonly loopback: boolean;
  readonly auth: { readonly user: string; readonly pass: string } | null;
}

/** Reads `smtp://user:password@host:587` or `smtps://…`. Throws `smtp_url_invalid`, without repeating the password. */
export const parseSmtpUrl = (text: string): SmtpServer => {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !['smtp:', 'smtps:'].includes(url.protocol) || url.hostname === '') {
    throw configError(
      'smtp_url_invalid',
      'SMTP_URL is not of the form `smtp://user:password@host:587`',
    );
  }
  const secure = url.protocol === 'smtps:';
  const loopback = isLoopback(url.hostname);
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? (secure ? 465 : 587) : Number(url.port),
    secure,
    requireTLS: !secure && !loopback && url.searchParams.get('tls') !== 'optional',
    loopback,
    auth:
      url.username === ''
        ? null
        : { user: decodeURIComponent(url.username), pass: decodeURIComponent(url.password) },
  };
};

/** How far the conversation got; decides what a failure means. */
interface Progress {
  /** The server said 354 and the message began to go out. */
  dataBegan: boolean;
}

const transmit = async (
  server: SmtpServer,
  timeouts: SmtpTimeouts,
  composed: Composed,
  signal: AbortSignal,
): Promise<EffectResult> => {
  const progress: Progress = { dataBegan: false };
  const connection = new SMTPConnection({
    host: server.host,
    port: server.port,
    secure: server.secure,
    requireTLS: server.requireTLS,
    // A server on this machine needs no encryption, and its certificate is rarely one that anybody signed.
    ignoreTLS: server.loopback,
    allowInternalNetworkInterfaces: true,
    connectionTimeout: timeouts.connect,
    greetingTimeout: timeouts.greeting,
    socketTimeout: timeouts.silence,
    dnsTimeout: timeouts.connect,
    socketCloseTimeout: 0,
  });
  try {
    const response = await converse(connection, server, composed, progress, signal);
    return { outcome: 'done', receipt: { messageId: composed.messageId, response } };
  } catch (error) {
    return judge(error as SmtpFailure, progress);
  } finally {
    connection.close();
  }
};

/** Resolves with the server's final reply; rejects with the first error, the abort included. */
const converse = (
  connection: SMTPConnection,
  server: SmtpServer,
  composed: Composed,
  progress: Progress,
  signal: AbortSignal,
): Promise<string> =>
  new Promise((resolve, reject) => {
    const fail = (error: Error) => {
      reject(error);
    };
    const abort = () => {
      fail(new Error('no answer in time'));
    };
    if (signal.aborted) {
      abort();
      return;
    }
    signal.addEventListener('abort', abort, { once: true });
    connection.on('error', fail);
    connection.on('end', () => {
      fail(new Error('the connection was closed'));
    });
    const send = () => {
      connection.send(
        { from: composed.from, to: [composed.to] },
        watched(composed.raw, progress),
        (error, info) => {
          if (error !== null) fail(error);
          else resolve(info.response);
        },
      );
    };
    connection.connect((error) => {
      if (error !== undefined) fail(error);
      else if (server.auth === null) send();
      else
        connection.login({ ...server.auth }, (refused) => {
          if (refused === null) send();
          else fail(refused);
        });
    });
  });

/** The message as a stream that is read only after the server's 354: the first read is the point of no return. */
const watched = (raw: Buffer, progress: Progress): Readable =>
  new Readable({
    read() {
      progress.dataBegan = true;
      this.push(raw);
      this.push(null);
    },
  });

interface SmtpFailure extends Error {
  readonly responseCode?: number;
  readonly response?: string;
  /** The command that was answered: `CONN`, `EHLO`, `AUTH PLAIN`, `MAIL FROM`, `RCPT TO`, `DATA`. */
  readonly command?: string;
}

const judge = (failure: SmtpFailure, progress: Progress): EffectResult => {
  const reason = failure.message.slice(0, 300);
  const code = failure.responseCode ?? 0;
  const aboutTheMessage = ['MAIL FROM', 'RCPT TO', 'DATA'].includes(failure.command ?? '');
  if (progress.dataBegan && !(aboutTheMessage && code >= 400)) {
    return {
      outcome: 'unknown',
      reason: `the connection failed while the message was going out: ${reason}`,
    };
  }
  // A refused login or greeting is about us, not about the message: it goes out when that is put right.
  if (!aboutTheMessage || code < 500 || code === 503) return { outcome: 'retry', reason };
  return failure.command === 'RCPT TO' && !isPolicyRefusal(failure.response)
    ? { outcome: 'refused', reason, suppress: true }
    : { outcome: 'refused', reason };
};

/** Enhanced status 5.7.x speaks of us or of a rule, not of the mailbox: no reason never to write there again. */
const isPolicyRefusal = (response = ''): boolean => /^\d{3}[ -]5\.7\./.test(response);
