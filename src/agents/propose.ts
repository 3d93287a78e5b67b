import type { Case, DecidingMode } from '../domain/case.ts';
import type { Instant } from '../domain/time.ts';
import type { PastStep, Plan, Playbook, Situation } from '../playbooks/define.ts';
import type { ActTool, PreviewInput } from '../tools/act/define.ts';
import type { PastProposal } from '../tools/read/define.ts';
import { admit, type Admission } from './admit.ts';
import type { Agent } from './define.ts';
import { compose, contradiction, type PlanFate, type ReasonedDraft } from './reason/compose.ts';
import type { Thought, ThoughtFault, Trace } from './reason/think.ts';

/** How an agent came to what it asks for, as it is kept with the round. */
export interface KeptThought extends Trace {
  readonly agent: string;
  readonly prompt: { readonly version: number; readonly hash: string };
  /** Why it came to nothing usable; then rules decided. */
  readonly fault: { readonly fault: ThoughtFault; readonly reason: string } | null;
}

/** What an agent asks for in a round, and what it asked for in vain. */
export interface Proposed {
  readonly accepted: readonly ReasonedDraft[];
  readonly refused: Admission['refused'];
  /** The plan by rules, with what became of each step. */
  readonly plan: readonly PlanFate[];
  readonly thought: KeptThought | null;
  /** The case has read text of outsiders, now or before. */
  readonly readUntrusted: boolean;
  readonly nextLookAt: Instant | null;
  /** `rules:<playbook>` or `model:<name>`. */
  readonly proposedBy: string;
  /** Where it was decided otherwise than the tenant set it, the reason. */
  readonly note: string | null;
}

export interface ProposeInput {
  readonly agent: Agent;
  readonly playbook: Playbook;
  readonly case: Case;
  readonly situation: Situation;
  readonly past: readonly PastStep[];
  readonly mode: DecidingMode;
  readonly tools: readonly ActTool[];
}

/** The playbook's own plan for one round. Pure. */
export const planByRules = ({
  playbook,
  case: entry,
  situation,
  past,
}: Omit<ProposeInput, 'mode'>): Plan => {
  const settings = situation.config.playbooks[playbook.id];
  const parameters = playbook.parameters.parse(settings?.parameters ?? {});
  return playbook.plan(entry, situation, past, parameters);
};

/** The plan as it is, with the reason where another mode was set. `tainted`: the case had read text of outsiders. */
export const proposeByRules = (
  input: ProposeInput,
  because: string | null,
  tainted = false,
): Proposed => {
  const plan = planByRules(input);
  const { accepted, refused } = admit(plan.proposals, input);
  return {
    accepted: accepted.map((entry) => ({ ...entry, ungrounded: [], declined: null })),
    refused,
    plan: plan.proposals.map(({ step, tool, mandatory }) => ({
      step,
      tool,
      mandatory: mandatory === true,
      fate: 'kept',
    })),
    thought: null,
    readUntrusted: tainted,
    nextLookAt: plan.nextLookAt,
    proposedBy: `rules:${input.playbook.id}`,
    note: because === null ? null : `${because}: decided by rules instead of \`${input.mode}\``,
  };
};

/** What a thought was thought of. */
export interface Reasoned extends ProposeInput {
  readonly mode: 'agent' | 'hybrid';
  readonly thought: Thought;
  /** An earlier round of the case had read text of outsiders. */
  readonly readUntrustedBefore: boolean;
  readonly preview: PreviewInput;
  /** What was asked for in earlier rounds of the case. */
  readonly asked: readonly PastProposal[];
}

/**
 * What is filed of a thought. Pure. Whatever is wrong with it, the plan by rules is what is filed, and the round says
 * so and why.
 */
export const proposeByThought = (input: Reasoned): Proposed => {
  const { thought, readUntrustedBefore } = input;
  const readUntrusted = readUntrustedBefore || thought.trace.untrusted.length > 0;
  const fault = faultOf(thought);
  const kept = keptThought(input, fault);
  if (!thought.ok || fault !== null) {
    const because = `the model gave no usable answer (${fault?.fault ?? 'malformed'}: ${fault?.reason ?? ''})`;
    return { ...proposeByRules(input, because, readUntrusted), thought: kept };
  }
  const plan = planByRules(input);
  const { drafts, refused, fates } = compose({
    ...input,
    plan: plan.proposals,
    moves: thought.moves,
    readUntrusted,
    facts: input.situation.facts,
    past: input.asked,
  });
  return {
    accepted: drafts,
    refused,
    plan: fates,
    thought: kept,
    readUntrusted,
    nextLookAt: plan.nextLookAt,
    proposedBy: `model:${thought.trace.model ?? 'unnamed'}`,
    note: declinedNote(fates),
  };
};

const faultOf = (thought: Thought): KeptThought['fault'] => {
  if (!thought.ok) return { fault: thought.fault, reason: thought.reason };
  const reason = contradiction(thought.moves);
  if (reason === null) return null;
  return { fault: thought.moves.length === 0 ? 'empty' : 'contradiction', reason };
};

const keptThought = ({ agent, thought }: Reasoned, fault: KeptThought['fault']): KeptThought => ({
  ...thought.trace,
  agent: agent.id,
  prompt: { version: agent.prompt.version, hash: agent.prompt.hash },
  fault,
});

const declinedNote = (fates: readonly PlanFate[]): string | null => {
  const of = (fate: PlanFate['fate']) =>
    fates.filter((one) => one.fate === fate).map(({ step }) => step);
  const notes = [
    ...(of('declined').length === 0 ? [] : [`the agent declined ${of('declined').join(', ')}`]),
    ...(of('waits').length === 0
      ? []
      : [
          `the agent declined ${of('waits').join(', ')} after reading text of outsiders: a person decides`,
        ]),
  ];
  return notes.length === 0 ? null : notes.join('; ');
};
