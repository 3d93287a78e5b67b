import { Annotation, Command, END, START, StateGraph, interrupt } from '@langchain/langgraph';
import { PostgresSaver } from '@langchain/langgraph-checkpoint-postgres';
import { beforeAll, describe, expect, test } from 'vitest';
import type { OpenDatabase } from '../../../src/platform/db/database.ts';
import { testDatabase } from '../../support/database.ts';

let database: OpenDatabase;
beforeAll(async () => {
  database = await testDatabase();
});

const State = Annotation.Root({
  steps: Annotation<string[]>({ reducer: (a, b) => [...a, ...b], default: () => [] }),
});

const buildGraph = () =>
  new StateGraph(State)
    .addNode('gather', () => ({ steps: ['gather'] }))
    .addNode('await-people', () => ({ steps: [interrupt<string, string>('may I?')] }))
    .addEdge(START, 'gather')
    .addEdge('gather', 'await-people')
    .addEdge('await-people', END)
    .compile({
      checkpointer: new PostgresSaver(database.pool, undefined, { schema: 'langgraph' }),
    });

describe("LangGraph's checkpointer on our pool, as the application role", () => {
  test('keeps a thread that waits, and resumes it', async () => {
    const graph = buildGraph();
    const config = { configurable: { thread_id: 'case:1:r1:g1' } };
    await graph.invoke({ steps: [] }, config);
    expect((await graph.getState(config)).next).toEqual(['await-people']);
    const resumed = await buildGraph().invoke(new Command({ resume: 'yes' }), config);
    expect(resumed.steps).toEqual(['gather', 'yes']);
  });

  test('carries many threads at once', async () => {
    const graph = buildGraph();
    const threads = Array.from({ length: 20 }, (_, index) => ({
      configurable: { thread_id: `case:many-${index}:r1:g1` },
    }));
    await Promise.all(threads.map((config) => graph.invoke({ steps: [] }, config)));
    const done = await Promise.all(
      threads.map((config, index) => graph.invoke(new Command({ resume: `yes-${index}` }), config)),
    );
    expect(done.map(({ steps }) => steps[1])).toEqual(threads.map((_, index) => `yes-${index}`));
  });

  test('forgets a thread', async () => {
    const saver = new PostgresSaver(database.pool, undefined, { schema: 'langgraph' });
    await saver.deleteThread('case:1:r1:g1');
    expect(await saver.getTuple({ configurable: { thread_id: 'case:1:r1:g1' } })).toBeUndefined();
  });
});

describe('the pool', () => {
  test('gives the connection to the next one clean, whatever state it was left in', async () => {
    const client = await database.pool.connect();
    await client.query('begin');
    await client.query('select 1/0').catch(() => undefined);
    client.release(true);
    const { rows } = await database.pool.query<{ one: number }>('select 1 as one');
    expect(rows).toEqual([{ one: 1 }]);
  });

  test('reads rows as everywhere else', async () => {
    const { rows } = await database.pool.query(
      `select 7::int8 as n, '2026-11-21 22:45:48+00'::timestamptz as at`,
    );
    expect(rows).toEqual([{ n: 7, at: '2026-11-21T22:45:48.000Z' }]);
  });

  test('reports errors with the code of PostgreSQL', async () => {
    await expect(database.pool.query('select * from nowhere')).rejects.toMatchObject({
      code: '42P01',
    });
  });
});
