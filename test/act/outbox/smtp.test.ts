import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { performDue, type PerformInput } from '../../../src/act/outbox/perform.ts';
import { portsFor } from '../../../src/act/outbox/ports.ts';
import { loadOutboxRow } from '../../../src/act/outbox/store.ts';
import { listTasks } from '../../../src/act/tasks/store.ts';
import { isLive, type ConnectorSettings, type LiveWorld } from '../../../src/connectors/define.ts';
import email from '../../../src/connectors/email/index.ts';
import { isLoopback, mailRoute } from '../../../src/connectors/email/route.ts';
import { LIVE, type World } from '../../../src/domain/case.ts';
import { addMinutes } from '../../../src/domain/time.ts';
import type { OpenDatabase, TenantTx } from '../../../src/platform/db/database.ts';
import { createTenant, testDatabase } from '../../support/database.ts';
import { reply, startMailServer, type MailServer } from '../../connectors/mail-server.ts';
import { aProposal, NOW, permitted, taskPreview, worker } from '../support/act.ts';

let database: OpenDatabase;
let tenantId: string;
let dataDir: string;
let tenants = 0;
const closing: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  database = await testDatabase();
});

beforeEach(async () => {
  tenantId = await createTenant(database, `smtp-${++tenants}`);
  dataDir = await mkdtemp(join(tmpdir(), 'retinue-outbox-'));
  closing.push(() => rm(dataDir, { recursive: true }));
});

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const run = <T>(work: (tx: TenantTx) => Promise<T>): Promise<T> =>
  database.withTenant(tenantId, work);

const mailServer = async (
  options: Parameters<typeof startMailServer>[0] = {},
): Promise<MailServer> => {
  const server = await startMailServer(options);
  closing.push(() => server.close());
  return server;
};

const ports = (world: World, settings: Partial<ConnectorSettings>) =>
  portsFor(world, {
    connectors: [email],
    settings: { tenantId, isSample: false, dataDir, ...settings },
  });

const perform = (
  settings: Partial<ConnectorSettings>,
  over: Partial<PerformInput> = {},
  world: World = LIVE,
) => performDue(worker(database, { ports: ports(world, settings), tenantId, ...over }));

const enqueued = (world: World = LIVE) =>
  run((tx) => permitted(tx, aProposal(), { world })).then(({ actionId }) => actionId);
const row = async (actionId: string) => (await run((tx) => loadOutboxRow(tx, actionId)))!;

describe('through a real SMTP server', () => {
  it('a permitted message arrives', async () => {
    const server = await mailServer();
    const actionId = await enqueued();
    expect((await perform({ smtpUrl: server.url })).actions).toEqual([
      { actionId, status: 'done' },
    ]);
    expect(server.received.map(({ to }) => to)).toEqual([['zoe@customer.example']]);
    expect((await row(actionId)).receipt?.['response']).toMatch(/^250/);
  });

  it('a greylisted one arrives at the second attempt, once', async () => {
    let attempts = 0;
    const server = await mailServer({
      onRcptTo: (_address, _session, done) => {
        done((attempts += 1) === 1 ? reply(451, '4.7.1 greylisted') : null);
      },
    });
    const actionId = await enqueued();
    expect((await perform({ smtpUrl: server.url })).actions).toEqual([
      { actionId, status: 'ready' },
    ]);
    expect((await row(actionId)).reasons.at(-1)?.text).toContain('4.7.1 greylisted');
    const later = { now: addMinutes(NOW, 1) };
    expect((await perform({ smtpUrl: server.url }, later)).actions).toEqual([
      { actionId, status: 'done' },
    ]);
    expect(server.received).toHaveLength(1);
  });

  it('one that meets a server that is down waits and goes out when it is up', async () => {
    const down = await startMailServer();
    await down.close();
    const actionId = await enqueued();
    expect((await perform({ smtpUrl: down.url })).actions).toEqual([{ actionId, status: 'ready' }]);
    const server = await mailServer();
    const later = { now: addMinutes(NOW, 1) };
    expect((await perform({ smtpUrl: server.url }, later)).actions).toEqual([
      { actionId, status: 'done' },
    ]);
  });

  it('one whose server is too slow to begin with is tried again; one too slow at the end is asked about', async () => {
    const slowStart = await mailServer({ onMailFrom: () => undefined });
    const slowEnd = await mailServer({
      onData: (stream) => {
        stream.resume();
      },
    });
    const actionId = await enqueued();
    const brief = { effectTimeoutMilliseconds: 150 };
    expect((await perform({ smtpUrl: slowStart.url }, brief)).actions).toEqual([
      { actionId, status: 'ready' },
    ]);
    const later = { ...brief, effectTimeoutMilliseconds: 400, now: addMinutes(NOW, 1) };
    expect((await perform({ smtpUrl: slowEnd.url }, later)).actions).toEqual([
      { actionId, status: 'unknown' },
    ]);
  });

  it('one whose connection breaks after DATA becomes unknown, with a task, and is never sent again by itself', async () => {
    const url = await breaksAfterData();
    const actionId = await enqueued();
    expect((await perform({ smtpUrl: url })).actions).toEqual([{ actionId, status: 'unknown' }]);
    expect(await run((tx) => listTasks(tx))).toMatchObject([{ kind: 'check_delivery', actionId }]);
    const server = await mailServer();
    expect(
      (await perform({ smtpUrl: server.url }, { now: addMinutes(NOW, 9999) })).actions,
    ).toEqual([]);
    expect(server.received).toEqual([]);
  });
});

describe('without a server', () => {
  it('a message is kept as a file, and its receipt says that it was not sent', async () => {
    const actionId = await enqueued();
    expect((await perform({})).actions).toEqual([{ actionId, status: 'done' }]);
    expect((await row(actionId)).receipt).toMatchObject({ note: 'kept as a file, not sent' });
    expect(await readdir(join(dataDir, 'outgoing', tenantId))).toHaveLength(1);
  });
});

describe('outside the live world', () => {
  it.each(['shadow', 'simulated'] as const)(
    'a %s run reaches nobody though SMTP is configured',
    async (kind) => {
      const server = await mailServer();
      const world: World = { id: `${kind}-1`, kind };
      const actionId = await enqueued(world);
      const accepted: unknown[] = [];
      const accept: PerformInput['accept'] = async (_, events) => void accepted.push(...events);
      const report = await perform({ smtpUrl: server.url }, { accept }, world);
      expect(report.actions).toEqual([{ actionId, status: 'done' }]);
      expect((await row(actionId)).receipt).toEqual({ note: `not sent: ${kind} world` });
      expect(accepted).toEqual([]);
      expect(server.received).toEqual([]);
      expect(await readdir(dataDir)).toEqual([]);
    },
  );

  it('its tasks open in its own world', async () => {
    const world: World = { id: 'shadow-1', kind: 'shadow' };
    await run((tx) => permitted(tx, aProposal({ preview: taskPreview() }), { world }));
    await perform({}, {}, world);
    expect(await run((tx) => listTasks(tx))).toMatchObject([{ world: 'shadow-1' }]);
  });

  it('no worker of one world takes a row of another', async () => {
    const server = await mailServer();
    await enqueued({ id: 'shadow-1', kind: 'shadow' });
    expect((await perform({ smtpUrl: server.url })).actions).toEqual([]);
    expect(
      (await perform({ smtpUrl: server.url }, {}, { id: 'shadow-2', kind: 'shadow' })).actions,
    ).toEqual([]);
  });

  it('a live connector cannot be opened: by type, and by a check for those who evade it', () => {
    const settings: ConnectorSettings = {
      tenantId,
      isSample: false,
      dataDir,
      smtpUrl: 'smtp://127.0.0.1:1',
    };
    const shadow: World = { id: 'shadow-1', kind: 'shadow' };
    // @ts-expect-error a world that may be a shadow is not the live one
    expect(() => email.open(shadow, settings)).toThrow('outside the live world');
    const disguised = { id: 'shadow-1', kind: 'live' } as unknown as LiveWorld;
    expect(() => email.open(disguised, settings)).toThrow('outside the live world');
    expect(isLive(LIVE)).toBe(true);
    expect(ports(shadow, settings).byId.get('email')?.describe).toBe(
      'recording only (shadow world)',
    );
    expect(ports(LIVE, settings).byId.get('email')?.describe).toBe('SMTP 127.0.0.1:1');
  });
});

describe('the sample company', () => {
  it.each([
    [undefined, 'folder'],
    ['', 'folder'],
    ['smtp://mail.example.com:587', 'folder'],
    ['smtps://user:pw@192.168.1.2', 'folder'],
    ['smtp://localhost.evil.example', 'folder'],
    ['smtp://127.0.0.1.evil.example', 'folder'],
    ['smtp://127.0.0.1:1025', 'smtp'],
    ['smtp://127.8.9.1', 'smtp'],
    ['smtp://[::1]:25', 'smtp'],
    ['smtp://LOCALHOST', 'smtp'],
  ])('%s → %s', (smtpUrl, kind) => {
    expect(mailRoute({ smtpUrl, isSample: true }).kind).toBe(kind);
    expect(mailRoute({ smtpUrl, isSample: false }).kind).toBe(
      (smtpUrl ?? '') === '' ? 'folder' : 'smtp',
    );
  });

  it('takes no name for loopback that only looks like it', () => {
    for (const host of [
      '0.0.0.0',
      '10.0.0.1',
      'localhost.',
      '127.1.1',
      'ip6-localhost',
      '::ffff:127.0.0.1',
      '',
    ]) {
      expect([host, isLoopback(host)]).toEqual([host, host === 'localhost.']);
    }
  });

  it('is kept in the folder, and says why, when the server is elsewhere', async () => {
    await enqueued();
    const elsewhere = { smtpUrl: 'smtp://mail.example.com:587', isSample: true };
    expect(ports(LIVE, elsewhere).byId.get('email')?.describe).toContain(
      'to a server on this machine only',
    );
    await perform(elsewhere);
    expect(await readdir(join(dataDir, 'outgoing', tenantId))).toHaveLength(1);
  });
});

/** Takes the whole message and hangs up instead of answering. */
const breaksAfterData = async (): Promise<string> => {
  const raw = createServer((socket) => {
    let inData = false;
    socket.on('error', () => undefined);
    socket.write('220 test\r\n');
    socket.on('data', (chunk) => {
      const text = chunk.toString();
      if (inData) {
        if (text.endsWith('\r\n.\r\n')) socket.destroy();
        return;
      }
      inData = text.startsWith('DATA');
      socket.write(inData ? '354 go on\r\n' : '250 ok\r\n');
    });
  });
  await new Promise<void>((resolve) => raw.listen(0, '127.0.0.1', resolve));
  closing.push(() => new Promise((resolve) => raw.close(resolve)));
  return `smtp://127.0.0.1:${(raw.address() as AddressInfo).port}`;
};
