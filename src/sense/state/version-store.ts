import type { TenantTx } from '../../platform/db/database.ts';
import type { Instant } from '../../domain/time.ts';
import { groupBy } from '../group-by.ts';
import type { EntityType } from './define.ts';
import { foldVersions, type Change, type Version } from './fold.ts';

/** Which entity: an account's record is kept under its link's id, others under their key within the tenant. */
export interface EntityKey {
  readonly kind: string;
  readonly key: string;
}

/** A version with which entity it is of. */
export interface KeyedVersion extends Version, EntityKey {}

const textOf = ({ kind, key }: EntityKey): string => `${kind} ${key}`;

interface StoredChange extends Change, EntityKey {}

// By `any`, never by joining lists of keys: before tables are analyzed such a join is walked over all pairs.
const CHANGES = `
  select kind, entity_key as key, link_id as "linkId", source, event_id as "eventId", trust,
    occurred_at as "occurredAt", accepted_at as "acceptedAt", payload
  from events
  where kind = $1 and entity_key = any($2)
    and ($3::timestamptz is null or accepted_at <= $3) and ($4::timestamptz is null or occurred_at <= $4)
    and (retracted_at is null or retracted_at > $3)`;

/** Folds entities anew from their events: all of them, or those accepted by `knownAt` and occurred by `now`. */
export const foldFromEvents = async (
  tx: TenantTx,
  keys: readonly EntityKey[],
  entities: readonly EntityType[],
  bounds: { readonly knownAt?: Instant; readonly now?: Instant } = {},
): Promise<KeyedVersion[]> => {
  const versions: KeyedVersion[] = [];
  for (const [kind, own] of groupBy(keys, (key) => key.kind)) {
    const type = entities.find((entity) => entity.kind === kind);
    if (type === undefined) continue;
    const changes = await tx.query<StoredChange>(CHANGES, [
      kind,
      own.map(({ key }) => key),
      bounds.knownAt ?? null,
      bounds.now ?? null,
    ]);
    for (const [key, of] of groupBy(changes, (change) => change.key)) {
      versions.push(...foldVersions(type, of).map((version) => ({ ...version, kind, key })));
    }
  }
  return versions;
};

const COLUMNS = {
  tenant_id: 'text',
  kind: 'text',
  entity_key: 'text',
  valid_from: 'timestamptz',
  valid_to: 'timestamptz',
  link_id: 'text',
  data: 'jsonb',
  complete: 'boolean',
  source: 'text',
  trust: 'text',
  accepted_at: 'timestamptz',
};

/** Deletes and writes the versions of the entities that were touched, and of no others. */
export const refold = async (
  tx: TenantTx,
  touched: readonly EntityKey[],
  entities: readonly EntityType[],
): Promise<void> => {
  const keys = [...new Map(touched.map((key) => [textOf(key), key])).values()];
  const versions = await foldFromEvents(tx, keys, entities);
  for (const [kind, own] of groupBy(keys, (key) => key.kind)) {
    await tx.query('delete from entity_versions where kind = $1 and entity_key = any($2)', [
      kind,
      own.map(({ key }) => key),
    ]);
  }
  await tx.bulkInsert(
    'entity_versions',
    COLUMNS,
    versions.map((version) => rowOf(tx, version)),
  );
};

const rowOf = (tx: TenantTx, version: KeyedVersion): readonly unknown[] => [
  tx.tenantId,
  version.kind,
  version.key,
  version.validFrom,
  version.validTo,
  version.linkId,
  version.data,
  version.complete,
  version.source,
  version.trust,
  version.acceptedAt,
];

const VERSIONS = `select kind, entity_key as key, valid_from as "validFrom", valid_to as "validTo", link_id as "linkId",
  data, complete, source, trust, accepted_at as "acceptedAt" from entity_versions`;

/**
 * Versions of links' entities that began by `now`: complete ones, and of accounts all, since another system's record may
 * have what one lacks.
 */
export const loadVersions = async (
  tx: TenantTx,
  linkIds: readonly string[],
  now: Instant,
): Promise<KeyedVersion[]> =>
  tx.query<KeyedVersion>(
    `${VERSIONS} where link_id = any($1) and (complete or kind = 'account') and valid_from <= $2`,
    [linkIds, now],
  );

/** All versions of entities of one kind by their keys, complete or not. */
export const loadRecords = async (
  tx: TenantTx,
  kind: string,
  keys: readonly string[],
): Promise<KeyedVersion[]> =>
  tx.query<KeyedVersion>(`${VERSIONS} where kind = $1 and entity_key = any($2)`, [kind, keys]);

/** Complete versions of the tenant's own entities that began by `now`. */
export const loadTenantWide = async (
  tx: TenantTx,
  kinds: readonly string[],
  now: Instant,
): Promise<KeyedVersion[]> =>
  tx.query<KeyedVersion>(`${VERSIONS} where kind = any($1) and complete and valid_from <= $2`, [
    kinds,
    now,
  ]);

/** Which entities links ever spoke of. */
export const keysOfLinks = async (tx: TenantTx, linkIds: readonly string[]): Promise<EntityKey[]> =>
  tx.query<EntityKey>(
    `select distinct kind, entity_key as key from events where link_id = any($1) and kind is not null`,
    [linkIds],
  );

/** Which entities of these kinds there ever were. */
export const keysOfKinds = async (tx: TenantTx, kinds: readonly string[]): Promise<EntityKey[]> =>
  tx.query<EntityKey>(`select distinct kind, entity_key as key from events where kind = any($1)`, [
    kinds,
  ]);
