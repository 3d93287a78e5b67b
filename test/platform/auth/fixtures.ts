import { createHash } from 'node:crypto';
import type { Person } from '../../../src/domain/person.ts';
import type { Instant } from '../../../src/domain/time.ts';
import { createPerson } from '../../../src/platform/auth/people.ts';
import type { RandomBytes } from '../../../src/platform/auth/secret.ts';
import type { Database } from '../../../src/platform/db/database.ts';

export const NOW: Instant = '2026-03-02T09:00:00.000Z';

/** Different bytes at each call, the same in each run. */
export const countingRandom = (seed: string): RandomBytes => {
  let calls = 0;
  return (size) => {
    calls += 1;
    return createHash('sha512').update(`${seed}/${calls}`).digest().subarray(0, size);
  };
};

export const firstAdmin = async (database: Database, tenantId: string): Promise<Person> =>
  database.withTenant(tenantId, async (tx) =>
    createPerson(tx, {
      name: 'Ada Admin',
      email: 'ada@corp.example',
      roles: ['admin'],
      by: 'local',
      now: NOW,
    }),
  );
