import type { TenantConfig } from '../../domain/tenant.ts';
import type { Parts } from '../../parts.ts';
import { configsInForce, configVersion } from '../../platform/config/store.ts';
import type { Database, TenantTx } from '../../platform/db/database.ts';
import { withPinned } from '../../platform/release/artefacts.ts';
import { artefactsOfRelease, releaseStanding } from '../../platform/release/release-store.ts';
import { requireRelease } from '../../act/releases/verbs.ts';
import type { Progress } from '../line/line-run.ts';
import { compareReleases, type ReleaseDiff } from './compare-releases.ts';

export interface ReviewRequest {
  readonly db: Database;
  readonly tenantId: string;
  readonly parts: Parts;
  readonly release: number;
  /** In a canary only what it pins takes hold; promoted, its configuration with policies and thresholds does. */
  readonly as: 'canary' | 'promoted';
  readonly most: number;
  readonly onProgress?: ((step: Progress) => void) | undefined;
}

/** What would be decided otherwise if a release took hold, seen from what is in force. Throws `release_not_found`. */
export const reviewRelease = async (request: ReviewRequest): Promise<ReleaseDiff> => {
  const { db, tenantId, release } = request;
  const { before, after } = await db.withTenant(tenantId, async (tx) => {
    const configs = await configsInForce(tx);
    const after =
      request.as === 'promoted'
        ? await configOfRelease(tx, release)
        : await pinnedInto(tx, configs.applied, release);
    return { before: configs.main.config, after };
  });
  return compareReleases({ ...request, before, after });
};

/** Of the release in force, what holds now; of any other, its own configuration with what it pins. */
export const configOfRelease = async (tx: TenantTx, id: number): Promise<TenantConfig> => {
  const { release, configVersion: inForce, pointedAtVersion } = await releaseStanding(tx);
  if (id === release && inForce === pointedAtVersion) return (await configsInForce(tx)).main.config;
  const { configVersion: version } = await requireRelease(tx, id);
  return pinnedInto(tx, await configVersion(tx, version), id);
};

const pinnedInto = async (
  tx: TenantTx,
  config: TenantConfig,
  id: number,
): Promise<TenantConfig> => {
  const { id: release } = await requireRelease(tx, id);
  return withPinned(config, { release, bodies: await artefactsOfRelease(tx, release) });
};
