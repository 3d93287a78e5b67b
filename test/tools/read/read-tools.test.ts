import { expect, test } from 'vitest';
import accountFacts from '../../../src/tools/read/account-facts.ts';
import scoreReceipt from '../../../src/tools/read/score-receipt.ts';
import type { ReadInput } from '../../../src/tools/read/define.ts';
import contacts from '../../../src/tools/read/contacts.ts';
import conversations from '../../../src/tools/read/conversations.ts';
import planHeadroom from '../../../src/tools/read/plan-headroom.ts';
import searchKnowledge from '../../../src/tools/read/search-knowledge.ts';
import { config, dana, facts, hearsay, line, NOW, score } from '../../fixtures/account.ts';

const input: ReadInput = {
  config,
  contacts: [dana],
  conversations: [
    {
      ticketId: 't-1',
      status: 'open',
      priority: null,
      openedAt: NOW,
      subject: 'Seats',
      lines: [{ from: 'customer', at: NOW, text: 'x'.repeat(5_000) }],
    },
  ],
  past: [],
  facts: facts({ seats: 50, seats_used: hearsay(49) }),
  scores: {
    churn_risk: score('churn_risk', {
      value: 60,
      contributions: [line('login_trend', 22, 'logins fell')],
    }),
  },
};

test('facts are given with what only a browser says apart', () => {
  expect(accountFacts.read({}, input)).toMatchObject({
    seats: { value: 50, trustedValue: 50 },
    seats_used: { value: 49, trustedValue: null },
  });
});

test('facts that were not asked for are left out, and those that are not there are no zeros', () => {
  expect(Object.keys(accountFacts.read({ ids: ['seats', 'arr'] }, input) as object)).toEqual([
    'seats',
  ]);
});

test('a receipt shows the lines that add up to the score', () => {
  expect(scoreReceipt.read({ score: 'churn_risk' }, input)).toMatchObject({
    value: 60,
    status: 'known',
    contributions: [{ input: 'login_trend', points: 22, known: true, reason: 'logins fell' }],
  });
});

test('there is no receipt of a score that there is not', () => {
  expect(scoreReceipt.read({ score: 'luck' }, input)).toBeNull();
});

test('contacts come without an address to write to', () => {
  const given = JSON.stringify(contacts.read({}, input));
  expect(given).toContain('harbor-dana');
  expect(given).not.toContain(dana.email);
});

test('conversations are cut, and marked as the words of outsiders', () => {
  expect(JSON.stringify(conversations.read({}, input)).length).toBeLessThan(1_500);
  expect(conversations.untrusted).toBe(true);
  expect(conversations.read({ ticketId: 't-2' }, input)).toEqual([]);
});

test('room within the plan is by the word of billing', () => {
  expect(
    planHeadroom.read({}, { ...input, facts: facts({ plan: hearsay('growth') }) }),
  ).toMatchObject({ plan: null });
  expect(planHeadroom.read({}, { ...input, facts: facts({ plan: 'growth' }) })).toMatchObject({
    plan: { id: 'growth' },
  });
});

test('the knowledge base is asked within bounds, and what it says is not trusted', async () => {
  const asked: [string, number][] = [];
  const reach = {
    searchKnowledge: (text: string, limit: number) => {
      asked.push([text, limit]);
      return Promise.resolve([{ citation: 'a#1', title: 'A', heading: '', text: 'B' }]);
    },
  };
  const args = searchKnowledge.args.parse({ question: 'how are seats counted' });
  expect(await searchKnowledge.lookUp(args, reach)).toEqual([
    { citation: 'a#1', title: 'A', heading: '', text: 'B' },
  ]);
  expect([asked, searchKnowledge.untrusted]).toEqual([[['how are seats counted', 3]], true]);
});
