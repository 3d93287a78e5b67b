import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import email from '../../../src/connectors/email/index.ts';
import { LIVE } from '../../../src/domain/case.ts';
import { performDue } from '../../../src/act/outbox/perform.ts';
import { portsFor } from '../../../src/act/outbox/ports.ts';
import { listOutbox } from '../../../src/act/outbox/store.ts';
import { listLedger } from '../../../src/act/ledger/ledger.ts';
import { listTasks } from '../../../src/act/tasks/store.ts';
import type { OpenDatabase } from '../../../src/platform/db/database.ts';
import { openDatabase } from '../../../src/platform/db/open.ts';
import { startMailServer, type MailServer } from '../../connectors/mail-server.ts';
import { createTenant, onPostgres, testDatabase } from '../../support/database.ts';
import { aPreview, aProposal, permitted, taskPreview } from '../support/act.ts';
import { recordingWorker } from '../support/recording-worker.ts';
import type { Orders } from './crash-worker.ts';

type Point = NonNullable<Orders['dieAt']>['what'];

interface Trial {
  readonly name: string;
  readonly by: 'smtp' | 'folder';
  readonly dieAt: Orders['dieAt'];
  /** Killed from outside: so many milliseconds after it began, or when the mail server has the message but said nothing. */
  readonly killed?: number | 'in-data';
  /** How many e-mails end in doubt: one that was with its port when the worker died; `any` for a kill at random. */
  readonly unknown: 0 | 1 | 'any';
  /** How many messages the mail server has of the one in doubt. */
  readonly delivered?: 0 | 1;
}

// Transactions of a run: 1 debts, then for each e-mail: claim, hand-over, result; for the task: claim, hand-over with result.
const at = (
  name: string,
  what: Point,
  nth: number,
  unknown: 0 | 1 = 0,
  delivered?: 0 | 1,
): Trial => ({
  name,
  by: 'smtp',
  dieAt: { what, nth },
  unknown,
  ...(delivered === undefined ? {} : { delivered }),
});

const TRIALS: readonly Trial[] = [
  at('before the claim commits', 'before-commit', 2),
  at('after the claim', 'after-commit', 2),
  at('before the hand-over commits', 'before-commit', 3),
  at('after the hand-over, before the effect', 'before-effect', 1, 1, 0),
  {
    name: 'while the server has the message',
    by: 'smtp',
    dieAt: null,
    killed: 'in-data',
    unknown: 1,
    delivered: 1,
  },
  at('after the effect, before its record', 'after-effect', 1, 1, 1),
  at('before the record commits', 'before-commit', 4, 1, 1),
  at('after the record', 'after-commit', 4),
  at('before the second effect', 'before-effect', 2, 1, 0),
  at('after the third effect', 'after-effect', 3, 1, 1),
  { ...at('before the effect, into the folder', 'before-effect', 2), by: 'folder' },
  { ...at('after the effect, into the folder', 'after-effect', 2), by: 'folder' },
  ...[3, 20, 60, 150].map((killed): Trial => ({
    name: `some time after it began (${killed})`,
    by: 'smtp',
    dieAt: null,
    killed,
    unknown: 'any',
  })),
];

const EMAILS = 3;
let folder: string;
let database: OpenDatabase & { readonly url?: string };
let server: MailServer;
const signals: (NodeJS.Signals | null)[] = [];
let killWhenInData: (() => void) | null = null;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'retinue-crash-'));
  server = await startMailServer({
    onData: (stream, session, done) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        server.received.push({
          from: '',
          to: session.envelope.rcptTo.map(({ address }) => address),
          raw: Buffer.concat(chunks),
        });
        if (killWhenInData === null) done(null);
        else killWhenInData();
      });
    },
  });
  database = onPostgres
    ? await testDatabase()
    : await openDatabase({
        dataDir: join(folder, 'db'),
        image: await readFile(inject('databaseImage') ?? ''),
      });
  for (const index of TRIALS.keys()) await prepare(`crash-${index}`);
  // The embedded database has one process at a time: all workers die first, then everything is looked at.
  if (!onPostgres) await database.close();
  for (const [index, trial] of TRIALS.entries())
    signals.push(await runAndKill(trial, `crash-${index}`));
  if (!onPostgres) database = await openDatabase({ dataDir: join(folder, 'db') });
}, 300_000);

afterAll(async () => {
  if (!onPostgres) await database.close();
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

/** Three e-mails and a task, all due. */
const prepare = async (tenantId: string): Promise<void> => {
  await createTenant(database, tenantId);
  await database.withTenant(tenantId, async (tx) => {
    for (let index = 0; index < EMAILS; index += 1) {
      const recipient = {
        contactId: `c${index}`,
        email: `c${index}@${tenantId}.example`,
        name: 'C',
      };
      await permitted(
        tx,
        aProposal({ caseId: `case-${tenantId}`, ordinal: index, preview: aPreview({ recipient }) }),
        {
          notBefore: NOT_BEFORE[index]!,
        },
      );
    }
    await permitted(
      tx,
      aProposal({ caseId: `case-${tenantId}`, ordinal: EMAILS, preview: taskPreview() }),
    );
  });
};

const NOT_BEFORE = [
  '2026-03-02T09:00:00.000Z',
  '2026-03-02T09:01:00.000Z',
  '2026-03-02T09:02:00.000Z',
] as const;

const outgoingOf = (tenantId: string): string => join(folder, 'files', tenantId);

const runAndKill = (trial: Trial, tenantId: string): Promise<NodeJS.Signals | null> => {
  const orders: Orders = {
    ...(database.url === undefined ? { dataDir: join(folder, 'db') } : { url: database.url }),
    tenantId,
    outgoing: outgoingOf(tenantId),
    ...(trial.by === 'smtp' ? { smtpUrl: server.url } : {}),
    dieAt: trial.dieAt,
  };
  const script = fileURLToPath(new URL('crash-worker.ts', import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', script, JSON.stringify(orders)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const kill = () => void child.kill('SIGKILL');
  if (trial.killed === 'in-data') killWhenInData = kill;
  child.stdout.on('data', (chunk: Buffer) => {
    if (typeof trial.killed === 'number' && chunk.includes('ready')) setTimeout(kill, trial.killed);
  });
  return new Promise((resolve) => {
    child.on('exit', (_, signal) => {
      killWhenInData = null;
      resolve(signal);
    });
  });
};

/** The dead worker's leases run out, and another does what is left, until nothing is. */
const finish = async (trial: Trial, tenantId: string): Promise<void> => {
  await database.withTenant(tenantId, (tx) =>
    tx.query(`update outbox set lease_until = clock_timestamp() where lease_until is not null`),
  );
  const ports = portsFor(LIVE, {
    connectors: [email],
    settings: {
      tenantId,
      isSample: false,
      dataDir: outgoingOf(tenantId),
      smtpUrl: trial.by === 'smtp' ? server.url : undefined,
    },
  });
  await performDue({ ...recordingWorker(database, tenantId), ports });
  expect((await performDue({ ...recordingWorker(database, tenantId), ports })).actions).toEqual([]);
};

const look = (tenantId: string) =>
  database.withTenant(tenantId, async (tx) => {
    const rows = await listOutbox(tx);
    const tasks = await listTasks(tx);
    return {
      emails: rows.filter(({ port }) => port === 'email'),
      taskRow: rows.find(({ port }) => port === 'tasks'),
      opened: tasks.filter(({ kind }) => kind === 'tell_sales'),
      checks: tasks.filter(({ kind }) => kind === 'check_delivery').map(({ actionId }) => actionId),
      receipts: (await listLedger(tx, { kind: 'received' }))
        .filter(({ body }) => body['type'] === 'touch.changed')
        .map(({ subjects }) => subjects.actionId),
    };
  });

/** How often each address got the message. */
const deliveries = async (trial: Trial, tenantId: string): Promise<ReadonlyMap<string, number>> => {
  const folderPath = join(outgoingOf(tenantId), 'outgoing', tenantId);
  const raws =
    trial.by === 'smtp'
      ? server.received.map(({ raw }) => raw.toString())
      : await Promise.all(
          (await readdir(folderPath)).map((name) => readFile(join(folderPath, name), 'utf8')),
        );
  const counts = new Map<string, number>();
  for (const raw of raws) {
    const action = /^X-Retinue-Action: (\S+)/m.exec(raw)?.[1] ?? '';
    counts.set(action, (counts.get(action) ?? 0) + 1);
  }
  return counts;
};

describe('kill -9 of a worker', () => {
  it.each(TRIALS.map((trial, index) => ({ ...trial, index, tenantId: `crash-${index}` })))(
    '$name ($by): nothing lost, nothing doubled',
    async (trial) => {
      if (trial.unknown !== 'any') expect(signals[trial.index]).toBe('SIGKILL');
      await finish(trial, trial.tenantId);
      const { emails, taskRow, opened, checks, receipts } = await look(trial.tenantId);
      const sent = await deliveries(trial, trial.tenantId);
      const having = (wanted: string) =>
        emails.filter(({ status }) => status === wanted).map(({ actionId }) => actionId);
      const [done, unknown] = [having('done'), having('unknown')];
      expect(done.length + unknown.length).toBe(EMAILS);
      if (trial.unknown === 'any') expect(unknown.length).toBeLessThanOrEqual(1);
      else expect(unknown).toHaveLength(trial.unknown);
      for (const actionId of done) expect(sent.get(actionId)).toBe(1);
      for (const actionId of unknown) expect(sent.get(actionId) ?? 0).toBeLessThanOrEqual(1);
      if (trial.delivered !== undefined) expect(sent.get(unknown[0]!) ?? 0).toBe(trial.delivered);
      expect(checks).toEqual(unknown);
      expect([...receipts].sort()).toEqual([...done].sort());
      expect(taskRow?.status).toBe('done');
      expect(opened).toHaveLength(1);
    },
  );
});
