import { beforeAll, describe, expect, test } from 'vitest';
import { listOutbox } from '../../src/act/outbox/store.ts';
import { listDecisions, listProposals } from '../../src/act/settle/read.ts';
import { listTasks } from '../../src/act/tasks/store.ts';
import { addMinutes } from '../../src/domain/time.ts';
import type { OpenDatabase } from '../../src/platform/db/database.ts';
import type { AccountBlueprint } from '../../src/sample/define.ts';
import deletionExpansion from '../../src/sample/stories/deletion-expansion.ts';
import incidentExpansion from '../../src/sample/stories/incident-expansion.ts';
import openConversation from '../../src/sample/stories/open-conversation.ts';
import pastDueExpansion from '../../src/sample/stories/past-due-expansion.ts';
import rejectedInvites from '../../src/sample/stories/rejected-invites.ts';
import saveBeforeSell from '../../src/sample/stories/save-before-sell.ts';
import { ANCHOR, foundCompany, type CompanyOptions } from '../fixtures/company.ts';
import { testDatabase } from '../support/database.ts';

let database: OpenDatabase;
beforeAll(async () => {
  database = await testDatabase();
});

const live = { world: 'live' } as const;

/** What happened at one customer after the line ran and what was due went out. */
const after = async (
  tenantId: string,
  account: AccountBlueprint,
  edits: CompanyOptions['edits'] = {},
) => {
  const company = await foundCompany(database, tenantId, { accounts: [account], edits });
  await company.run(ANCHOR);
  await company.tick(addMinutes(ANCHOR, 1));
  return company.here(async (tx) => {
    const proposals = await listProposals(tx, live);
    const offers = proposals.filter(({ tool }) => tool === 'offer_seats');
    const decisions = await listDecisions(tx, { proposalIds: offers.map(({ id }) => id) });
    const sent = await listOutbox(tx, live);
    return {
      tasks: await listTasks(tx, live),
      offers: sent.filter((row) => row.templateId === 'seat-offer' && row.status === 'done'),
      shown: sent.filter((row) => row.port === 'in_app' && row.status === 'done'),
      rules: decisions.flatMap(({ reasons }) => reasons.map(({ rule }) => rule)),
    };
  });
};

/**
 * A customer hits its 50-seat limit. 12 invitations fail. It asks for "a few more seats". Support replies with the
 * upgrade pricing page. The customer wanted 5 seats and sees a 60 % price increase.
 */
describe('twelve rejected invites at a 50-seat limit', () => {
  test('sales is told with the signals, and five seats are offered at the price of the current tier', async () => {
    const { tasks, offers, shown } = await after('told', rejectedInvites.account);
    const [task] = tasks;
    expect(task).toMatchObject({ kind: 'tell_sales', ownerId: 'carla-dietz' });
    for (const signal of [
      '50 of 50 seats',
      '12 invites were rejected',
      'asked for in 1 ticket: 5',
    ]) {
      expect(task?.draft).toContain(signal);
    }
    expect(shown[0]?.effect.message?.subject).toBe('All 50 seats of Harbor & Pine are in use');
    const [offer] = offers;
    expect(offer?.effect.recipient?.name).toBe('Walter Pine');
    expect(offer?.effect.message?.text).toContain('add 5 seats to your Growth plan');
    expect(offer?.effect.message?.text).toContain('$49.00 a seat and month');
    expect(offer?.effect.message?.text).not.toMatch(/enterprise|upgrade/i);
  });

  test('without the practice nobody is told and nothing is offered', async () => {
    const off = {
      'playbooks.yaml': [
        ['  seat-expansion:\n    enabled: true', '  seat-expansion:\n    enabled: false'],
      ],
    } as const;
    const { tasks, offers } = await after('untold', rejectedInvites.account, off);
    expect([tasks, offers]).toEqual([[], []]);
  });
});

describe('nobody is sold to', () => {
  test.each([
    ['past-due', 'while an invoice is past due', pastDueExpansion.account, 'base.sell-billing'],
    ['incident', 'in the middle of a SEV1', incidentExpansion.account, 'base.sell-incident'],
    [
      'deletion',
      'after asking for the deletion of its data',
      deletionExpansion.account,
      'base.sell-deletion',
    ],
    [
      'conversation',
      'while an urgent ticket waits for an answer',
      openConversation.account,
      'base.sell-conversation',
    ],
    ['leaving', 'while it is about to leave', saveBeforeSell.account, 'base.sell-save'],
  ])('%s: %s', async (tenantId, _, account, rule) => {
    const { offers, rules } = await after(tenantId, account);
    expect(offers).toEqual([]);
    expect(rules.join(' ')).toMatch(new RegExp(`${rule}|arbiter|base\\.sell-unhealthy`));
  });
});
