import { expect, test } from 'vitest';
import approvals from '../../src/commands/approvals.ts';
import largeExpansion from '../../src/sample/stories/large-expansion.ts';
import { ANCHOR, foundCompany } from '../fixtures/company.ts';
import { signIn, startApi } from './support.ts';
import { typed } from './typed.ts';

test('who approves an offer of seats sees to whom it goes, at which address', async () => {
  const api = await startApi({ now: ANCHOR });
  const company = await foundCompany(api.db, 'acme', { accounts: [largeExpansion.account] });
  await company.run(ANCHOR);
  const page = await typed(approvals, api.client(await signIn(api, company.admin)));
  expect(page).toContain('offer 40 seats');
  expect(page).toContain('to Miguel Santos <miguel.santos@atlas-freight.example>');
});
