import { loadCase, type StoredCase } from '../../act/cases/case-store.ts';
import { holdLease, type Round } from '../../act/cases/round-store.ts';
import { lockAccount } from '../../act/settle/store.ts';
import type { Agent } from '../../agents/define.ts';
import { bug } from '../../domain/errors.ts';
import type { TenantConfig } from '../../domain/tenant.ts';
import type { TenantTx } from '../../platform/db/database.ts';
import { withPinnedPrompt } from '../../act/releases/build.ts';
import type { PinnedConfig } from '../../platform/config/store.ts';
import { pinnedFor } from '../../sense/config-for.ts';
import type { Playbook } from '../../playbooks/define.ts';
import type { AssessedSituation } from '../../sense/assess.ts';
import type { Desk } from '../desk.ts';
import type { StepKit } from '../kit.ts';
import { situationNow } from '../standing-now.ts';
import type { RoundState } from '../state.ts';

/** One transaction of a round: everything it may write to is locked, in the order that everybody keeps. */
export interface Turn {
  readonly tx: TenantTx;
  readonly entry: StoredCase;
  readonly round: Round;
  readonly config: TenantConfig;
  readonly playbook: Playbook;
  readonly agent: Agent;
  /** All of them, as the release in force has their prompts: whom an agent may consult. */
  readonly agents: readonly Agent[];
  readonly parameters: unknown;
}

/** Locks account, then case, then round, and refuses a worker whose lease was taken over. */
export const takeTurn = async <T>(
  kit: StepKit,
  state: RoundState,
  desk: Desk,
  work: (turn: Turn) => Promise<T>,
): Promise<T> =>
  kit.db.withTenant(state.tenantId, async (tx) => {
    await lockAccount(tx, state.accountId);
    const entry = await loadCase(tx, state.caseId);
    if (entry === null) throw bug('graph.no_case', `case \`${state.caseId}\` is gone`);
    const round = await holdLease(tx, state.caseId, state.round, desk.epoch);
    const pinned = await pinnedFor(tx, entry.accountId);
    return work({ tx, entry, round, config: pinned.config, ...namesOf(kit, entry, pinned) });
  });

const namesOf = (kit: StepKit, entry: StoredCase, { config, artefacts }: PinnedConfig) => {
  const playbook = kit.parts.playbooks.find(({ id }) => id === entry.playbook);
  const agents = kit.parts.agents.map((one) => withPinnedPrompt(one, artefacts));
  const agent = agents.find(({ id }) => id === entry.agent);
  if (playbook === undefined || agent === undefined) {
    throw bug(
      'graph.no_playbook',
      `case \`${entry.id}\` belongs to \`${entry.playbook}\` of \`${entry.agent}\`, which this build does not have`,
    );
  }
  const parameters = playbook.parameters.parse(config.playbooks[playbook.id]?.parameters ?? {});
  return { playbook, agent, agents, parameters };
};

/** The account as it stands now; `null` when it is no longer known at all. */
export const lookAt = (kit: StepKit, turn: Turn, desk: Desk): Promise<AssessedSituation | null> =>
  situationNow(turn.tx, {
    accountId: turn.entry.accountId,
    world: turn.entry.world,
    now: desk.now,
    config: turn.config,
    parts: kit.parts,
  });
