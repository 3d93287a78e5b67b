import { dueCases, type StoredCase } from '../../act/cases/case-store.ts';
import { openRound } from '../../act/cases/round-store.ts';
import type { World } from '../../domain/case.ts';
import type { Instant } from '../../domain/time.ts';
import { driveRound, type Driven } from '../../graph/drive.ts';
import type { RoundKit } from '../../graph/kit.ts';
import { CURRENT_VERSION } from '../../graph/versions.ts';
import { modelFor } from '../../language-models/rules.ts';
import { configFor } from '../../sense/config-for.ts';

export interface DueRequest {
  readonly tenantId: string;
  readonly world: World;
  readonly now: Instant;
  readonly accountIds?: readonly string[] | undefined;
  /** Called before each round: renews a lease, reports progress. */
  readonly each?: ((done: number, total: number) => Promise<void>) | undefined;
}

export type RoundCounts = Readonly<Record<Driven, number>>;

export const noRounds: RoundCounts = { done: 0, waiting: 0, busy: 0, void: 0, failed: 0 };

export const countRound = (counts: RoundCounts, driven: Driven): RoundCounts => ({
  ...counts,
  [driven]: counts[driven] + 1,
});

/** Opens a round for every case whose look has come, and drives it as far as it goes. */
export const driveDue = async (kit: RoundKit, request: DueRequest): Promise<RoundCounts> => {
  const { tenantId, world, now, accountIds } = request;
  const due = await kit.db.withTenant(tenantId, (tx) => dueCases(tx, world.id, now, accountIds));
  let counts = noRounds;
  for (const [index, entry] of due.entries()) {
    await request.each?.(index, due.length);
    const round = await openNext(kit, entry, now);
    if (round === null) continue;
    counts = countRound(counts, await driveRound(kit, { tenantId, caseId: entry.id, round, now }));
  }
  return counts;
};

/** The case's next round, or `null` where another worker opened it already. */
const openNext = (kit: RoundKit, entry: StoredCase, now: Instant): Promise<number | null> =>
  kit.db.withTenant(entry.tenantId, async (tx) => {
    const config = await configFor(tx, entry.accountId);
    return openRound(tx, {
      caseId: entry.id,
      world: entry.world.id,
      cause: entry.nextLookCause ?? 'next look',
      mode:
        config.playbooks[entry.playbook]?.mode ??
        (modelFor(kit.models, config, entry.agent) === null ? 'rules' : 'hybrid'),
      graphVersion: CURRENT_VERSION,
      configVersion: config.version,
      release: config.release ?? null,
      now,
    });
  });
