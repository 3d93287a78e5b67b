import type { TenantTx } from '../../platform/db/database.ts';
import type { IdentitySettings } from '../../domain/identity.ts';
import type { JsonObject } from '../../domain/json.ts';
import { groupBy } from '../group-by.ts';
import account from '../state/account.ts';
import { overlay, toHeld, type Rank } from '../state/held.ts';
import { loadRecords, type KeyedVersion } from '../state/version-store.ts';
import { accountTruth } from './truth.ts';

interface AccountLink {
  readonly accountId: string;
  readonly linkId: string;
  readonly source: string;
}

const COLUMNS = {
  tenant_id: 'text',
  account_id: 'text',
  name: 'text',
  parent_source: 'text',
  parent_external_id: 'text',
};

/** Writes down what accounts are called and whose daughters they are, as their links' records say now. */
export const refreshProfiles = async (
  tx: TenantTx,
  accountIds: readonly string[],
  settings: IdentitySettings,
): Promise<void> => {
  const links = await serverLinks(tx, accountIds);
  const records = await loadRecords(
    tx,
    account.kind,
    links.map(({ linkId }) => linkId),
  );
  const byLink = groupBy(records, ({ key }) => key);
  const sources = new Map(links.map(({ linkId, source }) => [linkId, source]));
  const rank = accountTruth(settings, (linkId) => sources.get(linkId) ?? '');
  const rows = [...groupBy(links, ({ accountId }) => accountId)].map(([accountId, own]) => {
    const versions = own.flatMap(({ linkId }) => byLink.get(linkId) ?? []);
    const { name, parentAccountId } = latest(accountId, versions, rank);
    const parentSource = sourceOfParent(own, byLink, parentAccountId);
    return [
      tx.tenantId,
      accountId,
      name ?? null,
      parentSource,
      parentSource === null ? null : parentAccountId,
    ];
  });
  await tx.bulkInsert(
    'account_profiles',
    COLUMNS,
    rows,
    `on conflict (tenant_id, account_id) do update set
       name = excluded.name, parent_source = excluded.parent_source, parent_external_id = excluded.parent_external_id`,
  );
};

const latest = (accountId: string, versions: readonly KeyedVersion[], rank: Rank): JsonObject =>
  overlay(versions.map(toHeld), accountId, account.keyField, rank).at(-1)?.data ?? {};

/** A parent is named in the words of one of the sources: the one that says so now. */
const sourceOfParent = (
  links: readonly AccountLink[],
  byLink: ReadonlyMap<string, readonly KeyedVersion[]>,
  parent: JsonObject[string] | undefined,
): string | null => {
  if (parent === undefined) return null;
  const says = ({ linkId }: AccountLink) =>
    byLink
      .get(linkId)
      ?.some(({ validTo, data }) => validTo === null && data['parentAccountId'] === parent);
  return links.find(says)?.source ?? null;
};

/** Accounts of which more than one system keeps a record. */
export const severalRecords = async (tx: TenantTx): Promise<string[]> => {
  const rows = await tx.query<{ accountId: string }>(
    `select b.account_id as "accountId" from account_links b
     join entity_versions v on v.kind = 'account' and v.entity_key = b.link_id and v.valid_to is null
     where b.valid_to is null and b.trust = 'server'
     group by b.account_id having count(*) > 1 order by 1`,
  );
  return rows.map(({ accountId }) => accountId);
};

const serverLinks = async (tx: TenantTx, accountIds: readonly string[]): Promise<AccountLink[]> =>
  tx.query<AccountLink>(
    `select b.account_id as "accountId", b.link_id as "linkId", l.source
     from account_links b join links l using (tenant_id, link_id)
     where b.account_id = any($1) and b.valid_to is null and b.trust = 'server'
     order by b.account_id, b.link_id`,
    [accountIds],
  );
