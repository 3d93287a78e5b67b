import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CLASSES } from '../../src/domain/case.ts';
import { RUNGS, type GuardState } from '../../src/domain/decision.ts';
import { addHours } from '../../src/domain/time.ts';
import type { PolicyQuestion } from '../../src/policies/define.ts';
import { aContact, aFact, aPreview, aProposal, aQuestion } from './question.ts';
import { ask, packaged } from './packaged.ts';

const GUARD_IDS = ['billing', 'incident', 'deletion', 'touches', 'conversation', 'save'];

const anyFact = fc
  .record({
    value: fc.constantFrom<number | boolean | null>(49, true, false, null),
    trusted: fc.boolean(),
    freshAt: fc.option(
      fc.integer({ min: -5000, max: 10 }).map((hours) => addHours(aQuestion().now, hours)),
    ),
  })
  .map(({ value, trusted, freshAt }) =>
    aFact({ value, trustedValue: trusted ? value : null, freshAt }),
  );

const anyQuestion: fc.Arbitrary<PolicyQuestion> = fc
  .record({
    class: fc.constantFrom(...CLASSES),
    preview: fc.record({
      outward: fc.boolean(),
      category: fc.constantFrom('service', 'contract', 'marketing', 'internal'),
      money: fc.option(
        fc.record({
          minor: fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }),
          currency: fc.constantFrom('USD', 'XTS'),
        }),
      ),
      discountBasisPoints: fc.integer({ min: 0, max: 10_000 }),
    }),
    rung: fc.constantFrom(...RUNGS),
    tier: fc.constantFrom('growth', '*', '__proto__', 'constructor'),
    lifecycle: fc.constantFrom('active', 'churned', 'deleting'),
    contactsLeft: fc.integer({ min: 0, max: 3 }),
    recentDiscountBasisPoints: fc.integer({ min: 0, max: 100_000 }),
    maxFactAgeHours: fc.double({ min: 0, max: 1e6, noNaN: true }),
    seats: anyFact,
    sellable: anyFact,
    consent: fc.boolean(),
    known: fc.boolean(),
    states: fc.array(fc.constantFrom<GuardState>('clear', 'blocked', 'stale', 'not_applicable'), {
      minLength: 6,
      maxLength: 6,
    }),
  })
  .map((of) =>
    aQuestion({
      proposal: aProposal({ class: of.class, preview: aPreview(of.preview as object) }),
      tool: { id: 'offer_seats', maxFactAgeHours: of.maxFactAgeHours, reads: ['seats_used'] },
      rung: of.rung,
      tier: of.tier,
      lifecycle: of.lifecycle,
      contactsLeft: of.contactsLeft,
      recentDiscountBasisPoints: of.recentDiscountBasisPoints,
      facts: { seats_used: of.seats, sellable: of.sellable },
      recipient: of.known
        ? aContact({ consent: { service: true, contract: of.consent, marketing: of.consent } })
        : null,
      guards: Object.fromEntries(
        GUARD_IDS.map((id, index) => [id, { state: of.states[index] ?? 'stale', reason: id }]),
      ),
    }),
  );

const ORDER = ['forbid', 'escalate', 'permit'] as const;
const rank = (question: PolicyQuestion) => ORDER.indexOf(ask(question).verdict);

describe('the inputs of the policy', () => {
  it('are few, and each says what it is', () => {
    expect(packaged.inputs.length).toBeLessThanOrEqual(19);
    for (const { title } of packaged.inputs) expect(title.length).toBeGreaterThan(15);
  });

  it('always fit the schema that they generate', () => {
    fc.assert(
      fc.property(anyQuestion, (question) => {
        expect(ask(question).reasons.map(({ rule }) => rule)).not.toContain('policy.error');
      }),
    );
  });

  it('unlock nothing by being lost: facts, guards, recipient', () => {
    fc.assert(
      fc.property(
        anyQuestion,
        fc.constantFrom('seats_used', 'sellable'),
        fc.constantFrom(...GUARD_IDS),
        (question, fact, guard) => {
          const before = rank(question);
          const left = <T>(of: Readonly<Record<string, T>>, id: string) =>
            Object.fromEntries(Object.entries(of).filter(([key]) => key !== id));
          expect(rank({ ...question, facts: left(question.facts, fact) })).toBeLessThanOrEqual(
            before,
          );
          expect(rank({ ...question, guards: left(question.guards, guard) })).toBeLessThanOrEqual(
            before,
          );
          expect(rank({ ...question, recipient: null })).toBeLessThanOrEqual(before);
          expect(rank({ ...question, churn: null })).toBeLessThanOrEqual(before);
        },
      ),
    );
  });

  it('unlock nothing by a lower rung', () => {
    fc.assert(
      fc.property(anyQuestion, (question) => {
        expect(rank({ ...question, rung: 'observe' })).toBe(0);
        expect(rank({ ...question, rung: 'approve' })).toBeLessThanOrEqual(
          Math.min(1, rank({ ...question, rung: 'auto' })),
        );
      }),
    );
  });
});
