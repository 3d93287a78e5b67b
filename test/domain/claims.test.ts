import fc from 'fast-check';
import { expect, test } from 'vitest';
import { claimsIn } from '../../src/domain/claims/claims.ts';

const read = (text: string, languages: readonly string[] = []) =>
  claimsIn(text, languages).map((claim) => {
    if (claim.kind === 'link') return `link ${claim.host}`;
    if (claim.kind === 'promise') return `promise ${claim.text}`;
    if (claim.kind === 'date')
      return `date ${claim.readings.map((one) => [one.year, one.month, one.day].join('-')).join(' ')}`.trim();
    const currencies = claim.kind === 'amount' ? ` ${claim.currencies[0] ?? ''}` : '';
    return `${claim.kind} ${claim.readings.join(' or ')}${currencies}`.trim();
  });

test.each([
  ['you use 49 of 50 seats', ['figure 49', 'figure 50']],
  ['1,234 logins', ['figure 1234 or 1.234']],
  ['1.234,50 logins', ['figure 1234.5']],
  ['1,234,567 calls', ['figure 1234567']],
  ['12k calls', ['figure 12000']],
  ['1.5 million calls', ['figure 1500000']],
  ['twenty-five seats', ['figure 25']],
  ['three hundred and fifty invites', ['figure 350']],
  ['two dozen people', ['figure 24']],
  ['one month', ['figure 1']],
  ['the one you use', []],
  ['half of it', ['figure']],
  ['２０ seats', ['figure 20']],
  ['2\u200b0 seats', ['figure 20']],
  ['٢٠ seats', ['figure']],
])('reads figures: %s', (text, claims) => expect(read(text)).toEqual(claims));

test.each([
  ['20 %', ['share 20']],
  ['12.5% less', ['share 12.5']],
  ['twenty percent', ['share 20']],
  ['2,000 basis points', ['share 20 or 0.02']],
  ['$245.00', ['amount 245 USD']],
  ['$1,299', ['amount 1299 or 1.299 USD']],
  ['€1.234,50', ['amount 1234.5 EUR']],
  ['245 USD', ['amount 245 USD']],
  ['EUR 99', ['amount 99 EUR']],
  ['fifty dollars', ['amount 50 USD']],
  ['£2k', ['amount 2000 GBP']],
])('reads shares and amounts: %s', (text, claims) => expect(read(text)).toEqual(claims));

test.each([
  ['on 2026-10-13', ['date 2026-10-13']],
  ['13 October 2026', ['date 2026-10-13']],
  ['October 13th, 2026', ['date 2026-10-13']],
  ['Oct 13', ['date -10-13']],
  ['13.10.2026', ['date 2026-10-13']],
  ['03/04/2026', ['date 2026-4-3 2026-3-4']],
  ['in October', ['date -10-']],
  ['October 2026', ['date 2026-10-']],
  ['by Friday', ['date']],
  ['tomorrow', ['date']],
  ['at 3pm', ['date']],
  ['you may march on', []],
])('reads dates: %s', (text, claims) => expect(read(text)).toEqual(claims));

test('reads the months of the message’s own language', () => {
  expect(read('am 13. Oktober 2026', ['de'])).toEqual(['date 2026-10-13']);
});

test.each([
  ['see https://lumenboard.example/plans?x=1', ['link lumenboard.example']],
  ['see https://lumenboard.example@evil.test/a', ['link evil.test']],
  ['go to evil.test/login', ['link evil.test']],
  ['write to pay@evil.test', ['link evil.test']],
])('reads links: %s', (text, claims) => expect(read(text)).toEqual(claims));

test.each([
  "we'll make this right",
  'a full refund',
  'at no cost',
  'I promise',
  'we will waive it',
  'free of charge',
])('reads a promise: %s', (text) =>
  expect(read(text).some((claim) => claim.startsWith('promise'))).toBe(true),
);

test('finds every whole number however it is set among words', () => {
  fc.assert(
    fc.property(
      fc.nat({ max: 99_999_999 }),
      fc.constantFrom('en', 'de', 'fr', 'de-CH'),
      fc.constantFrom('about ', '(', '', 'x', 'for '),
      fc.constantFrom(' seats', ')', '!', ' ', ''),
      (value, locale, before, after) => {
        const written = value.toLocaleString(locale);
        const claims = claimsIn(`${before}${written}${after}`);
        expect(
          claims.some(
            (claim) => 'readings' in claim && (claim.readings as unknown[]).includes(String(value)),
          ),
        ).toBe(true);
      },
    ),
    { numRuns: 2_000 },
  );
});
