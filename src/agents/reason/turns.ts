import { END, START, StateGraph, StateSchema } from '@langchain/langgraph';
import { z } from 'zod';

const State = new StateSchema({ next: z.enum(['ask', 'look', 'done']).default('ask') });

/** What comes next: the model is asked, what it called for is looked up, or it is at its end. */
export type Next = (typeof State.State)['next'];

/** Whoever thinks: each turn says which is the next. */
export interface Turns {
  readonly ask: () => Promise<Next>;
  readonly look: () => Promise<Next>;
}

const after = ({ next }: typeof State.State) => (next === 'done' ? END : next);

/**
 * A model and its tools by turns, from asking it on, until one says `done`. INVARIANT: the graph has no checkpointer, not
 * even that of a graph around it, so there is no thread that it could go on with, and no interrupt that it could answer.
 */
export const takeTurns = async (mind: Turns, mostCalls: number): Promise<void> => {
  const graph = new StateGraph(State)
    .addNode('ask', async () => ({ next: await mind.ask() }))
    .addNode('look', async () => ({ next: await mind.look() }))
    .addEdge(START, 'ask')
    .addConditionalEdges('ask', after, ['ask', 'look', END])
    .addConditionalEdges('look', after, ['ask', END])
    .compile({ checkpointer: false });
  await graph.invoke({}, { recursionLimit: 4 * mostCalls });
};
