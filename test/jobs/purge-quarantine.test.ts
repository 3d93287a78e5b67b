import { expect, it } from 'vitest';
import { addHours } from '../../src/domain/time.ts';
import type { JobContext } from '../../src/jobs/define.ts';
import purge from '../../src/jobs/purge-quarantine.ts';
import { fixedClock } from '../../src/platform/clock.ts';
import { accept, event, NOW, optionsAt } from '../sense/sending.ts';
import { createTenant, testDatabase } from '../support/database.ts';

it('deletes what was refused a month ago, of every tenant, and nothing younger', async () => {
  const db = await testDatabase();
  const tenants = ['one', 'two'];
  for (const id of tenants) {
    await createTenant(db, id);
    await accept(db, id, [event('coffee.brewed', {}, { eventId: 'old' })]);
    await accept(
      db,
      id,
      [event('coffee.brewed', {}, { eventId: 'young' })],
      optionsAt(addHours(NOW, 24)),
    );
  }
  const context = { db, clock: fixedClock(addHours(NOW, 721)) } as unknown as JobContext;
  const { signal } = new AbortController();
  await purge.run({ ...context, signal, send: async () => undefined }, {});
  for (const id of tenants) {
    const left = await db.withTenant(id, async (tx) => tx.query('select event_id from quarantine'));
    expect(left).toEqual([{ event_id: 'young' }]);
  }
});
