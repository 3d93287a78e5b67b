import type { BaseCheckpointSaver } from '@langchain/langgraph';
import { drawSpine, type Spine, type Steps } from './spine.ts';

/** The drawing that new rounds begin on. */
export const CURRENT_VERSION = 1;

/** Drawings by version. An old one stays until no approval begun on it can still be pending, and no longer. */
const DRAWINGS: Readonly<
  Record<number, (steps: Steps, checkpointer: BaseCheckpointSaver) => Spine>
> = {
  1: drawSpine,
};

/** The graphs of this build, by version. */
export type Graphs = ReadonlyMap<number, Spine>;

export const compileGraphs = (steps: Steps, checkpointer: BaseCheckpointSaver): Graphs =>
  new Map(
    Object.entries(DRAWINGS).map(([version, draw]) => [Number(version), draw(steps, checkpointer)]),
  );
