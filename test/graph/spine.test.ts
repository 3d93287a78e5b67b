import { Command, UnknownInterruptError } from '@langchain/langgraph';
import { beforeAll, describe, expect, test } from 'vitest';
import { openCheckpoints } from '../../src/graph/checkpoints.ts';
import { Desk } from '../../src/graph/desk.ts';
import { drawSpine, type Spine, type Steps } from '../../src/graph/spine.ts';
import { checkedUpdate, type RoundUpdate } from '../../src/graph/state.ts';
import { CURRENT_VERSION, compileGraphs } from '../../src/graph/versions.ts';
import type { OpenDatabase } from '../../src/platform/db/database.ts';
import { testDatabase } from '../support/database.ts';

let database: OpenDatabase;
beforeAll(async () => {
  database = await testDatabase();
});

/** Steps that note when they are run; `settle` owes the approvals that nobody has answered yet. */
const scripted = (owed: readonly string[]) => {
  const ran: string[] = [];
  const note =
    (
      name: string,
      update: (state: { answered: readonly string[] }) => RoundUpdate,
    ): Steps['gather'] =>
    async (state) => {
      ran.push(name);
      return update(state);
    };
  const answered = new Set<string>();
  const steps: Steps = {
    gather: note('gather', () => ({ factSetId: 'facts-1' })),
    propose: note('propose', () => ({ filed: owed.map((id) => `proposal of ${id}`) })),
    settle: note('settle', (state) => {
      for (const id of state.answered) answered.add(id);
      return { pending: owed.filter((id) => !answered.has(id)) };
    }),
    close: note('close', () => ({})),
  };
  return { ran, steps };
};

const begin = (caseId: string) => ({
  tenantId: 'acme',
  world: 'live',
  caseId,
  accountId: 'acc-1',
  round: 1,
  graphVersion: CURRENT_VERSION,
});

const on = (caseId: string) => ({
  configurable: { thread_id: `case:${caseId}:r1:g1`, __pregel_strict_resume: true },
  context: { desk: new Desk('2026-03-10T09:00:00.000Z', 1) },
});

/** A new process: nothing is left but the database. */
const restarted = (steps: Steps): Spine => drawSpine(steps, openCheckpoints(database));

const asked = async (graph: Spine, caseId: string) => {
  const { tasks } = await graph.getState(on(caseId));
  return tasks.flatMap((task) => task.interrupts)[0];
};

const answer = async (graph: Spine, caseId: string, decided: string[]) => {
  const interrupt = await asked(graph, caseId);
  return graph.invoke(new Command({ resume: { [interrupt?.id ?? '']: { decided } } }), {
    ...on(caseId),
    durability: 'sync',
  });
};

describe('a round', () => {
  test('that owes nobody anything runs through', async () => {
    const { ran, steps } = scripted([]);
    await restarted(steps).invoke(begin('through'), { ...on('through'), durability: 'exit' });
    expect(ran).toEqual(['gather', 'propose', 'close']);
  });

  test('whose case is over proposes nothing', async () => {
    const { ran, steps } = scripted(['a']);
    const over = { ...steps, gather: async () => ({ cleared: true }) };
    await restarted(over).invoke(begin('over'), { ...on('over'), durability: 'exit' });
    expect(ran).toEqual(['close']);
  });

  test('waits for people over a restart, with what it asks', async () => {
    const { ran, steps } = scripted(['a']);
    await restarted(steps).invoke(begin('waits'), { ...on('waits'), durability: 'exit' });
    const graph = restarted(steps);
    expect((await asked(graph, 'waits'))?.value).toEqual({ approvals: ['a'] });
    await answer(graph, 'waits', ['a']);
    expect(ran).toEqual(['gather', 'propose', 'settle', 'settle', 'close']);
  });

  test('takes ten answers in any order, each in a process of its own, and each once', async () => {
    const owed = Array.from({ length: 10 }, (_, index) => `approval-${index}`);
    const { ran, steps } = scripted(owed);
    await restarted(steps).invoke(begin('ten'), { ...on('ten'), durability: 'exit' });
    for (const id of [...owed].reverse()) await answer(restarted(steps), 'ten', [id]);
    expect(ran.filter((name) => name === 'settle')).toHaveLength(11);
    expect(ran.at(-1)).toBe('close');
    expect(await asked(restarted(steps), 'ten')).toBeUndefined();
  });

  test('refuses an answer to a question that was answered', async () => {
    const { ran, steps } = scripted(['a', 'b']);
    const graph = restarted(steps);
    await graph.invoke(begin('twice'), { ...on('twice'), durability: 'exit' });
    const first = await asked(graph, 'twice');
    await answer(graph, 'twice', ['a']);
    const late = { [first?.id ?? '']: { decided: ['b'] } };
    await expect(graph.invoke(new Command({ resume: late }), on('twice'))).rejects.toThrow(
      UnknownInterruptError,
    );
    expect(ran.filter((name) => name === 'settle')).toHaveLength(2);
    expect((await asked(graph, 'twice'))?.value).toEqual({ approvals: ['b'] });
  });

  test('refuses an answer that is none', async () => {
    const { steps } = scripted(['a']);
    const graph = restarted(steps);
    await graph.invoke(begin('empty'), { ...on('empty'), durability: 'exit' });
    await expect(answer(graph, 'empty', [])).rejects.toThrow();
    expect((await asked(graph, 'empty'))?.value).toEqual({ approvals: ['a'] });
  });

  test('goes on where a crash left it after an answer, and not from the start', async () => {
    const { ran, steps } = scripted(['a']);
    const crashing = { ...steps, close: () => Promise.reject(new Error('killed')) };
    await restarted(steps).invoke(begin('crash'), { ...on('crash'), durability: 'exit' });
    await expect(answer(restarted(crashing), 'crash', ['a'])).rejects.toThrow('killed');
    await restarted(steps).invoke(null, { ...on('crash'), durability: 'sync' });
    expect(ran).toEqual(['gather', 'propose', 'settle', 'settle', 'close']);
  });
});

describe('what is stored', () => {
  test('is the format that threads waiting now depend on', async () => {
    const { steps } = scripted([]);
    const graph = await restarted(steps).getGraphAsync();
    expect(Object.keys(graph.nodes).sort()).toEqual(
      ['__end__', '__start__', 'await-people', 'close', 'gather', 'propose', 'settle'].sort(),
    );
  });

  test('an update of a key that the state does not have is an error, not silence', async () => {
    expect(() => checkedUpdate('gather', { facts: [] } as RoundUpdate)).toThrow('wrote `facts`');
    const { steps } = scripted([]);
    const careless = { ...steps, gather: async () => ({ nextLook: 'x' }) as RoundUpdate };
    await expect(restarted(careless).invoke(begin('key'), on('key'))).rejects.toThrow(
      'wrote `nextLook`',
    );
  });

  test('holds JSON alone: a value of another kind is refused before it is stored', async () => {
    const { steps } = scripted([]);
    const wrong = { ...steps, gather: async () => ({ factSetId: 5n }) as unknown as RoundUpdate };
    await expect(restarted(wrong).invoke(begin('bigint'), on('bigint'))).rejects.toThrow();
  });

  test('every version of this build can be compiled, the current one among them', () => {
    const { steps } = scripted([]);
    expect([...compileGraphs(steps, openCheckpoints(database)).keys()]).toContain(CURRENT_VERSION);
  });

  test('versions of two branches never meet, and sort by their counter', () => {
    const saver = openCheckpoints(database) as unknown as {
      getNextVersion(current?: string | number): string;
    };
    const [first, other] = [saver.getNextVersion(), saver.getNextVersion()];
    const next = saver.getNextVersion(first);
    expect(first).not.toBe(other);
    expect([next > first, next > other]).toEqual([true, true]);
    expect(
      saver.getNextVersion('000000000099.abc') < saver.getNextVersion('000000000100.abc'),
    ).toBe(true);
  });
});
