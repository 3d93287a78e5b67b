import { z } from 'zod';
import type { Fact, Facts } from '../../domain/fact.ts';
import type { Json } from '../../domain/json.ts';
import { defineReadTool } from './define.ts';

const args = z.strictObject({
  /** Fact ids; left out, all of them. */
  ids: z.array(z.string()).max(100).optional(),
});

/** The facts of these ids; all of them where none are named. Pure. */
export const factsAsked = (facts: Facts, ids: readonly string[] | undefined): [string, Fact][] =>
  Object.entries(facts).filter(([id]) => ids === undefined || ids.includes(id));

const present = (fact: Fact): Json => ({
  value: fact.value,
  trustedValue: fact.trustedValue,
  unit: fact.unit,
  freshAt: fact.freshAt,
  coverage: fact.coverage,
  note: fact.note ?? null,
});

export default defineReadTool({
  id: 'account_facts',
  title: 'Facts of the account',
  description:
    'What is known of the account, by fact id, with where it is uncertain. A value of null is unknown, never zero.',
  args,
  read: ({ ids }, { facts }) =>
    Object.fromEntries(factsAsked(facts, ids).map(([id, fact]) => [id, present(fact)])),
});
