import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { listApprovals } from '../../src/act/approvals/read.ts';
import { vote } from '../../src/act/approvals/vote.ts';
import { listLedger } from '../../src/act/ledger/ledger.ts';
import { listOutbox } from '../../src/act/outbox/store.ts';
import { openSecrets } from '../../src/connectors/source/secrets.ts';
import { saveSource } from '../../src/connectors/stripe/source/connect.ts';
import { LIVE } from '../../src/domain/case.ts';
import { addHours, addMinutes, epochMilliseconds } from '../../src/domain/time.ts';
import { tickTenant, type TickReport } from '../../src/jobs/line/tick-tenant.ts';
import { readSource } from '../../src/jobs/sources/read-source.ts';
import { fixedClock } from '../../src/platform/clock.ts';
import { currentConfig } from '../../src/platform/config/store.ts';
import rejectedInvites from '../../src/sample/stories/rejected-invites.ts';
import { acceptEvents } from '../../src/sense/events/accept.ts';
import { SECRET_KEY } from '../api/stripe-support.ts';
import { ANCHOR, AUTO, foundCompany, PRICES, type Company } from '../fixtures/company.ts';
import { testDatabase } from '../support/database.ts';
import type { OpenDatabase } from '../../src/platform/db/database.ts';
import { READ_KEY, startStripe, type StripeServer } from '../support/stripe-server.ts';

const NOW = addHours(ANCHOR, 1);
const SECONDS = Math.floor(epochMilliseconds(NOW) / 1000) - 60;
const SUBSCRIPTION = `sub_${rejectedInvites.account.id}`;

let db: OpenDatabase;
const wires: StripeServer[] = [];

beforeAll(async () => {
  db = await testDatabase();
});

afterAll(async () => {
  for (const wire of wires) await wire.close();
});

/** As Stripe's own tool makes things. */
const post = async (wire: StripeServer, path: string, form: Record<string, string>) => {
  const response = await fetch(`${wire.url}/v1/${path}`, {
    method: 'POST',
    headers: { Authorization: 'Bearer sk_test_all' },
    body: new URLSearchParams(form),
  });
  const made = (await response.json()) as { id: string };
  expect(response.status, JSON.stringify(made)).toBe(200);
  return made.id;
};

interface Shop {
  readonly company: Company;
  readonly wire: StripeServer;
  readonly tick: () => Promise<TickReport>;
}

/** Whose subscription it is, and that the customer there is the account here. */
const connect = async (company: Company, wire: StripeServer, customer: string): Promise<void> => {
  const { tenantId, parts } = company;
  const secrets = openSecrets(db, { dataDir: company.dataDir, secretKey: SECRET_KEY });
  const report = {
    ...{ account: 'acct_ours', livemode: false, writes: [] },
    readable: parts.stripeReaders.map(({ id, permission }) => ({
      ...{ objectType: id, permission, allowed: true },
    })),
  };
  const about = { sourceId: tenantId, by: 'test', now: NOW };
  const settings = { since: null, accountKey: null };
  const key = { text: READ_KEY, variable: null };
  await company.here(async (tx) => {
    await saveSource(tx, secrets, { ...about, key, report, settings } as never, randomBytes);
    const [billing] = await tx.query<{ source: string; externalId: string }>(
      `select source, external_id as "externalId" from links where external_id = $1 limit 1`,
      [rejectedInvites.account.id],
    );
    if (billing === undefined) throw new Error('the account has no link');
    const bound = {
      ...{ eventId: 'bound', source: 'billing', type: 'link.bound', occurredAt: NOW },
      ...{ trust: 'server' as const, ref: billing },
      payload: { source: 'stripe', externalId: customer },
    };
    const config = await currentConfig(tx);
    await acceptEvents(tx, [bound], { now: NOW, entities: parts.entities, config });
  });
  const reading = { db, parts, clock: fixedClock(NOW), secrets, stripeUrl: wire.url };
  await readSource(reading, tenantId, tenantId, 'backfill');
};

/** A company whose customer is billed by Stripe, with an offer of seats that somebody has approved. */
const approvedOffer = async (tenantId: string): Promise<Shop> => {
  const wire = await startStripe({ now: SECONDS, fixtures: null, clock: () => SECONDS });
  wires.push(wire);
  const customer = await post(wire, 'customers', { name: 'Harbor & Pine' });
  const price = await post(wire, 'prices', {
    ...{ unit_amount: String(PRICES.growth), currency: 'usd', product: 'prod_LumenGrowth' },
    'recurring[interval]': 'month',
  });
  const made = await post(wire, 'subscriptions', {
    ...{ customer, 'items[0][price]': price, 'items[0][quantity]': '50' },
  });
  const twoYearsAgo = SECONDS - 730 * 86_400;
  wire.edit(made, { id: SUBSCRIPTION, start_date: twoYearsAgo, created: twoYearsAgo });
  const company = await foundCompany(db, tenantId, {
    accounts: [rejectedInvites.account],
    autonomy: AUTO.map(([playbook, action, rung]) =>
      action === 'offer_seats' ? [playbook, action, 'approve'] : [playbook, action, rung],
    ),
  });
  await connect(company, wire, customer);
  await company.run(NOW);
  const pending = { world: 'live', status: 'pending' } as const;
  const [asked] = await company.here((tx) => listApprovals(tx, pending));
  if (asked === undefined) throw new Error('nothing was asked');
  const [person] = company.approvers;
  await company.here((tx) =>
    vote(tx, { approvalId: asked.id, vote: 'approve', person, now: addMinutes(NOW, 1) }),
  );
  const outside = { dataDir: company.dataDir, stripeUrl: wire.url, secretKey: SECRET_KEY };
  const request = { db, tenantId, world: LIVE, parts: company.parts, outside };
  // The answer is taken up; what it releases waits for its hold to end.
  await tickTenant({ ...request, now: addMinutes(NOW, 2) });
  const shop = { company, wire, tick: () => tickTenant({ ...request, now: addHours(NOW, 2) }) };
  expect(await offerOf(shop)).toMatchObject({ status: 'held' });
  return shop;
};

const offerOf = async ({ company }: Shop) => {
  const rows = await company.here((tx) => listOutbox(tx, { world: 'live' }));
  return rows.find(({ templateId }) => templateId === 'seat-offer');
};

const saidOf = async ({ company }: Shop) =>
  (await company.here((tx) => listLedger(tx, { kind: 'source.asked' }))).map(({ body }) => body);

describe('what Stripe says just before an approved offer goes out', () => {
  test('nothing new: it goes out, and Stripe was asked for its customer alone', async () => {
    const shop = await approvedOffer('unchanged');
    const before = shop.wire.requests.length;
    await shop.tick();
    expect(await offerOf(shop)).toMatchObject({ status: 'done' });
    const asked = shop.wire.requests.slice(before);
    expect(new Set(asked)).toEqual(
      new Set([
        'GET /v1/customers/cus_000001',
        'GET /v1/subscriptions',
        'GET /v1/invoices',
        'GET /v1/customers/cus_000001/payment_methods',
      ]),
    );
    expect(asked).toHaveLength(4);
    expect(await saidOf(shop)).toEqual([]);
  });

  test('cancelled there, and no webhook told us: it does not go out, and the line learns of it', async () => {
    const shop = await approvedOffer('cancelled');
    const [made] = shop.wire.objects('subscription');
    expect(made).toMatchObject({ id: SUBSCRIPTION, status: 'active' });
    Object.assign(made ?? {}, { status: 'canceled', canceled_at: SECONDS, ended_at: SECONDS });
    const { changed } = await shop.tick();
    expect(await offerOf(shop)).toMatchObject({ status: 'blocked' });
    expect(changed).toEqual([await shop.company.accountId(rejectedInvites.account.id)]);
    expect(await saidOf(shop)).toMatchObject([{ answered: true, news: 1 }]);
  });

  test('down: what is known decides by its age, and the case says that it was silent', async () => {
    const shop = await approvedOffer('down');
    shop.wire.onRequest = () => 'fail';
    const before = shop.wire.requests.length;
    await shop.tick();
    expect(shop.wire.requests.length).toBe(before);
    expect(await offerOf(shop)).toMatchObject({ status: 'done' });
    expect(await saidOf(shop)).toMatchObject([{ answered: false, because: 'stripe_failed' }]);
  });

  test('slow: the effect waits a few seconds and no transaction is held', async () => {
    const shop = await approvedOffer('slow');
    const order: string[] = [];
    shop.wire.onRequest = () => {
      void shop.company
        .here((tx) => tx.query('select account_id from accounts for update'))
        .then(() => order.push('free'));
      return 'hang';
    };
    await shop.tick();
    order.push('over');
    expect(order).toEqual(['free', 'over']);
    expect(await offerOf(shop)).toMatchObject({ status: 'done' });
    expect(await saidOf(shop)).toMatchObject([{ answered: false }]);
  });
});
