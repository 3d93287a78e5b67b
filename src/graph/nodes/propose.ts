import { decidedMode } from '../../act/minds/pauses.ts';
import { noteThought } from '../../act/minds/note-thought.ts';
import { listRounds, updateRound, type FiledStep } from '../../act/cases/round-store.ts';
import { fileProposals } from '../../act/settle/file.ts';
import { listProposals, type StoredProposal } from '../../act/settle/read.ts';
import { previewInputOf, type Standing } from '../../act/settle/standing.ts';
import {
  proposeByRules,
  proposeByThought,
  planByRules,
  type Proposed,
  type ProposeInput,
} from '../../agents/propose.ts';
import { reasonAbout } from '../../agents/reason/reason.ts';
import type { Thought } from '../../agents/reason/think.ts';
import { bug } from '../../domain/errors.ts';
import type { Proposal } from '../../domain/proposal.ts';
import { modelFor } from '../../language-models/rules.ts';
import type { PastStep } from '../../playbooks/define.ts';
import type { AssessedSituation } from '../../sense/assess.ts';
import type { Desk } from '../desk.ts';
import type { StepKit } from '../kit.ts';
import { maskFor, pastOf, reachOf, readInputOf } from '../reading.ts';
import type { Step } from '../spine.ts';
import { standingOf } from '../standing-now.ts';
import type { RoundState, RoundUpdate } from '../state.ts';
import { lookAt, takeTurn, type Turn } from './turn.ts';

/**
 * The agent proposes, once: what a round filed first stands, however often the step is run again. Rules decide within
 * one transaction. A model is asked between two: what it was shown is looked up in the first, and what it answered is
 * filed in the second, which looks again and finds out whether the round is still ours.
 */
export const propose =
  (kit: StepKit): Step =>
  async (state, desk) => {
    const looked = await takeTurn(kit, state, desk, (turn) => look(kit, state, desk, turn));
    if ('update' in looked) return looked.update;
    const thought = await letThink(kit, state, desk, looked);
    return takeTurn(kit, state, desk, (turn) => fileThought(kit, state, desk, turn, thought));
  };

/** What the step finds at the account, and who is to decide on it. */
interface Scene {
  readonly turn: Omit<Turn, 'tx'>;
  readonly situation: AssessedSituation;
  readonly standing: Standing;
  /** Of the case. */
  readonly proposals: readonly StoredProposal[];
  readonly readUntrustedBefore: boolean;
  readonly mode: 'rules' | 'agent' | 'hybrid';
  /** Why it is not the mode of the round. */
  readonly because: string | null;
}

/** What a model is shown: the scene, and what was proposed in any case of the account. */
interface Shown {
  readonly scene: Scene;
  readonly ofAccount: readonly StoredProposal[];
}

type Looked = { readonly update: RoundUpdate } | Shown;

const look = async (kit: StepKit, state: RoundState, desk: Desk, turn: Turn): Promise<Looked> => {
  const proposals = await proposalsOf(turn);
  const found = filedAlready(proposals, state);
  if (found !== null) return { update: found };
  const scene = await sceneOf(kit, state, desk, turn, { proposals, situation: desk.situation });
  if (scene.mode !== 'rules') {
    const { accountId, world } = turn.entry;
    return { scene, ofAccount: await listProposals(turn.tx, { accountId, world: world.id }) };
  }
  const proposed = proposeByRules(inputOf(kit, scene), scene.because, scene.readUntrustedBefore);
  return { update: await conclude(kit, turn, desk, scene, proposed) };
};

/** By case: what it proposed before its account was merged into this one still stands under the other account. */
const proposalsOf = ({ tx, entry }: Turn): Promise<StoredProposal[]> =>
  listProposals(tx, { caseId: entry.id });

const filedAlready = (
  proposals: readonly StoredProposal[],
  state: RoundState,
): RoundUpdate | null => {
  const mine = proposals.filter(({ round }) => round === state.round);
  return mine.length > 0 ? { filed: mine.map(({ id }) => id) } : null;
};

const sceneOf = async (
  kit: StepKit,
  state: RoundState,
  desk: Desk,
  turn: Turn,
  seen: {
    readonly proposals: readonly StoredProposal[];
    readonly situation: AssessedSituation | null;
  },
): Promise<Scene> => {
  const { tx, entry, round, config, agent, playbook } = turn;
  const situation = seen.situation ?? (await lookAt(kit, turn, desk));
  if (situation === null) throw bug('graph.no_account', `account \`${state.accountId}\` is gone`);
  const rounds = await listRounds(tx, entry.id);
  const { mode, because } = await decidedMode(tx, {
    wanted: isHeldOut(turn) ? 'rules' : round.mode,
    model: modelFor(kit.models, config, agent.id),
    playbook: playbook.id,
  });
  return {
    turn,
    situation,
    standing: await standingOf(tx, situation, { now: desk.now, config }),
    proposals: seen.proposals,
    readUntrustedBefore: rounds.some(({ thought }) => (thought?.untrusted.length ?? 0) > 0),
    mode,
    because,
  };
};

const inputOf = (kit: StepKit, { turn, situation, proposals }: Scene): ProposeInput => ({
  agent: turn.agent,
  playbook: turn.playbook,
  case: turn.entry,
  situation,
  past: proposals.map(toPastStep),
  mode: turn.round.mode,
  tools: kit.parts.actTools,
});

/** No transaction and no lock from here on, until the thought is filed. */
const letThink = (
  kit: StepKit,
  state: RoundState,
  desk: Desk,
  { scene, ofAccount }: Shown,
): Promise<Thought> => {
  const { turn, situation, standing } = scene;
  const input = readInputOf(situation, standing, ofAccount, turn.config);
  const mask = maskFor(standing, input, turn.config);
  const { embeddings } = kit;
  return reasonAbout(kit, {
    mode: scene.mode === 'agent' ? 'agent' : 'hybrid',
    agent: turn.agent,
    agents: turn.agents,
    playbook: turn.playbook,
    case: turn.entry,
    round: state.round,
    accountName: standing.accountName,
    today: situation.today,
    plan: planByRules(inputOf(kit, scene)).proposals,
    actTools: kit.parts.actTools,
    readTools: kit.parts.readTools,
    input,
    reach: reachOf(kit.db, { tenantId: state.tenantId, embeddings, mask }),
    mask,
    now: desk.now,
  });
};

const fileThought = async (
  kit: StepKit,
  state: RoundState,
  desk: Desk,
  turn: Turn,
  thought: Thought,
): Promise<RoundUpdate> => {
  const proposals = await proposalsOf(turn);
  const found = filedAlready(proposals, state);
  if (found !== null) return found;
  const scene = await sceneOf(kit, state, desk, turn, { proposals, situation: null });
  const mode = turn.round.mode === 'agent' ? 'agent' : 'hybrid';
  const proposed = proposeByThought({
    ...inputOf(kit, scene),
    mode,
    thought,
    readUntrustedBefore: scene.readUntrustedBefore,
    preview: previewInputOf(scene.standing, turn.config, desk.now),
    asked: scene.proposals.map(pastOf),
  });
  const update = await conclude(kit, turn, desk, scene, proposed);
  await noteThought(turn.tx, {
    entry: turn.entry,
    round: state.round,
    proposed,
    config: turn.config,
    now: desk.now,
  });
  return update;
};

const conclude = async (
  kit: StepKit,
  turn: Turn,
  desk: Desk,
  scene: Scene,
  proposed: Proposed,
): Promise<RoundUpdate> => {
  const filed = isHeldOut(turn) ? [] : await file(kit, turn, desk, scene.standing, proposed);
  await keep(turn, proposed, filed);
  return { filed: filed.map(({ id }) => id) };
};

const isHeldOut = ({ entry }: Pick<Turn, 'entry'>): boolean => entry.arm === 'holdout';

const toPastStep = ({ tool, step, status, proposedAt }: StoredProposal): PastStep => ({
  tool,
  step: step ?? tool,
  status,
  at: proposedAt,
});

const file = (
  kit: StepKit,
  { tx, entry, round, config }: Turn,
  desk: Desk,
  standing: Standing,
  proposed: Proposed,
): Promise<Proposal[]> => {
  const input = previewInputOf(standing, config, desk.now);
  return fileProposals(tx, {
    case: entry,
    round: round.round,
    proposals: proposed.accepted.map(({ draft, tool, ungrounded, declined }) => ({
      draft,
      preview: tool.preview(draft.args, input),
      ungrounded,
      declined,
    })),
    proposedBy: proposed.proposedBy,
    readUntrusted: proposed.readUntrusted,
    tools: [...kit.parts.actTools],
    now: desk.now,
  });
};

const keep = (turn: Turn, proposed: Proposed, filed: readonly Proposal[]): Promise<void> =>
  updateRound(turn.tx, turn.entry.id, turn.round.round, {
    steps: stepsOf(proposed, filed),
    refused: proposed.refused,
    plan: proposed.plan,
    ...(proposed.thought === null ? {} : { thought: proposed.thought }),
    nextLookAt: proposed.nextLookAt,
    ...noteOf(turn, proposed),
  });

/** The plan as it was filed; for a held-out case, as it would have been. */
const stepsOf = (proposed: Proposed, filed: readonly Proposal[]): FiledStep[] =>
  proposed.accepted.map(({ draft }, ordinal) => ({
    ordinal,
    step: draft.step,
    tool: draft.tool,
    proposalId: filed.find((proposal) => proposal.ordinal === ordinal)?.id ?? null,
  }));

const noteOf = (turn: Turn, { note }: Proposed): { readonly note?: string } => {
  const notes = [
    ...(isHeldOut(turn) ? ['held out: nothing was filed'] : []),
    ...(note === null ? [] : [note]),
  ];
  return notes.length === 0 ? {} : { note: notes.join('; ') };
};
