import { setNextLook } from '../../act/cases/case-store.ts';
import { closeCase } from '../../act/cases/close.ts';
import { updateRound } from '../../act/cases/round-store.ts';
import { acceptEvents } from '../../sense/events/accept.ts';
import type { StepKit } from '../kit.ts';
import type { Step } from '../spine.ts';
import { takeTurn } from './turn.ts';

/** Ends the round: the case is over with it, or it says when it is looked at again. */
export const close =
  (kit: StepKit): Step =>
  (state, desk) =>
    takeTurn(kit, state, desk, async ({ tx, entry, round, config }) => {
      await updateRound(tx, entry.id, round.round, {
        status: 'done',
        waitingOn: [],
        closedAt: desk.now,
      });
      if (state.cleared) {
        const reason = round.note ?? 'its condition cleared';
        const { entities } = kit.parts;
        await closeCase(tx, {
          entry,
          reason,
          now: desk.now,
          accept: async (events) => {
            await acceptEvents(tx, events, { now: desk.now, entities, config });
          },
        });
      } else {
        await setNextLook(tx, entry.id, round.nextLookAt, 'next look');
      }
      return {};
    });
