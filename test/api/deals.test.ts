import { beforeAll, describe, expect, test } from 'vitest';
import { getDealRoute, listDealsRoute } from '../../src/api/deals.ts';
import { loadCase } from '../../src/act/cases/case-store.ts';
import { closeCase } from '../../src/act/cases/close.ts';
import { listCasesRoute } from '../../src/api/cases.ts';
import deals from '../../src/commands/deals.ts';
import { addHours } from '../../src/domain/time.ts';
import type { Client } from '../../src/platform/http/define.ts';
import decliningRenewal from '../../src/sample/stories/declining-renewal.ts';
import rejectedInvites from '../../src/sample/stories/rejected-invites.ts';
import { ANCHOR, foundCompany, type Company } from '../fixtures/company.ts';
import { makeHouse, signIn, startApi, type Api, type House } from './support.ts';
import { typed } from './typed.ts';

let api: Api;
let company: Company;
let admin: Client;
let other: House;

const TWO_DAYS_ON = addHours(ANCHOR, 48);

beforeAll(async () => {
  api = await startApi({ now: ANCHOR });
  const accounts = [rejectedInvites.account, decliningRenewal.account];
  company = await foundCompany(api.db, 'acme', { accounts });
  await company.run(ANCHOR);
  await company.tick(addHours(ANCHOR, 1));
  admin = api.client(await signIn(api, company.admin));
  other = await makeHouse(api, 'other');
});

const pipeline = async (query: { standing?: 'all' } = {}) => {
  const { items } = await admin.call(listDealsRoute, { query });
  return new Map(items.map((deal) => [deal.kind, deal]));
};

const type = (client: Client, line: Readonly<Record<string, unknown>>) =>
  typed(deals, client, line);

describe('the pipeline', () => {
  test('holds what playbooks saw, with what a year of it is worth by price list and contract', async () => {
    const found = await pipeline();
    expect(found.get('expansion')).toMatchObject({
      ...{ accountName: 'Harbor & Pine', stage: 'found', standing: 'open', movedByPerson: false },
      amount: { minor: 5 * 4900 * 12, currency: 'USD' },
    });
    expect(found.get('renewal')).toMatchObject({ stage: 'found', standing: 'open' });
    expect(await type(admin, {})).toMatch(/Seats for Harbor & Pine +Need seen +\$2,940 /);
  });

  test('moves on by itself once the seats were offered', async () => {
    await company.tick(TWO_DAYS_ON);
    await company.tick(addHours(TWO_DAYS_ON, 1));
    const deal = (await pipeline()).get('expansion');
    expect(deal?.stage).toBe('offered');
    const { moves } = await admin.call(getDealRoute, { params: { id: deal?.id ?? '' } });
    expect(moves.map(({ toStage, byPerson }) => [toStage, byPerson])).toEqual([
      ['found', false],
      ['offered', false],
    ]);
  });
});

describe('a person', () => {
  test('wins a deal at the terminal, by name, and its case closes', async () => {
    const deal = (await pipeline()).get('expansion');
    const said = await type(admin, {
      ...{ verb: 'move', id: deal?.id, stage: 'won', note: 'signed today' },
    });
    expect(said).toContain(`offered → won, by ${company.admin.id}: signed today`);
    expect((await pipeline()).has('expansion')).toBe(false);
    const { items } = await admin.call(listCasesRoute, { query: { playbook: 'seat-expansion' } });
    expect(items.map(({ id }) => id)).not.toContain(deal?.caseId);
    expect((await pipeline({ standing: 'all' })).get('expansion')?.standing).toBe('won');
  });

  test('is told what to write instead, and sees no deal of another tenant', async () => {
    const id = (await pipeline()).get('renewal')?.id ?? '';
    await expect(type(admin, { verb: 'move', id, stage: 'nowhere' })).rejects.toThrow(
      /no stage `nowhere` in deals\.yaml; there are found, offered/,
    );
    await expect(type(admin, { verb: 'show' })).rejects.toThrow('say which deal');
    const stranger = api.client(other.sessions.admin);
    await expect(type(stranger, { verb: 'show', id })).rejects.toMatchObject({
      code: 'deal_not_found',
    });
    expect(await type(stranger, {})).toContain('name their stages in deals.yaml');
  });
});

describe('a deal whose case closed by itself', () => {
  test('stays, and says so with the reason', async () => {
    const deal = (await pipeline()).get('renewal');
    if (deal === undefined) throw new Error('there is no renewal deal');
    expect(deal.caseClosed).toBeNull();
    expect(await type(admin, { verb: 'show', id: deal.id })).toContain(`${deal.caseId}, open`);
    await company.here(async (tx) => {
      const entry = await loadCase(tx, deal.caseId);
      if (entry === null) throw new Error(`there is no case ${deal.caseId}`);
      const reason = 'usage is back to normal';
      await closeCase(tx, { entry, reason, now: TWO_DAYS_ON, accept: async () => undefined });
    });
    const after = (await pipeline()).get('renewal');
    expect(after).toMatchObject({
      standing: 'open',
      caseClosed: { at: TWO_DAYS_ON, reason: 'usage is back to normal' },
    });
    expect(await type(admin, {})).toMatch(/closed/);
    expect(await type(admin, { verb: 'show', id: deal.id })).toMatch(
      /closed on 2026-10-15: usage is back to normal; move the deal to an end if\s+it is over too/,
    );
  });
});
