import type { ExternalRef } from '../../../domain/event.ts';
import type { JsonObject } from '../../../domain/json.ts';
import type { Instant } from '../../../domain/time.ts';
import type { TenantTx } from '../../../platform/db/database.ts';
import { OWN_NAMESPACE } from '../link-id.ts';
import { matchValuesOf, type MatchValue } from './match-values.ts';

/** An id with whose it is so far. */
export interface LinkStanding extends ExternalRef {
  readonly linkId: string;
  /** The account that it belongs to now. */
  readonly accountId: string | null;
  /** Whether a server, a person or a rule said whose it is. */
  readonly claimed: boolean;
}

const STANDING = `
  select l.link_id as "linkId", l.source, l.external_id as "externalId", b.account_id as "accountId",
    exists (
      select from link_claims c where c.link_id = l.link_id and c.trust = 'server' and c.parent_link_id <> c.link_id
        and c.retracted_at is null
    ) as claimed
  from links l left join account_links b on b.link_id = l.link_id and b.valid_to is null`;

/** Ids as they stand, without our own names for accounts. */
export const standingOfLinks = async (
  tx: TenantTx,
  linkIds: readonly string[],
): Promise<LinkStanding[]> =>
  tx.query<LinkStanding>(
    `${STANDING} where l.link_id = any($1) and l.source <> '${OWN_NAMESPACE}'`,
    [linkIds],
  );

/** The next ids by link id whose namespace is one of these: whole names, or beginnings. */
export const pageOfLinks = async (
  tx: TenantTx,
  sources: { readonly names: readonly string[]; readonly beginnings: readonly string[] },
  after: string,
  limit: number,
): Promise<LinkStanding[]> =>
  tx.query<LinkStanding>(
    `${STANDING}
     where l.link_id > $1 and l.source <> '${OWN_NAMESPACE}'
       and (l.source = any($2) or exists (select from unnest($3::text[]) as begins where starts_with(l.source, begins)))
     order by l.link_id limit $4`,
    [after, sources.names, sources.beginnings, limit],
  );

const COLUMNS = { tenant_id: 'text', link_id: 'text', kind: 'text', value: 'text' };

/** Works out anew what links are matched by, from the records under them that are in force. */
export const refreshMatchValues = async (
  tx: TenantTx,
  linkIds: readonly string[],
): Promise<void> => {
  if (linkIds.length === 0) return;
  await tx.query('delete from link_match_values where link_id = any($1)', [linkIds]);
  const records = await tx.query<{ linkId: string; kind: string; data: JsonObject }>(
    `select link_id as "linkId", kind, data from entity_versions
     where link_id = any($1) and kind in ('account', 'contact') and valid_to is null and trust = 'server'`,
    [linkIds],
  );
  const rows = records.flatMap(({ linkId, kind, data }) =>
    matchValuesOf(kind, data).map((value) => [tx.tenantId, linkId, value.kind, value.value]),
  );
  await tx.bulkInsert('link_match_values', COLUMNS, rows, 'on conflict do nothing');
};

/** Every link that contacts of these keys ever stood under. */
export const linksOfContacts = async (
  tx: TenantTx,
  keys: readonly string[],
): Promise<readonly string[]> => {
  if (keys.length === 0) return [];
  const rows = await tx.query<{ linkId: string }>(
    `select distinct link_id as "linkId" from events
     where kind = 'contact' and entity_key = any($1) and link_id is not null`,
    [keys],
  );
  return rows.map(({ linkId }) => linkId);
};

/** Links with records of accounts or contacts, the next by id. */
export const pageOfRecordLinks = async (
  tx: TenantTx,
  after: string,
  limit: number,
): Promise<string[]> => {
  const rows = await tx.query<{ linkId: string }>(
    `select distinct link_id as "linkId" from entity_versions
     where kind in ('account', 'contact') and link_id > $1 order by link_id limit $2`,
    [after, limit],
  );
  return rows.map(({ linkId }) => linkId);
};

export const matchValuesOfLinks = async (
  tx: TenantTx,
  linkIds: readonly string[],
): Promise<(MatchValue & { readonly linkId: string })[]> =>
  tx.query(
    `select link_id as "linkId", kind, value from link_match_values where link_id = any($1)`,
    [linkIds],
  );

/** A link of an account that says a value, or has an external id. */
export interface Holder {
  readonly linkId: string;
  readonly source: string;
  readonly accountId: string | null;
}

export const holdersOfValues = async (
  tx: TenantTx,
  values: readonly MatchValue[],
): Promise<(Holder & MatchValue)[]> => {
  if (values.length === 0) return [];
  const kinds = [...new Set(values.map(({ kind }) => kind))];
  return tx.query(
    `select m.kind, m.value, l.link_id as "linkId", l.source, b.account_id as "accountId"
     from link_match_values m join links l using (tenant_id, link_id)
     left join account_links b on b.link_id = m.link_id and b.valid_to is null
     where m.kind = any($1) and m.value = any($2)`,
    [kinds, [...new Set(values.map(({ value }) => value))]],
  );
};

export const holdersOfIds = async (
  tx: TenantTx,
  externalIds: readonly string[],
): Promise<(Holder & { readonly externalId: string })[]> => {
  if (externalIds.length === 0) return [];
  return tx.query(
    `select l.external_id as "externalId", l.link_id as "linkId", l.source, b.account_id as "accountId"
     from links l left join account_links b on b.link_id = l.link_id and b.valid_to is null
     where l.external_id = any($1) and l.source <> '${OWN_NAMESPACE}'`,
    [[...new Set(externalIds)]],
  );
};

/** Links that carry any key of one of these values. */
export const holdersOfKeys = async (
  tx: TenantTx,
  values: readonly string[],
): Promise<readonly string[]> => {
  if (values.length === 0) return [];
  const rows = await tx.query<{ linkId: string }>(
    `select distinct link_id as "linkId" from link_match_values
     where starts_with(kind, 'key:') and value = any($1)`,
    [[...new Set(values)]],
  );
  return rows.map(({ linkId }) => linkId);
};

/** The digest of the rules by which everything was last looked through; `null` for never. */
export const lastSweep = async (tx: TenantTx): Promise<string | null> => {
  const [row] = await tx.query<{ digest: string }>(
    'select rules_digest as digest from matching_sweeps',
  );
  return row?.digest ?? null;
};

export const noteSweep = async (tx: TenantTx, digest: string, now: Instant): Promise<void> => {
  await tx.query(
    `insert into matching_sweeps (tenant_id, rules_digest, swept_at) values ($1, $2, $3)
     on conflict (tenant_id) do update set rules_digest = excluded.rules_digest, swept_at = excluded.swept_at`,
    [tx.tenantId, digest, now],
  );
};
