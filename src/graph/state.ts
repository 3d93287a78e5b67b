import { StateSchema } from '@langchain/langgraph';
import { z } from 'zod';
import { bug } from '../domain/errors.ts';

const verdict = z.enum(['permit', 'escalate', 'forbid', 'hold', 'draft']);

const shape = {
  tenantId: z.string(),
  world: z.string(),
  caseId: z.string(),
  accountId: z.string(),
  round: z.int(),
  /** The drawing that this thread was begun on; no other may go on with it. */
  graphVersion: z.int(),
  factSetId: z.string().nullable().default(null),
  /** The condition of the case was found gone: nothing is proposed any more. */
  cleared: z.boolean().default(false),
  /** Proposals of this round. */
  filed: z.array(z.string()).default([]),
  verdicts: z.record(z.string(), verdict).default({}),
  /** Approvals that people owe. */
  pending: z.array(z.string()).default([]),
  /** Approvals that ended since the round waited last. */
  answered: z.array(z.string()).default([]),
};

/**
 * What a round remembers between steps and over restarts. Ids and verdicts only: LangGraph's tables know no tenant, and
 * a Date, a BigInt or a function in them is silently spoilt. Everything else is read from our own tables.
 */
export const RoundState = new StateSchema(shape);

export type RoundState = typeof RoundState.State;

export type RoundUpdate = Partial<RoundState>;

const KEYS = new Set(Object.keys(shape));

/** LangGraph drops an unknown key of an update without a word; here it is an error. */
export const checkedUpdate = (node: string, update: RoundUpdate): RoundUpdate => {
  const stranger = Object.keys(update).find((key) => !KEYS.has(key));
  if (stranger !== undefined) {
    throw bug(
      'graph.unknown_key',
      `node \`${node}\` wrote \`${stranger}\`, which the state does not have`,
    );
  }
  return update;
};
