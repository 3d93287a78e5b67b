import type { Instant } from '../domain/time.ts';
import type { TenantTx } from '../platform/db/database.ts';
import type { Unmasked } from './mask.ts';

export type UnmaskedWhat = 'names' | 'texts';

/** That something leaves as it is: proposed by one person, in force by another. */
export interface Unmasking {
  readonly id: string;
  readonly what: UnmaskedWhat;
  readonly reason: string;
  readonly status: 'proposed' | 'in_force' | 'ended';
  readonly proposedBy: string;
  readonly proposedAt: Instant;
  readonly approvedBy: string | null;
  readonly approvedAt: Instant | null;
}

const COLUMNS = `unmasking_id as id, what, reason, status, proposed_by as "proposedBy", proposed_at as "proposedAt",
  approved_by as "approvedBy", approved_at as "approvedAt"`;

/** Proposed ones and those in force. */
export const openUnmaskings = (tx: TenantTx): Promise<Unmasking[]> =>
  tx.query<Unmasking>(
    `select ${COLUMNS} from model_unmaskings where status <> 'ended' order by what`,
  );

/** What leaves unmasked now. */
export const unmaskedNow = async (tx: TenantTx): Promise<Unmasked> => {
  const rows = await openUnmaskings(tx);
  const inForce = (wanted: UnmaskedWhat) =>
    rows.some(({ what, status }) => what === wanted && status === 'in_force');
  return { names: inForce('names'), texts: inForce('texts') };
};

/** `null` when one is open already. */
export const insertUnmasking = async (
  tx: TenantTx,
  proposed: Pick<Unmasking, 'id' | 'what' | 'reason' | 'proposedBy' | 'proposedAt'>,
): Promise<Unmasking | null> => {
  const [row] = await tx.query<Unmasking>(
    `insert into model_unmaskings (tenant_id, unmasking_id, what, reason, status, proposed_by, proposed_at)
     values ($1, $2, $3, $4, 'proposed', $5, $6) on conflict do nothing returning ${COLUMNS}`,
    [
      tx.tenantId,
      ...[proposed.id, proposed.what, proposed.reason, proposed.proposedBy, proposed.proposedAt],
    ],
  );
  return row ?? null;
};

/** `null` when it is not proposed, or by the same person. */
export const approveUnmasking = async (
  tx: TenantTx,
  what: UnmaskedWhat,
  { by, at }: { readonly by: string; readonly at: Instant },
): Promise<Unmasking | null> => {
  const [row] = await tx.query<Unmasking>(
    `update model_unmaskings set status = 'in_force', approved_by = $2, approved_at = $3
     where what = $1 and status = 'proposed' and proposed_by <> $2 returning ${COLUMNS}`,
    [what, by, at],
  );
  return row ?? null;
};

/** Masked again, or the proposal taken back; `null` when nothing was open. */
export const endUnmasking = async (
  tx: TenantTx,
  what: UnmaskedWhat,
  { by, at }: { readonly by: string; readonly at: Instant },
): Promise<Unmasking | null> => {
  const [row] = await tx.query<Unmasking>(
    `update model_unmaskings set status = 'ended', ended_by = $2, ended_at = $3
     where what = $1 and status <> 'ended' returning ${COLUMNS}`,
    [what, by, at],
  );
  return row ?? null;
};
