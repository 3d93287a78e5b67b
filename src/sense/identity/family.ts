import type { TenantTx } from '../../platform/db/database.ts';
import { daughtersOf } from './account-store.ts';
import { rootAccountIds } from './parent-store.ts';

/** The accounts under the topmost parent of an account, the top first, level by level; of one that stands alone, itself. */
export const familyOf = async (tx: TenantTx, accountId: string): Promise<string[]> => {
  const root = (await rootAccountIds(tx, [accountId])).get(accountId) ?? accountId;
  const family = new Set([root]);
  let level = [root];
  while (level.length > 0) {
    const daughters = await daughtersOf(tx, level);
    // Parents in a circle come to their end: nobody is added twice.
    level = daughters.filter((daughter) => !family.has(daughter));
    for (const daughter of level) family.add(daughter);
  }
  return [...family];
};
