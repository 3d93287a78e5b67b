import { record } from '../act/ledger/ledger.ts';
import { LIVE } from '../domain/case.ts';
import type { JsonObject } from '../domain/json.ts';
import type { Person } from '../domain/person.ts';
import type { Instant } from '../domain/time.ts';
import type { TenantTx } from '../platform/db/database.ts';

/** Who changed what of the tenant's set-up, or signed in, in the ledger, in the transaction of the change. */
export const recordChange = async (
  tx: TenantTx,
  kind: string,
  by: Pick<Person, 'id'>,
  body: JsonObject,
  at: Instant,
): Promise<void> => {
  await record(tx, { world: LIVE.id, kind, subjects: { personId: by.id }, body, at });
};
