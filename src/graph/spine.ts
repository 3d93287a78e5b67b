import { END, interrupt, START, StateGraph, type BaseCheckpointSaver } from '@langchain/langgraph';
import { z } from 'zod';
import { bug } from '../domain/errors.ts';
import { Desk } from './desk.ts';
import { afterGather, afterPropose, afterSettle } from './routes.ts';
import { checkedUpdate, RoundState, type RoundUpdate } from './state.ts';

/** A step of a round: it may write to our tables, and gives back ids and verdicts. */
export type Step = (state: RoundState, desk: Desk) => Promise<RoundUpdate>;

/** The steps by the names that they are stored under. */
export interface Steps {
  readonly gather: Step;
  readonly propose: Step;
  readonly settle: Step;
  readonly close: Step;
}

/** What people answer, and what a waiting round asks: approvals by id. */
const answer = z.strictObject({ decided: z.array(z.string()).min(1) });
export type Answer = z.infer<typeof answer>;

const context = z.object({ desk: z.custom<Desk>((value) => value instanceof Desk) });

/**
 * The drawing of a round, version 1:
 *
 * ```
 * gather ─► propose ─► settle ─► close
 *    │         │        ▲  │
 *    │         │        │  ▼
 *    └─► close ◄┘   await-people
 * ```
 *
 * INVARIANT: node names and the one interrupt of `await-people` are a stored format. A thread that waits there finds
 * its way back by them; a renamed node drops an approval without an error. To change the drawing, add another version.
 */
export const drawSpine = (steps: Steps, checkpointer: BaseCheckpointSaver) =>
  new StateGraph(RoundState, { context })
    .addNode('gather', run('gather', steps.gather))
    .addNode('propose', run('propose', steps.propose))
    .addNode('settle', run('settle', steps.settle))
    .addNode('await-people', awaitPeople)
    .addNode('close', run('close', steps.close))
    .addEdge(START, 'gather')
    .addConditionalEdges('gather', afterGather, ['propose', 'close'])
    .addConditionalEdges('propose', afterPropose, ['settle', 'close'])
    .addConditionalEdges('settle', afterSettle, ['await-people', 'close'])
    .addEdge('await-people', 'settle')
    .addEdge('close', END)
    .compile({ checkpointer });

export type Spine = ReturnType<typeof drawSpine>;

const run =
  (name: string, step: Step) =>
  async (
    state: RoundState,
    runtime: { readonly context?: { readonly desk: Desk } | undefined },
  ) => {
    const desk = runtime.context?.desk;
    if (desk === undefined)
      throw bug('graph.no_desk', `step \`${name}\` was run without its context`);
    return checkedUpdate(name, await step(state, desk));
  };

/** Runs from its first line at each resume: nothing may stand before the interrupt. One interrupt, ever. */
const awaitPeople = (state: RoundState): RoundUpdate => {
  const { decided } = interrupt<{ approvals: string[] }, Answer>(
    { approvals: state.pending },
    { responseSchema: answer },
  );
  return { answered: decided };
};
