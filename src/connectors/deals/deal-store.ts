import type { Instant } from '../../domain/time.ts';
import type { TenantTx } from '../../platform/db/database.ts';
import type { Deal, DealMove, Standing } from './deal.ts';

const COLUMNS = `deal_id as id, account_id as "accountId", case_id as "caseId", kind, name, stage, standing,
  amount_minor as "minor", currency, owner_id as "ownerId", close_on as "closeOn", moved_by_person as "movedByPerson",
  opened_at as "openedAt", stage_since as "stageSince", closed_at as "closedAt", revision`;

interface Row extends Omit<Deal, 'amount'> {
  readonly minor: number | null;
  readonly currency: string | null;
}

const toDeal = ({ minor, currency, ...row }: Row): Deal => ({
  ...row,
  amount: minor === null || currency === null ? null : { minor, currency },
});

/** Opens it; `null` when its case has a deal of the kind already. */
export const insertDeal = async (
  tx: TenantTx,
  deal: Omit<Deal, 'revision' | 'closedAt' | 'movedByPerson'>,
): Promise<Deal | null> => {
  const [row] = await tx.query<Row>(
    `insert into deals (tenant_id, deal_id, account_id, case_id, kind, name, stage, standing, amount_minor, currency,
       owner_id, close_on, opened_at, stage_since)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
     on conflict do nothing returning ${COLUMNS}`,
    [
      tx.tenantId,
      deal.id,
      deal.accountId,
      deal.caseId,
      deal.kind,
      deal.name,
      deal.stage,
      deal.standing,
      deal.amount?.minor ?? null,
      deal.amount?.currency ?? null,
      deal.ownerId,
      deal.closeOn,
      deal.openedAt,
      deal.stageSince,
    ],
  );
  return row === undefined ? null : toDeal(row);
};

export const loadDeal = async (tx: TenantTx, id: string): Promise<Deal | null> => {
  const [row] = await tx.query<Row>(`select ${COLUMNS} from deals where deal_id = $1`, [id]);
  return row === undefined ? null : toDeal(row);
};

/** Locked until the transaction ends. */
export const lockDeal = async (tx: TenantTx, id: string): Promise<Deal | null> => {
  const [row] = await tx.query<Row>(`select ${COLUMNS} from deals where deal_id = $1 for update`, [
    id,
  ]);
  return row === undefined ? null : toDeal(row);
};

/** Writes what changed, as the next revision. */
export const saveDeal = async (tx: TenantTx, deal: Deal): Promise<Deal> => {
  const [row] = await tx.query<Row>(
    `update deals set stage = $2, standing = $3, amount_minor = $4, currency = $5, owner_id = $6, close_on = $7,
       moved_by_person = $8, stage_since = $9, closed_at = $10, revision = revision + 1
     where deal_id = $1 returning ${COLUMNS}`,
    [
      deal.id,
      deal.stage,
      deal.standing,
      deal.amount?.minor ?? null,
      deal.amount?.currency ?? null,
      deal.ownerId,
      deal.closeOn,
      deal.movedByPerson,
      deal.stageSince,
      deal.closedAt,
    ],
  );
  if (row === undefined) throw new Error(`deal ${deal.id} is gone`);
  return toDeal(row);
};

export const insertMove = async (
  tx: TenantTx,
  dealId: string,
  move: DealMove & { readonly at: Instant },
): Promise<void> => {
  await tx.query(
    `insert into deal_moves (tenant_id, deal_id, revision, from_stage, to_stage, moved_by, by_person, note, at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [
      tx.tenantId,
      dealId,
      move.revision,
      move.fromStage,
      move.toStage,
      move.movedBy,
      move.byPerson,
      move.note,
      move.at,
    ],
  );
};

/** Its history, oldest first. */
export const listMoves = (tx: TenantTx, dealId: string): Promise<DealMove[]> =>
  tx.query<DealMove>(
    `select revision, from_stage as "fromStage", to_stage as "toStage", moved_by as "movedBy",
       by_person as "byPerson", note, at from deal_moves where deal_id = $1 order by revision`,
    [dealId],
  );

/** The soonest to close first. */
export const listDeals = async (
  tx: TenantTx,
  filter: {
    readonly standing?: Standing;
    readonly accountId?: string;
    readonly limit: number;
  },
): Promise<Deal[]> => {
  const rows = await tx.query<Row>(
    `select ${COLUMNS} from deals
     where ($1::text is null or standing = $1) and ($2::text is null or account_id = $2)
     order by close_on, deal_id limit $3`,
    [filter.standing ?? null, filter.accountId ?? null, filter.limit],
  );
  return rows.map(toDeal);
};
