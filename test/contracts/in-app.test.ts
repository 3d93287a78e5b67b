import { beforeAll, describe, expect, it } from 'vitest';
import { listLedger } from '../../src/act/ledger/ledger.ts';
import { react, shownNow, withdraw, withdrawForCase } from '../../src/act/in-app/messages.ts';
import { performDue } from '../../src/act/outbox/perform.ts';
import { portsFor } from '../../src/act/outbox/ports.ts';
import { recall } from '../../src/act/outbox/recall.ts';
import { loadOutboxRow } from '../../src/act/outbox/store.ts';
import inApp from '../../src/connectors/in-app/index.ts';
import type { Viewer } from '../../src/connectors/in-app/message.ts';
import { LIVE, type World } from '../../src/domain/case.ts';
import type { IncomingEvent } from '../../src/domain/event.ts';
import type { InAppTerms, Proposal } from '../../src/domain/proposal.ts';
import { addHours, type Instant } from '../../src/domain/time.ts';
import type { OpenDatabase, TenantTx } from '../../src/platform/db/database.ts';
import { aPreview, aProposal, NOW, permitted, person, TENANT, worker } from '../act/support/act.ts';
import { createTenant, testDatabase } from '../support/database.ts';

let db: OpenDatabase;
let cases = 0;

beforeAll(async () => {
  db = await testDatabase();
  await createTenant(db, TENANT);
  await createTenant(db, 'other');
});

const here = <T>(work: (tx: TenantTx) => Promise<T>) => db.withTenant(TENANT, work);

/** A permitted message for a case and an account of its own. */
const message = (over: Partial<InAppTerms> = {}): Proposal => {
  cases += 1;
  const inApp = { audience: 'contact', expiresInHours: 48, action: null, ...over } as const;
  const preview = aPreview({ port: 'in_app', category: 'service' });
  return aProposal({
    caseId: `case-in-app-${cases}`,
    accountId: `acct-in-app-${cases}`,
    tool: 'send_in_app_message',
    preview: { ...preview, message: { ...preview.message!, inApp } },
  });
};

const place = async (proposal: Proposal, options: { world?: World; notBefore?: Instant } = {}) =>
  here((tx) => permitted(tx, proposal, options));

const ports = (world: World = LIVE) =>
  portsFor(world, {
    connectors: [inApp],
    settings: { tenantId: TENANT, isSample: false, dataDir: '/nonexistent' },
  });

const perform = (world: World = LIVE, now = NOW) => {
  const work = worker(db, { ports: ports(world), now });
  return performDue(work).then(() => work);
};

const viewer = (accountId: string, over: Partial<Viewer> = {}): Viewer => ({
  ...{ tenantId: TENANT, accountId, userHash: 'user-1', email: 'zoe@customer.example' },
  ...{ contactId: null, expiresAt: addHours(NOW, 24) },
  ...over,
});

const seenBy = async (who: Viewer, now = NOW) =>
  (await db.withTenant(who.tenantId, (tx) => shownNow(tx, [who], now)))[0]!;

const reacting = async (
  who: Viewer,
  messageId: string,
  reaction: 'seen' | 'dismissed' | 'clicked',
  now = NOW,
) => {
  const events: IncomingEvent[] = [];
  const accept = async (more: readonly IncomingEvent[]) => void events.push(...more);
  await here((tx) => react(tx, { viewer: who, messageId, reaction, now, accept }));
  return events;
};

describe('messages in the product', () => {
  it('are placed once with a receipt, and the same action again changes nothing', async () => {
    const proposal = message();
    const { actionId } = await place(proposal);
    const work = await perform();
    await perform();
    expect(await seenBy(viewer(proposal.accountId))).toMatchObject([
      { id: actionId, subject: 'Seats for Café Noir', language: 'en', action: null },
    ]);
    const row = await here((tx) => loadOutboxRow(tx, actionId));
    expect(row).toMatchObject({
      status: 'done',
      receipt: { messageId: actionId, expiresAt: addHours(NOW, 48) },
    });
    expect(work.accepted).toMatchObject([
      { type: 'touch.changed', payload: { channel: 'in_app', direction: 'out' } },
    ]);
  });

  it('are idempotent by key: another action of the same case, template and contact is the same message', async () => {
    const proposal = message();
    await place(proposal);
    const again = await place({ ...proposal, id: `${proposal.id}-again`, ordinal: 1 });
    expect(again.duplicateOf).not.toBeNull();
    await perform();
    expect(await seenBy(viewer(proposal.accountId))).toHaveLength(1);
  });

  it('are recalled before the hold ends, and then never shown', async () => {
    const proposal = message();
    const { actionId } = await place(proposal, { notBefore: addHours(NOW, 1) });
    await here((tx) => recall(tx, actionId, { id: 'person-ana' }, NOW));
    await perform(LIVE, addHours(NOW, 2));
    expect(await seenBy(viewer(proposal.accountId), addHours(NOW, 2))).toEqual([]);
  });

  it('are never in doubt: what was not committed was not placed', async () => {
    const proposal = message();
    const { actionId } = await place(proposal);
    const dying = worker(db, {
      ports: ports(),
      accept: async () => {
        throw new Error('killed');
      },
    });
    await performDue(dying);
    expect(await seenBy(viewer(proposal.accountId))).toEqual([]);
    await perform(LIVE, addHours(NOW, 5));
    expect((await here((tx) => loadOutboxRow(tx, actionId)))?.status).toBe('done');
    expect(await seenBy(viewer(proposal.accountId), addHours(NOW, 5))).toHaveLength(1);
  });

  it('are refused with words where they are no in-app messages', async () => {
    const letter = aProposal({
      caseId: 'case-letter',
      accountId: 'acct-letter',
      preview: aPreview({ port: 'in_app' }),
    });
    const { actionId } = await place(letter);
    await perform();
    const row = await here((tx) => loadOutboxRow(tx, actionId));
    expect(row).toMatchObject({
      status: 'refused',
      reasons: [{ text: expect.stringContaining('no in-app message') as string }],
    });
  });

  it('of a shadow reach nobody', async () => {
    const proposal = message();
    const shadow: World = { id: 'shadow-1', kind: 'shadow' };
    await place(proposal, { world: shadow });
    await perform(shadow);
    expect(await seenBy(viewer(proposal.accountId))).toEqual([]);
  });

  it('say what they are and what they guarantee, for people', () => {
    expect(inApp.guarantee).toMatch(/Exactly once/);
    expect(ports().byId.get('in_app')?.describe).toMatch(/\w+ \w+/);
  });
});

describe('who is shown what', () => {
  it('the contact, by id or by address, and nobody else', async () => {
    const proposal = message();
    await place(proposal);
    await perform();
    const { accountId } = proposal;
    const sees = async (over: Partial<Viewer>) => (await seenBy(viewer(accountId, over))).length;
    expect(await sees({})).toBe(1);
    expect(await sees({ email: null, contactId: 'contact-1' })).toBe(1);
    expect(await sees({ email: null })).toBe(0);
    expect(await sees({ email: 'other@customer.example', contactId: 'contact-2' })).toBe(0);
    expect(await sees({ accountId: 'acct-elsewhere' })).toBe(0);
    expect(await sees({ tenantId: 'other' })).toBe(0);
  });

  it('everybody of the account, where it is for the account', async () => {
    const proposal = message({ audience: 'account' });
    await place(proposal);
    await perform();
    const anybody = viewer(proposal.accountId, { email: null, userHash: 'user-9' });
    expect(await seenBy(anybody)).toHaveLength(1);
  });

  it('nothing that has expired, was withdrawn, or whose case has ended', async () => {
    const [expiring, withdrawn, ended] = [message(), message(), message()];
    for (const proposal of [expiring, withdrawn, ended]) await place(proposal);
    await perform();
    const shown = async ({ accountId }: Proposal, now = NOW) =>
      (await seenBy(viewer(accountId), now)).length;
    expect(await shown(expiring, addHours(NOW, 47))).toBe(1);
    expect(await shown(expiring, addHours(NOW, 48))).toBe(0);
    const [{ id: messageId } = { id: '' }] = await seenBy(viewer(withdrawn.accountId));
    await here((tx) => withdraw(tx, { messageId, by: person(), now: NOW }));
    expect(await shown(withdrawn)).toBe(0);
    await expect(
      here((tx) => withdraw(tx, { messageId, by: person(), now: NOW })),
    ).rejects.toMatchObject({ code: 'already_withdrawn' });
    await here((tx) => withdrawForCase(tx, { caseId: ended.caseId, by: 'retinue', now: NOW }));
    expect(await shown(ended)).toBe(0);
  });
});

describe('what a user does', () => {
  it('comes back once as an event of the touch, at the moment that it was first seen', async () => {
    const proposal = message();
    const { actionId } = await place(proposal);
    await perform();
    const who = viewer(proposal.accountId);
    const at = (hours: number) => addHours(NOW, hours);
    expect(await reacting(who, actionId, 'seen', at(3))).toMatchObject([
      {
        type: 'touch.changed',
        payload: { touchId: actionId, at: at(3), outcome: 'seen', contactId: 'contact-1' },
      },
    ]);
    expect(await reacting(who, actionId, 'seen', at(4))).toEqual([]);
    expect(await reacting(who, actionId, 'clicked', at(5))).toMatchObject([
      { payload: { touchId: actionId, at: at(3), outcome: 'clicked' } },
    ]);
    expect(await seenBy(who, at(6))).toEqual([]);
    const kept = await here((tx) => listLedger(tx, { kind: 'in_app', caseId: proposal.caseId }));
    expect(kept.map(({ body }) => body['what'])).toEqual(['seen', 'clicked']);
  });

  it('puts it away for that user alone', async () => {
    const proposal = message({ audience: 'account' });
    const { actionId } = await place(proposal);
    await perform();
    const [one, two] = ['one', 'two'].map((userHash) => viewer(proposal.accountId, { userHash }));
    await reacting(one!, actionId, 'dismissed');
    expect(await seenBy(one!)).toEqual([]);
    expect(await seenBy(two!)).toHaveLength(1);
  });

  it('is not taken of somebody whom it was not shown to', async () => {
    const proposal = message();
    const { actionId } = await place(proposal);
    await perform();
    for (const who of [
      viewer('acct-elsewhere'),
      viewer(proposal.accountId, { email: 'eve@customer.example' }),
    ]) {
      await expect(reacting(who, actionId, 'clicked')).rejects.toMatchObject({
        code: 'message_not_found',
      });
    }
  });
});
