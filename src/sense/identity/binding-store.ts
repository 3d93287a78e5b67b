import type { TenantTx } from '../../platform/db/database.ts';
import type { Instant } from '../../domain/time.ts';
import { accountIdOf } from './link-id.ts';
import { claimsAbove, followersOf } from './link-store.ts';
import { supersedeScores } from '../supersede-store.ts';
import { resolveBindings, type Binding } from './resolve.ts';

const ACCOUNT_COLUMNS = {
  tenant_id: 'text',
  account_id: 'text',
  root_link_id: 'text',
  created_at: 'timestamptz',
};
const BINDING_COLUMNS = {
  tenant_id: 'text',
  link_id: 'text',
  valid_from: 'timestamptz',
  valid_to: 'timestamptz',
  account_id: 'text',
  trust: 'text',
};

/**
 * Works out anew whose the links are of which something was said, and those that follow them. Returns the accounts that
 * gained or lost one of them; where that changes what their past looks like, their scores are worked out anew.
 */
export const rebind = async (
  tx: TenantTx,
  touched: readonly string[],
  now: Instant,
  because = 'an id was bound',
): Promise<readonly string[]> => {
  if (touched.length === 0) return [];
  const linkIds = await followersOf(tx, touched);
  const bindings = resolveBindings(await claimsAbove(tx, linkIds), linkIds);
  const accountIds = await accountsOfLinks(tx, linkIds);
  const before = await bindingsOf(tx, linkIds, now);
  await ensureAccounts(tx, bindings, now);
  await replaceBindings(tx, linkIds, bindings);
  await noteMerges(tx, linkIds);
  const after = await bindingsOf(tx, linkIds, now);
  await supersedeScores(tx, differing(before, after), because, now);
  const bound = bindings.map(({ rootId }) => accountIdOf(tx.tenantId, rootId));
  return [...new Set([...accountIds, ...bound])];
};

/** The accounts to which links belong or belonged. */
export const accountsOfLinks = async (
  tx: TenantTx,
  linkIds: readonly string[],
): Promise<readonly string[]> => {
  const rows = await tx.query<{ account_id: string }>(
    'select distinct account_id from account_links where link_id = any($1)',
    [linkIds],
  );
  return rows.map(({ account_id }) => account_id);
};

interface StoredBinding {
  readonly accountId: string;
  readonly text: string;
}

/** Bindings of links that were heard of before: what a new one brings is news, and changes no past. */
const bindingsOf = async (
  tx: TenantTx,
  linkIds: readonly string[],
  now: Instant,
): Promise<StoredBinding[]> =>
  tx.query<StoredBinding>(
    `select b.account_id as "accountId",
       concat_ws(' ', b.link_id, b.account_id, b.valid_from, b.valid_to, b.trust) as text
     from account_links b join links l using (tenant_id, link_id)
     where b.link_id = any($1) and l.first_accepted_at < $2`,
    [linkIds, now],
  );

const differing = (
  before: readonly StoredBinding[],
  after: readonly StoredBinding[],
): readonly string[] => {
  const [was, is] = [before, after].map((bindings) => new Set(bindings.map(({ text }) => text)));
  const changed = [
    ...before.filter(({ text }) => is?.has(text) !== true),
    ...after.filter(({ text }) => was?.has(text) !== true),
  ];
  return [...new Set(changed.map(({ accountId }) => accountId))];
};

const ensureAccounts = async (
  tx: TenantTx,
  bindings: readonly Binding[],
  now: Instant,
): Promise<void> => {
  const roots = [...new Set(bindings.map(({ rootId }) => rootId))];
  const rows = roots.map((rootId) => [tx.tenantId, accountIdOf(tx.tenantId, rootId), rootId, now]);
  await tx.bulkInsert('accounts', ACCOUNT_COLUMNS, rows, 'on conflict do nothing');
};

const replaceBindings = async (
  tx: TenantTx,
  linkIds: readonly string[],
  bindings: readonly Binding[],
): Promise<void> => {
  await tx.query('delete from account_links where link_id = any($1)', [linkIds]);
  const rows = bindings.map(({ linkId, rootId, validFrom, validTo, trust }) => [
    tx.tenantId,
    linkId,
    validFrom,
    validTo,
    accountIdOf(tx.tenantId, rootId),
    trust,
  ]);
  await tx.bulkInsert('account_links', BINDING_COLUMNS, rows);
};

/**
 * An account whose founding link went over to another one is merged into it; a split undoes that. One whose founding link
 * belongs nowhere any more is dissolved.
 */
const noteMerges = async (tx: TenantTx, linkIds: readonly string[]): Promise<void> => {
  await tx.query(
    `insert into account_profiles (tenant_id, account_id, merged_into, dissolved)
     select a.tenant_id, a.account_id, nullif(l.account_id, a.account_id), l.account_id is null
     from accounts a
     left join account_links l on l.link_id = a.root_link_id and l.valid_to is null
     where a.account_id = any($1)
     on conflict (tenant_id, account_id) do update
       set merged_into = excluded.merged_into, dissolved = excluded.dissolved
       where account_profiles.merged_into is distinct from excluded.merged_into
         or account_profiles.dissolved <> excluded.dissolved`,
    [linkIds.map((linkId) => accountIdOf(tx.tenantId, linkId))],
  );
};
