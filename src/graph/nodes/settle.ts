import { updateRound } from '../../act/cases/round-store.ts';
import { listDecisions, listProposals } from '../../act/settle/read.ts';
import { settle as settleAccount } from '../../act/settle/settle.ts';
import type { Verdict } from '../../domain/decision.ts';
import { bug } from '../../domain/errors.ts';
import type { TenantTx } from '../../platform/db/database.ts';
import type { StepKit } from '../kit.ts';
import type { Step } from '../spine.ts';
import { standingOf } from '../standing-now.ts';
import { lookAt, takeTurn } from './turn.ts';

/** Settles the whole account on the facts of now, and keeps what that means for this case. */
export const settle =
  (kit: StepKit): Step =>
  (state, desk) =>
    takeTurn(kit, state, desk, async (turn) => {
      const { tx, entry, round, config } = turn;
      const situation = await lookAt(kit, turn, desk);
      if (situation === null)
        throw bug('graph.no_account', `account \`${state.accountId}\` is gone`);
      const { factSetId } = situation;
      const result = await settleAccount(tx, {
        world: entry.world,
        now: desk.now,
        config,
        standing: await standingOf(tx, situation, { now: desk.now, config }),
        parts: kit.parts,
        reason: `round ${round.round} of case ${entry.id}`,
      });
      const pending = result.pendingApprovals
        .filter(({ caseId }) => caseId === entry.id)
        .map(({ approvalId }) => approvalId);
      const verdicts = await latestVerdicts(tx, entry.id, round.round);
      await updateRound(tx, entry.id, round.round, { verdicts, waitingOn: pending, factSetId });
      return { factSetId, verdicts, pending };
    });

/** The last verdict on each proposal of the round, edited ones among them; decisions are listed oldest first. */
const latestVerdicts = async (
  tx: TenantTx,
  caseId: string,
  round: number,
): Promise<Record<string, Verdict>> => {
  const proposals = await listProposals(tx, { caseId });
  const proposalIds = proposals.filter((one) => one.round === round).map(({ id }) => id);
  const decisions = await listDecisions(tx, { proposalIds });
  return Object.fromEntries(decisions.map(({ proposalId, verdict }) => [proposalId, verdict]));
};
