import { describe, expect, test } from 'vitest';
import { viewOf } from '../../support/account-view.ts';
import { SIGNALS, signal } from './packaged.ts';
import { STORIES } from './stories.ts';

describe('every signal', () => {
  test('has a story that moves it', () => {
    expect(Object.keys(STORIES).sort()).toEqual(SIGNALS.map(({ id }) => id));
  });

  test.each(SIGNALS.map((one) => [one.id, one] as const))('%s says what it is', (_, one) => {
    expect(one.formula.length).toBeGreaterThan(20);
    expect(one.unit).not.toBe('');
    expect(one.needs.length).toBeGreaterThan(0);
    expect(one.id).toMatch(/^[a-z0-9]+(_[a-z0-9]+)*$/);
  });

  test.each(Object.entries(STORIES))('%s moves', (id, { before, after, says }) => {
    const derive = (input: typeof before) => signal(id).derive(viewOf(input));
    expect([derive(before).value, derive(after).value]).toEqual(says);
  });

  test.each(Object.entries(STORIES))('%s of server data may be trusted', (id, { after, says }) => {
    expect(signal(id).derive(viewOf(after)).trustedValue).toEqual(says[1]);
  });

  test.each(SIGNALS.map((one) => [one.id, one] as const))(
    '%s of an unknown account says why it is unknown',
    (id, one) => {
      const fact = one.derive(viewOf({ firstSeen: null }));
      // That there is nobody to write to is known without any contact.
      if (id === 'contact_count') {
        expect(fact.value).toBe(0);
        return;
      }
      expect(fact).toMatchObject({ value: null, trustedValue: null, coverage: 0 });
      expect(fact.note).toMatch(/\w/);
    },
  );
});
