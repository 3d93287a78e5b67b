// A worker in a process of its own, to be killed. Started by crash.test.ts with its orders as JSON in the first argument.
import email from '../../../src/connectors/email/index.ts';
import type { Connector, Port } from '../../../src/connectors/define.ts';
import { LIVE } from '../../../src/domain/case.ts';
import { performDue } from '../../../src/act/outbox/perform.ts';
import { portsFor } from '../../../src/act/outbox/ports.ts';
import type { Database } from '../../../src/platform/db/database.ts';
import { openDatabase } from '../../../src/platform/db/open.ts';
import { recordingWorker } from '../support/recording-worker.ts';

export interface Orders {
  readonly url?: string;
  readonly dataDir?: string;
  readonly tenantId: string;
  readonly smtpUrl?: string;
  readonly outgoing: string;
  /** Where to die: at the n-th transaction (before or after its commit), or around the n-th effect. */
  readonly dieAt: {
    readonly what: 'before-commit' | 'after-commit' | 'before-effect' | 'after-effect';
    readonly nth: number;
  } | null;
}

const orders = JSON.parse(process.argv[2] ?? '{}') as Orders;
const counts = new Map<string, number>();

const mayDie = async (what: string): Promise<void> => {
  const nth = (counts.get(what) ?? 0) + 1;
  counts.set(what, nth);
  if (orders.dieAt?.what !== what || orders.dieAt.nth !== nth) return;
  process.kill(process.pid, 'SIGKILL');
  await new Promise(() => undefined);
};

const mortal = (database: Database): Database => ({
  ...database,
  withTenant: async (tenantId, work) => {
    const result = await database.withTenant(tenantId, async (tx) => {
      const inner = await work(tx);
      await mayDie('before-commit');
      return inner;
    });
    await mayDie('after-commit');
    return result;
  },
});

const mortalPort = (port: Port): Port => ({
  ...port,
  perform: async (effect, now, signal) => {
    await mayDie('before-effect');
    const result = await port.perform(effect, now, signal);
    await mayDie('after-effect');
    return result;
  },
});

const connector: Connector = {
  ...email,
  open: (world, settings) => mortalPort(email.open(world, settings)),
};

const database = await openDatabase(
  orders.url === undefined ? { dataDir: orders.dataDir } : { url: orders.url },
);
const ports = portsFor(LIVE, {
  connectors: [connector],
  settings: {
    tenantId: orders.tenantId,
    isSample: false,
    dataDir: orders.outgoing,
    smtpUrl: orders.smtpUrl,
  },
});
process.stdout.write('ready\n');
await performDue({ ...recordingWorker(mortal(database), orders.tenantId), ports });
await database.close();
process.stdout.write('finished\n');
