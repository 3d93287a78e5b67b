import { createHash, createVerify, generateKeyPairSync } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import PostalMime from 'postal-mime';
import { afterEach, describe, expect, it } from 'vitest';
import type { EffectResult, Port } from '../../src/connectors/define.ts';
import { emlFolderPort } from '../../src/connectors/email/eml-folder.ts';
import { smtpPort } from '../../src/connectors/email/smtp.ts';
import type { Instant } from '../../src/domain/time.ts';
import { anEmail } from '../connectors/effects.ts';
import { reply, startMailServer, type MailServer } from '../connectors/mail-server.ts';
import { portContract } from './port-contract.ts';

const NOW: Instant = '2026-03-02T09:30:00.000Z';
const closing: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const server = async (options: Parameters<typeof startMailServer>[0] = {}): Promise<MailServer> => {
  const started = await startMailServer(options);
  closing.push(() => started.close());
  return started;
};

const folder = async (): Promise<string> => {
  const path = await mkdtemp(join(tmpdir(), 'retinue-eml-'));
  closing.push(() => rm(path, { recursive: true }));
  return join(path, 'outgoing');
};

/** RFC 6376: what a receiver computes, with relaxed canonicalization. */
const relaxedBody = (raw: Buffer): string =>
  `${raw
    .toString('binary')
    .split('\r\n\r\n')
    .slice(1)
    .join('\r\n\r\n')
    .replaceAll(/[ \t]+/g, ' ')
    .replaceAll(/ (?=\r\n)/g, '')
    .replace(/(\r\n)*$/, '')}\r\n`;

const bodyHash = (raw: Buffer): string =>
  createHash('sha256').update(relaxedBody(raw), 'binary').digest('base64');

const signatureHolds = (raw: Buffer, publicKey: string): boolean => {
  const head = (raw.toString('binary').split('\r\n\r\n')[0] ?? '').replaceAll(/\r\n(?=[ \t])/g, '');
  const headers = head.split('\r\n').map((line) => {
    const at = line.indexOf(':');
    const value = line
      .slice(at + 1)
      .replaceAll(/[ \t]+/g, ' ')
      .trim();
    return [line.slice(0, at).toLowerCase(), value] as const;
  });
  const signature = headers.find(([name]) => name === 'dkim-signature')?.[1] ?? '';
  const names = /(?:^|;) *h=([^;]*)/.exec(signature)?.[1]?.replaceAll(/\s/g, '').split(':') ?? [];
  const signed = names.flatMap((name) => {
    const found = headers.find(([one]) => one === name.toLowerCase());
    return found === undefined ? [] : [`${found[0]}:${found[1]}\r\n`];
  });
  const own = signature.replace(/(;|^)( *b=)[^;]*/, '$1$2').trimEnd();
  const given = /(?:^|;) *b=([^;]*)/.exec(signature)?.[1]?.replaceAll(/\s/g, '') ?? '';
  return createVerify('sha256')
    .update(`${signed.join('')}dkim-signature:${own}`, 'binary')
    .verify(publicKey, given, 'base64');
};

const send = (port: Port, over: Parameters<typeof anEmail>[0] = {}): Promise<EffectResult> =>
  port.perform(anEmail(over), NOW, new AbortController().signal);

describe('e-mail by SMTP, against a real server', () => {
  portContract(async () => {
    const running = await server();
    const port = smtpPort({ url: running.url });
    return { port, count: async () => running.received.length };
  }, anEmail);

  it('delivers exactly the message that was decided', async () => {
    const running = await server();
    await send(smtpPort({ url: running.url }));
    const [mail] = running.received;
    expect(mail).toMatchObject({ from: 'success@vendor.example', to: ['zoe@customer.example'] });
    const parsed = await PostalMime.parse(mail!.raw);
    expect(parsed.subject).toBe('Seats for Café Noir — naïve ✓');
    expect(parsed.text).toBe(anEmail().message?.text);
    expect(parsed.html).toBeUndefined();
    expect(parsed.from).toMatchObject({ name: 'Ana Ruiz', address: 'success@vendor.example' });
    expect(parsed.to).toMatchObject([{ name: 'Zoë Brandt, CFO', address: 'zoe@customer.example' }]);
    expect(parsed.date).toBe(NOW);
    expect(parsed.messageId).toMatch(/^<[0-9a-f]{40}@vendor\.example>$/);
    const header = (key: string) => parsed.headers.find((one) => one.key === key)?.value;
    expect(header('x-retinue-action')).toBe('act-1');
    expect(header('x-retinue-template')).toBe('seat-offer@3');
    expect(header('auto-submitted')).toBe('auto-generated');
  });

  it('lets answers reach the owner, and says who writes', async () => {
    const running = await server();
    const sender = { name: 'Ana Ruiz (Vendor)', email: 'success@vendor.example' };
    const replyTo = ['ana@vendor.example', 'answers@vendor.example'];
    await send(smtpPort({ url: running.url }), { sender: { ...sender, replyTo } });
    const parsed = await PostalMime.parse(running.received[0]!.raw);
    expect(parsed.replyTo?.map(({ address }) => address)).toEqual(replyTo);
    expect(parsed.headers.map(({ key }) => key)).not.toContain('list-unsubscribe');
  });

  it('carries one-click unsubscribe and a postal address where it is advertising, under the DKIM signature', async () => {
    const running = await server();
    const { privateKey, publicKey } = generateKeyPairSync('rsa', {
      modulusLength: 2048,
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    });
    const url = `https://retinue.vendor.example/unsubscribe/${'x'.repeat(300)}.y`;
    const dkim = { domain: 'vendor.example', selector: 'r1', privateKey };
    const message = { ...anEmail().message!, language: 'de' };
    await send(smtpPort({ url: running.url, dkim }), {
      message,
      unsubscribe: { url, postalAddress: 'Vendor GmbH, Hauptstraße 1, Berlin' },
    });
    const { raw } = running.received[0]!;
    const parsed = await PostalMime.parse(raw);
    const header = (key: string) => parsed.headers.find((one) => one.key === key)?.value;
    expect(header('list-unsubscribe')).toBe(`<${url}>`);
    expect(header('list-unsubscribe-post')).toBe('List-Unsubscribe=One-Click');
    expect(parsed.text).toContain(
      '\n-- \nVendor GmbH, Hauptstraße 1, Berlin\nKeine solchen Nachrichten mehr: https://',
    );
    const signature = header('dkim-signature') ?? '';
    const tag = (name: string) =>
      new RegExp(`(?:^|;)\\s*${name}=([^;]*)`).exec(signature)?.[1]?.replaceAll(/\s/g, '') ?? '';
    expect(tag('h').toLowerCase().split(':')).toEqual(
      expect.arrayContaining(['from', 'list-unsubscribe', 'list-unsubscribe-post']),
    );
    expect([tag('d'), tag('s'), tag('bh')]).toEqual(['vendor.example', 'r1', bodyHash(raw)]);
    expect(signatureHolds(raw, publicKey)).toBe(true);
  });

  it('derives the Message-ID from tenant and business key alone', async () => {
    const running = await server();
    const port = smtpPort({ url: running.url });
    const ids: (string | undefined)[] = [];
    for (const over of [{}, { actionId: 'act-2' }, { key: 'another' }, { tenantId: 'other' }]) {
      const result = await send(port, over);
      ids.push(result.outcome === 'done' ? result.receipt['messageId'] : undefined);
    }
    expect(ids[1]).toBe(ids[0]);
    expect(new Set(ids).size).toBe(3);
  });

  it('puts no line of a name or subject into the headers', async () => {
    const running = await server();
    const message = { ...anEmail().message!, subject: 'Hi\r\nBcc: everyone@customer.example' };
    await send(smtpPort({ url: running.url }), {
      message,
      recipient: { ...anEmail().recipient!, name: 'Zoë\r\nX-Evil: 1' },
    });
    const parsed = await PostalMime.parse(running.received[0]!.raw);
    expect(running.received[0]!.to).toEqual(['zoe@customer.example']);
    expect(parsed.bcc ?? []).toEqual([]);
    expect(parsed.headers.map(({ key }) => key)).not.toContain('x-evil');
  });

  it.each([
    '',
    'not an address',
    'a@b@c',
    'a@b.example\r\nRCPT TO:<c@d.example>',
    '<a@b.example>',
    'a@b.example, c@d.example',
  ])('refuses the malformed address %j without a connection', async (email) => {
    const port = smtpPort({ url: 'smtp://127.0.0.1:1' });
    const result = await send(port, { recipient: { ...anEmail().recipient!, email } });
    expect(result).toMatchObject({
      outcome: 'refused',
      reason: expect.stringContaining('malformed') as string,
    });
  });

  it('logs in when the URL carries a user, and tries again later when the login is refused', async () => {
    const users: string[] = [];
    const running = await server({
      authOptional: false,
      allowInsecureAuth: true,
      onAuth: ({ username = '', password }, _, done) => {
        users.push(username);
        if (password === 'p@ss') done(null, { user: username });
        else done(reply(535, 'no'));
      },
    });
    const at = (login: string) => smtpPort({ url: running.url.replace('//', `//${login}@`) });
    expect((await send(at('retinue:p%40ss'))).outcome).toBe('done');
    expect(await send(at('retinue:wrong'))).toMatchObject({ outcome: 'retry' });
    expect(running.received).toHaveLength(1);
    expect(users).toEqual(['retinue', 'retinue']);
  });

  describe('before the server asks for the message: tried again or refused, never doubtful', () => {
    it('nothing listens', async () => {
      const running = await startMailServer();
      await running.close();
      expect(await send(smtpPort({ url: running.url }))).toMatchObject({ outcome: 'retry' });
    });

    it.each([
      ['greylisting at RCPT', { onRcptTo: 451 }, { outcome: 'retry' }],
      ['a passing refusal at MAIL', { onMailFrom: 421 }, { outcome: 'retry' }],
      ['a refused sender', { onMailFrom: 550 }, { outcome: 'refused' }],
      ['an unknown mailbox', { onRcptTo: 550 }, { outcome: 'refused', suppress: true }],
    ] as const)('%s', async (_, codes, expected) => {
      const running = await server({
        onMailFrom: (_address, _session, done) => {
          done('onMailFrom' in codes ? reply(codes.onMailFrom, 'not now') : null);
        },
        onRcptTo: (_address, _session, done) => {
          done('onRcptTo' in codes ? reply(codes.onRcptTo, 'no') : null);
        },
      });
      const result = await send(smtpPort({ url: running.url }));
      expect(result).toEqual({ ...expected, reason: expect.any(String) as string });
      expect(running.received).toHaveLength(0);
    });

    it('a refusal by policy (5.7.x) does not make the address bad', async () => {
      const running = await server({
        onRcptTo: (_address, _session, done) => {
          done(reply(550, '5.7.1 your server is listed'));
        },
      });
      const result = await send(smtpPort({ url: running.url }));
      expect(result.outcome).toBe('refused');
      expect(result).not.toHaveProperty('suppress');
    });

    it('a server that never greets', async () => {
      const silent = await listen(() => undefined);
      const timeouts = { connect: 1000, greeting: 50, silence: 1000 };
      expect(await send(smtpPort({ url: silent, timeouts }))).toMatchObject({ outcome: 'retry' });
    });

    it('a server too slow for the time allowed', async () => {
      const running = await server({ onMailFrom: () => undefined });
      const abort = new AbortController();
      const sending = smtpPort({ url: running.url }).perform(anEmail(), NOW, abort.signal);
      setTimeout(() => {
        abort.abort();
      }, 100);
      expect(await sending).toMatchObject({ outcome: 'retry', reason: 'no answer in time' });
    });
  });

  describe('after the server asked for the message', () => {
    it.each([
      [452, { outcome: 'retry' }],
      [554, { outcome: 'refused' }],
    ] as const)('a reply of %i is the server’s word', async (code, expected) => {
      const running = await server({
        onData: (stream, _, done) => {
          stream.resume();
          stream.on('end', () => {
            done(reply(code, 'no'));
          });
        },
      });
      const result = await send(smtpPort({ url: running.url }));
      expect(result).toMatchObject(expected);
      expect(result).not.toHaveProperty('suppress');
    });

    it('a connection that breaks leaves it unknown', async () => {
      const url = await listen(dropAfterData);
      expect(await send(smtpPort({ url }))).toMatchObject({ outcome: 'unknown' });
    });

    it('silence leaves it unknown', async () => {
      const running = await server({
        onData: (stream) => {
          stream.resume();
        },
      });
      const timeouts = { connect: 1000, greeting: 1000, silence: 150 };
      expect(await send(smtpPort({ url: running.url, timeouts }))).toMatchObject({
        outcome: 'unknown',
      });
    });

    it('running out of time leaves it unknown', async () => {
      const abort = new AbortController();
      const running = await server({
        onData: (stream) => {
          stream.resume();
          stream.on('end', () => {
            abort.abort();
          });
        },
      });
      const result = await smtpPort({ url: running.url }).perform(anEmail(), NOW, abort.signal);
      expect(result).toMatchObject({ outcome: 'unknown' });
    });
  });

  it('starts nothing when it is called off before', async () => {
    const running = await server();
    const result = await smtpPort({ url: running.url }).perform(
      anEmail(),
      NOW,
      AbortSignal.abort(),
    );
    expect(result.outcome).toBe('retry');
    expect(running.received).toHaveLength(0);
  });

  it('says what is wrong with a URL and does not repeat the password', () => {
    for (const url of ['mail.example', 'http://x', 'smtp://', 'smtp:// user:hunter2@']) {
      expect(() => smtpPort({ url })).toThrow(/SMTP_URL is not of the form/);
    }
    expect(() => smtpPort({ url: 'ftp://a:hunter2@b' })).not.toThrow(/hunter2/);
  });
});

describe('the .eml folder', () => {
  portContract(async () => {
    const path = await folder();
    const port = emlFolderPort({ folder: path, tenantId: 'acme', because: 'SMTP_URL is not set' });
    return { port, count: async () => (await readdir(path).catch(() => [])).length };
  }, anEmail);

  it('keeps the very message, and says that it was not sent', async () => {
    const path = await folder();
    const port = emlFolderPort({ folder: path, tenantId: 'acme', because: 'SMTP_URL is not set' });
    const result = await send(port);
    expect(result).toMatchObject({ receipt: { note: 'kept as a file, not sent' } });
    expect(port.describe).toContain('not sent: SMTP_URL is not set');
    const [name = ''] = await readdir(path);
    const parsed = await PostalMime.parse(await readFile(join(path, name)));
    expect(parsed.subject).toBe('Seats for Café Noir — naïve ✓');
    expect(parsed.text?.trim()).toBe(anEmail().message?.text.trim());
  });

  it('keeps tenants and keys apart and needs no safe characters in a key', async () => {
    const path = await folder();
    const open = (tenantId: string) => emlFolderPort({ folder: path, tenantId, because: 'x' });
    for (const key of ['../../etc/passwd', 'a/b', 'a\0b', 'A'.repeat(5000)])
      await send(open('acme'), { key });
    await send(open('other'), { key: 'a/b', tenantId: 'other' });
    const names = await readdir(path);
    expect(names).toHaveLength(5);
    for (const name of names) expect(name).toMatch(/^[0-9a-f]{32}\.eml$/);
  });

  it('two at once make one file, and no drafts stay', async () => {
    const path = await folder();
    const port = emlFolderPort({ folder: path, tenantId: 'acme', because: 'x' });
    await Promise.all(Array.from({ length: 8 }, () => send(port)));
    expect(await readdir(path)).toHaveLength(1);
  });
});

/** A server made of one function of the socket, for what a well-behaved one does not do. */
const listen = async (serve: (socket: Socket) => void): Promise<string> => {
  const sockets = new Set<Socket>();
  const raw = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    serve(socket);
  });
  await new Promise<void>((resolve) => raw.listen(0, '127.0.0.1', resolve));
  closing.push(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => raw.close(resolve));
  });
  return `smtp://127.0.0.1:${(raw.address() as AddressInfo).port}`;
};

/** Takes the whole message and hangs up instead of answering. */
const dropAfterData = (socket: Socket): void => {
  let inData = false;
  socket.write('220 test\r\n');
  socket.on('data', (chunk) => {
    const text = chunk.toString();
    if (inData) {
      if (text.endsWith('\r\n.\r\n')) socket.destroy();
    } else if (text.startsWith('DATA')) {
      inData = true;
      socket.write('354 go on\r\n');
    } else {
      socket.write(text.startsWith('EHLO') ? '250 test\r\n' : '250 ok\r\n');
    }
  });
};
