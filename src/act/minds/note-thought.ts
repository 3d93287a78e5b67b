import type { Proposed } from '../../agents/propose.ts';
import type { TenantConfig } from '../../domain/tenant.ts';
import type { Instant } from '../../domain/time.ts';
import type { TenantTx } from '../../platform/db/database.ts';
import type { StoredCase } from '../cases/case-store.ts';
import { record } from '../ledger/ledger.ts';
import { judgeDeclines } from './pauses.ts';

/**
 * Records in the ledger that a model reasoned about a round, and what came of it beside the plan of rules; then judges
 * whether it declines too much. Ids, counts and names of steps: its words stand with the round.
 */
export const noteThought = async (
  tx: TenantTx,
  {
    entry,
    round,
    proposed: { thought, plan, readUntrusted, proposedBy },
    config,
    now,
  }: {
    readonly entry: StoredCase;
    readonly round: number;
    readonly proposed: Proposed;
    readonly config: TenantConfig;
    readonly now: Instant;
  },
): Promise<void> => {
  if (thought === null) return;
  const { agent, model, calls, prompt, fault, untrusted, consulted } = thought;
  await record(tx, {
    world: entry.world.id,
    kind: 'thought',
    subjects: { accountId: entry.accountId, caseId: entry.id },
    body: {
      round,
      agent,
      model,
      calls,
      prompt: { ...prompt },
      fault: fault === null ? null : fault.fault,
      proposedBy,
      readUntrusted,
      untrusted: [...untrusted],
      consulted: consulted.map((one) => one.agent),
      plan: plan.map(({ step, fate }) => ({ step, fate })),
    },
    at: now,
  });
  if (entry.world.kind === 'live' && model !== null && fault === null)
    await judgeDeclines(tx, { playbook: entry.playbook, model, config, now });
};
