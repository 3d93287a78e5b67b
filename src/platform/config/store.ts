import { configError } from '../../domain/errors.ts';
import { digest } from '../../domain/identifiers.ts';
import type { Json } from '../../domain/json.ts';
import type { TenantConfig } from '../../domain/tenant.ts';
import type { Instant } from '../../domain/time.ts';
import type { TenantTx } from '../db/database.ts';
import { withPinned } from '../release/artefacts.ts';
import { isInCanary, type Canary } from '../release/canary.ts';
import { artefactsOfRelease } from '../release/release-store.ts';
import { defaultTenantConfig } from './default.ts';
import type { TenantFiles } from './read.ts';

export interface NewConfig {
  readonly files: TenantFiles;
  readonly config: TenantConfig;
  /** Person id, or what did it (`import`, `sample`). */
  readonly by: string;
  readonly now: Instant;
}

/**
 * Puts a configuration in force and returns its version. Versions are immutable: the same content is the same version,
 * so applying what is in force changes nothing, and applying an earlier one goes back to it.
 * Throws `config.other_tenant` when the files are another tenant's.
 */
export const applyConfig = async (tx: TenantTx, change: NewConfig): Promise<number> => {
  const version = await keepConfig(tx, change);
  await putInForce(tx, version, change);
  return version;
};

/** Keeps a configuration without putting it in force, and returns its version. Throws as `applyConfig` does. */
export const keepConfig = async (tx: TenantTx, change: NewConfig): Promise<number> => {
  if (change.config.id !== tx.tenantId) {
    throw configError(
      'config.other_tenant',
      `these files are for \`${change.config.id}\`, not \`${tx.tenantId}\`: correct \`id\` in tenant.yaml, or name the other tenant`,
    );
  }
  await lockTenant(tx);
  return versionOf(tx, change);
};

/** Puts a version that was kept in force; one that is in force already stays. */
export const putInForce = async (
  tx: TenantTx,
  version: number,
  { by, now }: Pick<NewConfig, 'by' | 'now'>,
): Promise<void> => {
  if (version === (await lockTenant(tx))) return;
  await tx.query('update tenants set config_version = $2 where tenant_id = $1', [
    tx.tenantId,
    version,
  ]);
  await tx.query(
    `insert into config_changes (tenant_id, ordinal, version, changed_at, changed_by)
     select $1, coalesce(max(ordinal), 0) + 1, $2, $3, $4 from config_changes where tenant_id = $1`,
    [tx.tenantId, version, now, by],
  );
};

/** Two people applying at once take turns. */
const lockTenant = async (tx: TenantTx): Promise<number> => {
  const [tenant] = await tx.query<{ config_version: number }>(
    'select config_version from tenants where tenant_id = $1 for update',
    [tx.tenantId],
  );
  if (tenant === undefined) throw noTenant(tx.tenantId);
  return tenant.config_version;
};

const noTenant = (tenantId: string) =>
  configError(
    'config.no_tenant',
    `there is no tenant \`${tenantId}\`: set it up with \`retinue config apply <folder>\`, or import data for it`,
  );

const versionOf = async (tx: TenantTx, change: NewConfig): Promise<number> => {
  const hash = contentHash(change);
  const [known] = await tx.query<{ version: number }>(
    'select version from config_versions where tenant_id = $1 and content_hash = $2',
    [tx.tenantId, hash],
  );
  if (known !== undefined) return known.version;
  const [created] = await tx.query<{ version: number }>(
    `insert into config_versions (tenant_id, version, content_hash, files, config, created_at, created_by)
     select $1, coalesce(max(version), 0) + 1, $2, $3, $4, $5, $6 from config_versions where tenant_id = $1
     returning version`,
    [tx.tenantId, hash, change.files, change.config, change.now, change.by],
  );
  return created?.version ?? 0;
};

/** Also of what the files mean: a build with other defaults makes another version of the same files. */
const contentHash = ({ files, config }: NewConfig): string =>
  digest({ files, config: { ...config, version: 0 } } as unknown as Json);

interface InForceRow {
  readonly version: number;
  readonly content_hash: string;
  readonly salt: string;
  readonly release: number | null;
  readonly release_hash: string | null;
  readonly canary: number | null;
  readonly canary_hash: string | null;
  readonly canary_basis_points: number | null;
}

/** A configuration with the parts that a release pins, and that release's other artefacts, by name. */
export interface PinnedConfig {
  readonly config: TenantConfig;
  readonly artefacts: Readonly<Record<string, Json>>;
}

/** What is in force of a tenant's configuration, for whom. */
export interface ConfigsInForce {
  /** As it was applied, with its own parts. */
  readonly applied: TenantConfig;
  /** For every account that is in no canary. */
  readonly main: PinnedConfig;
  /** The canary on trial. */
  readonly canary: (Canary & PinnedConfig) | null;
  readonly forRoot: (rootAccountId: string) => PinnedConfig;
}

/** The configuration in force, with the parts that the release in force pins. Throws `config.none`. */
export const currentConfig = async (tx: TenantTx): Promise<TenantConfig> =>
  (await configsInForce(tx)).main.config;

/**
 * The configuration in force, with the pinned parts of the release that an account is under. Throws `config.none` when
 * none was ever applied. Cached by content, which never changes.
 */
export const configsInForce = async (tx: TenantTx): Promise<ConfigsInForce> => {
  const row = await readInForce(tx);
  const applied = await appliedConfig(tx, row);
  const main = await pinnedBy(tx, row, applied, { id: row.release, hash: row.release_hash });
  const { canary: release, canary_hash: hash, canary_basis_points: basisPoints } = row;
  const canary =
    release === null || basisPoints === null
      ? null
      : { release, basisPoints, ...(await pinnedBy(tx, row, applied, { id: release, hash })) };
  const forRoot = (root: string) =>
    canary !== null && isInCanary(row.salt, canary, root) ? canary : main;
  return { applied, main, canary, forRoot };
};

const readInForce = async (tx: TenantTx): Promise<InForceRow> => {
  // A configuration that was applied after the pointer was moved holds with its own parts until it has a release.
  const [row] = await tx.query<InForceRow & Record<string, unknown>>(
    `select v.version, v.content_hash, t.salt, r.release, r.content_hash as release_hash, c.release as canary,
       c.content_hash as canary_hash, p.canary_basis_points
     from tenants t
     join config_versions v on v.tenant_id = t.tenant_id and v.version = t.config_version
     left join release_pointers p on p.tenant_id = t.tenant_id and p.config_version = t.config_version
     left join releases r on r.tenant_id = p.tenant_id and r.release = p.release
     left join releases c on c.tenant_id = p.tenant_id and c.release = p.canary_release
     where t.tenant_id = $1`,
    [tx.tenantId],
  );
  if (row !== undefined) return row;
  throw configError(
    'config.none',
    `tenant \`${tx.tenantId}\` has no configuration: apply its folder with \`retinue config apply <folder>\``,
  );
};

const appliedConfig = async (
  tx: TenantTx,
  { version, content_hash: hash }: InForceRow,
): Promise<TenantConfig> => {
  const key = `${tx.tenantId}/${version}/${hash}`;
  return cached.get(key)?.config ?? remember(key, await configVersion(tx, version), {}).config;
};

const pinnedBy = async (
  tx: TenantTx,
  row: InForceRow,
  config: TenantConfig,
  { id, hash }: { readonly id: number | null; readonly hash: string | null },
): Promise<PinnedConfig> => {
  if (id === null || hash === null) return { config, artefacts: {} };
  const key = `${tx.tenantId}/${row.version}/${row.content_hash}/${id}/${hash}`;
  const known = cached.get(key);
  if (known !== undefined) return known;
  const bodies = await artefactsOfRelease(tx, id);
  return remember(key, withPinned(config, { release: id, bodies }), bodies);
};

const cached = new Map<string, PinnedConfig>();
const MOST_CACHED = 500;

const remember = (
  key: string,
  config: TenantConfig,
  artefacts: PinnedConfig['artefacts'],
): PinnedConfig => {
  const [oldest] = cached.keys();
  if (cached.size >= MOST_CACHED && oldest !== undefined) cached.delete(oldest);
  const pinned = { config, artefacts };
  cached.set(key, pinned);
  return pinned;
};

/** One version as it was applied, whether or not it is in force. */
export const configVersion = async (tx: TenantTx, version: number): Promise<TenantConfig> => {
  const [row] = await tx.query<{ config: TenantConfig }>(
    'select config from config_versions where tenant_id = $1 and version = $2',
    [tx.tenantId, version],
  );
  if (row === undefined) throw noTenant(tx.tenantId);
  // A version applied by an older build lacks settings that came later: they take their defaults.
  return { ...defaultTenantConfig(row.config), ...row.config, version };
};

export interface ConfigChange {
  readonly version: number;
  readonly at: Instant;
  readonly by: string;
}

/** Which version was put in force when and by whom, newest first. */
export const configHistory = async (tx: TenantTx): Promise<ConfigChange[]> =>
  tx.query<ConfigChange & Record<string, unknown>>(
    `select version, changed_at as at, changed_by as by from config_changes
     where tenant_id = $1 order by ordinal desc`,
    [tx.tenantId],
  );
