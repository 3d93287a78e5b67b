import { beforeAll, describe, expect, it } from 'vitest';
import { LIVE } from '../../../src/domain/case.ts';
import { addHours, type Instant } from '../../../src/domain/time.ts';
import { listOutbox } from '../../../src/act/outbox/store.ts';
import { concludeProposal, voidProposals } from '../../../src/act/settle/conclude.ts';
import { dueHolds, listDecisions, listProposals } from '../../../src/act/settle/read.ts';
import { loadApproval } from '../../../src/act/approvals/read.ts';
import type { OpenDatabase } from '../../../src/platform/db/database.ts';
import { testDatabase } from '../../support/database.ts';
import { aFact } from '../../policies/question.ts';
import type { House } from './house.ts';
import { aStanding, NOW, openHouse } from './house.ts';

let database: OpenDatabase;
let houses = 0;
const house = (): Promise<House> => openHouse(database, `house-${(houses += 1)}`);

beforeAll(async () => {
  database = await testDatabase();
});

const OFFER = { tool: 'offer_seats', args: { contactId: 'con-1', seats: 5 } };
const CHECK_IN = { tool: 'send_template', args: { contactId: 'con-1', templateId: 'check-in' } };
const TASK = { tool: 'open_task', args: { kind: 'tell_sales' } };
const NIGHT: Instant = '2026-03-04T20:00:00.000Z';

const statuses = async (home: House): Promise<Record<string, string>> =>
  Object.fromEntries(
    (await home.tx((tx) => listProposals(tx, {}))).map((one) => [
      `${one.playbook}/${one.tool}/${one.round}.${one.ordinal}`,
      one.status,
    ]),
  );

const outbox = (home: House) => home.tx((tx) => listOutbox(tx, { world: 'live' }));

describe('settle', () => {
  it('permits what every rule lets pass, and holds it back for as long as it can be undone', async () => {
    const home = await house();
    await home.rung('seat-expansion', 'auto_with_undo');
    const [proposal] = await home.file(await home.openCase('seat-expansion'), [OFFER]);
    const result = await home.settle();
    expect(result.decisions).toMatchObject([
      {
        proposalId: proposal?.id,
        verdict: 'permit',
        policyVersion: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
        factSetId: 'facts-1',
        configVersion: 7,
      },
    ]);
    expect(await outbox(home)).toMatchObject([
      { proposalId: proposal?.id, status: 'held', notBefore: addHours(NOW, 1 / 60), port: 'email' },
    ]);
    expect(result.enqueued).toHaveLength(1);
  });

  it('does not keep anything back at auto, nor work for our own people', async () => {
    const home = await house();
    await home.rung('seat-expansion', 'auto');
    await home.file(await home.openCase('seat-expansion'), [OFFER, TASK]);
    await home.settle();
    expect((await outbox(home)).map(({ notBefore }) => notBefore)).toEqual([NOW, NOW]);
  });

  it('observes until somebody decides otherwise, and says what would have been', async () => {
    const home = await house();
    await home.file(await home.openCase('seat-expansion'), [OFFER]);
    const { decisions } = await home.settle();
    expect(decisions[0]?.reasons).toEqual([
      { rule: 'autonomy.observe', text: 'autonomy is at observe for seat-expansion/offer_seats' },
      { rule: 'autonomy.would-have', text: 'above observe the policy would permit it' },
    ]);
    expect(await home.count('outbox')).toBe(0);
  });

  it('replays no backlog when going live', async () => {
    const home = await house();
    await home.file(await home.openCase('seat-expansion'), [OFFER]);
    await home.settle();
    await home.rung('seat-expansion', 'auto');
    expect((await home.settle()).decisions).toEqual([]);
    expect(await home.count('outbox')).toBe(0);
  });

  it('writes nothing when it is settled again with nothing changed', async () => {
    const home = await house();
    await home.rung('seat-expansion', 'approve');
    await home.rung('churn-save', 'auto');
    await home.rung('tips', 'auto');
    await home.file(await home.openCase('seat-expansion'), [OFFER, TASK]);
    await home.file(await home.openCase('tips'), [CHECK_IN, { tool: 'nonsense', args: {} }]);
    const tables = [
      'proposals',
      'decisions',
      'approvals',
      'outbox',
      'ledger_entries',
      'arbitrations',
      'policy_texts',
    ];
    await home.settle({ now: NIGHT });
    const counts = () => Promise.all(tables.map((table) => home.count(table)));
    const before = [await counts(), await statuses(home)];
    const again = await home.settle({ now: NIGHT });
    expect(again.decisions).toEqual([]);
    expect([await counts(), await statuses(home)]).toEqual(before);
  });

  it('makes a draft for a person out of a message at draft', async () => {
    const home = await house();
    await home.rung('churn-save', 'draft');
    await home.file(await home.openCase('churn-save'), [CHECK_IN]);
    const { decisions } = await home.settle({ now: NIGHT });
    expect(decisions).toMatchObject([{ verdict: 'draft' }]);
    expect(await outbox(home)).toMatchObject([
      { port: 'tasks', effect: { task: { kind: 'send_draft', assignee: 'dana' }, message: null } },
    ]);
  });

  it('counts a draft that a person was handed for no message of ours', async () => {
    const home = await house();
    await home.rung('churn-save', 'draft');
    const entry = await home.openCase('churn-save');
    const [draft] = await home.file(entry, [CHECK_IN]);
    await home.settle();
    await home.rung('churn-save', 'auto');
    const reminder = { ...CHECK_IN, args: { contactId: 'con-1', templateId: 'reminder' } };
    await home.file(entry, [reminder], { round: 2 });
    expect(await home.settle()).toMatchObject({ decisions: [{ verdict: 'permit' }] });
    const done = { proposalId: draft?.id ?? '', outcome: 'done', reason: null, now: NOW } as const;
    await home.tx((tx) => concludeProposal(tx, done));
    expect(await home.tx((tx) => listProposals(tx, { statuses: ['done'] }))).toMatchObject([
      { drafted: true },
    ]);
  });

  it('holds in quiet hours, and goes on by itself in the morning', async () => {
    const home = await house();
    await home.rung('churn-save', 'auto');
    await home.file(await home.openCase('churn-save'), [CHECK_IN]);
    const night = await home.settle({ now: NIGHT });
    const morning = '2026-03-05T07:00:00.000Z';
    expect(night).toMatchObject({
      nextLookAt: morning,
      decisions: [{ verdict: 'hold', until: morning }],
    });
    expect(await home.tx((tx) => dueHolds(tx, { world: 'live', now: NIGHT }))).toEqual([]);
    expect(await home.tx((tx) => dueHolds(tx, { world: 'live', now: morning }))).toEqual([
      { accountId: 'acc-1' },
    ]);
    const fresh = { facts: aStanding().facts };
    expect((await home.settle({ now: morning, standing: fresh })).decisions).toMatchObject([
      { verdict: 'permit' },
    ]);
    expect(await home.tx((tx) => dueHolds(tx, { world: 'live', now: morning }))).toEqual([]);
  });

  it('reads the hours of the recipient, not ours', async () => {
    const home = await house();
    await home.rung('churn-save', 'auto');
    await home.file(await home.openCase('churn-save'), [CHECK_IN]);
    const contacts = aStanding().contacts.map((contact) => ({
      ...contact,
      zone: 'America/New_York',
    }));
    expect(await home.settle({ now: NIGHT, standing: { contacts } })).toMatchObject({
      decisions: [{ verdict: 'permit' }],
    });
  });

  it('gives the last contact of the week to one of two cases and tells the other when the next is', async () => {
    const home = await house();
    await home.rung('churn-save', 'auto');
    const urgent = await home.openCase('churn-save', { id: 'case-b', urgency: 90 });
    const calm = await home.openCase('churn-save', { id: 'case-a', urgency: 10 });
    await home.file(calm, [CHECK_IN]);
    await home.file(urgent, [{ ...CHECK_IN, args: { ...CHECK_IN.args, templateId: 'reminder' } }]);
    const { nextLookAt } = await home.settle();
    const proposals = await home.tx((tx) => listProposals(tx, {}));
    expect(Object.fromEntries(proposals.map(({ caseId, status }) => [caseId, status]))).toEqual({
      'case-a': 'held',
      'case-b': 'permitted',
    });
    expect(nextLookAt).toBe(addHours(NOW, 168));
    expect(await home.count('outbox')).toBe(1);
  });

  it('counts everybody’s touches, and what was sent whose receipt is not back', async () => {
    const home = await house();
    await home.rung('churn-save', 'auto');
    const entry = await home.openCase('churn-save');
    const [first] = await home.file(entry, [CHECK_IN]);
    await home.settle();
    await home.tx((tx) =>
      concludeProposal(tx, {
        proposalId: first?.id ?? '',
        outcome: 'done',
        reason: null,
        now: NOW,
      }),
    );
    await home.file(
      entry,
      [{ ...CHECK_IN, args: { contactId: 'con-1', templateId: 'reminder' } }],
      { round: 2 },
    );
    const touched = { touches: [{ contactId: 'con-2', at: addHours(NOW, -24), actionId: null }] };
    const { decisions } = await home.settle({ standing: touched });
    expect(decisions).toMatchObject([
      { verdict: 'hold', until: addHours(NOW, 168), reasons: [{ rule: 'arbiter.contact-budget' }] },
    ]);
  });

  it('does not count a receipt and the proposal behind it twice', async () => {
    const home = await house();
    await home.rung('churn-save', 'auto');
    home.config = {
      ...home.config,
      contact: { ...home.config.contact, perContactAndWeek: 2, perAccountAndWeek: 2 },
    };
    const entry = await home.openCase('churn-save');
    const [first] = await home.file(entry, [CHECK_IN]);
    const { enqueued } = await home.settle();
    await home.tx((tx) =>
      concludeProposal(tx, {
        proposalId: first?.id ?? '',
        outcome: 'done',
        reason: null,
        now: NOW,
      }),
    );
    await home.file(
      entry,
      [{ ...CHECK_IN, args: { contactId: 'con-1', templateId: 'reminder' } }],
      { round: 2 },
    );
    const receipt = { touches: [{ contactId: 'con-1', at: NOW, actionId: enqueued[0] ?? '' }] };
    expect(await home.settle({ standing: receipt })).toMatchObject({
      decisions: [{ verdict: 'permit' }],
    });
  });

  it('lets a save take the place of an offer that waits in the outbox', async () => {
    const home = await house();
    await home.rung('seat-expansion', 'auto_with_undo');
    await home.rung('churn-save', 'auto');
    await home.file(await home.openCase('seat-expansion'), [OFFER]);
    await home.settle();
    await home.file(await home.openCase('churn-save'), [CHECK_IN]);
    await home.settle();
    expect(await statuses(home)).toEqual({
      'seat-expansion/offer_seats/1.0': 'superseded',
      'churn-save/send_template/1.0': 'permitted',
    });
    expect((await outbox(home)).map(({ status }) => status).sort()).toEqual(['ready', 'recalled']);
  });

  it('sells nothing while a save is open, though it is only observed', async () => {
    const home = await house();
    await home.rung('seat-expansion', 'auto');
    await home.file(await home.openCase('seat-expansion'), [OFFER, TASK]);
    await home.openCase('churn-save');
    const { decisions } = await home.settle();
    expect(decisions.map(({ verdict }) => verdict)).toEqual(['forbid', 'forbid']);
    expect(decisions[0]?.reasons).toEqual([
      {
        rule: 'base.sell-save',
        text: 'no selling while the account is being saved: a save is under way: case-churn-save',
      },
    ]);
    expect(decisions[0]).toMatchObject({ guards: { save: { state: 'blocked' } } });
  });

  it('is not stopped by a higher class that may do nothing itself', async () => {
    const home = await house();
    await home.rung('churn-save', 'auto');
    await home.file(await home.openCase('dunning'), [CHECK_IN]);
    await home.file(await home.openCase('churn-save'), [
      { ...CHECK_IN, args: { contactId: 'con-2', templateId: 'check-in' } },
    ]);
    await home.settle();
    expect(await statuses(home)).toEqual({
      'dunning/send_template/1.0': 'forbidden',
      'churn-save/send_template/1.0': 'permitted',
    });
  });

  it('does the same deed once, whatever case asks for it', async () => {
    const home = await house();
    await home.rung('churn-save', 'auto');
    await home.file(await home.openCase('churn-save', { id: 'case-a' }), [CHECK_IN, CHECK_IN]);
    await home.file(await home.openCase('churn-save', { id: 'case-b' }), [CHECK_IN]);
    await home.settle();
    expect(await home.count('outbox')).toBe(1);
    const filed = await home.tx((tx) => listProposals(tx, {}));
    expect(filed.map(({ status }) => status)).toEqual(['permitted', 'forbidden', 'forbidden']);
  });

  it('adds two discounts up, though each is below the limit', async () => {
    const home = await house();
    await home.rung('churn-save', 'auto');
    home.config = {
      ...home.config,
      contact: { ...home.config.contact, perAccountAndWeek: 5, perContactAndWeek: 5 },
    };
    const discount = (contactId: string) => ({
      tool: 'offer_save_discount',
      args: { contactId, basisPoints: 600 },
    });
    await home.file(await home.openCase('churn-save'), [discount('con-1'), discount('con-2')]);
    const { decisions, pendingApprovals } = await home.settle();
    expect(decisions.map(({ verdict }) => verdict).sort()).toEqual(['escalate', 'permit']);
    expect(pendingApprovals).toHaveLength(1);
  });

  it('voids what waits when its case is closed', async () => {
    const home = await house();
    await home.rung('churn-save', 'auto');
    const entry = await home.openCase('churn-save');
    await home.file(entry, [CHECK_IN]);
    await home.settle({ now: NIGHT });
    await home.closeCase(entry.id);
    expect(await home.settle()).toMatchObject({
      decisions: [{ verdict: 'forbid', reasons: [{ rule: 'case.closed' }] }],
    });
  });

  it('voids a case’s proposals, approvals and actions when told so', async () => {
    const home = await house();
    await home.rung('seat-expansion', 'auto_with_undo');
    const entry = await home.openCase('seat-expansion');
    await home.file(entry, [TASK, { ...OFFER, args: { contactId: 'con-1', seats: 30 } }]);
    const { pendingApprovals } = await home.settle();
    const [pending] = pendingApprovals;
    await home.tx((tx) => voidProposals(tx, { caseId: entry.id, reason: 'a new round', now: NOW }));
    expect(Object.values(await statuses(home))).toEqual(['void', 'void']);
    expect(await home.tx((tx) => loadApproval(tx, pending?.approvalId ?? ''))).toMatchObject({
      status: 'void',
    });
    expect(await outbox(home)).toMatchObject([{ status: 'recalled' }]);
    expect((await home.settle()).decisions).toEqual([]);
  });

  it('lists every rule that stands against a proposal', async () => {
    const home = await house();
    await home.file(await home.openCase('seat-expansion', { arm: 'holdout' }), [OFFER]);
    const { decisions } = await home.settle({
      standing: {
        lifecycle: 'churned',
        guards: {
          ...aStanding().guards,
          billing: { state: 'stale', reason: 'no invoices were ever received' },
        },
      },
    });
    expect(decisions[0]?.reasons.map(({ rule }) => rule)).toEqual([
      'autonomy.observe',
      'base.ended',
      'base.holdout',
      'base.sell-billing',
      'autonomy.would-have',
    ]);
    expect(decisions[0]?.reasons[3]?.text).toBe(
      'no selling while billing is not clear: no invoices were ever received',
    );
  });

  it('refuses a suppressed recipient and one who asked for deletion of their data', async () => {
    const home = await house();
    await home.rung('churn-save', 'auto');
    await home.file(await home.openCase('churn-save'), [CHECK_IN]);
    const { decisions } = await home.settle({ standing: { silenced: ['con-1'] } });
    expect(decisions).toMatchObject([
      { verdict: 'forbid', reasons: [{ rule: 'base.suppressed' }] },
    ]);
  });

  it('says that nobody is there to ask', async () => {
    const home = await house();
    await home.rung('churn-save', 'auto');
    home.config = {
      ...home.config,
      policies: {
        'nine.cedar':
          '@id("nine") @reason("nine must agree") @approver("admin") @quorum("9") forbid (principal, action, resource);',
      },
    };
    await home.file(await home.openCase('churn-save'), [TASK]);
    expect(await home.settle()).toMatchObject({
      decisions: [
        { verdict: 'forbid', reasons: [{ rule: 'nine' }, { rule: 'approval.nobody-eligible' }] },
      ],
    });
  });

  it('keeps worlds apart', async () => {
    const home = await house();
    await home.rung('churn-save', 'auto');
    const shadow = { id: 'shadow-1', kind: 'shadow' } as const;
    await home.file(await home.openCase('churn-save'), [CHECK_IN]);
    await home.file(await home.openCase('churn-save', { id: 'case-shadow', world: shadow }), [
      CHECK_IN,
    ]);
    await home.settle({ world: shadow });
    expect(
      (await home.tx((tx) => listProposals(tx, { world: 'live' }))).map(({ status }) => status),
    ).toEqual(['proposed']);
    await home.settle({ world: LIVE });
    expect(await home.tx((tx) => listOutbox(tx, { world: 'shadow-1' }))).toHaveLength(1);
    expect(await outbox(home)).toHaveLength(1);
  });

  it('refuses the policies of a tenant that do not hold together, before anything is decided', async () => {
    const home = await house();
    await home.file(await home.openCase('churn-save'), [CHECK_IN]);
    home.config = { ...home.config, policies: { 'bad.cedar': 'nonsense' } };
    await expect(home.settle()).rejects.toMatchObject({ code: 'policies_invalid' });
  });

  it('keeps decisions for good', async () => {
    const home = await house();
    await home.file(await home.openCase('churn-save'), [CHECK_IN]);
    const { decisions } = await home.settle();
    await expect(
      home.tx((tx) => tx.query(`update decisions set verdict = 'permit'`)),
    ).rejects.toMatchObject({ code: '42501' });
    await expect(
      home.tx((tx) => tx.query(`update proposals set status = 'permitted'`)),
    ).rejects.toMatchObject({ code: '42501' });
    await expect(home.tx((tx) => tx.query(`delete from proposals`))).rejects.toMatchObject({
      code: '42501',
    });
    expect(
      await home.tx((tx) =>
        listDecisions(tx, { proposalIds: decisions.map(({ proposalId }) => proposalId) }),
      ),
    ).toMatchObject([{ verdict: 'forbid' }]);
  });

  it('files a round once: what was written first stands', async () => {
    const home = await house();
    const entry = await home.openCase('churn-save');
    const [first] = await home.file(entry, [{ ...TASK, step: 'tell' }]);
    const again = await home.file(entry, [CHECK_IN, TASK]);
    expect(again).toEqual([first]);
    expect(first).toMatchObject({
      step: 'tell',
      tool: 'open_task',
      revision: 0,
      proposedBy: 'rules:churn-save',
    });
  });

  it('asks again for facts that have grown too old', async () => {
    const home = await house();
    await home.rung('seat-expansion', 'auto');
    await home.file(await home.openCase('seat-expansion'), [OFFER]);
    const facts = {
      ...aStanding().facts,
      seats: aFact({ value: 50, trustedValue: 50, freshAt: addHours(NOW, -30) }),
    };
    expect(await home.settle({ standing: { facts } })).toMatchObject({
      decisions: [
        {
          reasons: [
            {
              rule: 'base.facts-age',
              text: 'a fact that it rests on is 30 hours old, and at most 24 hours are allowed',
            },
          ],
        },
      ],
    });
  });
});
