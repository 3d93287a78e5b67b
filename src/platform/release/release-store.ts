import { digest } from '../../domain/identifiers.ts';
import type { Json } from '../../domain/json.ts';
import type { Instant } from '../../domain/time.ts';
import type { TenantTx } from '../db/database.ts';
import { hashesOf, hashOf, type Artefact } from './artefacts.ts';
import type { Canary } from './canary.ts';

export interface Release {
  readonly id: number;
  readonly contentHash: string;
  readonly configVersion: number;
  /** The build that it needs. */
  readonly buildId: string;
  /** Hash by name. */
  readonly artefacts: Readonly<Record<string, string>>;
  readonly madeAt: Instant;
  /** Person id, or `retinue`. */
  readonly madeBy: string;
}

const COLUMNS = `release as id, content_hash as "contentHash", config_version as "configVersion", build_id as "buildId",
  artefacts, made_at as "madeAt", made_by as "madeBy"`;

type Row<T> = T & Record<string, unknown>;

/** Newest first. */
export const listReleases = (tx: TenantTx): Promise<Release[]> =>
  tx.query<Row<Release>>(`select ${COLUMNS} from releases order by release desc`);

export const loadRelease = async (tx: TenantTx, id: number): Promise<Release | null> =>
  (await tx.query<Row<Release>>(`select ${COLUMNS} from releases where release = $1`, [id]))[0] ??
  null;

/** Bodies of a release's artefacts by their names. */
export const artefactsOfRelease = async (
  tx: TenantTx,
  id: number,
): Promise<Readonly<Record<string, Json>>> => {
  const rows = await tx.query<{ name: string; body: Json }>(
    `select a.name, a.body from releases r
     cross join lateral jsonb_each_text(r.artefacts) as named (name, hash)
     join artefacts a on a.tenant_id = r.tenant_id and a.hash = named.hash
     where r.release = $1 order by a.name`,
    [id],
  );
  return Object.fromEntries(rows.map(({ name, body }) => [name, body]));
};

export interface NewRelease {
  readonly configVersion: number;
  readonly buildId: string;
  readonly packagedHash: string;
  readonly artefacts: readonly Artefact[];
  readonly by: string;
  readonly now: Instant;
}

/** Keeps a release, or finds the one of the same content. Lock the tenant first. */
export const keepRelease = async (tx: TenantTx, made: NewRelease): Promise<Release> => {
  const artefacts = hashesOf(made.artefacts);
  const { configVersion, buildId } = made;
  const contentHash = digest({ configVersion, buildId, artefacts });
  const [known] = await tx.query<Row<Release>>(
    `select ${COLUMNS} from releases where content_hash = $1`,
    [contentHash],
  );
  if (known !== undefined) return known;
  for (const artefact of made.artefacts) await keepArtefact(tx, artefact, made.now);
  const [kept] = await tx.query<Row<Release>>(
    `insert into releases (tenant_id, release, content_hash, config_version, build_id, packaged_hash, artefacts, made_at,
       made_by)
     select $1, coalesce(max(release), 0) + 1, $2, $3, $4, $5, $6, $7, $8 from releases where tenant_id = $1
     returning ${COLUMNS}`,
    [
      ...[tx.tenantId, contentHash, configVersion, buildId, made.packagedHash],
      ...[artefacts, made.now, made.by],
    ],
  );
  if (kept === undefined) throw new Error('an insert that returns its row returned none');
  return kept;
};

const keepArtefact = async (tx: TenantTx, artefact: Artefact, now: Instant): Promise<void> => {
  await tx.query(
    `insert into artefacts (tenant_id, hash, name, body, stored_at) values ($1, $2, $3, $4::jsonb, $5)
     on conflict do nothing`,
    [tx.tenantId, hashOf(artefact), artefact.name, JSON.stringify(artefact.body), now],
  );
};

/** What is in force of a tenant: the configuration, and the release if there is one yet. */
export interface Standing {
  readonly configVersion: number;
  readonly release: number | null;
  /** In force when the pointer was moved last. */
  readonly pointedAtVersion: number | null;
  readonly canary: Canary | null;
}

/** With `lock`, whoever else would move the pointer waits. */
export const releaseStanding = async (tx: TenantTx, lock = false): Promise<Standing> => {
  const [row] = await tx.query<{
    configVersion: number;
    release: number | null;
    pointedAtVersion: number | null;
    canaryRelease: number | null;
    canaryBasisPoints: number | null;
  }>(
    `select t.config_version as "configVersion", p.release, p.config_version as "pointedAtVersion",
       p.canary_release as "canaryRelease", p.canary_basis_points as "canaryBasisPoints"
     from tenants t left join release_pointers p on p.tenant_id = t.tenant_id
     where t.tenant_id = $1 ${lock ? 'for update of t' : ''}`,
    [tx.tenantId],
  );
  const { configVersion = 0, release = null, pointedAtVersion = null } = row ?? {};
  const { canaryRelease = null, canaryBasisPoints = null } = row ?? {};
  const canary =
    canaryRelease === null || canaryBasisPoints === null
      ? null
      : { release: canaryRelease, basisPoints: canaryBasisPoints };
  return { configVersion, release, pointedAtVersion, canary };
};

/** Whether a release was ever made of what this build brings along. */
export const isBuildKnown = async (tx: TenantTx, packagedHash: string): Promise<boolean> =>
  (await tx.query('select 1 from releases where packaged_hash = $1 limit 1', [packagedHash]))
    .length > 0;

export interface Move {
  readonly what:
    'applied' | 'new_build' | 'staged' | 'promoted' | 'rolled_back' | 'canary' | 'canary_ended';
  readonly release: number;
  readonly previous: number | null;
  readonly configVersion: number;
  readonly canaryBasisPoints: number | null;
  readonly reason: string | null;
  readonly at: Instant;
  readonly by: string;
}

/** Oldest first. */
export const listMoves = (tx: TenantTx): Promise<Move[]> =>
  tx.query<Row<Move>>(
    `select what, release, previous, config_version as "configVersion", canary_basis_points as "canaryBasisPoints",
       reason, moved_at as at, moved_by as by
     from release_moves order by ordinal`,
  );

export const keepMove = async (tx: TenantTx, move: Move): Promise<void> => {
  await tx.query(
    `insert into release_moves (tenant_id, ordinal, what, release, previous, config_version, canary_basis_points, reason,
       moved_at, moved_by)
     select $1, coalesce(max(ordinal), 0) + 1, $2, $3, $4, $5, $6, $7, $8, $9 from release_moves where tenant_id = $1`,
    [
      ...[tx.tenantId, move.what, move.release, move.previous, move.configVersion],
      ...[move.canaryBasisPoints, move.reason, move.at, move.by],
    ],
  );
};

/** Points the tenant at a release, under the configuration that is in force. A canary ends with it. */
export const pointAt = async (
  tx: TenantTx,
  release: number,
  configVersion: number,
): Promise<void> => {
  await tx.query(
    `insert into release_pointers (tenant_id, release, config_version) values ($1, $2, $3)
     on conflict (tenant_id) do update set release = excluded.release, config_version = excluded.config_version,
       canary_release = null, canary_basis_points = null`,
    [tx.tenantId, release, configVersion],
  );
};

export const setCanary = async (tx: TenantTx, canary: Canary | null): Promise<void> => {
  await tx.query('update release_pointers set canary_release = $1, canary_basis_points = $2', [
    canary?.release ?? null,
    canary?.basisPoints ?? null,
  ]);
};
