import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { insertAutonomy } from '../../../src/act/autonomy/autonomy-store.ts';
import { listAutonomy } from '../../../src/act/autonomy/autonomy.ts';
import { loadCase, saveCase } from '../../../src/act/cases/case-store.ts';
import { receiveMail, type MailTaken } from '../../../src/act/mail/receive.ts';
import { performDue } from '../../../src/act/outbox/perform.ts';
import { loadOutboxRow } from '../../../src/act/outbox/store.ts';
import { listSuppressed, suppressionOf } from '../../../src/act/outbox/suppression.ts';
import { selectProposals } from '../../../src/act/settle/store.ts';
import { listTasks } from '../../../src/act/tasks/store.ts';
import { readMail } from '../../../src/connectors/email/inbound.ts';
import { smtpPort } from '../../../src/connectors/email/smtp.ts';
import type { IncomingEvent } from '../../../src/domain/event.ts';
import { addHours, type Instant } from '../../../src/domain/time.ts';
import type { OpenDatabase, TenantTx } from '../../../src/platform/db/database.ts';
import delivery from '../../../src/sense/state/delivery.ts';
import touch from '../../../src/sense/state/touch.ts';
import { answer, bounce, complaint } from '../../connectors/bounces.ts';
import { startMailServer, type MailServer } from '../../connectors/mail-server.ts';
import { storedCase } from '../../fixtures/stored-case.ts';
import { createTenant, testDatabase } from '../../support/database.ts';
import { aConfig, aPreview, aProposal, NOW, permitted, worker } from '../support/act.ts';
import { worldPorts } from '../support/ports.ts';

const ADDRESS = 'zoe@customer.example';

let database: OpenDatabase;
let server: MailServer;
let tenantId: string;
let other: string;
let tenants = 0;
let events: IncomingEvent[];

beforeAll(async () => {
  database = await testDatabase();
  server = await startMailServer();
});

afterAll(() => server.close());

beforeEach(async () => {
  tenantId = await createTenant(database, `mail-${++tenants}`);
  other = await createTenant(database, `mail-other-${tenants}`);
  events = [];
});

const run = <T>(work: (tx: TenantTx) => Promise<T>): Promise<T> =>
  database.withTenant(tenantId, work);

/** What a recipient's mail server got. */
const sent = async (over: Parameters<typeof aProposal>[0] = {}): Promise<Buffer> => {
  await run((tx) => permitted(tx, aProposal(over)));
  const ports = worldPorts(smtpPort({ url: server.url }));
  await performDue(worker(database, { ports, tenantId }));
  return server.received.at(-1)?.raw ?? Buffer.alloc(0);
};

const take = async (raw: Buffer, now: Instant = NOW, tenant = tenantId): Promise<MailTaken> => {
  const mail = await readMail(raw);
  return database.withTenant(tenant, (tx) =>
    receiveMail(tx, mail, {
      config: aConfig(),
      now,
      accept: async (all) => {
        events.push(...all);
      },
    }),
  );
};

const isWritten = () => run(async (tx) => (await suppressionOf(tx, ADDRESS, 'service')) === null);

const idOf = (raw: Buffer): string => /^Message-ID: (<[^>]+>)/im.exec(raw.toString())?.[1] ?? '';

describe('a bounce', () => {
  it('that lasts ends what its recipient is sent, once, as an event of the account', async () => {
    const raw = await sent();
    expect(await isWritten()).toBe(true);
    expect(await take(bounce(raw))).toBe('bounced');
    expect(await take(bounce(raw))).toBe('duplicate');
    expect(await isWritten()).toBe(false);
    expect(events).toHaveLength(1);
    expect(events[0]).toMatchObject({
      type: 'delivery.changed',
      ref: { source: 'retinue', externalId: 'acct-1' },
    });
    expect(delivery.whole.safeParse(events[0]?.payload).success).toBe(true);
    expect((await run((tx) => listSuppressed(tx)))[0]?.reason).toBe('bounced: 5.1.1');
  });

  it('that may pass ends it at the third message only', async () => {
    for (const [index, caseId] of ['c-1', 'c-2', 'c-3'].entries()) {
      expect(await isWritten()).toBe(true);
      const raw = await sent({ caseId });
      expect(await take(bounce(raw, { status: '4.4.7' }), addHours(NOW, index))).toBe('delayed');
      // The same message again says nothing new.
      await take(bounce(raw, { status: '4.2.2' }), addHours(NOW, index));
    }
    expect(await isWritten()).toBe(false);
  });

  it('counts for what we did send, and for its recipient, whatever it claims', async () => {
    const raw = await sent();
    const forged = Buffer.from('Message-ID: <made-up@vendor.example>\r\n\r\n');
    expect(await take(bounce(forged))).toBe('unrelated');
    expect(await take(bounce(raw), NOW, other)).toBe('unrelated');
    expect(await take(bounce(raw, { to: 'ceo@customer.example' }))).toBe('bounced');
    expect(await run((tx) => suppressionOf(tx, 'ceo@customer.example', 'service'))).toBeNull();
    expect(await isWritten()).toBe(false);
  });
});

describe('a complaint', () => {
  it('ends what its recipient is sent, and brings people back', async () => {
    const raw = await sent();
    await run((tx) =>
      insertAutonomy(tx, {
        ...{ playbook: 'seat-expansion', action: 'offer_seats', rung: 'auto', previous: 'observe' },
        ...{ reason: 'test', measured: null, personId: 'person-ana', at: NOW },
      }),
    );
    expect(await take(complaint(raw), addHours(NOW, 1))).toBe('complained');
    expect(await isWritten()).toBe(false);
    const [newest] = await run((tx) => listAutonomy(tx));
    expect(newest).toMatchObject({ rung: 'approve', previous: 'auto', personId: null });
  });
});

describe('an answer', () => {
  const follow = aProposal({ ordinal: 1, preview: followUp() });

  const withFollowUp = async (): Promise<Buffer> => {
    await run((tx) =>
      saveCase(tx, storedCase({ id: 'case-1', tenantId, accountId: 'acct-1', status: 'open' })),
    );
    const raw = await sent();
    await run((tx) => permitted(tx, follow, { notBefore: addHours(NOW, 24) }));
    return raw;
  };

  it('stops what waits of its case, has it looked at again, and asks the owner to answer', async () => {
    const raw = await withFollowUp();
    const later = addHours(NOW, 1);
    expect(await take(answer(idOf(raw)), later)).toBe('replied');
    const rows = await run((tx) => selectProposals(tx, { ids: [follow.id] }));
    expect(rows[0]?.status).toBe('void');
    expect(await outboxStatus()).toBe('recalled');
    expect(await run((tx) => loadCase(tx, 'case-1'))).toMatchObject({ nextLookAt: later });
    const tasks = await run((tx) => listTasks(tx, { world: 'live' }));
    expect(tasks.map(({ kind, assigneeId }) => [kind, assigneeId])).toEqual([
      ['answer_reply', 'ana'],
    ]);
    const touched = events.find(({ type }) => type === 'touch.changed');
    expect(touched?.payload).toMatchObject({ direction: 'in', contactId: 'contact-1' });
    expect(touch.whole.safeParse(touched?.payload).success).toBe(true);
    expect(JSON.stringify(events)).not.toContain('let us talk');
  });

  it('is known by its sender where it names no message', async () => {
    await withFollowUp();
    expect(await take(answer(null), addHours(NOW, 1))).toBe('replied');
    expect(await outboxStatus()).toBe('recalled');
    expect(await take(answer(null), addHours(NOW, 1))).toBe('duplicate');
  });

  it('of a machine stops nothing', async () => {
    const raw = await withFollowUp();
    const vacation = answer(idOf(raw), { 'Auto-Submitted': 'auto-replied' });
    expect(await take(vacation)).toBe('automatic');
    expect(await outboxStatus()).toBe('held');
    expect(events).toEqual([]);
  });

  const outboxStatus = async () => {
    const rows = await run((tx) =>
      tx.query<{ id: string }>('select action_id as id from outbox where proposal_id = $1', [
        follow.id,
      ]),
    );
    return run(async (tx) => (await loadOutboxRow(tx, rows[0]?.id ?? ''))?.status);
  };
});

function followUp() {
  const preview = aPreview();
  const message = preview.message === null ? null : { ...preview.message, templateId: 'follow-up' };
  return { ...preview, message };
}
