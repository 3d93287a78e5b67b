import type { TenantTx } from '../../platform/db/database.ts';
import { linkIdOf } from './link-id.ts';
import { topOf } from './top.ts';

/**
 * The company at the top of each account's parents: itself without a parent, and the one whose id sorts first where
 * parents go in a circle. What is drawn by lot, such as a holdout, is drawn by it.
 */
export const rootAccountIds = async (
  tx: TenantTx,
  accountIds: readonly string[],
): Promise<ReadonlyMap<string, string>> => {
  const parents = new Map<string, string>();
  let asked: readonly string[] = accountIds;
  while (asked.length > 0) {
    const found = await parentsOf(tx, asked);
    const known = new Set([...accountIds, ...parents.values()]);
    for (const [accountId, parentId] of found) parents.set(accountId, parentId);
    asked = [...new Set(found.values())].filter((parentId) => !known.has(parentId));
  }
  return new Map(accountIds.map((accountId) => [accountId, topOf(accountId, parents)]));
};

interface Named {
  readonly accountId: string;
  readonly source: string;
  readonly externalId: string;
}

// Two plain queries a level: one recursive statement was walked over whole tables before they were analyzed.
const parentsOf = async (
  tx: TenantTx,
  accountIds: readonly string[],
): Promise<ReadonlyMap<string, string>> => {
  const named = await tx.query<Named>(
    `select account_id as "accountId", parent_source as source, parent_external_id as "externalId"
     from account_profiles where account_id = any($1) and parent_source is not null`,
    [accountIds],
  );
  if (named.length === 0) return new Map();
  const bound = await tx.query<{ linkId: string; accountId: string }>(
    `select link_id as "linkId", account_id as "accountId" from account_links
     where link_id = any($1) and valid_to is null`,
    [named.map(linkIdOf)],
  );
  const accounts = new Map(bound.map(({ linkId, accountId }) => [linkId, accountId]));
  return new Map(
    named.flatMap((child) => {
      const parentId = accounts.get(linkIdOf(child));
      return parentId === undefined || parentId === child.accountId
        ? []
        : [[child.accountId, parentId]];
    }),
  );
};
