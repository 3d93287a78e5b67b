import type { PlannedStep } from '../../playbooks/steps.ts';
import type { Admission } from '../admit.ts';
import {
  judge,
  previewOf,
  refusal,
  withRationale,
  type Composition,
  type ReasonedDraft,
} from './judge.ts';
import type { Act, Move } from './move.ts';
import { answerTo, KEPT, type Fate, type StepAnswer } from './step-answer.ts';
import { beside, distinct } from './topic.ts';

export type { Composition, ReasonedDraft } from './judge.ts';

/** A step of the plan by rules, kept beside what was filed. */
export interface PlanFate {
  readonly step: string;
  readonly tool: string;
  readonly mandatory: boolean;
  readonly fate: Fate;
  /** Why it was declined, in the model's own words. */
  readonly why?: string;
}

export interface Composed {
  readonly drafts: readonly ReasonedDraft[];
  readonly refused: Admission['refused'];
  readonly fates: readonly PlanFate[];
}

/** More at once than this is no plan. */
const MOST = 8;

/**
 * Whether the moves fit together: each step of the plan is done one way, and nothing is both done and declined.
 * `null` when they do. What does not is a fault of the model, and the plan is decided by rules.
 */
export const contradiction = (moves: readonly Move[]): string | null => {
  if (moves.length === 0) return 'it asked for nothing and declined nothing';
  const all = moves.some(({ kind, step }) => kind === 'decline' && step === null);
  if (all && moves.some(({ kind }) => kind !== 'decline'))
    return 'it declined everything and asked for something';
  const steps = moves.flatMap(({ step }) => step ?? []);
  const twice = steps.find((step, index) => steps.indexOf(step) !== index);
  return twice === undefined ? null : `it answered step \`${twice}\` more than once`;
};

/**
 * What is filed of a model's moves. Pure, and safe whatever they are: mandatory steps are filed as planned; silence keeps
 * a step; in `hybrid` nothing goes beyond the plan; after text of outsiders a declined step is filed and waits for a
 * person. What cannot be filed is refused with the reason, and the plan's own step stands in its place.
 */
export const compose = (composition: Composition): Composed => {
  const { plan, moves, mode } = composition;
  const own = mode === 'agent' ? judge(distinct(ownDrafts(composition)), composition) : NONE;
  const answers = new Map(plan.map((step) => [step.step, answerTo(step, composition, own.drafts)]));
  const fates = plan.map((step) => fateOf(step, answers.get(step.step) ?? KEPT));
  const strangers = mode === 'agent' ? [] : moves.flatMap((move) => stranger(move, plan));
  const planned = inOrder(plan, moves).flatMap(({ step }) => answers.get(step)?.drafts ?? []);
  const added = beside(planned, own.drafts, (entry) => previewOf(entry, composition).outward);
  const drafts = [...planned, ...added.drafts];
  return {
    drafts: drafts.slice(0, MOST + plan.length),
    refused: [
      ...[...answers.values()].flatMap(({ refused }) => refused),
      ...own.refused,
      ...added.twice.map(({ draft }) => refusal(draft, 'somebody is written to about it already')),
      ...strangers,
      ...drafts
        .slice(MOST + plan.length)
        .map(({ draft }) => refusal(draft, 'a round asks for no more than so much')),
    ],
    fates,
  };
};

/** What an agent asks for beyond the steps of the plan. */
const ownDrafts = ({ plan, moves }: Composition): readonly PlannedStep[] =>
  moves.flatMap((move) =>
    move.kind === 'act' && !plan.some(({ step }) => step === move.step) ? [ownDraft(move)] : [],
  );

const NONE = { drafts: [], refused: [] };

const fateOf = ({ step, tool, mandatory }: PlannedStep, { fate, why }: StepAnswer): PlanFate => ({
  step,
  tool,
  mandatory: mandatory === true,
  fate,
  ...(why === undefined ? {} : { why }),
});

const ownDraft = ({ tool, args, step, why }: Act): PlannedStep => ({
  step: step ?? `own-${tool.replaceAll('_', '-')}`,
  tool,
  args,
  reason: withRationale('', why),
});

const stranger = (move: Move, plan: readonly PlannedStep[]): Admission['refused'] => {
  if (move.step === null && move.kind === 'decline') return [];
  if (plan.some(({ step }) => step === move.step)) return [];
  const tool = move.kind === 'act' ? move.tool : '-';
  return [
    { step: move.step ?? '-', tool, reason: 'the plan has no such step, and `hybrid` adds none' },
  ];
};

/** As the model put them; what it did not speak of stands before, in the order of the plan. */
const inOrder = (plan: readonly PlannedStep[], moves: readonly Move[]): PlannedStep[] => {
  const place = (step: PlannedStep) =>
    moves.findIndex((move) => move.kind !== 'decline' && move.step === step.step);
  return plan.toSorted((a, b) => place(a) - place(b));
};
