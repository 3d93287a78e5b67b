import { canonicalJson, type JsonObject } from '../../domain/json.ts';
import type { PlannedStep } from '../../playbooks/steps.ts';
import { admit, type Admission } from '../admit.ts';
import {
  judge,
  previewOf,
  refusal,
  withRationale,
  type Composition,
  type ReasonedDraft,
} from './judge.ts';
import type { Act, Move } from './move.ts';
import { topicOf } from './topic.ts';

/** What became of a step of the plan. `waits`: it was declined, and a person says whether it is dropped. */
export type Fate = 'kept' | 'changed' | 'declined' | 'waits';

export interface StepAnswer {
  readonly fate: Fate;
  readonly why?: string;
  readonly drafts: readonly ReasonedDraft[];
  readonly refused: Admission['refused'];
}

export const KEPT: StepAnswer = { fate: 'kept', drafts: [], refused: [] };
const COVERED: StepAnswer = { fate: 'changed', drafts: [], refused: [] };

/** What becomes of one step of the plan. Pure. */
export const answerTo = (
  step: PlannedStep,
  composition: Composition,
  own: readonly ReasonedDraft[],
): StepAnswer => {
  const named = composition.moves.find((one) => one.step === step.step);
  const isCovered = own.some(({ draft }) => topicOf(draft) === topicOf(step));
  if (named === undefined && isCovered && step.mandatory !== true) return COVERED;
  const move = named ?? wholesale(step, composition);
  if (move === undefined || move.kind === 'keep') return asPlanned(step, composition, move?.why);
  if (step.mandatory === true)
    return setAside(step, composition, 'it is mandatory, and is done as planned');
  return move.kind === 'decline'
    ? declined(step, move.why, composition)
    : changed(step, move, composition);
};

/** A decline of everything; and where nothing of the plan was handed over, what nothing asked for comes near. */
const wholesale = (step: PlannedStep, { moves, mode }: Composition): Move | undefined => {
  const all = moves.find((move) => move.kind === 'decline' && move.step === null);
  if (all !== undefined) return all;
  if (mode === 'hybrid' || step.mandatory === true) return undefined;
  return { kind: 'decline', step: step.step, why: 'nothing like it was asked for' };
};

const asPlanned = (step: PlannedStep, composition: Composition, why?: string): StepAnswer => {
  const { accepted, refused } = admit([step], composition);
  const drafts = accepted.map(({ draft, tool }) => ({
    draft: { ...draft, reason: withRationale(draft.reason, why) },
    tool,
    ungrounded: [],
    declined: null,
  }));
  return { fate: 'kept', drafts, refused, ...(why === undefined ? {} : { why }) };
};

const setAside = (step: PlannedStep, composition: Composition, reason: string): StepAnswer => {
  const kept = asPlanned(step, composition);
  return { ...kept, refused: [...kept.refused, refusal(step, reason)] };
};

const declined = (step: PlannedStep, why: string, composition: Composition): StepAnswer => {
  if (!composition.readUntrusted) return { fate: 'declined', why, drafts: [], refused: [] };
  const { drafts, refused } = asPlanned(step, composition);
  return {
    fate: 'waits',
    why,
    refused,
    drafts: drafts.map((entry) => ({ ...entry, declined: why || 'no reason was given' })),
  };
};

const changed = (step: PlannedStep, move: Act, composition: Composition): StepAnswer => {
  if (move.tool !== step.tool) {
    return setAside(
      step,
      composition,
      `it was to be done by \`${move.tool}\`, and the plan does it by \`${step.tool}\``,
    );
  }
  const draft = {
    step: step.step,
    tool: move.tool,
    args: move.args,
    reason: withRationale(step.reason, move.why),
  };
  const { drafts, refused } = judge([draft], composition);
  const [entry] = drafts;
  if (entry === undefined) {
    const kept = asPlanned(step, composition);
    return { ...kept, refused: [...refused, ...kept.refused] };
  }
  if (canonicalJson(entry.draft.args) === canonicalJson(asRead(step, composition)))
    return asPlanned(step, composition, move.why);
  const objection = beyond(step, entry, composition);
  return objection === null
    ? { fate: 'changed', why: move.why, drafts, refused }
    : setAside(step, composition, objection);
};

const asRead = (step: PlannedStep, composition: Composition): JsonObject =>
  admit([step], composition).accepted[0]?.draft.args ?? step.args;

/** Softening goes one way: less money, smaller figures where money is in play, and nothing less of work in the house. */
const beyond = (
  step: PlannedStep,
  entry: ReasonedDraft,
  composition: Composition,
): string | null => {
  const planned = admit([step], composition).accepted[0];
  if (planned === undefined) return null;
  const [was, is] = [previewOf(planned, composition), previewOf(entry, composition)];
  if (!is.outward && composition.readUntrusted)
    return 'after text of outsiders was read, work in the house is done as planned';
  if (
    (is.money?.minor ?? 0) > (was.money?.minor ?? 0) ||
    is.discountBasisPoints > was.discountBasisPoints
  )
    return 'it goes beyond the plan in money';
  const inPlay = is.money !== null || is.discountBasisPoints > 0;
  const grown = Object.entries(entry.draft.args).find(([name, value]) => {
    const before = (planned.draft.args as Readonly<Record<string, unknown>>)[name];
    return typeof value === 'number' && typeof before === 'number' && value > before;
  });
  return inPlay && grown !== undefined ? `\`${grown[0]}\` goes beyond the plan` : null;
};
