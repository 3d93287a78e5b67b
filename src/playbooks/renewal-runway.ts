import { z } from 'zod';
import type { CaseReason } from '../domain/case.ts';
import type { Facts } from '../domain/fact.ts';
import { addDays, daysBetween, dayIn, endOfDay, type Instant } from '../domain/time.ts';
import type { Case } from '../domain/case.ts';
import { renewalsOf, type Renewal } from '../tools/act/commercial.ts';
import { definePlaybook, type PastStep, type Situation } from './define.ts';
import { alertIn, arrOf, contactFor, hasLeft } from './reading.ts';
import {
  dealSteps,
  findContactStep,
  inDays,
  lookAgainIn,
  stillToDo,
  taskStep,
  toolStep,
  type PlannedStep,
} from './steps.ts';

const parameters = z.strictObject({
  /** Renewals this close are listed and rated, and the declining ones get a check-in. */
  withinDays: z.int().min(7).max(365).default(90),
  conversationDays: z.int().min(1).max(180).default(30),
  /** A renewal rated below is declining; it has recovered from `recoveredFrom` on. */
  decliningBelow: z.int().min(1).max(100).default(50),
  recoveredFrom: z.int().min(1).max(100).default(60),
  taskBusinessDays: z.int().min(0).max(30).default(5),
  lookAgainDays: z.int().min(1).max(90).default(7),
});

type Parameters = z.infer<typeof parameters>;

const SIGNATORIES = ['budget_owner', 'executive', 'champion', 'admin'];

/** One renewal ahead with its rating, for the list that billing keeps. */
export interface RatedRenewal extends Renewal {
  readonly accountId: string;
  /** Rating on what is known, 0–100, higher better; `null` while it is not known. */
  readonly rating: number | null;
  readonly declining: boolean;
}

/** Every renewal within the tenant's window, rated, whether it declines or not. */
export const rateRenewals = (situation: Situation): RatedRenewal[] =>
  rateWith(
    situation,
    parameters.parse(situation.config.playbooks['renewal-runway']?.parameters ?? {}),
  );

const rateWith = (situation: Situation, given: Parameters): RatedRenewal[] => {
  const score = situation.scores['renewal_rating'];
  const rating = score?.status === 'known' ? score.supported : null;
  const declining = decliningReasons(situation, given.decliningBelow).length > 0;
  return renewalsOf(situation.facts)
    .filter(({ days }) => days >= 0 && days <= given.withinDays)
    .map((renewal) => ({ ...renewal, accountId: situation.accountId, rating, declining }));
};

export default definePlaybook<Parameters>({
  id: 'renewal-runway',
  title: 'Ninety days before the renewal',
  covers: ['C7'],
  agent: 'cs',
  class: 'save',
  story:
    'An annual contract renews in 2 weeks. The CSM calls for the first time in 3 months: "we have been meaning to talk ' +
    'to you about some issues". There is no time to fix anything, and the customer leaves.',
  parameters,
  holdout: 1000,
  tools: ['open_task', 'send_template', 'track_deal'],
  reliesOn: { renewal: 'exact' },
  when: (situation, given) => {
    if (hasLeft(situation)) return [];
    const reasons = decliningReasons(situation, given.decliningBelow);
    return rateWith(situation, given)
      .filter(({ declining }) => declining)
      .map((renewal) => ({
        subject: renewal.contractId,
        period: renewal.renewsOn,
        urgency: urgencyOf(renewal.days),
        arrAtRisk: renewal.annualValue ?? arrOf(situation),
        reasons: [{ input: 'renewals', text: `renews on ${renewal.renewsOn}` }, ...reasons],
      }));
  },
  clears: (entry, situation, given) => {
    if (hasLeft(situation)) return 'the account has left';
    if (situation.today >= entry.period) return 'the renewal date has come';
    const isKnown =
      situation.facts['renewals']?.trustedValue !== undefined &&
      situation.facts['renewals'].trustedValue !== null;
    const renewal = renewalOf(entry, situation.facts);
    if (isKnown && renewal === null) return 'the contract was renewed or ended';
    if (renewal !== null && renewal.days > given.withinDays)
      return `it now renews on ${renewal.renewsOn}`;
    return hasRecovered(situation, given) ? 'the account is no longer declining' : null;
  },
  plan: (entry, situation, past, given) => {
    const renewal = renewalOf(entry, situation.facts);
    if (renewal === null)
      return { proposals: [], nextLookAt: inDays(situation, given.lookAgainDays) };
    const steps = [
      ...stagesFor(entry, renewal, situation, given),
      ...trackDeal(renewal, situation, past),
    ];
    const proposals = stillToDo(steps, past);
    const days = lookAgainIn(situation, proposals, 'renewal-invitation', given.lookAgainDays);
    return { proposals, nextLookAt: nextStage(renewal, situation, given, days) };
  },
  measure: { outcome: 'renewed', withinDays: 120 },
});

/** Why the account behind a renewal is declining; none while it is not, or while too little is known to say so. */
const decliningReasons = (situation: Situation, below: number): CaseReason[] => {
  const rating = situation.scores['renewal_rating'];
  const isLow = rating?.status === 'known' && rating.supported < below;
  const lines = isLow ? rating.contributions.filter((line) => line.known && line.points < 0) : [];
  return [
    ...(isLow
      ? [{ input: 'renewal_rating', text: `the renewal is rated ${rating.supported} of 100` }]
      : []),
    ...lines.map((line) => ({ input: line.input, text: line.reason })),
    ...['health_drop', 'health_slow_decline'].flatMap((fact) => {
      const alert = alertIn(situation.facts[fact]);
      return alert === null
        ? []
        : [{ input: fact, text: `health fell by ${alert.points} points since ${alert.since}` }];
    }),
  ];
};

/** On `value`, which only falls when data goes missing: nobody recovers by falling silent. */
const hasRecovered = (situation: Situation, given: Parameters): boolean => {
  const rating = situation.scores['renewal_rating'];
  const isGood = rating?.status === 'known' && rating.value >= given.recoveredFrom;
  return isGood && decliningReasons(situation, given.decliningBelow).length === 0;
};

const renewalOf = (entry: Case, facts: Facts): Renewal | null =>
  renewalsOf(facts).find(({ contractId }) => contractId === entry.subject) ?? null;

/** 55 at 90 days, 95 in the last two weeks. */
const urgencyOf = (days: number): number =>
  days <= 14 ? 95 : days <= 30 ? 85 : days <= 60 ? 70 : 55;

/**
 * The stages that have come: executive check-in from 90 days, the conversation from 30. The value review at 60 days
 * has its place between them. Found late, what is left is done at once, and the task says that the plan was shortened.
 */
const stagesFor = (
  entry: Case,
  renewal: Renewal,
  situation: Situation,
  given: Parameters,
): PlannedStep[] => {
  const remarks = [
    `renews on ${renewal.renewsOn}, ${renewal.days} days from now`,
    ...compressedRemark(entry, renewal, situation, given),
    ...decliningReasons(situation, given.decliningBelow).map(({ text }) => text),
  ];
  const checkIn = executiveCheckIn(remarks, dueWithin(renewal.days, given.taskBusinessDays));
  return renewal.days > given.conversationDays
    ? [checkIn]
    : [
        checkIn,
        ...conversation(
          renewal,
          situation,
          remarks,
          dueWithin(renewal.days, given.taskBusinessDays),
        ),
      ];
};

const compressedRemark = (
  entry: Case,
  renewal: Renewal,
  situation: Situation,
  given: Parameters,
): string[] => {
  const foundDays = daysBetween(dayIn(situation.config.zone, entry.openedAt), renewal.renewsOn);
  // A week of grace: the first daily run after the line of 90 days is not late.
  if (foundDays > given.withinDays - 7) return [];
  const left =
    foundDays <= given.conversationDays
      ? 'check-in and conversation happen at once'
      : 'the check-in happens now';
  return [
    `found ${foundDays} days before the renewal instead of ${given.withinDays}: the plan is compressed, ${left}`,
  ];
};

const dueWithin = (days: number, usual: number): number =>
  Math.max(0, Math.min(usual, Math.floor(days / 7)));

const executiveCheckIn = (remarks: readonly string[], dueBusinessDays: number): PlannedStep =>
  taskStep(
    'executive-check-in',
    { kind: 'executive_check_in', dueBusinessDays, cites: ['arr', 'plan'], remarks },
    remarks.join('; '),
    true,
  );

const conversation = (
  renewal: Renewal,
  situation: Situation,
  remarks: readonly string[],
  dueBusinessDays: number,
): PlannedStep[] => {
  const contactId = contactFor(situation.facts, SIGNATORIES);
  const task = {
    kind: 'renewal_conversation',
    dueBusinessDays,
    cites: ['arr', 'plan', 'seats'],
    remarks,
  };
  return [
    taskStep('renewal-conversation', task, remarks.join('; '), true),
    toolStep(
      'renewal-invitation',
      'send_template',
      { contactId, templateId: 'renewal-conversation' },
      `the contract renews on ${renewal.renewsOn}`,
    ),
    ...(contactId === null
      ? [findContactStep('nobody can be asked about the renewal', dueBusinessDays)]
      : []),
  ];
};

/** The renewal stands in the pipeline with what it is worth, and moves on once the customer was asked to talk. */
const trackDeal = (
  renewal: Renewal,
  situation: Situation,
  past: readonly PastStep[],
): PlannedStep[] =>
  dealSteps(situation, past, {
    deal: { kind: 'renewal', contractId: renewal.contractId },
    found: `the contract renews on ${renewal.renewsOn}`,
    offer: { step: 'renewal-invitation', reason: 'the customer was asked to talk about it' },
  });

const nextStage = (
  renewal: Renewal,
  situation: Situation,
  given: Parameters,
  days: number,
): Instant => {
  const soon = inDays(situation, days);
  if (renewal.days <= given.conversationDays) return soon;
  const stage = endOfDay(
    situation.config.zone,
    addDays(renewal.renewsOn, -given.conversationDays - 1),
  );
  return stage < soon ? stage : soon;
};
