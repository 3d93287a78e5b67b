import type { JsonObject } from '../../domain/json.ts';
import type { TenantTx } from '../../platform/db/database.ts';

/** The records of a kind whose latest word is of one sender, as they stand. */
export const recordsOf = async (
  tx: TenantTx,
  kind: string,
  sender: string,
): Promise<{ readonly key: string; readonly data: JsonObject }[]> =>
  tx.query(
    `select entity_key as key, data from entity_versions
     where kind = $1 and source = $2 and valid_to is null order by entity_key`,
    [kind, sender],
  );
