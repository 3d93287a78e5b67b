import { beforeAll, expect, test } from 'vitest';
import type { IncomingEvent } from '../../../src/domain/event.ts';
import { addDays, type Instant } from '../../../src/domain/time.ts';
import { loadCatalogue } from '../../../src/platform/catalogue.ts';
import { defaultTenantConfig } from '../../../src/platform/config/default.ts';
import type { OpenDatabase } from '../../../src/platform/db/database.ts';
import { seededRandom } from '../../../src/domain/random.ts';
import { acceptEvents, type AcceptResult } from '../../../src/sense/events/accept.ts';
import type { EntityType } from '../../../src/sense/state/define.ts';
import { createTenant, testDatabase } from '../../support/database.ts';

const UNIQUE = 2_000;
const TIMES = 51;
const BATCH = 5_000;
const NOW: Instant = '2026-06-30T12:00:00.000Z';
const CONFIG = defaultTenantConfig({ id: 'again', name: 'Again', currency: 'USD', zone: 'UTC' });

let database: OpenDatabase;
let entities: readonly EntityType[];
beforeAll(async () => {
  database = await testDatabase();
  await createTenant(database, 'again');
  entities = await loadCatalogue<EntityType>(new URL('../../../src/sense/state/', import.meta.url));
});

const usage = (index: number): IncomingEvent => ({
  eventId: `u-${index}`,
  source: 'product',
  type: 'usage.recorded',
  occurredAt: NOW,
  trust: 'server',
  ref: { source: 'product', externalId: `ws-${index % 20}` },
  payload: { metric: 'logins', quantity: 1, day: addDays('2026-06-30', -(index % 30)) },
});

test('100,000 repetitions of accepted events change nothing, in whatever order and however many at once', async () => {
  const random = seededRandom(7);
  const all = Array.from({ length: UNIQUE * TIMES }, (_, index) => usage(index % UNIQUE))
    .map((event) => ({ event, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ event }) => event);
  const batches = Array.from({ length: Math.ceil(all.length / BATCH) }, (_, index) =>
    all.slice(index * BATCH, (index + 1) * BATCH),
  );
  const results: AcceptResult[] = [];
  // Four senders at a time.
  for (let from = 0; from < batches.length; from += 4) {
    results.push(
      ...(await Promise.all(
        batches
          .slice(from, from + 4)
          .map((batch) =>
            database.withTenant('again', (tx) =>
              acceptEvents(tx, batch, { now: NOW, entities, config: CONFIG }),
            ),
          ),
      )),
    );
  }
  const total = (pick: (result: AcceptResult) => number) =>
    results.reduce((sum, result) => sum + pick(result), 0);
  expect({
    accepted: total(({ accepted }) => accepted),
    duplicates: total(({ duplicates }) => duplicates),
    conflicts: total(({ conflicts }) => conflicts),
    quarantined: total(({ quarantined }) => quarantined.length),
  }).toEqual({
    accepted: UNIQUE,
    duplicates: UNIQUE * (TIMES - 1),
    conflicts: 0,
    quarantined: 0,
  });
  const [kept] = await database.withTenant('again', (tx) =>
    tx.query(
      `select (select count(*) from events) as events, (select count(*) from event_keys) as keys,
         (select sum(amount)::bigint from usage_series, unnest(days) as amount) as logins,
         (select sum(events)::bigint from source_freshness) as heard`,
    ),
  );
  expect(kept).toEqual({ events: UNIQUE, keys: UNIQUE, logins: UNIQUE, heard: UNIQUE });
});
