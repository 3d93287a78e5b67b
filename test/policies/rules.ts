import type { PolicyQuestion } from '../../src/policies/define.ts';
import type { Guards, GuardState } from '../../src/domain/decision.ts';
import type { Facts } from '../../src/domain/fact.ts';
import type { PlaybookClass } from '../../src/domain/case.ts';
import {
  aContact,
  aFact,
  aPreview,
  aProposal,
  aQuestion,
  aScore,
  OPEN_GUARDS,
} from './question.ts';

const guarded = (id: string, state: GuardState): Guards => ({
  ...OPEN_GUARDS,
  [id]: { state, reason: `${id} is ${state}` },
});

const ofClass = (proposalClass: PlaybookClass) => aProposal({ class: proposalClass });
const task = (changes: Parameters<typeof aProposal>[0] = {}) =>
  aProposal({
    tool: 'open_task',
    preview: aPreview({
      outward: false,
      category: 'internal',
      recipient: null,
      money: null,
      port: 'tasks',
    }),
    ...changes,
  });

export interface Row {
  readonly rule: string;
  readonly why: string;
  readonly question: PolicyQuestion;
  readonly verdict: 'forbid' | 'escalate' | 'permit';
}

const row = (
  rule: string,
  why: string,
  changes: Partial<PolicyQuestion>,
  verdict: Row['verdict'] = 'forbid',
): Row => ({
  rule,
  why,
  question: aQuestion(changes),
  verdict,
});

const facts = (changes: Facts) => ({ ...aQuestion().facts, ...changes });

const sellGuards = ['billing', 'incident', 'deletion', 'conversation', 'save'].flatMap((id) =>
  (['blocked', 'stale'] as const).map((state) =>
    row(`base.sell-${id}`, `${id} is ${state}`, { guards: guarded(id, state) }),
  ),
);

/** For each rule, questions to which it alone applies: the tests that fail when it is deleted. */
export const ROWS: readonly Row[] = [
  row('base.suspended', 'the tenant is suspended', {
    config: { ...aQuestion().config, suspended: true },
  }),
  row('base.holdout', 'the case is held out', { holdout: true }),
  row('base.ended', 'a save of a churned account', {
    lifecycle: 'churned',
    proposal: ofClass('save'),
  }),
  row('base.ended', 'collecting from an account under deletion', {
    lifecycle: 'deleting',
    proposal: ofClass('collect'),
  }),
  row('autonomy.observe', 'the ladder stands at observe', { rung: 'observe' }),
  row('autonomy.observe', 'a task at observe', { rung: 'observe', proposal: task() }),
  row('autonomy.approve', 'the ladder stands at approve', { rung: 'approve' }, 'escalate'),
  row('base.facts-age', 'a fact is 25 hours old', {
    facts: facts({ seats_used: aFact({ freshAt: '2026-03-03T09:00:00.000Z' }) }),
  }),
  row('base.facts-trusted', 'only a browser says so', {
    facts: facts({ seats_used: aFact({ trustedValue: null }) }),
  }),
  row('base.facts-trusted', 'a discount without money, on a browser’s word', {
    proposal: aProposal({ preview: aPreview({ money: null, discountBasisPoints: 500 }) }),
    facts: facts({ seats_used: aFact({ trustedValue: null }) }),
  }),
  row('base.recipient', 'nobody of the account, and a category that needs no consent', {
    recipient: null,
    proposal: aProposal({ preview: aPreview({ category: 'internal' }) }),
  }),
  row('base.suppressed', 'the address is suppressed', { suppressed: true }),
  row('base.consent', 'no consent to contract messages', {
    recipient: aContact({ consent: { service: true, contract: false, marketing: true } }),
  }),
  row('base.marketing', 'marketing with consent', {
    proposal: aProposal({ preview: aPreview({ category: 'marketing' }) }),
  }),
  row(
    'base.reply-waits',
    'they answered, and nobody has written to them since',
    { facts: facts({ reply_waiting: aFact({ value: true, trustedValue: true }) }) },
    'escalate',
  ),
  row(
    'base.untrusted-arguments',
    'text of outsiders was read, and an argument comes from nowhere',
    { proposal: aProposal({ readUntrusted: true, ungrounded: ['seats'] }) },
    'escalate',
  ),
  row(
    'base.prose',
    'a model wrote words that a person reads',
    {
      proposal: aProposal({
        proposedBy: 'model:scripted',
        preview: aPreview({
          message: {
            templateId: 'seat-offer',
            templateVersion: '1',
            language: 'en',
            subject: 'More seats',
            text: 'Hello Robin. All well?',
            words: { slot: 'prose', text: 'All well?' },
          },
        }),
      }),
    },
    'escalate',
  ),
  row(
    'base.declined',
    'a model declined the step',
    { proposal: aProposal({ declined: 'they are leaving anyway' }) },
    'escalate',
  ),
  row('base.contact-cap', 'nothing is left of the week', { contactsLeft: 0 }),
  row('base.touches-unknown', 'a save while touches are stale', {
    proposal: ofClass('save'),
    guards: guarded('touches', 'stale'),
  }),
  row('base.touches-unknown', 'informing while touches are stale', {
    proposal: ofClass('inform'),
    guards: guarded('touches', 'stale'),
  }),
  ...sellGuards,
  row('base.sell-touches', 'telling sales while touches are stale', {
    proposal: task(),
    guards: guarded('touches', 'stale'),
  }),
  row('base.sell-unhealthy', 'the account is not in a state to be sold to', {
    facts: facts({ sellable: aFact({ value: false, trustedValue: false }) }),
  }),
  row('base.sell-unhealthy', 'nobody knows', {
    facts: facts({ sellable: aFact({ value: null, trustedValue: null }) }),
  }),
  row('base.sell-unhealthy', 'the fact is missing', { facts: { seats_used: aFact() } }),
  row('base.sell-unhealthy', 'an amount is named, and only a browser says that all is well', {
    facts: facts({ sellable: aFact({ value: true, trustedValue: null }) }),
  }),
  row(
    'proposals.money',
    'a cent above the limit of the tier',
    { proposal: aProposal({ preview: aPreview({ money: { minor: 100_001, currency: 'USD' } }) }) },
    'escalate',
  ),
  row(
    'proposals.money',
    'a foreign amount above the limit at the rate of the day',
    { proposal: aProposal({ preview: aPreview({ money: { minor: 90_910, currency: 'EUR' } }) }) },
    'escalate',
  ),
  row(
    'proposals.money',
    'a tier without limits of its own',
    {
      tier: 'unheard-of',
      proposal: aProposal({ preview: aPreview({ money: { minor: 10_001, currency: 'USD' } }) }),
    },
    'escalate',
  ),
  row(
    'proposals.discount',
    'a discount above the limit of the tier',
    { proposal: aProposal({ preview: aPreview({ discountBasisPoints: 1_001 }) }) },
    'escalate',
  ),
  row(
    'proposals.discount',
    'the third slice of a discount',
    {
      proposal: aProposal({ preview: aPreview({ discountBasisPoints: 400 }) }),
      recentDiscountBasisPoints: 800,
    },
    'escalate',
  ),
  row(
    'proposals.discount-large',
    'a discount of more than twice the limit',
    { proposal: aProposal({ preview: aPreview({ discountBasisPoints: 2_001 }) }) },
    'escalate',
  ),
];

/** What each rule must leave alone. */
export const PERMITTED: readonly Row[] = [
  row('', 'an offer of seats with everything in order', {}, 'permit'),
  row('', 'a task for our own people', { proposal: task() }, 'permit'),
  row('', 'at auto with undo', { rung: 'auto_with_undo' }, 'permit'),
  row('', 'at draft', { rung: 'draft' }, 'permit'),
  row(
    '',
    'a duty of law to a churned account',
    { lifecycle: 'churned', proposal: ofClass('comply') },
    'permit',
  ),
  row(
    '',
    'a duty of law beyond the contact cap',
    { contactsLeft: 0, proposal: ofClass('comply') },
    'permit',
  ),
  row(
    '',
    'a save during an incident',
    { proposal: ofClass('save'), guards: guarded('incident', 'blocked') },
    'permit',
  ),
  row(
    '',
    'a save of an account at risk',
    { proposal: ofClass('save'), churn: aScore({ tier: 'critical' }) },
    'permit',
  ),
  row(
    '',
    'a guard that an admin declared not applicable',
    { guards: guarded('billing', 'not_applicable') },
    'permit',
  ),
  row(
    '',
    'money at the limit',
    { proposal: aProposal({ preview: aPreview({ money: { minor: 100_000, currency: 'USD' } }) }) },
    'permit',
  ),
  row(
    '',
    'a discount at the limit',
    { proposal: aProposal({ preview: aPreview({ discountBasisPoints: 1_000 }) }) },
    'permit',
  ),
  row(
    '',
    'facts just young enough',
    { facts: facts({ seats_used: aFact({ freshAt: '2026-03-03T10:00:00.000Z' }) }) },
    'permit',
  ),
  row(
    '',
    'a message without money on a browser’s word',
    {
      proposal: aProposal({ preview: aPreview({ money: null }) }),
      facts: facts({ seats_used: aFact({ trustedValue: null }) }),
    },
    'permit',
  ),
];
