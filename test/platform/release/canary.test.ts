import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { arm } from '../../../src/domain/identifiers.ts';
import { isInCanary } from '../../../src/platform/release/canary.ts';

const ACCOUNTS = Array.from({ length: 10_000 }, (_, index) => `acc-${index}`);
const salts = fc.string({ minLength: 8, maxLength: 64 });
const share = fc.integer({ min: 100, max: 9900 });

/** Five standard errors of a share among so many draws: one run in millions is beyond it by chance. */
const tolerance = (p: number, draws: number): number => 5 * Math.sqrt((p * (1 - p)) / draws);

const shareOf = (accounts: readonly string[], isIn: (account: string) => boolean): number =>
  accounts.filter(isIn).length / accounts.length;

describe('the canary', () => {
  test('takes its share of the accounts', () => {
    fc.assert(
      fc.property(salts, share, fc.nat(100), (salt, basisPoints, release) => {
        const isIn = (account: string) => isInCanary(salt, { release, basisPoints }, account);
        const p = basisPoints / 10_000;
        expect(Math.abs(shareOf(ACCOUNTS, isIn) - p)).toBeLessThan(tolerance(p, ACCOUNTS.length));
      }),
      { numRuns: 30 },
    );
  });

  test('is sticky: asked again it is the same, and a larger share keeps everybody who was in', () => {
    fc.assert(
      fc.property(salts, share, share, fc.string(), (salt, a, b, account) => {
        const [small, large] = [Math.min(a, b), Math.max(a, b)];
        const isIn = (basisPoints: number) =>
          isInCanary(salt, { release: 3, basisPoints }, account);
        expect(isIn(small)).toBe(isIn(small));
        if (isIn(small)) expect(isIn(large)).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  test('is independent of the holdout: both arms have the same share in it', () => {
    fc.assert(
      fc.property(salts, share, share, (salt, basisPoints, holdout) => {
        const isIn = (account: string) => isInCanary(salt, { release: 2, basisPoints }, account);
        const isHeldOut = (account: string) => arm(salt, 'churn-save', account) < holdout;
        const p = basisPoints / 10_000;
        for (const side of [true, false]) {
          const accounts = ACCOUNTS.filter((account) => isHeldOut(account) === side);
          expect(Math.abs(shareOf(accounts, isIn) - p)).toBeLessThan(tolerance(p, accounts.length));
        }
      }),
      { numRuns: 15 },
    );
  });

  test('is drawn anew for another release, so that it is not the same customers each time', () => {
    const inBoth = shareOf(
      ACCOUNTS,
      (account) =>
        isInCanary('salt', { release: 1, basisPoints: 5000 }, account) &&
        isInCanary('salt', { release: 2, basisPoints: 5000 }, account),
    );
    expect(Math.abs(inBoth - 0.25)).toBeLessThan(tolerance(0.25, ACCOUNTS.length));
  });
});
