import { z } from 'zod';
import type { CaseReason } from '../domain/case.ts';
import { definePlaybook, type Opening, type Situation } from './define.ts';
import {
  alertIn,
  arrOf,
  asNumber,
  asText,
  contactFor,
  hasLeft,
  knownList,
  trustedNumber,
} from './reading.ts';
import {
  findContactStep,
  inDays,
  stillToDo,
  taskStep,
  toolStep,
  type PlannedStep,
} from './steps.ts';

const parameters = z.strictObject({
  /** Tiers of U2: from where a person and a message come in, and from where a discount is offered. */
  highFrom: z.int().min(1).max(100).default(50),
  criticalFrom: z.int().min(1).max(100).default(75),
  /** Below this the risk is over; lower than `highFrom`, so that a case does not flap. */
  clearsBelow: z.int().min(0).max(100).default(40),
  discountBasisPoints: z.int().min(100).max(3000).default(2000),
  discountMonths: z.int().min(1).max(12).default(3),
  taskBusinessDays: z.int().min(0).max(30).default(1),
  lookAgainDays: z.int().min(1).max(90).default(7),
  /**
   * Whether an account of which too little is known may get a task to complete its data. Off unless asked for: a feed
   * that fell silent makes all accounts unknown at once, and that is one task for one person, not one an account.
   */
  dataTasks: z.boolean().default(false),
});

type Parameters = z.infer<typeof parameters>;

/** The subject of a case that asks for data and for nothing else. */
export const DATA = 'data';

const CONFIDANTS = ['champion', 'admin', 'budget_owner', 'executive'];

export default definePlaybook<Parameters>({
  id: 'churn-save',
  title: 'Save an account that is slipping',
  covers: ['U2', 'C6'],
  agent: 'cs',
  class: 'save',
  story:
    'An Enterprise customer stops using the advanced reporting it asked for. Logins halve over three weeks. Nobody ' +
    'notices, because it still pays. 60 days later it cancels: "we made the decision 6 weeks ago".',
  parameters,
  holdout: 1000,
  tools: ['open_task', 'send_template', 'offer_save_discount'],
  reliesOn: { churn_risk_supported: 15, mrr: 'exact' },
  when: (situation, given) => {
    if (hasLeft(situation)) return [];
    const reasons = [...riskReasons(situation, given), ...alertReasons(situation)];
    if (reasons.length > 0) return [opening(situation, given, reasons)];
    return given.dataTasks ? dataOpening(situation) : [];
  },
  clears: (entry, situation, given) => {
    if (hasLeft(situation)) return 'the account has left';
    const churn = situation.scores['churn_risk'];
    if (entry.subject === DATA)
      return churn?.status === 'unknown' ? null : 'enough is known to rate the account';
    // `value` and not `supported`: an input that went missing must not end a save.
    const isCalm = churn?.status === 'known' && churn.value < given.clearsBelow;
    return isCalm && alertReasons(situation).length === 0
      ? `churn risk is back at ${churn.value}`
      : null;
  },
  plan: (entry, situation, past, given) => ({
    proposals: stillToDo(
      entry.subject === DATA ? [completeData(situation)] : saveSteps(situation, given),
      past,
    ),
    nextLookAt: inDays(situation, entry.subject === DATA ? 30 : given.lookAgainDays),
  }),
  measure: { outcome: 'still a customer', withinDays: 90 },
});

const riskReasons = (situation: Situation, given: Parameters): CaseReason[] => {
  const churn = situation.scores['churn_risk'];
  if (churn?.status !== 'known' || churn.supported < given.highFrom) return [];
  const tier = churn.supported >= given.criticalFrom ? 'critical' : 'high';
  return [{ input: 'churn_risk', text: `churn risk is ${tier}` }, ...decliningMetrics(situation)];
};

/** Whatever is known to raise the risk, however high it is. */
const decliningMetrics = ({ scores }: Situation): CaseReason[] =>
  (scores['churn_risk']?.contributions ?? [])
    .filter((line) => line.known && line.points > 0)
    .map((line) => ({ input: line.input, text: line.reason }));

/** The alerts of C6, with the metrics that declined: a drop in a week, a slow leak, a feature they wanted and left. */
const alertReasons = (situation: Situation): CaseReason[] => [
  ...declineReasons(situation, 'health_drop', 'health dropped'),
  ...declineReasons(situation, 'health_slow_decline', 'health has been leaking'),
  ...knownList(situation.facts, 'sudden_drop').map((drop) => ({
    input: 'sudden_drop',
    text: `\`${asText(drop['metric'])}\` fell ${Math.round(-(asNumber(drop['change']) ?? 0) / 100)} % within a week`,
  })),
  ...knownList(situation.facts, 'abandoned_feature').map((feature) => ({
    input: 'abandoned_feature',
    text: `${asText(feature['name'])}, which they ${boughtWord(feature['kind'])}, has not been used for ${asNumber(feature['quietDays']) ?? 0} days`,
  })),
];

const boughtWord = (kind: unknown): string => (kind === 'sold' ? 'were sold' : 'asked for');

const declineReasons = (situation: Situation, fact: string, words: string): CaseReason[] => {
  const alert = alertIn(situation.facts[fact]);
  if (alert === null) return [];
  const headline = { input: fact, text: `${words} by ${alert.points} points since ${alert.since}` };
  return [headline, ...alert.reasons.map((text) => ({ input: fact, text }))];
};

const opening = (
  situation: Situation,
  given: Parameters,
  reasons: readonly CaseReason[],
): Opening => ({
  subject: 'account',
  period: situation.today,
  urgency: urgencyOf(situation, given),
  arrAtRisk: arrOf(situation),
  reasons,
});

/** Critical 90 and up, high 60 and up, an alert alone 50; a renewal within 90 days adds up to 10. */
const urgencyOf = (situation: Situation, given: Parameters): number => {
  const churn = situation.scores['churn_risk'];
  const risk = churn?.status === 'known' ? churn.supported : 0;
  const ground = risk >= given.criticalFrom ? 90 : risk >= given.highFrom ? 60 : 50;
  const days = asNumber(situation.facts['days_to_renewal']?.value ?? undefined);
  const renewal = days !== null && days >= 0 && days <= 90 ? Math.round((90 - days) / 9) : 0;
  return Math.min(100, ground + renewal);
};

/** Only where the account could be rated before: a source fell silent. What was never known is no news. */
const dataOpening = (situation: Situation): Opening[] => {
  const churn = situation.scores['churn_risk'];
  if (churn?.status !== 'unknown' || !wasRated(situation)) return [];
  const text =
    churn.note ?? `only ${Math.round(churn.coverage / 100)} % of what churn risk needs is known`;
  return [
    {
      subject: DATA,
      period: situation.today,
      // The lowest urgency there is: data is completed when nobody is at risk.
      urgency: 1,
      arrAtRisk: arrOf(situation),
      reasons: [{ input: 'churn_risk', text }],
    },
  ];
};

const wasRated = ({ history }: Situation): boolean =>
  (history['churn_risk'] ?? []).some(({ score }) => score.status === 'known');

const completeData = (situation: Situation): PlannedStep => {
  const churn = situation.scores['churn_risk'];
  const missing =
    churn?.contributions.filter((line) => !line.known).map((line) => line.reason) ?? [];
  const task = { kind: 'complete_data', dueBusinessDays: 10, cites: ['arr'], remarks: missing };
  return taskStep('complete-data', task, 'too little is known of the account to rate it');
};

const saveSteps = (situation: Situation, given: Parameters): PlannedStep[] => {
  const risk = riskReasons(situation, given);
  const contactId = contactFor(situation.facts, CONFIDANTS);
  return [
    alertManager([...risk, ...alertReasons(situation), ...decliningMetrics(situation)], given),
    ...(risk.length > 0 ? [checkIn(contactId)] : []),
    ...(isCritical(situation, given) ? [discount(contactId, given)] : []),
    ...(risk.length > 0 && contactId === null
      ? [findContactStep('nobody can be asked how they are', given.taskBusinessDays)]
      : []),
  ];
};

const alertManager = (reasons: readonly CaseReason[], given: Parameters): PlannedStep => {
  const remarks = [...new Set(reasons.map(({ text }) => text))];
  return taskStep(
    'alert',
    {
      kind: 'alert_account_manager',
      dueBusinessDays: given.taskBusinessDays,
      cites: ['arr', 'days_to_renewal'],
      remarks,
    },
    remarks.join('; '),
    true,
  );
};

const checkIn = (contactId: string | null): PlannedStep =>
  toolStep(
    'check-in',
    'send_template',
    { contactId, templateId: 'check-in' },
    'ask how they are before they decide',
  );

/** Money rests on server data alone: a browser may raise the alarm, not the discount. */
const isCritical = (situation: Situation, given: Parameters): boolean =>
  situation.scores['churn_risk']?.status === 'known' &&
  (trustedNumber(situation.facts, 'churn_risk_supported') ?? 0) >= given.criticalFrom;

const discount = (contactId: string | null, given: Parameters): PlannedStep =>
  toolStep(
    'save-discount',
    'offer_save_discount',
    { contactId, basisPoints: given.discountBasisPoints, months: given.discountMonths },
    'churn is imminent; a person applies the discount if they accept',
  );
