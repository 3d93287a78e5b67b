import type { PolicyQuestion } from '../../src/policies/define.ts';
import type { Contact } from '../../src/tools/act/define.ts';
import type { Guards } from '../../src/domain/decision.ts';
import type { Fact } from '../../src/domain/fact.ts';
import type { Preview, Proposal } from '../../src/domain/proposal.ts';
import type { Score } from '../../src/domain/score.ts';
import type { TenantConfig } from '../../src/domain/tenant.ts';

export const NOW = '2026-03-04T10:00:00.000Z';

export const aConfig = (changes: Partial<TenantConfig> = {}): TenantConfig => ({
  id: 'acme',
  name: 'Acme',
  version: 7,
  zone: 'Europe/Berlin',
  currency: 'USD',
  suspended: false,
  rates: [{ from: 'EUR', day: '2026-01-01', rate: '1.10' }],
  holidays: [],
  plans: [
    {
      id: 'pro',
      name: 'Pro',
      rank: 2,
      tier: 'growth',
      seatPrice: { minor: 4900, currency: 'USD' },
      limits: { seats_used: 50 },
      features: [],
    },
  ],
  owners: [
    { id: 'dana', name: 'Dana', email: 'dana@acme.example', role: 'csm', absences: [] },
    { id: 'sam', name: 'Sam', email: 'sam@acme.example', role: 'sales', absences: [] },
  ],
  metrics: [],
  features: [],
  modules: [],
  workflows: [],
  trial: { days: 14, steps: [] },
  brake: { tiers: 2_000, facts: 1_500, minAccounts: 10, liftByNormalRun: false },
  contact: {
    perContactAndWeek: 1,
    perAccountAndWeek: 2,
    quietFromHour: 18,
    quietToHour: 8,
    weekdaysOnly: true,
    sender: { name: 'Acme', email: 'hello@acme.example' },
  },
  subscriptions: { overlap: 'latest' },
  guards: {
    billing: { maxAgeHours: 72 },
    incident: { maxAgeHours: 720 },
    deletion: { maxAgeHours: 720 },
    touches: { maxAgeHours: 168 },
    conversation: { maxAgeHours: 168 },
  },
  playbooks: {},
  scores: {},
  ceiling: { '*': 'auto' },
  approvals: {
    expireHours: 72,
    thresholds: {
      growth: { moneyMinor: 100_000, discountBasisPoints: 1_000 },
      '*': { moneyMinor: 10_000, discountBasisPoints: 500 },
    },
  },
  planner: { newCasesPerOwnerAndWeek: 10 },
  outbox: { holdSeconds: 60 },
  templates: [
    {
      id: 'seat-offer',
      version: '1',
      category: 'contract',
      language: 'en',
      subject: 'More seats',
      text: 'Hello {{contact.name}}',
      slots: { 'contact.name': 'text' },
      approvedBy: 'dana',
      approvedAt: '2026-01-01T00:00:00.000Z',
    },
  ],
  policies: {},
  ...changes,
});

export const aContact = (changes: Partial<Contact> = {}): Contact => ({
  id: 'con-1',
  name: 'Robin',
  email: 'robin@customer.example',
  role: 'admin',
  language: 'en',
  zone: null,
  consent: { service: true, contract: true, marketing: true },
  ...changes,
});

export const aFact = (changes: Partial<Fact> = {}): Fact => ({
  value: 49,
  trustedValue: 49,
  unit: 'seats',
  sources: ['billing'],
  freshAt: '2026-03-04T04:00:00.000Z',
  coverage: 10_000,
  ...changes,
});

export const OPEN_GUARDS: Guards = Object.fromEntries(
  ['billing', 'incident', 'deletion', 'touches', 'conversation', 'save'].map((id) => [
    id,
    { state: 'clear', reason: `${id} is clear` },
  ]),
);

export const aScore = (changes: Partial<Score> = {}): Score => ({
  id: 'churn_risk',
  status: 'known',
  value: 12,
  supported: 12,
  tier: 'low',
  coverage: 10_000,
  contributions: [],
  weightsVersion: '1',
  at: NOW,
  ...changes,
});

export const aPreview = (changes: Partial<Preview> = {}): Preview => ({
  summary: 'offer 5 seats on Pro to Robin',
  port: 'email',
  outward: true,
  category: 'contract',
  recipient: { contactId: 'con-1', email: 'robin@customer.example', name: 'Robin' },
  money: { minor: 24_500, currency: 'USD' },
  discountBasisPoints: 0,
  message: {
    templateId: 'seat-offer',
    templateVersion: '1',
    language: 'en',
    subject: 'More seats',
    text: 'Hello Robin',
  },
  task: null,
  quoteHash: 'q1',
  bound: { seats_used: 49 },
  problems: [],
  ...changes,
});

export const aProposal = (changes: Partial<Proposal> = {}): Proposal => ({
  id: 'prop-1',
  caseId: 'case-1',
  accountId: 'acc-1',
  playbook: 'seat-expansion',
  agent: 'sales',
  class: 'sell',
  round: 1,
  ordinal: 0,
  revision: 0,
  tool: 'offer_seats',
  args: { contactId: 'con-1', seats: 5 },
  reason: 'twelve invites were rejected',
  mandatory: false,
  preview: aPreview(),
  status: 'proposed',
  statusReason: null,
  holdUntil: null,
  proposedAt: NOW,
  proposedBy: 'rules:seat-expansion',
  readUntrusted: false,
  ungrounded: [],
  declined: null,
  ...changes,
});

/** An offer of seats that every rule lets pass unattended. */
export const aQuestion = (changes: Partial<PolicyQuestion> = {}): PolicyQuestion => ({
  proposal: aProposal(),
  tool: { id: 'offer_seats', maxFactAgeHours: 24, reads: ['seats_used'] },
  config: aConfig(),
  facts: { seats_used: aFact(), sellable: aFact({ value: true, trustedValue: true }) },
  recipient: aContact(),
  suppressed: false,
  tier: 'growth',
  lifecycle: 'active',
  churn: aScore(),
  guards: OPEN_GUARDS,
  rung: 'auto',
  holdout: false,
  contactsLeft: 1,
  recentDiscountBasisPoints: 0,
  approval: { count: 0, roles: [] },
  now: NOW,
  ...changes,
});
