import { requireRelease } from '../../act/releases/verbs.ts';
import type { Json } from '../../domain/json.ts';
import type { Instant } from '../../domain/time.ts';
import { listPeople } from '../../platform/auth/people.ts';
import { currentConfig } from '../../platform/config/store.ts';
import {
  artefactsOfRelease,
  listMoves,
  listReleases,
  releaseStanding,
  type Release,
} from '../../platform/release/release-store.ts';
import { relativeTime } from '../../platform/terminal/format.ts';
import type { CommandContext } from '../context.ts';

/** A release as it is listed. */
export interface ReleaseRow {
  readonly release: number;
  /** `in force`, `canary`, `staged` or `earlier`. */
  readonly state: string;
  readonly canaryBasisPoints: number | null;
  readonly configVersion: number;
  readonly build: string;
  /** Whether this build can run it. */
  readonly runs: boolean;
  readonly madeAt: Instant;
  readonly ago: string;
  readonly madeBy: string;
}

export interface ShownRelease extends ReleaseRow {
  readonly artefacts: readonly {
    readonly name: string;
    readonly hash: string;
    /** Of a prompt. */
    readonly version: number | null;
    /** Whether the release in force has another, or none. */
    readonly differs: boolean;
  }[];
  readonly moves: readonly {
    readonly what: string;
    readonly by: string;
    readonly ago: string;
    readonly reason: string | null;
  }[];
}

/** Newest first. */
export const listRows = async (context: CommandContext): Promise<ReleaseRow[]> => {
  const { db, parts, clock } = await context.system();
  return db.withTenant(await context.tenantId(), async (tx) => {
    const { release: inForce, canary } = await releaseStanding(tx);
    const moves = await listMoves(tx);
    const { zone } = await currentConfig(tx);
    const names = new Map((await listPeople(tx)).map(({ id, name }) => [id, name]));
    const was = new Set(
      moves.filter(({ what }) => !ASIDE.includes(what)).map(({ release }) => release),
    );
    const stateOf = (id: number): string => {
      if (id === inForce) return 'in force';
      if (id === canary?.release) return 'canary';
      return was.has(id) ? 'earlier' : 'staged';
    };
    return (await listReleases(tx)).map((release) => ({
      ...{ release: release.id, state: stateOf(release.id), configVersion: release.configVersion },
      canaryBasisPoints: canary?.release === release.id ? canary.basisPoints : null,
      ...{
        build: release.buildId,
        runs: release.buildId === parts.buildId,
        madeAt: release.madeAt,
      },
      ago: relativeTime(release.madeAt, clock.now(), zone),
      madeBy: names.get(release.madeBy) ?? release.madeBy,
    }));
  });
};

const ASIDE: readonly string[] = ['staged', 'canary', 'canary_ended'];

/** Throws `release_not_found`. */
export const showRows = async (context: CommandContext, id: number): Promise<ShownRelease> => {
  const { db, clock } = await context.system();
  const rows = await listRows(context);
  return db.withTenant(await context.tenantId(), async (tx) => {
    const release = await requireRelease(tx, id);
    const row = rows.find((one) => one.release === id);
    if (row === undefined) throw new Error(`release ${id} is there and is not listed`);
    const inForce = (await listReleases(tx)).find(
      (one) => rows.find(({ state }) => state === 'in force')?.release === one.id,
    );
    const bodies = await artefactsOfRelease(tx, id);
    const { zone } = await currentConfig(tx);
    const names = new Map((await listPeople(tx)).map((person) => [person.id, person.name]));
    return {
      ...row,
      artefacts: artefactsOf(release, inForce, bodies),
      moves: (await listMoves(tx))
        .filter((move) => move.release === id)
        .map(({ what, by, at, reason }) => ({
          ...{ what: what.replaceAll('_', ' '), by: names.get(by) ?? by, reason },
          ago: relativeTime(at, clock.now(), zone),
        })),
    };
  });
};

const artefactsOf = (
  { artefacts }: Release,
  inForce: Release | undefined,
  bodies: Readonly<Record<string, Json>>,
): ShownRelease['artefacts'] =>
  Object.entries(artefacts)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, hash]) => ({
      ...{ name, hash, differs: inForce?.artefacts[name] !== hash },
      version: name.startsWith('prompt/') ? (bodies[name] as { version: number }).version : null,
    }));
