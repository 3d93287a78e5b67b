import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ceilingOf,
  isAbove,
  stepDown,
  type Trouble,
  type TroubleKind,
} from '../../../src/act/autonomy/ladder.ts';
import { RUNGS, type Rung } from '../../../src/domain/decision.ts';

const troubles = (kind: TroubleKind, count: number): Trouble[] =>
  Array.from({ length: count }, () => ({
    kind,
    playbook: 'p',
    action: 'a',
    at: '2026-03-04T10:00:00.000Z',
  }));

describe('ceilingOf', () => {
  const ceiling = { 'p/a': 'auto', p: 'approve', '*': 'draft' } as const;

  it.each([
    [{ playbook: 'p', action: 'a' }, 'auto'],
    [{ playbook: 'p', action: 'b' }, 'approve'],
    [{ playbook: 'q', action: 'a' }, 'draft'],
  ])('of %j is %s', (post, rung) => {
    expect(ceilingOf(ceiling, post)).toBe(rung);
  });

  it.each([
    { playbook: '__proto__', action: 'x' },
    { playbook: 'constructor', action: 'toString' },
  ])('is the lowest where the files say nothing: %j', (post) => {
    expect(ceilingOf({}, post)).toBe('observe');
  });
});

describe('stepDown', () => {
  it.each<[Rung, Trouble[], Rung | null]>([
    ['auto', [], null],
    ['auto', troubles('complaint', 1), 'approve'],
    ['approve', troubles('complaint', 1), 'draft'],
    ['draft', troubles('complaint', 1), 'observe'],
    ['observe', troubles('complaint', 5), null],
    ['auto', troubles('effect_unknown', 1), null],
    ['auto', troubles('effect_unknown', 2), 'approve'],
    ['approve', troubles('effect_unknown', 9), null],
    ['auto_with_undo', troubles('effect_refused', 3), 'approve'],
    ['auto', troubles('effect_refused', 2), null],
    ['auto', troubles('policy_refusal', 3), 'auto_with_undo'],
    ['auto', troubles('policy_refusal', 2), null],
    ['auto', [...troubles('policy_refusal', 3), ...troubles('effect_unknown', 2)], 'approve'],
  ])('from %s after %j goes to %s', (rung, after, to) => {
    expect(stepDown(rung, after)?.rung ?? null).toBe(to);
  });

  it('never goes up, and more trouble never goes less far down', () => {
    const anyTroubles = fc
      .array(
        fc.constantFrom<TroubleKind>(
          'policy_refusal',
          'complaint',
          'effect_refused',
          'effect_unknown',
        ),
        { maxLength: 8 },
      )
      .map((kinds) => kinds.flatMap((kind) => troubles(kind, 1)));
    fc.assert(
      fc.property(fc.constantFrom(...RUNGS), anyTroubles, anyTroubles, (rung, some, more) => {
        const before = stepDown(rung, some)?.rung ?? rung;
        const after = stepDown(rung, [...some, ...more])?.rung ?? rung;
        expect(isAbove(before, rung)).toBe(false);
        expect(isAbove(after, before)).toBe(false);
      }),
    );
  });
});
