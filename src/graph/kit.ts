import type { OpenDatabase } from '../platform/db/database.ts';
import type { Minds } from '../outside.ts';
import type { Parts } from '../parts.ts';
import { openCheckpoints } from './checkpoints.ts';
import { close } from './nodes/close.ts';
import { gather } from './nodes/gather.ts';
import { propose } from './nodes/propose.ts';
import { settle } from './nodes/settle.ts';
import { compileGraphs, type Graphs } from './versions.ts';

/** What the steps of a round work with. */
export interface StepKit extends Minds {
  readonly db: OpenDatabase;
  readonly parts: Parts;
}

/** What rounds are driven with. */
export interface RoundKit extends StepKit {
  readonly graphs: Graphs;
}

/** Compiles the graphs over this database. A few milliseconds: once for each run or tick. */
export const roundKit = (kit: StepKit): RoundKit => {
  const steps = {
    gather: gather(kit),
    propose: propose(kit),
    settle: settle(kit),
    close: close(kit),
  };
  return { ...kit, graphs: compileGraphs(steps, openCheckpoints(kit.db)) };
};
