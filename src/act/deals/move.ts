import { dealEvent, type Deal } from '../../connectors/deals/deal.ts';
import {
  insertMove,
  listDeals,
  listMoves,
  loadDeal,
  lockDeal,
  saveDeal,
} from '../../connectors/deals/deal-store.ts';
import { LIVE } from '../../domain/case.ts';
import { inputError } from '../../domain/errors.ts';
import type { IncomingEvent } from '../../domain/event.ts';
import type { Money } from '../../domain/money.ts';
import type { Person } from '../../domain/person.ts';
import type { TenantConfig } from '../../domain/tenant.ts';
import type { Day, Instant } from '../../domain/time.ts';
import type { TenantTx } from '../../platform/db/database.ts';
import { loadCase } from '../cases/case-store.ts';
import { closeCase } from '../cases/close.ts';
import { record } from '../ledger/ledger.ts';
import { lockAccount } from '../settle/store.ts';

export { listDeals, listMoves, loadDeal };
export type { Deal };

export interface DealChange {
  readonly dealId: string;
  readonly stage?: string | undefined;
  readonly amount?: Money | undefined;
  readonly closeOn?: Day | undefined;
  readonly ownerId?: string | undefined;
  readonly note?: string | undefined;
  readonly person: Person;
  readonly config: Pick<TenantConfig, 'deals' | 'owners'>;
  readonly now: Instant;
  readonly accept: (events: readonly IncomingEvent[]) => Promise<void>;
}

/**
 * A person changes a deal; from then on playbooks leave it alone. One that ends closes the case that it came from, if
 * that is still open. Errors: `deal_not_found`, `invalid_deal`, `deal_already` (nothing would change).
 */
export const moveDeal = async (tx: TenantTx, change: DealChange): Promise<Deal> => {
  const found = await loadDeal(tx, change.dealId);
  if (found === null) throw notFound(change.dealId);
  // The order that everybody takes: the account first.
  await lockAccount(tx, found.accountId);
  const held = await lockDeal(tx, found.id);
  if (held === null) throw notFound(found.id);
  const changed = changedBy(held, change);
  if (
    JSON.stringify({ ...changed, movedByPerson: true }) ===
    JSON.stringify({ ...held, movedByPerson: true })
  )
    throw inputError('deal_already', `deal \`${held.id}\` is so already`);
  const saved = await saveDeal(tx, changed);
  await keep(tx, held, saved, change);
  if (saved.standing !== 'open' && held.standing === 'open') await endCase(tx, saved, change);
  return saved;
};

const changedBy = (held: Deal, change: DealChange): Deal => {
  const { config, now } = change;
  const stages = config.deals?.stages ?? [];
  const stage = stages.find(({ id }) => id === (change.stage ?? held.stage));
  if (stage === undefined) {
    const known = stages.map(({ id }) => id).join(', ');
    throw inputError(
      'invalid_deal',
      `there is no stage \`${change.stage ?? held.stage}\` in deals.yaml; there are ${known}`,
    );
  }
  if (change.ownerId !== undefined && !config.owners.some(({ id }) => id === change.ownerId))
    throw inputError('invalid_deal', `\`${change.ownerId}\` is not an owner in owners.yaml`);
  const isMoved = stage.id !== held.stage;
  return {
    ...held,
    stage: stage.id,
    standing: isMoved ? stage.standing : held.standing,
    amount: change.amount ?? held.amount,
    closeOn: change.closeOn ?? held.closeOn,
    ownerId: change.ownerId ?? held.ownerId,
    movedByPerson: true,
    stageSince: isMoved ? now : held.stageSince,
    closedAt: isMoved ? (stage.standing === 'open' ? null : now) : held.closedAt,
  };
};

const keep = async (
  tx: TenantTx,
  before: Deal,
  deal: Deal,
  { person, note, now, accept }: DealChange,
): Promise<void> => {
  await insertMove(tx, deal.id, {
    ...{ revision: deal.revision, fromStage: before.stage, toStage: deal.stage },
    ...{ movedBy: person.id, byPerson: true, note: note ?? null, at: now },
  });
  await record(tx, {
    world: LIVE.id,
    kind: 'deal',
    subjects: { accountId: deal.accountId, caseId: deal.caseId, personId: person.id },
    body: {
      dealId: deal.id,
      what: 'moved',
      ...{ kind: deal.kind, from: before.stage, stage: deal.stage, standing: deal.standing },
    },
    at: now,
  });
  await accept([dealEvent(deal, now)]);
};

const endCase = async (tx: TenantTx, deal: Deal, { now, accept }: DealChange): Promise<void> => {
  const entry = await loadCase(tx, deal.caseId);
  if (entry === null || entry.status === 'closed') return;
  await closeCase(tx, { entry, reason: `its deal was ${deal.standing}`, now, accept });
};

const notFound = (id: string) =>
  inputError('deal_not_found', `there is no deal \`${id}\`; list them with \`retinue deals\``);
