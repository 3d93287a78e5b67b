import type { Instant } from '../../domain/time.ts';
import type { TenantTx } from '../../platform/db/database.ts';

/** Locks the brake of a playbook and template, then reads when its rows of the last hour went out, oldest first. */
export const lockVolume = async (
  tx: TenantTx,
  brake: { readonly world: string; readonly playbook: string; readonly templateId: string },
  now: Instant,
): Promise<{ readonly startedAt: Instant[]; readonly trippedAt: Instant | null }> => {
  const key = [brake.world, brake.playbook, brake.templateId];
  const [state] = await tx.query<{ trippedAt: Instant | null }>(
    `insert into outbox_brakes (tenant_id, world, playbook, template_id, checked_at) values ($1, $2, $3, $4, $5)
     on conflict (tenant_id, world, playbook, template_id) do update set checked_at = excluded.checked_at
     returning tripped_at as "trippedAt"`,
    [tx.tenantId, ...key, now],
  );
  const rows = await tx.query<{ at: Instant }>(
    `select started_at as at from outbox
     where world = $1 and playbook = $2 and template_id = $3 and started_at > $4::timestamptz - interval '1 hour'
     order by started_at`,
    [...key, now],
  );
  return { startedAt: rows.map(({ at }) => at), trippedAt: state?.trippedAt ?? null };
};

export const saveBrake = async (
  tx: TenantTx,
  brake: { readonly world: string; readonly playbook: string; readonly templateId: string },
  trippedAt: Instant | null,
): Promise<void> => {
  await tx.query(
    'update outbox_brakes set tripped_at = $4 where world = $1 and playbook = $2 and template_id = $3',
    [brake.world, brake.playbook, brake.templateId, trippedAt],
  );
};
