import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { IncomingEvent } from '../../../src/domain/event.ts';
import type { IdentitySettings, MatchRule } from '../../../src/domain/identity.ts';
import type { OpenDatabase } from '../../../src/platform/db/database.ts';
import { listAccounts } from '../../../src/sense/identity/account-store.ts';
import { listUnboundLinks } from '../../../src/sense/identity/link-store.ts';
import { decideMatch } from '../../../src/sense/identity/matching/decide-match.ts';
import {
  domainOfAddress,
  normalDomain,
  normalName,
} from '../../../src/sense/identity/matching/normalise.ts';
import { bindLink } from '../../../src/sense/identity/place-links.ts';
import { createTenant, testDatabase } from '../../support/database.ts';
import {
  accept,
  account,
  configOf,
  event,
  june,
  NOW,
  optionsAt,
  usage,
  viewOf,
} from '../sending.ts';

let database: OpenDatabase;
let tenants = 0;
const tenant = async (): Promise<string> => createTenant(database, `match-${(tenants += 1)}`);

beforeAll(async () => {
  database = await testDatabase();
});

const rule = (id: string, partial: Partial<MatchRule> = {}): MatchRule => ({
  id,
  from: 'billing',
  to: 'crm',
  by: 'name',
  certainty: 'certain',
  ...partial,
});

const withRules = (rules: readonly MatchRule[], partial: Partial<IdentitySettings> = {}) =>
  optionsAt(
    NOW,
    configOf({
      identity: {
        accountsFrom: ['crm'],
        rules,
        ignoreDomains: [],
        truth: {},
        arrToleranceBasisPoints: 0,
        ...partial,
      },
    }),
  );

const customer = (externalId: string, fields: IncomingEvent['payload'] = {}): IncomingEvent =>
  event(
    'account.changed',
    { accountId: externalId, name: `Customer ${externalId}`, ...fields },
    { source: 'stripe-webhook', ref: { source: 'billing', externalId } },
  );

const person = (source: string, externalId: string, email: string): IncomingEvent =>
  event(
    'contact.changed',
    { contactId: `${source}-${email}`, name: 'Someone', email, role: 'user' },
    { source, ref: { source, externalId } },
  );

const accountsOf = async (id: string) =>
  database.withTenant(id, async (tx) =>
    (await listAccounts(tx)).map(({ links }) => links.map(({ externalId }) => externalId).sort()),
  );

const waiting = async (id: string) =>
  database.withTenant(id, async (tx) =>
    (await listUnboundLinks(tx)).map(({ externalId }) => externalId),
  );

describe('what two systems write differently', () => {
  it.each([
    ['ACME, Inc.', 'acme'],
    ['The Acme Company Ltd', 'acme'],
    ['Müller & Söhne GmbH', 'muller and sohne'],
    ['Société Générale S.A.', 'societe generale'],
    ['Inc', 'inc'],
    ['Smith’s', 'smiths'],
  ])('%s → %s', (name, normal) => {
    expect(normalName(name)).toBe(normal);
  });

  it('reads a domain from an address, a page or itself', () => {
    expect(normalDomain('https://www.Acme.com/about?x')).toBe('acme.com');
    expect(domainOfAddress('Jo@mail.acme.co.uk')).toBe('mail.acme.co.uk');
    expect(normalDomain('acme')).toBeNull();
  });

  it('normalises what is normal to itself', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 40 }), (name) => {
        expect(normalName(normalName(name))).toBe(normalName(name));
      }),
    );
  });
});

describe('weighing what rules find', () => {
  const accounts = fc.uniqueArray(fc.constantFrom<string>('a', 'b', 'c'), { minLength: 1 });
  const findings = fc.array(
    fc.record({
      rule: fc
        .record({
          certainty: fc.constantFrom('certain' as const, 'likely' as const),
          id: fc.constantFrom('one', 'two'),
        })
        .map((partial) => rule(partial.id, partial)),
      accountIds: accounts,
    }),
    { maxLength: 5 },
  );

  it('never binds what a certain rule did not find alone, nor against another certain rule', () => {
    fc.assert(
      fc.property(findings, (found) => {
        const verdict = decideMatch(found);
        if (verdict.kind !== 'bind') return;
        const certain = found.filter((each) => each.rule.certainty === 'certain');
        expect(certain.some(({ accountIds }) => accountIds.join() === verdict.accountId)).toBe(
          true,
        );
        expect(certain.every(({ accountIds }) => accountIds.includes(verdict.accountId))).toBe(
          true,
        );
      }),
    );
  });

  it('binds nothing new because one more account fits', () => {
    fc.assert(
      fc.property(findings, fc.nat(), (found, at) => {
        fc.pre(found.length > 0);
        const before = decideMatch(found);
        const widened = found.map((each, index) =>
          index === at % found.length
            ? { ...each, accountIds: [...new Set([...each.accountIds, 'another'])] }
            : each,
        );
        const after = decideMatch(widened);
        if (after.kind === 'bind' && before.kind === 'bind') {
          expect(after.accountId).toBe(before.accountId);
        }
        expect(after.kind === 'bind' && after.accountId === 'another').toBe(false);
      }),
    );
  });
});

describe('declared rules', () => {
  const orders = [
    ['the record comes first', (a: IncomingEvent[], b: IncomingEvent[]) => [a, b]],
    ['the account comes first', (a: IncomingEvent[], b: IncomingEvent[]) => [b, a]],
  ] as const;

  describe.each(orders)('%s', (_, ordered) => {
    const play = async (
      rules: readonly MatchRule[],
      records: IncomingEvent[],
      known: IncomingEvent[],
    ) => {
      const id = await tenant();
      for (const [index, events] of ordered(records, known).entries()) {
        await accept(database, id, events, { ...withRules(rules), now: june(20 + index) });
      }
      return id;
    };

    it('by a key that the billing record carries', async () => {
      const id = await play(
        [rule('metadata', { by: 'key', key: 'crm_id' })],
        [
          customer('cus_1', { keys: { crm_id: 'a1' } }),
          usage('x', 1, 1, { ref: { source: 'billing', externalId: 'cus_1' } }),
        ],
        [account('a1'), account('a2')],
      );
      expect(await accountsOf(id)).toEqual(expect.arrayContaining([['a1', 'cus_1'], ['a2']]));
      expect((await viewOf(database, id, 'a1')).metrics).toEqual(['logins']);
    });

    it('by a key that the account carries', async () => {
      const id = await play(
        [rule('crm-knows', { by: 'key', key: 'billing', heldBy: 'to' })],
        [customer('cus_1')],
        [account('a1', { keys: { billing: 'cus_1' } })],
      );
      expect(await accountsOf(id)).toEqual([['a1', 'cus_1']]);
    });

    it('by the same id, by name, by the domain of contacts', async () => {
      const id = await play(
        [
          rule('same', { from: 'product', by: 'external_id' }),
          rule('name'),
          rule('domain', { from: 'helpdesk', by: 'domain' }),
        ],
        [
          usage('a1', 3, 2),
          customer('cus_2', { name: 'ACME Inc.' }),
          person('helpdesk', 'org-3', 'jo@three.example'),
        ],
        [
          account('a1'),
          account('a2', { name: 'Acme' }),
          account('a3', { domain: 'www.three.example' }),
        ],
      );
      const found = await accountsOf(id);
      expect(found).toEqual(
        expect.arrayContaining([
          ['a1', 'a1'],
          ['a2', 'cus_2'],
          ['a3', 'org-3'],
        ]),
      );
      expect(await waiting(id)).toEqual([]);
    });

    it('never guess between two, and let what cannot be told wait', async () => {
      const id = await play(
        [rule('domain', { from: 'helpdesk', by: 'domain' }), rule('name')],
        [
          person('helpdesk', 'org-1', 'jo@group.example'),
          person('helpdesk', 'org-2', 'kim@gmail.com'),
          customer('cus_9', { name: 'Nobody Knows' }),
        ],
        [
          account('a1', { domain: 'group.example' }),
          account('a2', { domain: 'group.example' }),
          person('crm', 'a1', 'boss@gmail.com'),
        ],
      );
      expect(await waiting(id)).toEqual(['cus_9', 'org-1', 'org-2']);
      expect(await accountsOf(id)).toEqual(expect.arrayContaining([['a1'], ['a2']]));
    });
  });

  it('only suggest where they are likely, and leave alone what a person decided', async () => {
    const id = await tenant();
    const options = withRules([rule('name', { certainty: 'likely' })]);
    await accept(
      database,
      id,
      [account('a1', { name: 'Acme' }), customer('cus_1', { name: 'Acme' })],
      options,
    );
    expect(await waiting(id)).toEqual(['cus_1']);

    const certain = withRules([rule('name')]);
    await accept(database, id, [account('a2', { name: 'Elsewhere' })], options);
    const target = await viewOf(database, id, 'a2');
    await database.withTenant(id, async (tx) =>
      bindLink(
        tx,
        { source: 'billing', externalId: 'cus_1', accountId: target.accountId, by: 'p1' },
        certain,
      ),
    );
    await accept(database, id, [customer('cus_1', { name: 'Acme', country: 'DE' })], certain);
    expect(await accountsOf(id)).toEqual(expect.arrayContaining([['a1'], ['a2', 'cus_1']]));
  });

  it('bind as events that name their rule', async () => {
    const id = await tenant();
    await accept(
      database,
      id,
      [account('a1', { name: 'Acme' }), customer('cus_1', { name: 'acme' })],
      withRules([rule('name')]),
    );
    const rows = await database.withTenant(id, async (tx) =>
      tx.query(`select source, type from events where type = 'link.bound'`),
    );
    expect(rows).toEqual([{ source: 'rule name', type: 'link.bound' }]);
  });
});
