import { bug } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { Instant } from '../../domain/time.ts';
import { LIVE } from '../../domain/case.ts';
import { configVersion } from '../../platform/config/store.ts';
import type { TenantTx } from '../../platform/db/database.ts';
import {
  artefactsOf,
  isPackaged,
  type Artefact,
  type Build,
} from '../../platform/release/artefacts.ts';
import {
  artefactsOfRelease,
  isBuildKnown,
  keepMove,
  keepRelease,
  loadRelease,
  pointAt,
  releaseStanding,
  type Move,
  type Release,
} from '../../platform/release/release-store.ts';
import { record } from '../ledger/ledger.ts';
import { packagedHash, requireBuild } from './build.ts';

/** Who moves a release, and when. `retinue` for what happens by itself. */
export interface Mover {
  readonly by: string;
  readonly now: Instant;
  readonly reason?: string;
}

const BY_ITSELF = 'retinue';

/**
 * The release in force, made first where there is none of what is in force: after a configuration was applied, and
 * when a build is met that brings other artefacts. Throws `release.other_build` where the tenant points at a release
 * that another build has to run.
 */
export const ensureRelease = async (tx: TenantTx, build: Build, now: Instant): Promise<Release> => {
  const mover = { by: BY_ITSELF, now };
  if (await isReleased(tx, build)) return releaseInForce(tx, build);
  // Again under the lock: another worker may have made it meanwhile.
  const { configVersion: version, pointedAtVersion } = await releaseStanding(tx, true);
  if (version !== pointedAtVersion) return releaseApplied(tx, build, mover);
  if (await isReleased(tx, build)) return releaseInForce(tx, build);
  return carryOver(tx, build, mover);
};

const isReleased = async (tx: TenantTx, build: Build): Promise<boolean> => {
  const standing = await releaseStanding(tx);
  return (
    standing.configVersion === standing.pointedAtVersion &&
    (await isBuildKnown(tx, packagedHash(build)))
  );
};

const releaseInForce = async (tx: TenantTx, build: Build): Promise<Release> => {
  const { release } = await releaseStanding(tx);
  const found = release === null ? null : await loadRelease(tx, release);
  if (found === null) throw bug('release.none', `tenant \`${tx.tenantId}\` points at no release`);
  requireBuild(found, build);
  return found;
};

/** Makes a release of the configuration that was just applied, and points at it. The same content is the same release. */
export const releaseApplied = async (
  tx: TenantTx,
  build: Build,
  mover: Mover,
): Promise<Release> => {
  const { configVersion: version, release } = await releaseStanding(tx, true);
  const made = await releaseOf(tx, build, version, mover);
  await moveTo(tx, made, { ...mover, what: 'applied', previous: release });
  return made;
};

/** Makes a release of one version of the configuration. What comes with the build stays as it is in force. */
export const releaseOf = async (
  tx: TenantTx,
  build: Build,
  version: number,
  { by, now }: Mover,
): Promise<Release> =>
  keepRelease(tx, {
    configVersion: version,
    buildId: build.id,
    packagedHash: packagedHash(build),
    artefacts: [
      ...artefactsOf(await configVersion(tx, version)),
      ...(await packagedInForce(tx, build)),
    ],
    by,
    now,
  });

/** INVARIANT: a prompt that was rolled back does not come back with the next change of a threshold. */
const packagedInForce = async (tx: TenantTx, build: Build): Promise<readonly Artefact[]> => {
  const { release } = await releaseStanding(tx);
  const inForce = release === null ? null : await loadRelease(tx, release);
  if (inForce?.buildId !== build.id || !(await isBuildKnown(tx, packagedHash(build))))
    return build.artefacts;
  return (await bodiesOf(tx, inForce.id)).filter(({ name }) => isPackaged(name));
};

const bodiesOf = async (tx: TenantTx, release: number): Promise<Artefact[]> =>
  Object.entries(await artefactsOfRelease(tx, release)).map(([name, body]) => ({ name, body }));

/** A build that was not met before: what the tenant had pinned stays, what comes with the build is the build's. */
const carryOver = async (tx: TenantTx, build: Build, mover: Mover): Promise<Release> => {
  const { release } = await releaseStanding(tx);
  const inForce = release === null ? null : await loadRelease(tx, release);
  if (inForce === null) throw bug('release.none', `tenant \`${tx.tenantId}\` points at no release`);
  const pinned = (await bodiesOf(tx, inForce.id)).filter(({ name }) => !isPackaged(name));
  const made = await keepRelease(tx, {
    configVersion: inForce.configVersion,
    buildId: build.id,
    packagedHash: packagedHash(build),
    artefacts: [...pinned, ...build.artefacts],
    by: mover.by,
    now: mover.now,
  });
  await moveTo(tx, made, { ...mover, what: 'new_build', previous: inForce.id });
  return made;
};

/** Moves the pointer, and nothing else, where it is not there already. A canary ends with it. */
export const moveTo = async (
  tx: TenantTx,
  release: Release,
  { what, previous, ...mover }: Mover & Pick<Move, 'what' | 'previous'>,
): Promise<void> => {
  const { configVersion: version, pointedAtVersion } = await releaseStanding(tx, true);
  if (release.id === previous && version === pointedAtVersion) return;
  await pointAt(tx, release.id, version);
  await noteMove(tx, mover, {
    what,
    release: release.id,
    previous,
    configVersion: version,
    canaryBasisPoints: null,
  });
};

/** Keeps what became of a release, here and in the ledger. */
export const noteMove = async (
  tx: TenantTx,
  { by, now, reason }: Mover,
  move: Pick<Move, 'what' | 'release' | 'previous' | 'configVersion' | 'canaryBasisPoints'>,
): Promise<void> => {
  await keepMove(tx, { ...move, reason: reason ?? null, at: now, by });
  await record(tx, {
    world: LIVE.id,
    kind: `release.${move.what}`,
    subjects: by === BY_ITSELF ? {} : { personId: by },
    body: { ...move, reason: reason ?? null } satisfies JsonObject,
    at: now,
  });
};
