import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Instant } from '../../../src/domain/time.ts';
import { foldVersions, type Change } from '../../../src/sense/state/fold.ts';
import subscription from '../../../src/sense/state/subscription.ts';
import ticket from '../../../src/sense/state/ticket.ts';

const on = (day: number): Instant =>
  `2026-01-${String(day).padStart(2, '0')}T00:00:00.000Z` as Instant;

const change = (
  day: number,
  payload: Change['payload'],
  partial: Partial<Change> = {},
): Change => ({
  linkId: 'link-1',
  source: 'billing',
  eventId: `e${day}`,
  trust: 'server',
  occurredAt: on(day),
  acceptedAt: on(31),
  payload: { subscriptionId: 's1', ...payload },
  ...partial,
});

const start = { planId: 'pro', status: 'active', startedOn: '2026-01-01', seats: 5 };

describe('folding changes into versions', () => {
  it('keeps what a change leaves out, and clears what it says is null', () => {
    const versions = foldVersions(subscription, [
      change(1, start),
      change(5, { seats: 9 }),
      change(9, { seats: null, status: 'ended', endedOn: '2026-01-09' }),
    ]);
    expect(versions.map(({ data, validFrom, validTo }) => [validFrom, validTo, data])).toEqual([
      [on(1), on(5), { subscriptionId: 's1', ...start }],
      [on(5), on(9), { subscriptionId: 's1', ...start, seats: 9 }],
      [
        on(9),
        null,
        {
          subscriptionId: 's1',
          planId: 'pro',
          status: 'ended',
          startedOn: '2026-01-01',
          endedOn: '2026-01-09',
        },
      ],
    ]);
  });

  it('holds back a fold that lacks what its kind needs', () => {
    const versions = foldVersions(subscription, [change(1, { seats: 5 }), change(2, start)]);
    expect(versions.map(({ complete }) => complete)).toEqual([false, true]);
  });

  it('makes no version of a change that changes nothing', () => {
    expect(foldVersions(subscription, [change(1, start), change(2, { seats: 5 })])).toHaveLength(1);
  });

  it('makes one version of changes at one moment, the last accepted winning', () => {
    const versions = foldVersions(subscription, [
      change(1, { ...start, seats: 7 }, { eventId: 'a', acceptedAt: on(9) }),
      change(1, start, { eventId: 'b', acceptedAt: on(8) }),
    ]);
    expect(versions.map(({ data }) => data['seats'])).toEqual([7]);
  });

  it('remembers whose it is and who last spoke', () => {
    const [, later] = foldVersions(subscription, [
      change(1, start),
      change(2, { seats: 6 }, { linkId: null, source: 'crm' }),
    ]);
    expect([later?.linkId, later?.source]).toEqual(['link-1', 'crm']);
  });

  it('folds nothing from nothing', () => {
    expect(foldVersions(ticket, [])).toEqual([]);
  });

  const changes = fc.uniqueArray(
    fc.record({
      linkId: fc.constantFrom('link-1', 'link-2'),
      source: fc.constantFrom('billing', 'crm'),
      eventId: fc.uuid(),
      trust: fc.constant('server' as const),
      occurredAt: fc.integer({ min: 1, max: 8 }).map(on),
      acceptedAt: fc.integer({ min: 20, max: 22 }).map(on),
      payload: fc.record(
        {
          subscriptionId: fc.constant('s1'),
          planId: fc.constantFrom('basic', 'pro'),
          seats: fc.option(fc.nat(9)),
          status: fc.constantFrom('active', 'ended'),
          startedOn: fc.constant('2026-01-01'),
        },
        { requiredKeys: ['subscriptionId'] },
      ),
    }),
    { selector: ({ eventId }) => eventId, maxLength: 12 },
  );

  it('does not depend on the order in which they come', () => {
    fc.assert(
      fc.property(
        changes.chain((all) =>
          fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })),
        ),
        ([all, shuffled]) => {
          expect(foldVersions(subscription, shuffled)).toEqual(foldVersions(subscription, all));
        },
      ),
    );
  });

  it('gives half-open validity without gaps, the last one open', () => {
    fc.assert(
      fc.property(changes, (all) => {
        const versions = foldVersions(subscription, all);
        versions.forEach(({ validFrom, validTo }, index) => {
          expect(validTo).toBe(versions[index + 1]?.validFrom ?? null);
          if (validTo !== null) expect(validFrom < validTo).toBe(true);
        });
      }),
    );
  });
});
