import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { observe } from '../../../src/act/planner/observe.ts';
import type { Opening, Playbook } from '../../../src/playbooks/define.ts';
import { config, openCase, situation } from '../../fixtures/account.ts';

const opening = (subject: string, inputs: readonly string[], text = 'x'): Opening => ({
  subject,
  period: '2026-03-10',
  urgency: 50,
  arrAtRisk: null,
  reasons: inputs.map((input) => ({ input, text })),
});

const playbook = (openings: readonly Opening[], clears: string | null = null): Playbook => ({
  id: 'seat-expansion',
  title: '',
  covers: [],
  agent: 'sales',
  class: 'sell',
  story: '',
  parameters: z.unknown(),
  holdout: 0,
  tools: [],
  reliesOn: {},
  when: () => openings,
  clears: () => clears,
  plan: () => ({ proposals: [], nextLookAt: null }),
  measure: { outcome: '', withinDays: 1 },
});

const held = (changes = {}) => openCase({ reasons: [{ input: 'a', text: 'old' }], ...changes });
const kinds = (...args: Parameters<typeof observe>) => observe(...args).map(({ kind }) => kind);
const here = situation({});

describe('observes', () => {
  test('what applies anew as a candidate, each subject once', () => {
    const both = playbook([opening('contract-1', ['a']), opening('contract-2', ['a'])]);
    expect(kinds(here, [], [both])).toEqual(['candidate', 'candidate']);
    expect(kinds(here, [held({ subject: 'contract-1' })], [both])).toEqual(['update', 'candidate']);
  });

  test.each([
    ['other figures', ['a'], false],
    ['another input', ['a', 'b'], true],
    ['the same inputs, said twice', ['a', 'a'], false],
    ['an input gone', [], true],
  ])('an update with %s', (_, inputs, material) => {
    expect(observe(here, [held()], [playbook([opening('account', inputs, 'new')])])).toMatchObject([
      { kind: 'update', material },
    ]);
  });

  test('an open case goes on until its condition clears', () => {
    expect(observe(here, [held()], [playbook([])])).toEqual([]);
    expect(observe(here, [held()], [playbook([], 'all is well')])).toMatchObject([
      { kind: 'close', reason: 'all is well' },
    ]);
  });

  test('a waiting case is dropped as soon as it no longer applies', () => {
    expect(observe(here, [held({ status: 'waiting' })], [playbook([])])).toMatchObject([
      { kind: 'close', reason: 'no longer applied while it waited' },
    ]);
  });

  test('a playbook that was switched off closes its cases and opens none', () => {
    const settings = { enabled: false, mode: 'rules' as const, parameters: {} };
    const off = situation(
      {},
      {},
      { config: { ...config, playbooks: { 'seat-expansion': settings } } },
    );
    expect(observe(off, [held()], [playbook([opening('account', ['a'])])])).toMatchObject([
      { kind: 'close', reason: 'the playbook was switched off' },
    ]);
  });
});
