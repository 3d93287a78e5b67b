import type { JsonObject } from '../domain/json.ts';
import type { DealKind, ProposalDraft } from '../domain/proposal.ts';
import { addDays, endOfDay, type Instant } from '../domain/time.ts';
import type { PastStep, Situation } from './define.ts';

export type PlannedStep = ProposalDraft & { readonly step: string };

/** A step that a person refused is refused for the whole case; one that was only in the way may be asked for again. */
export const OVER: ReadonlySet<string> = new Set([
  'proposed',
  'held',
  'pending_approval',
  'approved',
  'permitted',
  'rejected',
  'done',
]);

/** Steps of the plan that were not taken yet, in order. */
export const stillToDo = (
  steps: readonly PlannedStep[],
  past: readonly PastStep[],
): PlannedStep[] =>
  steps.filter(
    ({ step }) => !past.some((earlier) => earlier.step === step && OVER.has(earlier.status)),
  );

/** The end of the day some days on: a plan goes on with whole days, like the data it rests on. */
export const inDays = (situation: Situation, days: number): Instant =>
  endOfDay(situation.config.zone, addDays(situation.today, days));

interface TaskArgs {
  readonly kind: string;
  readonly dueBusinessDays: number;
  readonly cites: readonly string[];
  readonly remarks: readonly string[];
}

/** A human task as a step. Its remarks are shortened to what the tool takes. */
export const taskStep = (
  step: string,
  task: TaskArgs,
  reason: string,
  mandatory = false,
): PlannedStep => ({
  step,
  tool: 'open_task',
  args: { ...task, remarks: task.remarks.slice(0, 12).map((remark) => remark.slice(0, 300)) },
  reason,
  mandatory,
});

export const toolStep = (
  step: string,
  tool: string,
  args: JsonObject,
  reason: string,
): PlannedStep => ({
  step,
  tool,
  args,
  reason,
});

/** Where nobody can be written to, somebody is asked to find out who could. */
export const findContactStep = (why: string, dueBusinessDays: number): PlannedStep =>
  taskStep(
    'find-contact',
    { kind: 'find_contact', dueBusinessDays, cites: [], remarks: [`no recipient: ${why}`] },
    'the account has no contact to write to',
  );

interface DealSteps {
  /** Arguments of `track_deal`, but for the stage. */
  readonly deal: JsonObject & { readonly kind: DealKind };
  /** Why the need was seen. */
  readonly found: string;
  /** The step by which the customer is offered it, and the words for that. */
  readonly offer: { readonly step: string; readonly reason: string };
}

/**
 * A deal stands in the pipeline from when the need was seen, and moves on once the offer went out. None where the
 * tenant's files name no stages for playbooks.
 */
export const dealSteps = (
  { config }: Situation,
  past: readonly PastStep[],
  { deal, found, offer }: DealSteps,
): PlannedStep[] => {
  const automation = config.deals?.automation ?? null;
  if (automation === null) return [];
  const wasOffered = past.some(({ step, status }) => step === offer.step && status === 'done');
  const at = (step: string, stage: string, reason: string) =>
    toolStep(step, 'track_deal', { ...deal, stage }, reason);
  return [
    at('deal-found', automation.found, found),
    ...(wasOffered ? [at('deal-offered', automation.offered, offer.reason)] : []),
  ];
};

/** Whole days until the next look: one where something is offered in this round, so that its deal does not lag. */
export const lookAgainIn = (
  { config }: Situation,
  proposals: readonly PlannedStep[],
  offerStep: string,
  usual: number,
): number =>
  (config.deals?.automation ?? null) !== null && proposals.some(({ step }) => step === offerStep)
    ? 1
    : usual;
