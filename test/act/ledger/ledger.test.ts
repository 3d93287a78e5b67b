import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  chain,
  forgetSubject,
  listLedger,
  record,
  subjectHash,
} from '../../../src/act/ledger/ledger.ts';
import { linkHash, withoutAddresses, type LedgerContent } from '../../../src/act/ledger/link.ts';
import { verify } from '../../../src/act/ledger/verify.ts';
import type { OpenDatabase, TenantTx } from '../../../src/platform/db/database.ts';
import { createTenant, testDatabase } from '../../support/database.ts';
import { NOW } from '../support/act.ts';
import { asOwner } from '../support/owner.ts';

let database: OpenDatabase;
let tenants = 0;

beforeAll(async () => {
  database = await testDatabase();
});

/** A tenant of its own for each test, with `count` entries recorded. */
const ledger = async (count: number, world = 'live'): Promise<string> => {
  const tenantId = await createTenant(database, `ledger-${++tenants}`);
  await database.withTenant(tenantId, async (tx) => {
    for (let index = 0; index < count; index += 1) await add(tx, index, world);
  });
  return tenantId;
};

const add = (tx: TenantTx, index: number, world = 'live'): Promise<number> =>
  record(tx, {
    world,
    kind: 'decision',
    subjects: { accountId: `acct-${index % 3}`, caseId: 'case-1' },
    body: { verdict: 'permit', index, list: [1.5, null, 'ü'], nested: { b: 1, a: 2 } },
    at: NOW,
  });

const inTenant = <T>(tenantId: string, work: (tx: TenantTx) => Promise<T>): Promise<T> =>
  database.withTenant(tenantId, work);

const refusal = async (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'allowed',
    (error: unknown) => (error as Error).message,
  );

describe('the ledger', () => {
  it('commits entries unlinked and links them in batches', async () => {
    const tenantId = await ledger(7);
    const before = await inTenant(tenantId, (tx) => verify(tx));
    expect(before).toMatchObject({
      ok: true,
      chains: [{ count: 0, head: null, unlinked: 7, oldestUnlinkedAt: NOW }],
    });
    expect(before.cannotExclude.join()).toContain('7 entries are not linked yet');

    expect(await inTenant(tenantId, (tx) => chain(tx, { batch: 4 }))).toEqual({ linked: 4 });
    expect(await inTenant(tenantId, (tx) => chain(tx, { batch: 4 }))).toEqual({ linked: 3 });
    expect(await inTenant(tenantId, (tx) => chain(tx, { batch: 4 }))).toEqual({ linked: 0 });

    const after = await inTenant(tenantId, (tx) => verify(tx));
    expect(after).toMatchObject({ ok: true, faults: [], chains: [{ count: 7, unlinked: 0 }] });
    expect(after.chains[0]?.head?.position).toBe(7);
    expect(after.cannotExclude.join()).toContain('cut off the end');
  });

  it('keeps one chain for each world, and none of another tenant', async () => {
    const tenantId = await ledger(2);
    await inTenant(tenantId, (tx) => add(tx, 9, 'shadow-1'));
    const other = await ledger(3);
    await inTenant(tenantId, (tx) => chain(tx));
    const report = await inTenant(tenantId, (tx) => verify(tx));
    expect(report.chains.map(({ world, count }) => [world, count])).toEqual([
      ['live', 2],
      ['shadow-1', 1],
    ]);
    expect((await inTenant(other, (tx) => verify(tx))).chains).toMatchObject([
      { count: 0, unlinked: 3 },
    ]);
  });

  it('goes with its transaction: what rolls back is not on record', async () => {
    const tenantId = await ledger(1);
    await inTenant(tenantId, async (tx) => {
      await add(tx, 5);
      throw new Error('no');
    }).catch(() => undefined);
    expect(await inTenant(tenantId, (tx) => listLedger(tx))).toHaveLength(1);
  });

  it('is read back by case, account and kind', async () => {
    const tenantId = await ledger(6);
    const of = (filter: object) =>
      inTenant(tenantId, async (tx) => (await listLedger(tx, filter)).length);
    expect([
      await of({ accountId: 'acct-1' }),
      await of({ caseId: 'case-1' }),
      await of({ kind: 'x' }),
    ]).toEqual([2, 6, 0]);
  });

  it('lets the application neither change nor remove an entry', async () => {
    const tenantId = await ledger(2);
    await inTenant(tenantId, (tx) => chain(tx));
    const attempts = [
      `update ledger_entries set body = '{}'`,
      `update ledger_entries set at = now()`,
      `update ledger_entries set position = 99 where position = 2`,
      `update ledger_entries set hash = 'x', previous_hash = 'y', position = 1`,
      `delete from ledger_entries`,
      `truncate ledger_entries`,
      `delete from ledger_heads`,
      `truncate ledger_heads`,
      `update ledger_heads set position = 1`,
    ];
    for (const sql of attempts) {
      expect(await refusal(inTenant(tenantId, (tx) => tx.query(sql))), sql).toMatch(
        /denied|never|only grows/,
      );
    }
    expect((await inTenant(tenantId, (tx) => verify(tx))).ok).toBe(true);
  });

  describe('when the owner of the database tampers', () => {
    const CASES = [
      [
        `update ledger_entries set body = jsonb_set(body, '{verdict}', '"forbid"') where position = 3`,
        3,
        'was changed',
      ],
      [`update ledger_entries set at = at - interval '1 day' where position = 2`, 2, 'was changed'],
      [`update ledger_entries set subjects = '{}' where position = 5`, 5, 'was changed'],
      [`update ledger_entries set kind = 'other' where position = 1`, 1, 'was changed'],
      [`delete from ledger_entries where position = 3`, 4, 'entries 3 to 3 are missing'],
      [`update ledger_entries set previous_hash = 'x' where position = 4`, 4, 'does not follow'],
      [
        `delete from ledger_entries where position > 3`,
        3,
        'the head names entry 5, the chain ends at 3',
      ],
    ] as const;
    const CUT_WITH_HEAD = [
      'delete from ledger_entries where position > 3',
      `update ledger_heads set position = 3, hash =
         (select e.hash from ledger_entries e where e.position = 3 and e.tenant_id = ledger_heads.tenant_id) where true`,
    ];
    let tampered: OpenDatabase;
    let tenantIds: string[];
    let kept: { position: number; hash: string };

    beforeAll(async () => {
      tenantIds = [];
      for (let index = 0; index <= CASES.length; index += 1) {
        const tenantId = await ledger(5);
        await inTenant(tenantId, (tx) => chain(tx));
        tenantIds.push(tenantId);
      }
      kept = (await inTenant(tenantIds.at(-1)!, (tx) => verify(tx))).chains[0]!.head!;
      const of = (sql: string, index: number) => `${sql} and tenant_id = '${tenantIds[index]!}'`;
      tampered = await asOwner(database, [
        'alter table ledger_entries disable trigger user',
        'alter table ledger_heads disable trigger user',
        ...CASES.map(([sql], index) => of(sql, index)),
        ...CUT_WITH_HEAD.map((sql) => of(sql, CASES.length)),
        'alter table ledger_entries enable trigger user',
        'alter table ledger_heads enable trigger user',
      ]);
    });

    const check = (index: number, expect?: { position: number; hash: string }) =>
      tampered.withTenant(tenantIds[index]!, (tx) =>
        verify(tx, expect === undefined ? {} : { world: 'live', expect }),
      );

    it.each(CASES.map(([sql, position, problem], index) => ({ sql, position, problem, index })))(
      '`$sql` is found at entry $position',
      async ({ position, problem, index }) => {
        const report = await check(index);
        expect(report.ok).toBe(false);
        expect(report.faults[0]).toMatchObject({ position });
        expect(report.faults[0]?.problem).toContain(problem);
        expect(new Set(report.faults.map((fault) => fault.position))).toEqual(new Set([position]));
      },
    );

    it('a tail cut off with its head is found by a head that was kept outside, and is not excluded without', async () => {
      const silent = await check(CASES.length);
      expect(silent.ok).toBe(true);
      expect(silent.cannotExclude.join()).toContain('keep a head outside');
      const anchored = await check(CASES.length, kept);
      expect(anchored.faults).toMatchObject([
        { position: 5, problem: 'the head that was kept outside is not in this chain' },
      ]);
    });
  });

  it('confirms a head that was kept outside after the chain has grown', async () => {
    const tenantId = await ledger(2);
    await inTenant(tenantId, (tx) => chain(tx));
    const head = (await inTenant(tenantId, (tx) => verify(tx))).chains[0]!.head!;
    await inTenant(tenantId, (tx) => add(tx, 3));
    await inTenant(tenantId, (tx) => chain(tx));
    const report = await inTenant(tenantId, (tx) => verify(tx, { world: 'live', expect: head }));
    expect(report).toMatchObject({ ok: true, chains: [{ count: 3 }] });
  });

  describe('personal data', () => {
    it('is hashed with a salt of its subject, which can be forgotten', async () => {
      const tenantId = await ledger(0);
      const hash = (subject: string, value: string) =>
        inTenant(tenantId, (tx) => subjectHash(tx, subject, value));
      const first = await hash('contact-1', 'zoe@customer.example');
      expect(await hash('contact-1', 'zoe@customer.example')).toBe(first);
      expect(await hash('contact-2', 'zoe@customer.example')).not.toBe(first);
      expect(await inTenant(tenantId, (tx) => forgetSubject(tx, 'contact-1'))).toBe(true);
      expect(await inTenant(tenantId, (tx) => forgetSubject(tx, 'contact-1'))).toBe(false);
      expect(await hash('contact-1', 'zoe@customer.example')).not.toBe(first);
    });

    it('that slips into a body is taken out', async () => {
      const tenantId = await ledger(0);
      await inTenant(tenantId, (tx) =>
        record(tx, {
          world: 'live',
          kind: 'x',
          subjects: {},
          body: { text: '550 <zoe.b+1@customer.example> unknown' },
          at: NOW,
        }),
      );
      const [entry] = await inTenant(tenantId, (tx) => listLedger(tx));
      expect(entry?.body).toEqual({ text: '550 [address] unknown' });
    });

    it('whatever surrounds it', () => {
      fc.assert(
        fc.property(fc.emailAddress(), fc.string(), fc.string(), (address, before, after) => {
          const text = JSON.stringify(
            withoutAddresses({ text: `${before} ${address} ${after}`, [address]: 1 }),
          );
          expect(text).not.toContain(address);
        }),
      );
    });
  });

  it('hashes every part of an entry', () => {
    const content: LedgerContent = {
      tenantId: 'a',
      entryId: 1,
      world: 'live',
      kind: 'k',
      at: NOW,
      subjects: { caseId: 'c' },
      body: { x: 1 },
    };
    const changes: Partial<LedgerContent>[] = [
      {},
      { tenantId: 'b' },
      { entryId: 2 },
      { world: 'w' },
      { kind: 'l' },
      { at: '2026-03-02T09:30:00.001Z' },
      { subjects: {} },
      { subjects: { accountId: 'c' } },
      { body: { x: 2 } },
    ];
    const hashes = changes.map((change) => linkHash('p', 1, { ...content, ...change }));
    hashes.push(linkHash('q', 1, content), linkHash('p', 2, content));
    expect(new Set(hashes).size).toBe(hashes.length);
  });
});
