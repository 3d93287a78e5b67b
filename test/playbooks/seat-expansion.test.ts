import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import seatExpansion from '../../src/playbooks/seat-expansion.ts';
import type { PastStep } from '../../src/playbooks/define.ts';
import { hearsay, NOW, openCase, situation } from '../fixtures/account.ts';

const parameters = seatExpansion.parameters.parse({});

const full = { seats_used: { used: 50, limit: 50, share: 10_000 } };
const story = {
  plan: 'growth',
  seats: 50,
  arr: { minor: 2_940_000, currency: 'USD' },
  limit_proximity: full,
  rejected_invites: 12,
  seats_requested: { tickets: 1, seats: 5 },
  contacts: { champion: ['dana'], budget_owner: ['walter'] },
};

const open = (values: Parameters<typeof situation>[0]) =>
  seatExpansion.when(situation(values), parameters);
const plan = (values: Parameters<typeof situation>[0], past: readonly PastStep[] = []) =>
  seatExpansion.plan(openCase(), situation(values), past, parameters);
const steps = (values: Parameters<typeof situation>[0], past: readonly PastStep[] = []) =>
  plan(values, past).proposals.map(({ step }) => step);
const offered = (values: Parameters<typeof situation>[0]) =>
  plan(values).proposals.find(({ tool }) => tool === 'offer_seats')?.args;

describe('opens', () => {
  test('on a cluster, with each signal as a reason', () => {
    expect(open(story)).toEqual([
      {
        subject: 'account',
        period: '2026-03-10',
        urgency: 70,
        arrAtRisk: { minor: 2_940_000, currency: 'USD' },
        reasons: [
          { input: 'seats_used', text: '50 of 50 seats are used' },
          {
            input: 'rejected_invites',
            text: '12 invites were rejected for want of seats in 30 days',
          },
          { input: 'seats_requested', text: 'seats were asked for in 1 ticket: 5' },
        ],
      },
    ]);
  });

  test.each([
    ['one signal alone', { limit_proximity: full }],
    ['seats that a browser alone reports', { limit_proximity: hearsay(full), rejected_invites: 3 }],
    ['nothing known', {}],
    ['a customer that left', { ...story, churned: true }],
    ['a subscription that ended', { ...story, subscription_status: 'ended' }],
    [
      'seats well below the limit',
      {
        limit_proximity: { seats_used: { used: 40, limit: 50, share: 8000 } },
        rejected_invites: 1,
      },
    ],
  ])('not on %s', (_, values) => {
    expect(open(values)).toEqual([]);
  });

  test('on limits and wishes that have nothing to do with seats, too', () => {
    const values = {
      limit_proximity: {
        api_calls: { used: 160_000, limit: 150_000, share: 10_666, month: '2026-02' },
      },
      higher_tier_feature_requested: [
        { feature: 'sso', name: 'Single sign-on', fromRank: 3, on: '2026-03-01' },
      ],
    };
    expect(open(values)[0]?.reasons.map(({ text }) => text)).toEqual([
      '160000 API calls in 2026-02, over the limit of 150000',
      'asked for what a higher tier holds: Single sign-on',
    ]);
  });
});

describe('plans', () => {
  test('to tell sales first, then the admin in the product, then to offer the seats that were asked for', () => {
    expect(steps(story)).toEqual(['tell-sales', 'tell-admin', 'offer-seats', 'deal-found']);
    expect(offered(story)).toEqual({ contactId: 'walter', seats: 5 });
  });

  test('to move the deal on once the seats were offered, and only then', () => {
    const past = [{ tool: 'offer_seats', step: 'offer-seats', status: 'done', at: NOW }];
    expect(steps(story, past)).toContain('deal-offered');
    expect(steps(story)).not.toContain('deal-offered');
  });

  test('nothing in the product where no invitation failed', () => {
    expect(steps({ ...story, rejected_invites: 0 })).not.toContain('tell-admin');
  });

  test('as many seats as invites were refused where nobody gave a number', () => {
    expect(offered({ ...story, seats_requested: { tickets: 1, seats: null } })).toMatchObject({
      seats: 12,
    });
  });

  test('never more seats than the bound', () => {
    expect(offered({ ...story, seats_requested: { tickets: 1, seats: 400 } })).toMatchObject({
      seats: 50,
    });
  });

  test('no seats where none are missing', () => {
    const values = {
      limit_proximity: { api_calls: { used: 160_000, limit: 150_000, share: 10_666 } },
      higher_tier_feature_requested: [
        { feature: 'sso', name: 'SSO', fromRank: 3, on: '2026-03-01' },
      ],
    };
    expect(steps(values)).toEqual(['tell-sales']);
  });

  test('to find a contact where there is none, and says that there is no recipient', () => {
    expect(steps({ ...story, contacts: {} })).toEqual([
      'tell-sales',
      'offer-seats',
      'find-contact',
      'deal-found',
    ]);
    expect(offered({ ...story, contacts: {} })).toEqual({ contactId: null, seats: 5 });
  });

  test.each([
    ['permitted', []],
    ['pending_approval', []],
    ['held', []],
    ['rejected', []],
    ['forbidden', ['offer-seats']],
    ['superseded', ['offer-seats']],
    ['expired', ['offer-seats']],
  ])('a step that is %s leaves %j to do', (status, left) => {
    const past = [
      { tool: 'open_task', step: 'tell-sales', status: 'done', at: NOW },
      { tool: 'send_in_app_message', step: 'tell-admin', status: 'done', at: NOW },
      { tool: 'track_deal', step: 'deal-found', status: 'done', at: NOW },
      { tool: 'offer_seats', step: 'offer-seats', status, at: NOW },
    ];
    expect(steps(story, past)).toEqual(left);
  });
});

describe('closes', () => {
  const clears = (values: Parameters<typeof situation>[0]) =>
    seatExpansion.clears(openCase(), situation(values), parameters);

  test('when the signals no longer cluster', () => {
    expect(clears({ rejected_invites: 1 })).toBe('the expansion signals no longer cluster');
    expect(clears(story)).toBeNull();
  });

  test('not for a figure that wavers about the threshold', () => {
    const values = {
      limit_proximity: { seats_used: { used: 43, limit: 50, share: 8600 } },
      rejected_invites: 2,
    };
    expect(open(values)).toEqual([]);
    expect(clears(values)).toBeNull();
  });
});

test('removing an input opens nothing and offers no more than before', () => {
  const inputs = Object.keys(story);
  fc.assert(
    fc.property(fc.subarray(inputs), (removed) => {
      const kept = Object.fromEntries(
        Object.entries(story).filter(([id]) => !removed.includes(id)),
      );
      expect(open(kept).length).toBeLessThanOrEqual(open(story).length);
      const reasons = open(kept).flatMap((opening) => opening.reasons.map(({ input }) => input));
      expect(['seats_used', 'rejected_invites', 'seats_requested']).toEqual(
        expect.arrayContaining(reasons),
      );
    }),
  );
});
