import { liftByNormalRun, tripBrake } from '../../act/brake/brake.ts';
import type { ChangeBrake } from '../../act/brake/brake-store.ts';
import { describeFinding, judgeMoves } from '../../act/brake/judge.ts';
import type { TenantConfig } from '../../domain/tenant.ts';
import { holdBaseline } from '../../sense/assess-store.ts';
import type { Moves } from '../../sense/figures.ts';
import { acceptFor, type LineRun } from './line-run.ts';

/**
 * Puts the brake on when too much moved in a live run, before anything is planned; lifts it after a whole run that
 * looks as accounts did before it came on, where the tenant's files say so. What stops outward work, or `null`.
 */
export const judgeRun = async (
  run: LineRun,
  config: TenantConfig,
  {
    runId,
    moves,
    braked,
  }: { readonly runId: string; readonly moves: Moves; readonly braked: ChangeBrake | null },
): Promise<string | null> => {
  const { db, tenantId, world, now } = run;
  if (world.kind !== 'live') return null;
  const finding = judgeMoves(moves, config.brake, run.parts.signals);
  const isWhole = run.accountIds === undefined;
  if (braked !== null) {
    const isNormal = isWhole && finding === null && moves.accounts > 0;
    if (!isNormal || !config.brake.liftByNormalRun) return describeFinding(braked.finding);
    await db.withTenant(tenantId, (tx) => liftByNormalRun(tx, { world: world.id, runId, now }));
    return null;
  }
  if (finding === null) return null;
  await db.withTenant(tenantId, async (tx) => {
    const accept = acceptFor(tx, run, config);
    await tripBrake(tx, { world: world.id, runId, finding, config, now, accept });
    if (!isWhole) await holdBaseline(tx, world.id);
  });
  return describeFinding(finding);
};
