import { bug } from '../../domain/errors.ts';
import { deriveId } from '../../domain/identifiers.ts';
import type { DealStep } from '../../domain/proposal.ts';
import type { DealStage } from '../../domain/tenant.ts';
import type { TenantTx } from '../../platform/db/database.ts';
import {
  defineConnector,
  isLive,
  type Effect,
  type EffectContext,
  type EffectResult,
  type TransactionalPort,
} from '../define.ts';
import { dealEvent, type Deal } from './deal.ts';
import { insertDeal, insertMove, lockDeal, saveDeal } from './deal-store.ts';

/** Opens deals and moves them on, in our own database. */
export const dealsPort: TransactionalPort = {
  id: 'deals',
  guarantee: 'transactional',
  describe: 'deals in this database',
  performIn: async (tx, effect, context) => {
    const { deal: step } = effect;
    if (step === undefined || context.caseId === null)
      return { outcome: 'refused', reason: 'there is no deal' };
    const stage = context.config.deals?.stages.find(({ id }) => id === step.stage);
    if (stage?.standing !== 'open')
      return { outcome: 'refused', reason: `\`${step.stage}\` is not an open stage any more` };
    const id = deriveId('deal', tx.tenantId, context.caseId, step.kind);
    const held = await lockDeal(tx, id);
    return held === null
      ? open(tx, effect, context, { id, caseId: context.caseId, step })
      : advance(tx, effect, context, held, stage);
  },
  close: async () => undefined,
};

const open = async (
  tx: TenantTx,
  effect: Effect,
  context: EffectContext,
  { id, caseId, step }: { readonly id: string; readonly caseId: string; readonly step: DealStep },
): Promise<EffectResult> => {
  const { now } = context;
  const opened = await insertDeal(tx, {
    ...{ id, accountId: effect.accountId, caseId, openedAt: now, stageSince: now },
    ...{ kind: step.kind, name: step.name, stage: step.stage, standing: 'open' },
    ...{ amount: step.amount, ownerId: step.ownerId, closeOn: step.closeOn },
  });
  if (opened === null) throw bug('deal_conflict', `deal \`${id}\` can be neither opened nor found`);
  await keep(tx, effect, context, opened, null);
  return { outcome: 'done', receipt: { dealId: id, stage: opened.stage } };
};

/** Forwards alone, and never where a person has moved it: then it is theirs. */
const advance = async (
  tx: TenantTx,
  effect: Effect,
  context: EffectContext,
  held: Deal,
  stage: DealStage,
): Promise<EffectResult> => {
  const stages = context.config.deals?.stages ?? [];
  const place = (id: string) => stages.findIndex((each) => each.id === id);
  const left =
    held.standing !== 'open'
      ? `it is ${held.standing}`
      : held.movedByPerson
        ? 'a person has moved it'
        : place(held.stage) >= place(stage.id)
          ? `it stands at ${held.stage} already`
          : null;
  if (left !== null)
    return { outcome: 'done', receipt: { dealId: held.id, stage: held.stage, left } };
  const moved = await saveDeal(tx, { ...held, stage: stage.id, stageSince: context.now });
  await keep(tx, effect, context, moved, held.stage);
  return { outcome: 'done', receipt: { dealId: held.id, stage: stage.id } };
};

const keep = async (
  tx: TenantTx,
  effect: Effect,
  { now, accept, note }: EffectContext,
  deal: Deal,
  fromStage: string | null,
): Promise<void> => {
  const movedBy = effect.actionId;
  const move = { fromStage, toStage: deal.stage, movedBy, byPerson: false, note: null, at: now };
  await insertMove(tx, deal.id, { revision: deal.revision, ...move });
  await note('deal', {
    dealId: deal.id,
    what: fromStage === null ? 'opened' : 'moved',
    ...{ kind: deal.kind, from: fromStage, stage: deal.stage, standing: deal.standing },
  });
  await accept([dealEvent(deal, now)]);
};

export default defineConnector({
  id: 'deals',
  title: 'Deals',
  guarantee:
    'Exactly once: a deal is a row of our own database, moved in the transaction that records it as done. A CRM is a ' +
    'member of its own beside it, with a port that takes the same `deal`.',
  open: (world) => {
    if (!isLive(world))
      throw bug('not_live', 'a live connector was asked for outside the live world');
    return dealsPort;
  },
});
