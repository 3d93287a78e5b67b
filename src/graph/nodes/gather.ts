import { updateRound } from '../../act/cases/round-store.ts';
import type { StepKit } from '../kit.ts';
import type { Step } from '../spine.ts';
import { lookAt, takeTurn } from './turn.ts';

/** Takes the facts of now, and sees whether the case still has its reason. */
export const gather =
  (kit: StepKit): Step =>
  (state, desk) =>
    takeTurn(kit, state, desk, async (turn) => {
      const situation = await lookAt(kit, turn, desk);
      const gone =
        situation === null
          ? 'the account is no longer known'
          : turn.playbook.clears(turn.entry, situation, turn.parameters);
      desk.situation = situation;
      await updateRound(turn.tx, state.caseId, state.round, {
        ...(situation === null ? {} : { factSetId: situation.factSetId }),
        ...(gone === null ? {} : { note: gone }),
      });
      return { factSetId: situation?.factSetId ?? null, cleared: gone !== null };
    });
