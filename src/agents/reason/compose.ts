import { canonicalJson, type JsonObject } from '../../domain/json.ts';
import type { Facts } from '../../domain/fact.ts';
import type { Preview } from '../../domain/proposal.ts';
import { OVER, type PlannedStep } from '../../playbooks/steps.ts';
import type { PreviewInput } from '../../tools/act/define.ts';
import type { PastProposal } from '../../tools/read/define.ts';
import { admit, type AcceptedDraft, type Admission, type Admitting } from '../admit.ts';
import { ungrounded } from './grounds.ts';
import type { Move } from './move.ts';
import { beside, distinct, topicOf } from './topic.ts';

/** A draft with what a policy wants to know of how a model came to it. */
export interface ReasonedDraft extends AcceptedDraft {
  readonly ungrounded: readonly string[];
  readonly declined: string | null;
}

/** What became of a step of the plan. `waits`: it was declined, and a person says whether it is dropped. */
export type Fate = 'kept' | 'changed' | 'declined' | 'waits';

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

export interface Composition extends Admitting {
  readonly mode: 'agent' | 'hybrid';
  readonly plan: readonly PlannedStep[];
  readonly moves: readonly Move[];
  /** The case has read text of outsiders, now or before. */
  readonly readUntrusted: boolean;
  readonly facts: Facts;
  readonly preview: PreviewInput;
  /** What was asked for in earlier rounds of the case. */
  readonly past: readonly PastProposal[];
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

interface StepAnswer {
  readonly fate: Fate;
  readonly why?: string;
  readonly drafts: readonly ReasonedDraft[];
  readonly refused: Admission['refused'];
}

const KEPT: StepAnswer = { fate: 'kept', drafts: [], refused: [] };
const COVERED: StepAnswer = { fate: 'changed', drafts: [], refused: [] };

const fateOf = ({ step, tool, mandatory }: PlannedStep, { fate, why }: StepAnswer): PlanFate => ({
  step,
  tool,
  mandatory: mandatory === true,
  fate,
  ...(why === undefined ? {} : { why }),
});

const answerTo = (
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

type Act = Extract<Move, { kind: 'act' }>;

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

const previewOf = ({ tool, draft }: AcceptedDraft, { preview }: Composition): Preview =>
  tool.preview(draft.args, preview);

/** Lets through what exists and was not asked for already. */
const judge = (
  drafts: readonly PlannedStep[],
  composition: Composition,
): { readonly drafts: readonly ReasonedDraft[]; readonly refused: Admission['refused'] } => {
  const { accepted, refused } = admit(drafts, composition);
  const judged = accepted.map((entry) => ({ entry, objection: objectionTo(entry, composition) }));
  return {
    drafts: judged.flatMap(({ entry, objection }) =>
      objection === null
        ? [
            {
              ...entry,
              ungrounded: ungrounded(entry.draft, {
                ...composition,
                contacts: composition.preview.contacts,
              }),
              declined: null,
            },
          ]
        : [],
    ),
    refused: [
      ...refused,
      ...judged.flatMap(({ entry, objection }) =>
        objection === null ? [] : [refusal(entry.draft, objection)],
      ),
    ],
  };
};

const objectionTo = (entry: AcceptedDraft, composition: Composition): string | null => {
  const deed = canonicalJson(entry.draft.args);
  const before = composition.past.find(
    ({ tool, args, status }) =>
      tool === entry.tool.id && OVER.has(status) && canonicalJson(args) === deed,
  );
  if (before !== undefined) return `it was asked for before, and is ${before.status}`;
  const { problems } = previewOf(entry, composition);
  return problems.length === 0 ? null : problems.join('; ');
};

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

/** What a model says of its reasons is told apart from the facts, and after them. */
const withRationale = (reason: string, why: string | undefined): string =>
  [reason, why === undefined || why === '' ? '' : `the model’s rationale: “${why}”`]
    .filter((part) => part !== '')
    .join('; ');

const refusal = (
  { step, tool }: { readonly step: string; readonly tool: string },
  reason: string,
) => ({
  step,
  tool,
  reason,
});
