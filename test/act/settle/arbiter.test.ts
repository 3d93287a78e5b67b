import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  arbitrate,
  EXCLUSIONS,
  type ArbiterInput,
  type Contender,
} from '../../../src/act/settle/arbiter.ts';
import { CLASSES } from '../../../src/domain/case.ts';
import type { Guards, GuardState } from '../../../src/domain/decision.ts';
import { addHours, type Instant } from '../../../src/domain/time.ts';

const NOW: Instant = '2026-03-04T10:00:00.000Z';
const GUARD_IDS = ['billing', 'incident', 'deletion', 'touches', 'conversation', 'save'];

const guards = (states: Record<string, GuardState> = {}): Guards =>
  Object.fromEntries(GUARD_IDS.map((id) => [id, { state: states[id] ?? 'clear', reason: id }]));

const contender = (id: string, changes: Partial<Contender> = {}): Contender => ({
  id,
  class: 'save',
  urgency: 50,
  ordinal: 0,
  standpoint: 'new',
  outward: true,
  contactId: 'c1',
  action: `action of ${id}`,
  quietUntil: null,
  ...changes,
});

const input = (
  contenders: readonly Contender[],
  changes: Partial<ArbiterInput> = {},
): ArbiterInput => ({
  contenders,
  guards: guards(),
  budget: { perContactAndWeek: 3, perAccountAndWeek: 3, touches: [] },
  now: NOW,
  ...changes,
});

const outcomes = (asked: ArbiterInput) =>
  Object.fromEntries([...arbitrate(asked)].map(([id, ruling]) => [id, ruling.outcome]));

describe('arbitrate', () => {
  it('lets a higher class supersede a lower one that is not yet sent', () => {
    const ruling = arbitrate(
      input([contender('s', { class: 'sell', standpoint: 'permitted' }), contender('k')]),
    );
    expect(ruling.get('k')).toMatchObject({ outcome: 'proceed' });
    expect(ruling.get('s')).toMatchObject({
      outcome: 'supersede',
      by: 'k',
      rule: 'arbiter.superseded',
    });
  });

  it('leaves work for our own people alone', () => {
    const asked = input([contender('k'), contender('i', { class: 'inform', outward: false })]);
    expect(outcomes(asked)).toEqual({ k: 'proceed', i: 'proceed' });
  });

  it('gives the last contact to the same of two cases whoever asks first', () => {
    const budget = { perContactAndWeek: 1, perAccountAndWeek: 5, touches: [] };
    const a = contender('a', { urgency: 40 });
    const b = contender('b', { urgency: 60 });
    const z = contender('z', { urgency: 60 });
    for (const order of [
      [a, b, z],
      [z, b, a],
      [b, z, a],
    ]) {
      expect(outcomes(input(order, { budget }))).toEqual({ a: 'hold', b: 'proceed', z: 'hold' });
    }
  });

  it('lets the earlier step of a playbook have the last contact', () => {
    const budget = { perContactAndWeek: 1, perAccountAndWeek: 1, touches: [] };
    const asked = input(
      [contender('an offer', { ordinal: 2 }), contender('check-in', { ordinal: 1 })],
      { budget },
    );
    expect(outcomes(asked)).toEqual({ 'check-in': 'proceed', 'an offer': 'hold' });
  });

  it('does not take back what has already begun for something newer of its class', () => {
    const budget = { perContactAndWeek: 1, perAccountAndWeek: 1, touches: [] };
    const asked = input(
      [
        contender('urgent', { urgency: 99 }),
        contender('queued', { standpoint: 'permitted', urgency: 1 }),
      ],
      { budget },
    );
    expect(outcomes(asked)).toEqual({ queued: 'proceed', urgent: 'hold' });
  });

  it('holds until enough touches are a week old', () => {
    const touches = [-100, -50, -10].map((hours) => ({
      contactId: 'c1',
      at: addHours(NOW, hours),
    }));
    const budget = { perContactAndWeek: 2, perAccountAndWeek: 9, touches };
    expect(arbitrate(input([contender('a')], { budget })).get('a')).toMatchObject({
      outcome: 'hold',
      // The second oldest must go: two of three remain otherwise.
      until: addHours(NOW, 168 - 50),
      rule: 'arbiter.contact-budget',
    });
  });

  it('counts a touch of nobody in particular for the account, and forgets it after a week', () => {
    const one = (hours: number) => ({
      perContactAndWeek: 1,
      perAccountAndWeek: 1,
      touches: [{ contactId: null, at: addHours(NOW, hours) }],
    });
    expect(outcomes(input([contender('a')], { budget: one(-167) }))).toEqual({ a: 'hold' });
    expect(outcomes(input([contender('a')], { budget: one(-168) }))).toEqual({ a: 'proceed' });
  });

  it('keeps the place of one who waits for the morning', () => {
    const budget = { perContactAndWeek: 1, perAccountAndWeek: 1, touches: [] };
    const asleep = contender('a', { quietUntil: addHours(NOW, 9), urgency: 90 });
    const ruling = arbitrate(input([asleep, contender('b', { contactId: 'c2' })], { budget }));
    expect(ruling.get('a')).toMatchObject({
      outcome: 'hold',
      until: addHours(NOW, 9),
      rule: 'arbiter.quiet-hours',
    });
    expect(ruling.get('b')).toMatchObject({ outcome: 'hold', rule: 'arbiter.contact-budget' });
  });

  it('does not keep the law waiting, but counts what it sends', () => {
    const budget = {
      perContactAndWeek: 1,
      perAccountAndWeek: 1,
      touches: [{ contactId: 'c1', at: addHours(NOW, 0) }],
    };
    const asked = input(
      [
        contender('law', { class: 'comply', quietUntil: addHours(NOW, 9) }),
        contender('other', { class: 'comply' }),
      ],
      { budget },
    );
    expect(outcomes(asked)).toEqual({ law: 'proceed', other: 'proceed' });
  });

  it.each(['new', 'permitted', 'done'] as const)('repeats nothing that is %s', (standpoint) => {
    const asked = input([
      contender('a', { action: 'same', standpoint }),
      contender('b', { action: 'same' }),
    ]);
    expect(arbitrate(asked).get('b')).toMatchObject({ outcome: 'drop', rule: 'arbiter.repeated' });
  });

  it.each(
    EXCLUSIONS.flatMap(({ guard, states, classes }) =>
      states.flatMap((state) => classes.map((of) => ({ guard, state, of }))),
    ),
  )('takes $of out while $guard is $state', ({ guard, state, of }) => {
    const asked = input([contender('a', { class: of })], { guards: guards({ [guard]: state }) });
    expect(arbitrate(asked).get('a')).toMatchObject({
      outcome: 'drop',
      rule: `arbiter.guard.${guard}`,
    });
  });

  it.each(GUARD_IDS)('takes an absent %s guard for a closed one', (id) => {
    const present = Object.fromEntries(Object.entries(guards()).filter(([other]) => other !== id));
    expect(outcomes(input([contender('a', { class: 'sell' })], { guards: present }))).toEqual({
      a: 'drop',
    });
  });

  it('lets pass what an admin declared not applicable', () => {
    const asked = input([contender('a', { class: 'sell' })], {
      guards: guards({ billing: 'not_applicable' }),
    });
    expect(outcomes(asked)).toEqual({ a: 'proceed' });
  });
});

const anyContender = fc.record({
  id: fc.uuid(),
  class: fc.constantFrom(...CLASSES),
  urgency: fc.integer({ min: 0, max: 100 }),
  ordinal: fc.integer({ min: 0, max: 3 }),
  standpoint: fc.constantFrom('new', 'pending', 'approved', 'permitted', 'done'),
  outward: fc.boolean(),
  contactId: fc.constantFrom('c1', 'c2', null),
  action: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
  quietUntil: fc.constantFrom(null, addHours(NOW, 5)),
});

const anyGuards = fc
  .record(
    Object.fromEntries(
      GUARD_IDS.map((id) => [id, fc.constantFrom('clear', 'blocked', 'stale', 'not_applicable')]),
    ),
  )
  .map((states) => guards(states as Record<string, GuardState>));

const anyInput: fc.Arbitrary<ArbiterInput> = fc.record({
  contenders: fc.uniqueArray(anyContender as fc.Arbitrary<Contender>, {
    selector: ({ id }) => id,
    maxLength: 8,
  }),
  guards: anyGuards,
  budget: fc.record({
    perContactAndWeek: fc.integer({ min: 0, max: 3 }),
    perAccountAndWeek: fc.integer({ min: 0, max: 4 }),
    touches: fc.array(
      fc.record({
        contactId: fc.constantFrom('c1', 'c2', null),
        at: fc.integer({ min: -200, max: 0 }).map((hours) => addHours(NOW, hours)),
      }),
      { maxLength: 4 },
    ),
  }),
  now: fc.constant(NOW),
});

const proceeding = (asked: ArbiterInput): Contender[] => {
  const rulings = arbitrate(asked);
  return asked.contenders.filter(({ id }) => rulings.get(id)?.outcome === 'proceed');
};

describe('arbitrate, for any proposals', () => {
  it('does not depend on their order', () => {
    fc.assert(
      fc.property(
        anyInput.chain((asked) =>
          fc.tuple(
            fc.constant(asked),
            fc.shuffledSubarray([...asked.contenders], { minLength: asked.contenders.length }),
          ),
        ),
        ([asked, contenders]) => {
          const sorted = (of: ArbiterInput) =>
            [...arbitrate(of)].sort(([a], [b]) => (a < b ? -1 : 1));
          expect(sorted({ ...asked, contenders })).toEqual(sorted(asked));
        },
      ),
    );
  });

  it('never lets two classes speak to one account at once', () => {
    fc.assert(
      fc.property(anyInput, (asked) => {
        const speaking = proceeding(asked).filter(({ outward }) => outward);
        expect(new Set(speaking.map((one) => one.class)).size).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('never makes more contacts than the week allows', () => {
    fc.assert(
      fc.property(anyInput, (asked) => {
        const since = addHours(asked.now, -168);
        const recent = asked.budget.touches.filter(({ at }) => at > since);
        const sent = proceeding(asked).filter((one) => one.outward && one.class !== 'comply');
        expect(sent.length).toBeLessThanOrEqual(
          Math.max(0, asked.budget.perAccountAndWeek - recent.length),
        );
        for (const contact of ['c1', 'c2']) {
          const own = recent.filter(({ contactId }) => contactId === contact).length;
          expect(sent.filter(({ contactId }) => contactId === contact).length).toBeLessThanOrEqual(
            Math.max(0, asked.budget.perContactAndWeek - own),
          );
        }
      }),
    );
  });

  it('never does more because a guard closes', () => {
    fc.assert(
      fc.property(
        anyInput,
        fc.constantFrom(...GUARD_IDS),
        fc.constantFrom<GuardState>('blocked', 'stale'),
        (asked, id, state) => {
          const open = guards(
            Object.fromEntries(
              Object.entries(asked.guards).map(([key, { state: was }]) => [
                key,
                key === id ? 'clear' : was,
              ]),
            ),
          );
          const closed = { ...open, [id]: { state, reason: id } };
          const before = proceeding({ ...asked, guards: open }).map((one) => one.id);
          const after = proceeding({ ...asked, guards: closed }).map((one) => one.id);
          expect(before).toEqual(expect.arrayContaining(after));
        },
      ),
    );
  });

  it('holds for the future only, and rules on everything but what is done', () => {
    fc.assert(
      fc.property(anyInput, (asked) => {
        const rulings = arbitrate(asked);
        expect([...rulings.keys()].sort()).toEqual(
          asked.contenders
            .filter(({ standpoint }) => standpoint !== 'done')
            .map(({ id }) => id)
            .sort(),
        );
        for (const ruling of rulings.values()) {
          if (ruling.outcome === 'hold') expect(ruling.until > asked.now).toBe(true);
        }
      }),
    );
  });

  it('lets one who waited for a place go once it is there', () => {
    fc.assert(
      fc.property(anyInput, (asked) => {
        const alone = asked.contenders.filter(({ standpoint }) => standpoint === 'new').slice(0, 1);
        const [first] = alone;
        const budget = { ...asked.budget, perAccountAndWeek: 2, perContactAndWeek: 1 };
        const ruling = first && arbitrate({ ...asked, budget, contenders: alone }).get(first.id);
        if (ruling?.outcome !== 'hold' || first === undefined) return;
        const later = {
          ...asked,
          budget,
          now: ruling.until,
          contenders: [{ ...first, quietUntil: null }],
        };
        expect(arbitrate(later).get(first.id)?.outcome).toBe('proceed');
      }),
    );
  });
});
