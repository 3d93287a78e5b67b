import { inputError } from '../../domain/errors.ts';
import { keepConfig, putInForce, type NewConfig } from '../../platform/config/store.ts';
import type { TenantTx } from '../../platform/db/database.ts';
import type { Build } from '../../platform/release/artefacts.ts';
import type { Canary } from '../../platform/release/canary.ts';
import {
  listMoves,
  loadRelease,
  releaseStanding,
  setCanary,
  type Move,
  type Release,
  type Standing,
} from '../../platform/release/release-store.ts';
import { requireBuild } from './build.ts';
import { moveTo, noteMove, releaseOf, type Mover } from './move.ts';

/** Throws `release_not_found`. */
export const requireRelease = async (tx: TenantTx, id: number): Promise<Release> => {
  const found = await loadRelease(tx, id);
  if (found !== null) return found;
  throw inputError(
    'release_not_found',
    `there is no release ${id}; \`retinue release list\` shows them`,
  );
};

/** Makes a release of a configuration that stays out of force until the release is promoted. */
export const stageRelease = async (
  tx: TenantTx,
  build: Build,
  change: NewConfig,
): Promise<Release> => {
  const version = await keepConfig(tx, change);
  const made = await releaseOf(tx, build, version, change);
  const standing = await releaseStanding(tx, true);
  if (made.id === standing.release) throw inForceAlready(made);
  await noteMove(tx, change, moveOf('staged', made, standing));
  return made;
};

/** Puts a share of the accounts under a release, each root account as a whole. Policy and switches stay the current ones. */
export const startCanary = async (
  tx: TenantTx,
  build: Build,
  { release: id, basisPoints }: Canary,
  mover: Mover,
): Promise<Release> => {
  const release = await requireRelease(tx, id);
  requireBuild(release, build);
  const standing = await releaseStanding(tx, true);
  if (release.id === standing.release) throw inForceAlready(release);
  await setCanary(tx, { release: id, basisPoints });
  const move = moveOf('canary', release, standing);
  await noteMove(tx, mover, { ...move, canaryBasisPoints: basisPoints });
  return release;
};

/** Throws `release_no_canary` where none is on. */
export const endCanary = async (tx: TenantTx, mover: Mover): Promise<Release> => {
  const standing = await releaseStanding(tx, true);
  if (standing.canary === null)
    throw inputError('release_no_canary', 'no canary is on: `retinue release list` shows releases');
  const release = await requireRelease(tx, standing.canary.release);
  await setCanary(tx, null);
  await noteMove(tx, mover, moveOf('canary_ended', release, standing));
  return release;
};

/**
 * Puts a staged release in force, its configuration with it. Throws `release_outdated` where another configuration came
 * into force after it was staged, so that nobody undoes by accident what was changed meanwhile.
 */
export const promoteRelease = async (
  tx: TenantTx,
  build: Build,
  id: number,
  mover: Mover,
): Promise<Release> => {
  const release = await requireRelease(tx, id);
  await requireStaged(tx, release);
  requireBuild(release, build);
  const { release: previous } = await releaseStanding(tx, true);
  await putInForce(tx, release.configVersion, mover);
  await moveTo(tx, release, { ...mover, what: 'promoted', previous });
  return release;
};

/** Throws unless the release is staged, upon the configuration that is in force. */
export const requireStaged = async (tx: TenantTx, release: Release): Promise<Move> => {
  const standing = await releaseStanding(tx, true);
  if (release.id === standing.release) throw inForceAlready(release);
  const moves = (await listMoves(tx)).filter((move) => move.release === release.id);
  if (moves.some(putsInForce)) {
    throw inputError(
      'release_was_in_force',
      `release ${release.id} was in force before: go back to it with \`retinue release rollback ${release.id}\`, which leaves policies and switches as they are`,
    );
  }
  const staged = moves.findLast(({ what }) => what === 'staged');
  if (staged?.configVersion === standing.configVersion) return staged;
  throw inputError(
    'release_outdated',
    `configuration ${standing.configVersion} came into force after release ${release.id} was staged: stage it anew with \`retinue config apply <folder> --stage\`, so that nothing of it is undone`,
  );
};

/**
 * Points the tenant at a release that was in force before; at the one before the present one unless told. Moves the
 * pointer and nothing else: the configuration in force stays, with its policies and switches.
 */
export const rollBack = async (
  tx: TenantTx,
  build: Build,
  to: number | null,
  mover: Mover,
): Promise<Release> => {
  const { release: present } = await releaseStanding(tx, true);
  const moves = await listMoves(tx);
  const target = to ?? before(moves, present);
  if (target === null)
    throw inputError('release_none_before', 'no other release was in force before this one');
  const release = await requireRelease(tx, target);
  if (release.id === present) throw inForceAlready(release);
  if (!moves.some((move) => move.release === target && putsInForce(move))) {
    throw inputError(
      'release_never_in_force',
      `release ${target} was never in force: put it in force with \`retinue release promote ${target}\``,
    );
  }
  requireBuild(release, build);
  await moveTo(tx, release, { ...mover, what: 'rolled_back', previous: present });
  return release;
};

/** What the present release replaced when it came into force; going back twice goes back two steps. */
const before = (moves: readonly Move[], present: number | null): number | null =>
  moves.findLast(
    (move) => move.release === present && putsInForce(move) && move.what !== 'rolled_back',
  )?.previous ?? null;

const putsInForce = ({ what }: Move): boolean =>
  ['applied', 'new_build', 'promoted', 'rolled_back'].includes(what);

const inForceAlready = ({ id }: Release) =>
  inputError('release_in_force', `release ${id} is in force already; nothing changed`);

const moveOf = (what: Move['what'], { id }: Release, standing: Standing) => ({
  what,
  release: id,
  previous: standing.release,
  configVersion: standing.configVersion,
  canaryBasisPoints: null,
});
