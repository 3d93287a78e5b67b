import type { TenantTx } from '../../platform/db/database.ts';
import { inputError } from '../../domain/errors.ts';
import type { ExternalRef } from '../../domain/event.ts';
import type { Instant } from '../../domain/time.ts';
import { OWN_NAMESPACE } from './link-id.ts';
import type { Claim } from './resolve.ts';

const LINK_COLUMNS = {
  tenant_id: 'text',
  link_id: 'text',
  source: 'text',
  external_id: 'text',
  first_accepted_at: 'timestamptz',
};

/** Writes down links that were never heard of. */
export const insertLinks = async (
  tx: TenantTx,
  links: ReadonlyMap<string, ExternalRef>,
  now: Instant,
): Promise<void> => {
  const rows = [...links].map(([linkId, ref]) => [
    tx.tenantId,
    linkId,
    ref.source,
    ref.externalId,
    now,
  ]);
  await tx.bulkInsert('links', LINK_COLUMNS, rows, 'on conflict do nothing');
};

/** Writes claims down; returns the links of which something new was said. */
export const insertClaims = async (
  tx: TenantTx,
  claims: readonly Claim[],
): Promise<readonly string[]> => {
  if (claims.length === 0) return [];
  // Of one batch several events may make the same account: one statement must not meet a row twice.
  const once = [...new Map(claims.map((claim) => [keyOf(claim), claim])).values()];
  const column = <T>(pick: (claim: Claim) => T): T[] => once.map(pick);
  const written = await tx.query<{ link_id: string }>(
    `insert into link_claims (tenant_id, link_id, parent_link_id, source, event_id, trust, occurred_at, accepted_at)
     select $1, * from unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::timestamptz[],
       $8::timestamptz[])
     on conflict (tenant_id, link_id, parent_link_id, source, event_id)
       do update set retracted_at = null, accepted_at = excluded.accepted_at
       where link_claims.retracted_at is not null
     returning link_id`,
    [
      tx.tenantId,
      column(({ linkId }) => linkId),
      column(({ parentId }) => parentId),
      column(({ source }) => source),
      column(({ eventId }) => eventId),
      column(({ trust }) => trust),
      column(({ occurredAt }) => occurredAt),
      column(({ acceptedAt }) => acceptedAt),
    ],
  );
  return [...new Set(written.map(({ link_id }) => link_id))];
};

const keyOf = ({ linkId, parentId, source, eventId }: Claim): string =>
  JSON.stringify([linkId, parentId, source, eventId]);

/** The founding links of accounts of ours, by account id. */
export const rootLinks = async (
  tx: TenantTx,
  accountIds: readonly string[],
): Promise<ReadonlyMap<string, string>> => {
  const rows = await tx.query<{ account_id: string; root_link_id: string }>(
    'select account_id, root_link_id from accounts where account_id = any($1)',
    [accountIds],
  );
  return new Map(rows.map(({ account_id, root_link_id }) => [account_id, root_link_id]));
};

/** The id that founds an account, in the words of its source. */
export const rootLinkOf = async (tx: TenantTx, accountId: string): Promise<ExternalRef> => {
  const [link] = await tx.query<ExternalRef>(
    `select l.source, l.external_id as "externalId" from accounts a join links l on l.link_id = a.root_link_id
     where a.account_id = $1`,
    [accountId],
  );
  if (link === undefined)
    throw inputError('account_not_found', `there is no account \`${accountId}\``);
  return link;
};

/** When something was said about whose an id is, by servers and people, oldest first. */
export const claimMoments = async (tx: TenantTx, linkId: string): Promise<Instant[]> => {
  const rows = await tx.query<{ at: Instant }>(
    `select distinct occurred_at as at from link_claims
     where link_id = $1 and parent_link_id <> link_id and trust = 'server' and retracted_at is null order by at`,
    [linkId],
  );
  return rows.map(({ at }) => at);
};

/** An id that was heard of, and whether it has an account record of its own; `null` for one that never was. */
export const linkNamed = async (
  tx: TenantTx,
  link: ExternalRef,
): Promise<{ readonly linkId: string; readonly hasRecord: boolean } | null> => {
  const [row] = await tx.query<{ linkId: string; hasRecord: boolean }>(
    `select l.link_id as "linkId", exists (
       select from entity_versions v where v.kind = 'account' and v.entity_key = l.link_id
     ) as "hasRecord"
     from links l where l.source = $1 and l.external_id = $2`,
    [link.source, link.externalId],
  );
  return row ?? null;
};

/** What links stand for. */
export const linksById = async (
  tx: TenantTx,
  linkIds: readonly string[],
): Promise<ReadonlyMap<string, ExternalRef>> => {
  const rows = await tx.query<ExternalRef & { linkId: string }>(
    `select link_id as "linkId", source, external_id as "externalId" from links where link_id = any($1)`,
    [linkIds],
  );
  return new Map(rows.map(({ linkId, source, externalId }) => [linkId, { source, externalId }]));
};

// Level by level with plain queries: recursive statements are walked over whole tables before these are analyzed.

/** Links whose account may follow from these: they, what was said to belong to them, and so on. */
export const followersOf = async (
  tx: TenantTx,
  linkIds: readonly string[],
): Promise<readonly string[]> => {
  const reached = new Set(linkIds);
  let asked: readonly string[] = [...reached];
  while (asked.length > 0) {
    const rows = await tx.query<{ link_id: string }>(
      'select distinct link_id from link_claims where parent_link_id = any($1)',
      [asked],
    );
    asked = rows.map(({ link_id }) => link_id).filter((linkId) => !reached.has(linkId));
    for (const linkId of asked) reached.add(linkId);
  }
  return [...reached];
};

/** The claims on links, on their parents, and so on; those known at a moment when one is given. */
export const claimsAbove = async (
  tx: TenantTx,
  linkIds: readonly string[],
  knownAt?: Instant,
): Promise<Claim[]> => {
  const reached = new Set(linkIds);
  const claims: Claim[] = [];
  let asked: readonly string[] = [...reached];
  while (asked.length > 0) {
    const found = await claimsOn(tx, asked, knownAt);
    claims.push(...found);
    const parents = new Set(found.map(({ parentId }) => parentId));
    asked = [...parents].filter((parentId) => !reached.has(parentId));
    for (const parentId of asked) reached.add(parentId);
  }
  return claims;
};

const claimsOn = async (
  tx: TenantTx,
  linkIds: readonly string[],
  knownAt: Instant | undefined,
): Promise<Claim[]> =>
  tx.query<Claim>(
    `select link_id as "linkId", parent_link_id as "parentId", trust, occurred_at as "occurredAt",
       accepted_at as "acceptedAt", source, event_id as "eventId"
     from link_claims where link_id = any($1) and ($2::timestamptz is null or accepted_at <= $2)
       and (retracted_at is null or retracted_at > $2)`,
    [linkIds, knownAt ?? null],
  );

/** A link as people see it. */
export interface LinkRow extends ExternalRef {
  readonly linkId: string;
  readonly firstAcceptedAt: Instant;
}

/** Ids that were heard of and belong to no account yet, the longest waiting first. */
export const listUnboundLinks = async (
  tx: TenantTx,
  options: { readonly limit?: number; readonly source?: string } = {},
): Promise<LinkRow[]> =>
  tx.query<LinkRow>(
    `select l.link_id as "linkId", l.source, l.external_id as "externalId", l.first_accepted_at as "firstAcceptedAt"
     from links l
     where ${UNMATCHED} and ($2::text is null or l.source = $2)
     order by l.first_accepted_at, l.source, l.external_id limit $1`,
    [options.limit ?? 100, options.source ?? null],
  );

/** Belongs to no account now, and something was sent for it that still counts. */
const UNMATCHED = `l.source <> '${OWN_NAMESPACE}'
  and not exists (select from account_links a where a.link_id = l.link_id and a.valid_to is null)
  and (
    exists (select from events e where e.link_id = l.link_id and e.kind is not null and e.retracted_at is null)
    or exists (select from usage_series u where u.link_id = l.link_id)
    or exists (select from link_claims c where c.parent_link_id = l.link_id and c.retracted_at is null)
  )`;

/** What waits under ids until it is known whose they are. */
export interface Waiting {
  readonly linkId: string;
  /** How many changes of which kind of record. */
  readonly records: Readonly<Record<string, number>>;
  /** Metrics of which use was received. */
  readonly metrics: readonly string[];
}

export const waitingUnder = async (tx: TenantTx, linkIds: readonly string[]): Promise<Waiting[]> =>
  tx.query<Waiting>(
    `select l.link_id as "linkId",
       coalesce((
         select jsonb_object_agg(kind, count) from (
           select e.kind, count(*) as count from events e
           where e.link_id = l.link_id and e.kind is not null and e.retracted_at is null group by e.kind
         ) as kinds
       ), '{}') as records,
       array(select distinct u.metric from usage_series u where u.link_id = l.link_id order by 1) as metrics
     from links l where l.link_id = any($1)`,
    [linkIds],
  );

/** How many ids belong to no account yet, by their source. */
export const countUnboundLinks = async (
  tx: TenantTx,
): Promise<{ source: string; count: number }[]> =>
  tx.query(
    `select l.source, count(*) as count from links l where ${UNMATCHED}
     group by l.source order by count(*) desc, l.source`,
  );

/** How many ids belong to an account now, without our own names for accounts. */
export const countBoundLinks = async (tx: TenantTx): Promise<number> => {
  const [row] = await tx.query<{ count: number }>(
    `select count(*) as count from account_links b join links l using (tenant_id, link_id)
     where b.valid_to is null and l.source <> '${OWN_NAMESPACE}'`,
  );
  return row?.count ?? 0;
};

/** Ids with an account record that make no account and belong to none, by anybody's word. */
export const unboundRecords = async (
  tx: TenantTx,
): Promise<{ readonly linkId: string; readonly source: string }[]> =>
  tx.query(
    `select l.link_id as "linkId", l.source from links l
     where not exists (select from link_claims c where c.link_id = l.link_id and c.retracted_at is null)
       and exists (select from entity_versions v where v.kind = 'account' and v.entity_key = l.link_id)`,
  );

/** The ids of an account in other systems, now. */
export const linksOf = async (tx: TenantTx, accountId: string): Promise<LinkRow[]> =>
  tx.query<LinkRow>(
    `select l.link_id as "linkId", l.source, l.external_id as "externalId", l.first_accepted_at as "firstAcceptedAt"
     from account_links a join links l using (tenant_id, link_id)
     where a.account_id = $1 and a.valid_to is null and l.source <> $2
     order by l.source, l.external_id`,
    [accountId, OWN_NAMESPACE],
  );
