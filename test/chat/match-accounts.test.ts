import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { matchAccounts, matchSpelling } from '../../src/chat/match-accounts.ts';

const account = (accountId: string, name: string, ...ids: string[]) => ({
  accountId,
  name,
  ids: [accountId, ...ids],
});

const NORTHWIND = account('acct-1', 'Northwind', 'cus_4711');
const TRADERS = account('acct-2', 'Northwind Traders');
const CEDAR = account('acct-3', 'Cedar Clinics Group');
const PINE = account('acct-4', 'Harbor & Pine');
const OPEN = account('acct-5', 'Open Systems');
const ALL = [NORTHWIND, CEDAR, PINE, OPEN];

const names = (text: string, accounts = ALL) => {
  const found = matchAccounts(text, accounts);
  if (found.kind === 'none') return [];
  return (found.kind === 'one' ? [found.account] : found.accounts).map(({ name }) => name);
};

describe('who a question names', () => {
  test.each([
    ['why is Northwind critical?', 'Northwind'],
    ['WHY IS NORTHWIND’S RISK SO HIGH', 'Northwind'],
    ['what about cedar', 'Cedar Clinics Group'],
    ['cedar clinics: any news?', 'Cedar Clinics Group'],
    ['can we sell to harbor & pine?', 'Harbor & Pine'],
    ['and cus_4711?', 'Northwind'],
    ['what of acct-3', 'Cedar Clinics Group'],
    ['how is open systems doing', 'Open Systems'],
  ])('%s', (text, name) => {
    expect(names(text)).toEqual([name]);
  });

  test('words that stand in any question name nobody', () => {
    expect(names('which cases are open?')).toEqual([]);
    expect(names('show renewals at risk this quarter')).toEqual([]);
  });

  test('two of one beginning are both told, and the one that is written out is meant', () => {
    expect(names('how is northwind traders doing', [NORTHWIND, TRADERS])).toEqual([
      'Northwind Traders',
    ]);
    expect(
      names('how is northwind doing', [TRADERS, account('acct-9', 'Northwind Foods')]),
    ).toEqual(['Northwind Traders', 'Northwind Foods']);
    expect(names('compare Northwind with Cedar Clinics Group')).toHaveLength(2);
    const twins = [account('acct-7', 'Acme'), account('acct-8', 'Acme')];
    expect(names('how is acme', twins)).toHaveLength(2);
  });

  test('a slip of the keyboard is seen through, unless two could be meant', () => {
    expect(matchSpelling('why is nortwind critical', ALL)).toMatchObject({
      kind: 'one',
      spelled: true,
      account: { name: 'Northwind' },
    });
    expect(matchSpelling('why is nordwalm critical', ALL).kind).toBe('none');
    const near = [account('a', 'Granite Energy'), account('b', 'Granito Foods')];
    expect(matchSpelling('how is granitt', near)).toMatchObject({ kind: 'several' });
  });

  test('whatever is asked, an account is chosen alone only when it is named', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 60 }), (text) => {
        const found = matchAccounts(text, ALL);
        if (found.kind !== 'one') return;
        const first = found.account.name.toLowerCase().split(' ')[0] ?? '';
        const known = ALL.find(({ accountId }) => accountId === found.account.accountId)?.ids ?? [];
        expect(
          [first, ...known].some((word) => text.normalize('NFKC').toLowerCase().includes(word)),
        ).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });
});
