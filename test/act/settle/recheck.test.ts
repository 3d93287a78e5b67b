import { beforeAll, describe, expect, it } from 'vitest';
import { concludeProposal } from '../../../src/act/settle/conclude.ts';
import { listDecisions, listProposals } from '../../../src/act/settle/read.ts';
import { listAutonomy } from '../../../src/act/autonomy/autonomy.ts';
import type { Standing } from '../../../src/act/settle/standing.ts';
import { addHours } from '../../../src/domain/time.ts';
import type { OpenDatabase } from '../../../src/platform/db/database.ts';
import { testDatabase } from '../../support/database.ts';
import { aFact } from '../../policies/question.ts';
import type { House } from './house.ts';
import { aStanding, NOW, openHouse } from './house.ts';

let database: OpenDatabase;
let houses = 0;

beforeAll(async () => {
  database = await testDatabase();
});

const OFFER = { tool: 'offer_seats', args: { contactId: 'con-1', seats: 5 } };
const CHECK_IN = { tool: 'send_template', args: { contactId: 'con-1', templateId: 'check-in' } };
const TASK = { tool: 'open_task', args: { kind: 'tell_sales' } };

/** A house with one offer of seats in the outbox. */
const withOffer = async (
  rung: 'auto' | 'draft' | 'auto_with_undo' = 'auto',
): Promise<{ home: House; id: string }> => {
  const home = await openHouse(database, `recheck-${(houses += 1)}`);
  await home.rung('seat-expansion', rung);
  const [proposal] = await home.file(await home.openCase('seat-expansion'), [OFFER]);
  await home.settle();
  return { home, id: proposal?.id ?? '' };
};

/** A house with one approved offer of 30 seats in the outbox. */
const withApproved = async (): Promise<{ home: House; id: string }> => {
  const home = await openHouse(database, `recheck-${(houses += 1)}`);
  await home.rung('seat-expansion', 'auto');
  const [proposal] = await home.file(await home.openCase('seat-expansion'), [
    { ...OFFER, args: { contactId: 'con-1', seats: 30 } },
  ]);
  const { pendingApprovals } = await home.settle();
  await home.approve(pendingApprovals[0]?.approvalId ?? '');
  await home.settle();
  return { home, id: proposal?.id ?? '' };
};

const facts = (changes: Standing['facts']) => ({ facts: { ...aStanding().facts, ...changes } });

/** Changes rows and, unlike other changes of a table of tests, nothing of the standing. */
const run = async (home: House, sql: string): Promise<undefined> => {
  await home.tx((tx) => tx.query(sql));
};

describe('recheckEffect', () => {
  it('lets go what still holds, does not count it among its own contacts, and records it once', async () => {
    const { home, id } = await withOffer();
    const decision = await home.recheck(id);
    expect(decision).toMatchObject({ verdict: 'permit', phase: 'execute', proposalId: id });
    expect(await home.recheck(id)).toEqual(decision);
    const decisions = await home.tx((tx) => listDecisions(tx, { proposalIds: [id] }));
    expect(decisions.map(({ phase, verdict }) => [phase, verdict])).toEqual([
      ['settle', 'permit'],
      ['execute', 'permit'],
    ]);
  });

  it.each<[string, string, (home: House) => Partial<Standing> | undefined]>([
    [
      'the tenant was suspended',
      'base.suspended',
      (home) => void (home.config = { ...home.config, suspended: true }),
    ],
    [
      'the account went past due',
      'base.sell-billing',
      () => ({
        guards: { ...aStanding().guards, billing: { state: 'blocked', reason: 'invoice 1' } },
      }),
    ],
    [
      'a source fell silent',
      'base.sell-incident',
      () => ({ guards: { ...aStanding().guards, incident: { state: 'stale', reason: 'silent' } } }),
    ],
    [
      'the facts grew old',
      'base.facts-age',
      () => facts({ seats: aFact({ value: 50, trustedValue: 50, freshAt: addHours(NOW, -25) }) }),
    ],
    ['the account churned', 'base.ended', () => ({ lifecycle: 'churned' })],
    [
      'consent was withdrawn',
      'base.consent',
      () => ({
        contacts: aStanding().contacts.map((one) => ({
          ...one,
          consent: { service: true, contract: false, marketing: false },
        })),
      }),
    ],
    ['the contact left', 'proposal.invalid', () => ({ contacts: aStanding().contacts.slice(1) })],
    [
      'the address changed',
      'proposal.invalid',
      () => ({
        contacts: aStanding().contacts.map((one) => ({ ...one, email: 'new@elsewhere.example' })),
      }),
    ],
    [
      'the price changed',
      'proposal.invalid',
      (home) =>
        void (home.config = {
          ...home.config,
          plans: home.config.plans.map((plan) => ({
            ...plan,
            seatPrice: { minor: 1, currency: 'USD' },
          })),
        }),
    ],
    [
      'the template was withdrawn',
      'proposal.invalid',
      (home) => void (home.config = { ...home.config, templates: [] }),
    ],
    [
      'the playbook was switched off',
      'proposal.invalid',
      (home) =>
        void (home.config = {
          ...home.config,
          playbooks: { 'seat-expansion': { enabled: false, mode: 'rules', parameters: {} } },
        }),
    ],
    [
      'a limit was lowered',
      'approval.missing',
      (home) =>
        void (home.config = {
          ...home.config,
          approvals: { ...home.config.approvals, thresholds: {} },
        }),
    ],
    [
      'the ceiling was lowered',
      'autonomy.observe',
      (home) => void (home.config = { ...home.config, ceiling: {} }),
    ],
  ])('refuses when %s', async (_, rule, change) => {
    const { home, id } = await withOffer();
    const standing = change(home);
    const decision = await home.recheck(id, standing === undefined ? {} : { standing });
    expect(decision.verdict).toBe('forbid');
    expect(decision.reasons.map((reason) => reason.rule)).toContain(rule);
  });

  it('refuses when a save was opened since', async () => {
    const { home, id } = await withOffer();
    await home.openCase('churn-save');
    expect(await home.recheck(id)).toMatchObject({
      verdict: 'forbid',
      reasons: [{ rule: 'base.sell-save' }],
    });
  });

  it('refuses when its case was closed', async () => {
    const { home, id } = await withOffer();
    await home.closeCase('case-seat-expansion');
    expect(await home.recheck(id)).toMatchObject({
      verdict: 'forbid',
      reasons: [{ rule: 'case.closed' }],
    });
  });

  it('refuses what was withdrawn', async () => {
    const { home, id } = await withOffer();
    await home.tx((tx) =>
      concludeProposal(tx, {
        proposalId: id,
        outcome: 'recalled',
        reason: 'by a person',
        now: NOW,
      }),
    );
    expect(await home.recheck(id)).toMatchObject({
      verdict: 'forbid',
      reasons: [{ rule: 'execute.withdrawn', text: 'it is void by now' }],
    });
  });

  it('gives way to a higher class that waits for the morning', async () => {
    const { home, id } = await withOffer('auto_with_undo');
    await home.rung('dunning', 'auto');
    const dun = { ...CHECK_IN, args: { contactId: 'con-2', templateId: 'reminder' } };
    await home.file(await home.openCase('dunning'), [dun]);
    // The offer was permitted; only the recheck sees what came after.
    await home.tx((tx) =>
      tx.query(`update proposals set status = 'held', hold_until = $1 where playbook = 'dunning'`, [
        addHours(NOW, 9),
      ]),
    );
    expect(await home.recheck(id)).toMatchObject({
      verdict: 'forbid',
      reasons: [{ rule: 'arbiter.superseded' }],
    });
  });

  it('waits when the week was filled by somebody else', async () => {
    const { home, id } = await withOffer();
    const touches = [{ contactId: 'con-1', at: addHours(NOW, -48), actionId: null }];
    expect(await home.recheck(id, { standing: { touches } })).toMatchObject({
      verdict: 'hold',
      until: addHours(NOW, 120),
      reasons: [{ rule: 'arbiter.contact-budget' }],
    });
  });

  it('waits for the morning of the recipient', async () => {
    const { home, id } = await withOffer();
    expect(await home.recheck(id, { now: '2026-03-04T18:00:00.000Z' })).toMatchObject({
      verdict: 'hold',
      until: '2026-03-05T07:00:00.000Z',
    });
  });

  it('hands a draft to a person at any hour', async () => {
    const { home, id } = await withOffer('draft');
    expect(await home.recheck(id, { now: '2026-03-04T18:00:00.000Z' })).toMatchObject({
      verdict: 'permit',
    });
  });

  it('lets an approval lift what it was given for', async () => {
    const { home, id } = await withApproved();
    expect(await home.recheck(id)).toMatchObject({
      verdict: 'permit',
      request: { context: { approval: { count: 1 } } },
    });
  });

  it.each<[string, string, (home: House) => Promise<Partial<Standing> | undefined>]>([
    [
      'a fact that it was bound to moved',
      'approval.stale',
      async () => facts({ rejected_invites: aFact({ value: 18, trustedValue: 18 }) }),
    ],
    [
      'the quote moved',
      'approval.stale',
      async (home) =>
        void (home.config = {
          ...home.config,
          plans: home.config.plans.map((plan) => ({
            ...plan,
            seatPrice: { minor: 4901, currency: 'USD' },
          })),
        }),
    ],
    [
      'a stricter rule came',
      'board',
      async (home) =>
        void (home.config = {
          ...home.config,
          policies: {
            'b.cedar':
              '@id("board") @reason("x") @approver("admin") forbid (principal, action, resource);',
          },
        }),
    ],
    [
      'whoever approved lost the role',
      'proposals.money',
      (home) => run(home, `update people set roles = array['viewer'] where name = 'ben'`),
    ],
    [
      'whoever approved is gone',
      'proposals.money',
      (home) => run(home, `update people set removed_at = '${NOW}' where name = 'ben'`),
    ],
  ])('refuses an approved action when %s', async (_, rule, change) => {
    const { home, id } = await withApproved();
    const standing = await change(home);
    const decision = await home.recheck(id, standing === undefined ? {} : { standing });
    expect(decision.verdict).toBe('forbid');
    expect(decision.reasons.map((reason) => reason.rule)).toContain(rule);
  });

  it('keeps an approval while bound facts stay within their tolerance', async () => {
    const { home, id } = await withApproved();
    expect(
      await home.recheck(id, {
        standing: facts({ rejected_invites: aFact({ value: 17, trustedValue: 17 }) }),
      }),
    ).toMatchObject({ verdict: 'permit' });
  });

  it('knows no proposal of another account', async () => {
    const { home, id } = await withOffer();
    await home.account('acc-2');
    await expect(home.recheck(id, { standing: { accountId: 'acc-2' } })).rejects.toMatchObject({
      code: 'proposal_not_found',
    });
  });
});

describe('concludeProposal', () => {
  it.each([
    ['done', 'done'],
    ['unknown', 'permitted'],
    ['blocked', 'forbidden'],
    ['refused', 'void'],
    ['failed', 'void'],
    ['recalled', 'void'],
  ] as const)('after %s the proposal is %s', async (outcome, status) => {
    const { home, id } = await withOffer();
    await home.tx((tx) =>
      concludeProposal(tx, { proposalId: id, outcome, reason: 'why', now: NOW }),
    );
    expect(await home.tx((tx) => listProposals(tx, { ids: [id] }))).toMatchObject([
      { status, statusReason: 'why' },
    ]);
  });

  it('steps down after the third refusal at the last moment, by itself and on record', async () => {
    const home = await openHouse(database, `recheck-${(houses += 1)}`);
    await home.rung('seat-expansion', 'auto');
    for (const round of [1, 2, 3]) {
      const entry = await home.openCase('seat-expansion', { id: `case-${round}` });
      const [task] = await home.file(entry, [{ ...TASK, args: { kind: `t${round}` } }]);
      await home.settle();
      await home.tx((tx) =>
        concludeProposal(tx, {
          proposalId: task?.id ?? '',
          outcome: 'blocked',
          reason: 'x',
          now: addHours(NOW, round),
        }),
      );
    }
    const [last] = await home.tx((tx) => listAutonomy(tx));
    expect(last).toMatchObject({
      action: 'open_task',
      previous: 'auto',
      rung: 'auto_with_undo',
      personId: null,
      reason: 'three times the rules refused what was about to be done within 7 days',
    });
  });
});
