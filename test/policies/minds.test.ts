import { describe, expect, test } from 'vitest';
import type { Proposal } from '../../src/domain/proposal.ts';
import { ask, ours, rulesOf } from './packaged.ts';
import { aPreview, aProposal, aQuestion } from './question.ts';

const outcome = (
  changes: Partial<Proposal>,
  approval = { count: 0, roles: [] as ('approver' | 'viewer' | 'operator')[] },
) => ask(aQuestion({ proposal: aProposal(changes), approval }), ours);

const worded = (slot: 'prose' | 'free') => {
  const preview = aPreview();
  return aPreview({
    message: preview.message && { ...preview.message, words: { slot, text: 'Hello.' } },
  });
};

describe('after text of outsiders was read', () => {
  test('an argument that comes from nowhere is decided by a person', () => {
    const tainted = outcome({ readUntrusted: true, ungrounded: ['seats'] });
    expect(tainted.verdict).toBe('escalate');
    expect(rulesOf(tainted)).toContain('base.untrusted-arguments');
    expect(tainted.reasons.map(({ text }) => text).join()).toContain(
      'seats comes neither from the plan nor from a fact',
    );
  });

  test('what comes from the plan goes on, and so does what stays in the house', () => {
    expect(outcome({ readUntrusted: true }).verdict).toBe('permit');
    const inside = aPreview({
      outward: false,
      category: 'internal',
      port: 'tasks',
      recipient: null,
      message: null,
      money: null,
    });
    expect(
      outcome({ readUntrusted: true, ungrounded: ['kind'], tool: 'open_task', preview: inside })
        .verdict,
    ).toBe('permit');
  });

  test('money is no less outward for staying in the house', () => {
    const credit = aPreview({
      outward: false,
      category: 'internal',
      port: 'tasks',
      recipient: null,
      message: null,
    });
    expect(outcome({ readUntrusted: true, ungrounded: ['seats'], preview: credit }).verdict).toBe(
      'escalate',
    );
  });

  test('without such text, a bounded choice of a model is judged like any other', () => {
    expect(outcome({ ungrounded: ['seats'] }).verdict).toBe('permit');
  });
});

describe('words of a model', () => {
  test.each([
    ['prose', false, 'escalate'],
    ['prose', true, 'escalate'],
    ['free', false, 'permit'],
    ['free', true, 'escalate'],
  ] as const)('in a %s slot, text of outsiders read: %s', (slot, readUntrusted, verdict) => {
    const asked = outcome({ proposedBy: 'model:scripted', preview: worded(slot), readUntrusted });
    expect(asked.verdict).toBe(verdict);
    expect(rulesOf(asked).includes('base.prose')).toBe(verdict === 'escalate');
  });

  test('of a person who edited it are nobody else’s', () => {
    expect(outcome({ proposedBy: 'person:dana', preview: worded('prose') }).verdict).toBe('permit');
  });
});

test('a declined step waits for a person, who is told why; and may go on once they say so', () => {
  const asked = outcome({ declined: 'the ticket says they are leaving anyway' });
  expect(asked.verdict).toBe('escalate');
  expect(asked.reasons.map(({ text }) => text).join()).toContain(
    'the ticket says they are leaving anyway',
  );
  const given = {
    count: 1,
    roles: ['viewer', 'operator', 'approver'] as ('approver' | 'viewer' | 'operator')[],
  };
  expect(outcome({ declined: 'no' }, given).verdict).toBe('permit');
});
