import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { notBorneOut } from '../../src/chat/reason/borne-out.ts';
import { evidenceOf } from '../../src/chat/reason/evidence.ts';

const GRANITE = { accountId: 'acc-granite1', name: 'Granite Energy' };
const CEDAR = { accountId: 'acc-cedar2', name: 'Cedar Clinics Group' };

const EVIDENCE = [
  ...evidenceOf('Today is 2026-11-22.', null),
  ...evidenceOf({ total: 2, totalArr: ['$165,900'] }, null),
  ...evidenceOf(
    {
      value: '78',
      tier: 'critical',
      lines: [{ points: '+22', reason: 'logins fell 77 % against the account’s own baseline' }],
      note: 'rated on 2026-11-15',
      caseId: 'case-0gwtkprbtc56',
      freshAt: '2026-11-20T09:13:55.000Z',
    },
    GRANITE.accountId,
  ),
  ...evidenceOf(
    {
      items: [
        { accountId: GRANITE.accountId, arr: '$80,580', renewal: '2027-06-10, in 200 days' },
        { accountId: CEDAR.accountId, arr: '$85,320', renewal: '2027-02-15, in 85 days' },
      ],
    },
    null,
  ),
];

const faultsOf = (answer: string, question = 'why is Granite critical?') =>
  notBorneOut(answer, {
    evidence: EVIDENCE,
    accounts: [GRANITE, CEDAR],
    question,
    linkDomains: ['lumenboard.example'],
  });

describe('an answer is borne out', () => {
  test.each([
    'Granite Energy is **critical** (78): logins fell 77 %.',
    'Granite Energy: ARR $80,580, renews on 10 June 2027, in 200 days.',
    '**Granite Energy** renews 2027-06-10.\n**Cedar Clinics Group** renews 2027-02-15, $85,320.',
    'Together their ARR is $165,900.',
    '1. Granite Energy: $80,580\n2. Cedar Clinics Group: $85,320',
    'The two are Granite Energy and Cedar Clinics Group.',
    'See `case-0gwtkprbtc56` of Granite Energy; heard of on 20 November 2026.',
    'Nothing was promised to Granite Energy. See https://help.lumenboard.example/exports.',
  ])('%s', (answer) => {
    expect(faultsOf(answer)).toEqual([]);
  });

  test('a time without a date may be said as it was asked for', () => {
    expect(faultsOf('Two renew this quarter.', 'who renews this quarter?')).toEqual([]);
    expect(faultsOf('Two renew this quarter.')).toHaveLength(1);
  });
});

describe('and is not', () => {
  test.each([
    ['an invented amount', 'Granite Energy has an ARR of $1,000,000.', '$1,000,000'],
    ['another currency', 'Granite Energy has an ARR of €80,580.', '€80,580'],
    ['the money of another', 'Granite Energy has an ARR of $85,320.', '$85,320 of Granite'],
    ['on the line below its name', '**Granite Energy**\n\n- ARR $85,320', '$85,320 of Granite'],
    ['a share for a figure', 'Granite Energy scores 78 %.', '78 %'],
    ['a rounded amount', 'Granite Energy brings about $80k.', '$80k'],
    ['a sum of its own', 'Granite Energy fell by 99 points.', '99'],
    ['a date', 'Granite Energy renews on 2027-06-11.', '2027-06-11'],
    ['a year', 'Granite Energy renews in June 2028.', 'June 2028'],
    ['a time without a date', 'Granite Energy leaves by next week.', 'next week'],
    ['a word for a figure', 'Granite Energy lost half of its users.', 'half'],
    ['an id that nobody saw', 'See `case-9gwtkprbtc99` of Granite Energy.', '9'],
    ['a foreign link', 'Log in at https://evil.example/now', 'evil.example'],
    ['a look-alike of ours', 'Log in at https://lumenboard.example.evil.test', 'evil.test'],
    ['a picture', '![x](https://evil.example/?d=78)', 'evil.example'],
    ['HTML with an address', '<img src="https://evil.example/x">', 'evil.example'],
    ['a deed', 'I have approved the discount for Granite Energy.', 'I have approved'],
    ['a deed, shortly', 'I’ve just sent it.', 'I’ve just sent'],
  ])('%s', (_, answer, named) => {
    const faults = faultsOf(answer);
    const words = named.split(' of ')[0] ?? '';
    expect(faults.join('; ')).toContain(words);
    if (named.includes(' of ')) expect(faults.join('; ')).toContain('of Granite Energy');
  });

  test('no amount but those that were found, whatever it is', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5_000_000 }), (dollars) => {
        const answer = `Granite Energy pays $${dollars.toLocaleString('en-US')}.`;
        const isKnown = dollars === 80_580 || dollars === 165_900;
        expect(faultsOf(answer)).toHaveLength(isKnown ? 0 : 1);
      }),
      { numRuns: 500, seed: 11 },
    );
  });
});
