import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Instant } from '../../../src/domain/time.ts';
import { BEGINNING, resolveBindings, type Claim } from '../../../src/sense/identity/resolve.ts';

const on = (day: number): Instant =>
  `2026-01-${String(day).padStart(2, '0')}T00:00:00.000Z` as Instant;

let counter = 0;
const claim = (linkId: string, parentId: string, day = 1, partial: Partial<Claim> = {}): Claim => ({
  linkId,
  parentId,
  trust: 'server',
  occurredAt: on(day),
  acceptedAt: on(31),
  source: 'crm',
  eventId: `e${(counter += 1)}`,
  ...partial,
});
const account = (linkId: string) => claim(linkId, linkId);

/** Claims that lead where one expects, as `link root from to trust`. */
const told = (claims: readonly Claim[], ...linkIds: string[]) =>
  resolveBindings(claims, linkIds).map(
    ({ linkId, rootId, validFrom, validTo, trust }) =>
      `${linkId}→${rootId} ${validFrom === BEGINNING ? '…' : validFrom.slice(8, 10)}–${validTo?.slice(8, 10) ?? '…'} ${trust}`,
  );

describe('whose a link is', () => {
  it('is nobody until an account is named', () => {
    expect(told([claim('user', 'group')], 'user')).toEqual([]);
    expect(told([], 'user')).toEqual([]);
  });

  it('is an account that was named, from the beginning', () => {
    expect(told([account('a')], 'a')).toEqual(['a→a …–… server']);
  });

  it('follows the chain to the account', () => {
    const claims = [claim('user', 'group'), claim('group', 'crm'), account('crm')];
    expect(told(claims, 'user')).toEqual(['user→crm …–… server']);
  });

  it('belongs to the other account from the day it moved', () => {
    const claims = [account('a'), account('b'), claim('user', 'a', 3), claim('user', 'b', 9)];
    expect(told(claims, 'user')).toEqual(['user→a …–09 server', 'user→b 09–… server']);
  });

  it('holds the later word about one moment', () => {
    const claims = [
      account('a'),
      account('b'),
      claim('sub', 'a', 3, { acceptedAt: on(4) }),
      claim('sub', 'b', 3, { acceptedAt: on(5) }),
    ];
    expect(told(claims, 'sub')).toEqual(['sub→b …–… server']);
  });

  it('moves with the link that it follows', () => {
    const claims = [
      account('a'),
      account('b'),
      claim('sub', 'a'),
      claim('a', 'b', 9),
      claim('a', 'a'),
    ];
    expect(told(claims, 'sub', 'a')).toEqual(['a→b …–… server', 'sub→b …–… server']);
  });

  it('stays its own account where the claim leads nowhere', () => {
    expect(told([account('a'), claim('a', 'unknown')], 'a')).toEqual(['a→a …–… server']);
  });

  it('falls back to its own account for the time the other leads nowhere', () => {
    const claims = [account('a'), account('c'), claim('a', 'lost', 2), claim('a', 'c', 8)];
    expect(told(claims, 'a')).toEqual(['a→a …–08 server', 'a→c 08–… server']);
  });

  it('hears a client only where no server spoke, and says so', () => {
    const byClient = claim('user', 'b', 9, { trust: 'client' });
    expect(told([account('b'), byClient], 'user')).toEqual(['user→b …–… client']);
    expect(told([account('a'), account('b'), claim('user', 'a', 1), byClient], 'user')).toEqual([
      'user→a …–… server',
    ]);
  });

  it('is a client’s word when any step is', () => {
    const claims = [account('a'), claim('g', 'a'), claim('user', 'g', 1, { trust: 'client' })];
    expect(told(claims, 'user')).toEqual(['user→a …–… client']);
  });

  it('makes one account of links that claim one another', () => {
    const claims = [account('a'), account('b'), claim('a', 'b'), claim('b', 'a')];
    expect(told(claims, 'a', 'b')).toEqual(['a→a …–… server', 'b→a …–… server']);
    const three = ['a', 'b', 'c'].map((link) => account(link));
    const circle = [...three, claim('a', 'b'), claim('b', 'c'), claim('c', 'a'), claim('u', 'c')];
    expect(told(circle, 'u', 'b')).toEqual(['b→a …–… server', 'u→a …–… server']);
  });

  it('does not depend on the order of the claims', () => {
    const link = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f');
    const claims = fc.uniqueArray(
      fc.record({
        linkId: link,
        parentId: link,
        trust: fc.constantFrom('client' as const, 'server' as const),
        occurredAt: fc.integer({ min: 1, max: 5 }).map(on),
        acceptedAt: fc.constant(on(9)),
        source: fc.constant('crm'),
        eventId: fc.uuid(),
      }),
      { selector: ({ eventId }) => eventId, maxLength: 14 },
    );
    fc.assert(
      fc.property(
        claims.chain((all) =>
          fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })),
        ),
        ([all, shuffled]) => {
          expect(resolveBindings(shuffled, ['f', 'e', 'd', 'c', 'b', 'a'])).toEqual(
            resolveBindings(all, ['a', 'b', 'c', 'd', 'e', 'f']),
          );
        },
      ),
    );
  });

  it('gives half-open spans that do not overlap', () => {
    const link = fc.constantFrom('a', 'b', 'c', 'd');
    const claims = fc.array(
      fc.record({
        linkId: link,
        parentId: link,
        trust: fc.constant('server' as const),
        occurredAt: fc.integer({ min: 1, max: 9 }).map(on),
        acceptedAt: fc.constant(on(9)),
        source: fc.constant('crm'),
        eventId: fc.uuid(),
      }),
      { maxLength: 14 },
    );
    fc.assert(
      fc.property(claims, link, (all, one) => {
        const spans = resolveBindings(all, [one]);
        spans.forEach(({ validFrom, validTo }, index) => {
          const next = spans[index + 1];
          if (next === undefined) return;
          expect(validTo).not.toBeNull();
          expect(validTo! > validFrom && validTo! <= next.validFrom).toBe(true);
        });
      }),
    );
  });
});
