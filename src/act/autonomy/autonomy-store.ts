import type { Rung } from '../../domain/decision.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { Instant } from '../../domain/time.ts';
import type { TenantTx } from '../../platform/db/database.ts';
import type { AutonomyDecision, Trouble, TroubleKind } from './ladder.ts';

interface AutonomyRow {
  readonly ordinal: number;
  readonly playbook: string;
  readonly action: string;
  readonly rung: Rung;
  readonly previous: Rung;
  readonly reason: string;
  readonly measured: JsonObject | null;
  readonly person_id: string | null;
  readonly at: Instant;
}

const toDecision = ({ person_id, ...row }: AutonomyRow): AutonomyDecision => ({
  ...row,
  personId: person_id,
});

/** Every decision about autonomy, newest first. */
export const selectAutonomy = async (tx: TenantTx): Promise<AutonomyDecision[]> => {
  const rows = await tx.query<AutonomyRow>(
    `select ordinal, playbook, action, rung, previous, reason, measured, person_id, at
      from autonomy_decisions order by ordinal desc`,
  );
  return rows.map(toDecision);
};

/** The newest decision of each playbook and action. */
export const selectInForce = async (
  tx: TenantTx,
  of: { readonly playbook?: string; readonly action?: string } = {},
): Promise<AutonomyDecision[]> => {
  const rows = await tx.query<AutonomyRow>(
    `select distinct on (playbook, action)
        ordinal, playbook, action, rung, previous, reason, measured, person_id, at
      from autonomy_decisions
      where ($1::text is null or playbook = $1) and ($2::text is null or action = $2)
      order by playbook, action, ordinal desc`,
    [of.playbook ?? null, of.action ?? null],
  );
  return rows.map(toDecision);
};

/** One decision at a time for a tenant, so that each rests on the one before it. */
export const lockAutonomy = async (tx: TenantTx): Promise<void> => {
  await tx.query('select 1 from tenants where tenant_id = $1 for update', [tx.tenantId]);
};

export const insertAutonomy = async (
  tx: TenantTx,
  entry: Omit<AutonomyDecision, 'ordinal'>,
): Promise<AutonomyDecision> => {
  const [row] = await tx.query<{ ordinal: number }>(
    `insert into autonomy_decisions (tenant_id, ordinal, playbook, action, rung, previous, reason, measured, person_id, at)
     select $1, coalesce(max(ordinal), 0) + 1, $2, $3, $4, $5, $6, $7, $8, $9 from autonomy_decisions
     returning ordinal`,
    [
      tx.tenantId,
      entry.playbook,
      entry.action,
      entry.rung,
      entry.previous,
      entry.reason,
      entry.measured,
      entry.personId,
      entry.at,
    ],
  );
  return { ...entry, ordinal: row?.ordinal ?? 0 };
};

/** Notes a trouble once; false when it was noted before. */
export const insertTrouble = async (
  tx: TenantTx,
  trouble: Trouble & { readonly subject: string },
): Promise<boolean> => {
  const rows = await tx.query(
    `insert into autonomy_troubles (tenant_id, kind, subject, playbook, action, at)
     values ($1, $2, $3, $4, $5, $6) on conflict do nothing returning subject`,
    [tx.tenantId, trouble.kind, trouble.subject, trouble.playbook, trouble.action, trouble.at],
  );
  return rows.length > 0;
};

export const selectTroubles = async (
  tx: TenantTx,
  of: { readonly playbook: string; readonly action: string; readonly since: Instant },
): Promise<Trouble[]> =>
  tx.query<{ kind: TroubleKind; playbook: string; action: string; at: Instant }>(
    `select kind, playbook, action, at from autonomy_troubles
      where playbook = $1 and action = $2 and at > $3 order by at`,
    [of.playbook, of.action, of.since],
  );
