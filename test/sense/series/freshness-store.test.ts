import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import type { Trust } from '../../../src/domain/event.ts';
import { addDays, type Day } from '../../../src/domain/time.ts';
import type { OpenDatabase } from '../../../src/platform/db/database.ts';
import { loadFreshness } from '../../../src/sense/series/freshness-store.ts';
import type { FreshnessRow } from '../../../src/sense/series/freshness.ts';
import { createTenant, testDatabase } from '../../support/database.ts';

let database: OpenDatabase;
beforeAll(async () => {
  database = await testDatabase();
  for (const tenant of ['acme', 'other']) await createTenant(database, tenant);
});

const BEGIN = '2026-01-01' as Day;
const [FROM, TO] = [addDays(BEGIN, 20), addDays(BEGIN, 30)];

type Heard = readonly Pick<FreshnessRow, 'kind' | 'source' | 'trust' | 'day'>[];

const heard: fc.Arbitrary<Heard> = fc.uniqueArray(
  fc.record({
    kind: fc.constantFrom('logins', 'invoice', 'Ticket', 'ticket_1'),
    source: fc.constantFrom('crm', 'Product', 'retinue', 'zendesk'),
    trust: fc.constantFrom<Trust[]>('server', 'client'),
    day: fc.integer({ min: 0, max: 40 }).map((days) => addDays(BEGIN, days)),
  }),
  { selector: (row) => Object.values(row).join(), maxLength: 60 },
);

const keep = (tenant: string, rows: Heard): Promise<void> =>
  database.withTenant(tenant, async (tx) => {
    const column = (name: keyof Heard[number]) => rows.map((row) => row[name]);
    await tx.query('delete from source_freshness');
    await tx.query(
      `insert into source_freshness (tenant_id, kind, source, trust, day, last_occurred_at, last_accepted_at, events)
       select $1, kind, source, trust, day, day, day, 1
       from unnest($2::text[], $3::text[], $4::text[], $5::date[]) as given (kind, source, trust, day)`,
      [tenant, column('kind'), column('source'), column('trust'), column('day')],
    );
  });

/** The same in plain words. */
const expected = (rows: Heard): Heard => {
  const ofOne = (a: Heard[number]) => (b: Heard[number]) =>
    a.kind === b.kind && a.source === b.source && a.trust === b.trust;
  return rows.filter((row) => {
    if (row.day > TO) return false;
    if (row.day >= FROM) return true;
    return !rows.filter(ofOne(row)).some(({ day }) => day > row.day && day < FROM);
  });
};

const sorted = (rows: Heard): string[] => rows.map((row) => Object.values(row).join(' ')).sort();

test('the days that are asked for are loaded, with the newest before them of each kind and source', async () => {
  await fc.assert(
    fc.asyncProperty(heard, heard, async (own, foreign) => {
      await keep('acme', own);
      await keep('other', foreign);
      const found = await database.withTenant('acme', (tx) => loadFreshness(tx, FROM, TO));
      const loaded = found.map(({ kind, source, trust, day }) => ({ kind, source, trust, day }));
      expect(sorted(loaded)).toEqual(sorted(expected(own)));
      for (const { kind, source, trust } of loaded) {
        const days = loaded.filter((row) => row.kind === kind && row.source === source);
        const inOrder = days.filter((row) => row.trust === trust).map(({ day }) => day);
        expect(inOrder).toEqual([...inOrder].sort());
      }
    }),
    { numRuns: 60 },
  );
});
