import { beforeAll, describe, expect, it } from 'vitest';
import {
  FEED_EVENT_TYPE_NAMES,
  feedEventOf,
  isWanted,
  unknownTypes,
} from '../../../src/act/feed/feed-event.ts';
import { feedEnd, readFeed } from '../../../src/act/feed/read-feed.ts';
import { chain, record } from '../../../src/act/ledger/ledger.ts';
import type { JsonObject } from '../../../src/domain/json.ts';
import type { OpenDatabase, TenantTx } from '../../../src/platform/db/database.ts';
import { NOW } from '../support/act.ts';
import { createTenant, onlyPostgres, testDatabase } from '../../support/database.ts';

let db: OpenDatabase;
let tenants = 0;

beforeAll(async () => {
  db = await testDatabase();
});

const tenant = () => {
  tenants += 1;
  return createTenant(db, `feed-${tenants}`);
};

const note = (tx: TenantTx, caseId: string, kind = 'case.opened', body: JsonObject = {}) =>
  record(tx, { world: 'live', kind, subjects: { caseId }, body, at: NOW });

const read = (tenantId: string, after: number, limit = 100, types: string[] = []) =>
  db.withTenant(tenantId, (tx) => readFeed(tx, { after, types, limit }));

const link = (tenantId: string) => db.withTenant(tenantId, (tx) => chain(tx));

describe('the feed', () => {
  it('hands out everything once, in order, page by page, over what stays in the house', async () => {
    const tenantId = await tenant();
    await db.withTenant(tenantId, async (tx) => {
      for (let index = 0; index < 25; index += 1) {
        await note(tx, `case-${index}`);
        await note(tx, 'hidden', 'sign_in');
      }
    });
    await link(tenantId);
    const seen: unknown[] = [];
    let after = 0;
    for (let more = true; more;) {
      const page = await read(tenantId, after, 4);
      seen.push(...page.items.map(({ data }) => data['caseId']));
      expect(page.items.length).toBeLessThanOrEqual(4);
      ({ next: after, more } = page);
    }
    expect(seen).toEqual(Array.from({ length: 25 }, (_, index) => `case-${index}`));
    expect(after).toBe(50);
    expect(await read(tenantId, after)).toEqual({ items: [], next: 50, more: false });
  });

  it('shows only what was asked for, and its cursor moves on all the same', async () => {
    const tenantId = await tenant();
    await db.withTenant(tenantId, async (tx) => {
      await note(tx, 'a');
      await note(tx, 'b', 'case.closed');
      await note(tx, 'c', 'task', { status: 'done', title: 'Call Dana', kind: 'tell_sales' });
    });
    await link(tenantId);
    const page = await read(tenantId, 0, 10, ['task.*']);
    expect(page).toMatchObject({
      next: 3,
      more: false,
      items: [{ type: 'task.done', data: { caseId: 'c', kind: 'tell_sales' } }],
    });
    expect(page.items[0]!.data).not.toHaveProperty('title');
  });

  it('does not show what is not linked yet, and has a place for it once it is', async () => {
    const tenantId = await tenant();
    await db.withTenant(tenantId, (tx) => note(tx, 'a'));
    expect(await read(tenantId, 0)).toEqual({ items: [], next: 0, more: false });
    await link(tenantId);
    expect((await read(tenantId, 0)).items).toHaveLength(1);
    expect(await db.withTenant(tenantId, (tx) => feedEnd(tx))).toBe(1);
  });

  it('says so when a cursor lies beyond its end', async () => {
    const tenantId = await tenant();
    await expect(read(tenantId, 7)).rejects.toMatchObject({ code: 'cursor_unknown' });
  });

  it('gives every event an id of its own, by which it is known wherever it is read', async () => {
    const [one, other] = [await tenant(), await tenant()];
    for (const id of [one, other]) {
      await db.withTenant(id, (tx) => note(tx, 'a'));
      await db.withTenant(id, (tx) => note(tx, 'a'));
      await link(id);
    }
    const ids = [...(await read(one, 0)).items, ...(await read(other, 0)).items].map(
      ({ id }) => id,
    );
    expect(new Set(ids).size).toBe(4);
    expect((await read(one, 0)).items.map(({ id }) => id)).toEqual(ids.slice(0, 2));
  });

  onlyPostgres('with transactions that commit out of order', () => {
    it('a reader who follows the cursor misses nothing', async () => {
      const tenantId = await tenant();
      let finish: () => void = () => undefined;
      const slow = db.withTenant(tenantId, async (tx) => {
        // Its row has the lower number, and is committed last.
        await note(tx, 'slow');
        await new Promise<void>((resolve) => (finish = resolve));
      });
      await expect.poll(() => finish.name).not.toBe('finish');
      await db.withTenant(tenantId, (tx) => note(tx, 'fast'));
      await link(tenantId);
      const first = await read(tenantId, 0);
      expect(first.items.map(({ data }) => data['caseId'])).toEqual(['fast']);
      finish();
      await slow;
      await link(tenantId);
      const second = await read(tenantId, first.next);
      expect(second.items.map(({ data }) => data['caseId'])).toEqual(['slow']);
    });
  });
});

describe('an event', () => {
  const entry = (kind: string, body: JsonObject = {}) => ({
    ...{ tenantId: 'acme', entryId: 1, world: 'live', at: NOW, subjects: {}, position: 1 },
    ...{ previousHash: 'a', hash: 'b', kind, body },
  });

  it.each([
    ['task', { status: 'open' }, 'task.opened'],
    ['task', { status: 'done' }, 'task.done'],
    ['task', { notice: 'reminder', status: 'open' }, 'task.reminded'],
    ['approval', { what: 'asked' }, 'approval.requested'],
    ['decision', { verdict: 'permit' }, 'decision.made'],
    ['round.void', {}, 'case.replanned'],
    ['effect', { status: 'done' }, 'action.changed'],
  ])('of %s %j is %s', (kind, body, type) => {
    expect(feedEventOf(entry(kind, body))).toMatchObject({ type });
  });

  it.each(['sign_in', 'key.created', 'suppression', 'toString'])(
    'of %s stays in the house',
    (kind) => {
      expect(feedEventOf(entry(kind))).toBeNull();
    },
  );

  it('has a type that some pattern answers to', () => {
    expect(unknownTypes([...FEED_EVENT_TYPE_NAMES, 'case.*', 'task.*'])).toEqual([]);
    expect(unknownTypes(['case', 'case*', '*', 'deed.*'])).toEqual([
      'case',
      'case*',
      '*',
      'deed.*',
    ]);
    expect(isWanted('case.opened', ['cas.*', 'case.closed'])).toBe(false);
  });
});
