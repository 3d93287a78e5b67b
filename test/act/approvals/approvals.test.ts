import { beforeAll, describe, expect, it } from 'vitest';
import { editProposal } from '../../../src/act/approvals/edit.ts';
import { expireApprovals } from '../../../src/act/approvals/expire.ts';
import { listApprovals, loadApproval } from '../../../src/act/approvals/read.ts';
import { vote } from '../../../src/act/approvals/vote.ts';
import { listOutbox } from '../../../src/act/outbox/store.ts';
import { listProposals } from '../../../src/act/settle/read.ts';
import { previewInputOf } from '../../../src/act/settle/standing.ts';
import type { Machine, Person } from '../../../src/domain/person.ts';
import { addHours, type Instant } from '../../../src/domain/time.ts';
import { createPerson } from '../../../src/platform/auth/people.ts';
import type { OpenDatabase } from '../../../src/platform/db/database.ts';
import { onlyPostgres, testDatabase } from '../../support/database.ts';
import { aFact } from '../../policies/question.ts';
import { TOOLS } from '../settle/catalogue.ts';
import type { House } from '../settle/house.ts';
import { aStanding, NOW, openHouse } from '../settle/house.ts';

let database: OpenDatabase;
let houses = 0;

beforeAll(async () => {
  database = await testDatabase();
});

interface Asked {
  readonly home: House;
  readonly approvalId: string;
  readonly proposalId: string;
}

/** A house in which an offer of 30 seats waits for one approver, or for as many as a rule asks. */
const asked = async (quorum = 1): Promise<Asked> => {
  const home = await openHouse(database, `approvals-${(houses += 1)}`);
  await home.rung('seat-expansion', 'auto');
  if (quorum > 1) {
    const rule = `@id("many") @reason("x") @approver("approver") @quorum("${quorum}") forbid (principal, action, resource);`;
    home.config = { ...home.config, policies: { 'many.cedar': rule } };
  }
  const [proposal] = await home.file(await home.openCase('seat-expansion'), [
    { tool: 'offer_seats', args: { contactId: 'con-1', seats: 30 } },
  ]);
  const { pendingApprovals } = await home.settle();
  return {
    home,
    approvalId: pendingApprovals[0]?.approvalId ?? 'none',
    proposalId: proposal?.id ?? '',
  };
};

const load = ({ home, approvalId }: Asked) => home.tx((tx) => loadApproval(tx, approvalId));

const statusOf = async ({ home, proposalId }: Asked) =>
  (await home.tx((tx) => listProposals(tx, { ids: [proposalId] })))[0]?.status;

const edit = (
  { home, approvalId }: Asked,
  person: Person,
  args: { contactId: string; seats: number },
  now = NOW,
) =>
  home.tx((tx) =>
    editProposal(tx, {
      approvalId,
      person,
      args,
      tools: TOOLS,
      previewInput: previewInputOf(aStanding(), home.config, now),
      now,
    }),
  );

describe('an approval', () => {
  it('is asked of roles, binds to what was seen, and has an end', async () => {
    const one = await asked();
    expect(await load(one)).toMatchObject({
      status: 'pending',
      roles: ['approver', 'admin'],
      quorum: 1,
      rules: ['proposals.money'],
      bound: {
        seats: { value: 50, tolerance: 'exact' },
        rejected_invites: { value: 12, tolerance: 5 },
      },
      requestedAt: NOW,
      expiresAt: addHours(NOW, 72),
      votes: [],
    });
    expect(await one.home.tx((tx) => listApprovals(tx, { status: 'pending' }))).toHaveLength(1);
  });

  it('releases the action once it is given, and is used up in the same transaction', async () => {
    const one = await asked();
    await one.home.approve(one.approvalId);
    expect(await statusOf(one)).toBe('approved');
    expect(await one.home.count('outbox')).toBe(0);
    const { decisions, enqueued } = await one.home.settle();
    expect(decisions).toMatchObject([
      {
        verdict: 'permit',
        request: { context: { approval: { count: 1, roles: ['approver', 'operator', 'viewer'] } } },
      },
    ]);
    expect(enqueued).toHaveLength(1);
    expect(await load(one)).toMatchObject({
      status: 'consumed',
      votes: [{ personId: one.home.people.ben.id, vote: 'approve' }],
    });
    expect(await one.home.tx((tx) => listOutbox(tx, {}))).toMatchObject([
      { approvalId: one.approvalId },
    ]);
    expect((await one.home.settle()).decisions).toEqual([]);
    expect(await one.home.count('outbox')).toBe(1);
  });

  it('waits for the quorum, one vote a person', async () => {
    const one = await asked(2);
    await one.home.approve(one.approvalId);
    await expect(one.home.approve(one.approvalId)).rejects.toMatchObject({ code: 'already_voted' });
    expect(await load(one)).toMatchObject({ status: 'pending' });
    expect(await one.home.approve(one.approvalId, one.home.people.ada)).toMatchObject({
      status: 'approved',
    });
  });

  it('is never given by a machine', async () => {
    const one = await asked();
    const machine: Machine = {
      kind: 'machine',
      keyId: 'k',
      tenantId: one.home.tenantId,
      name: 'k',
      scopes: ['ingest', 'read', 'propose'],
      trust: 'server',
    };
    await expect(
      one.home.tx((tx) =>
        vote(tx, { approvalId: one.approvalId, person: machine, vote: 'approve', now: NOW }),
      ),
    ).rejects.toMatchObject({ code: 'auth.not_allowed' });
  });

  it('is given only by somebody with the role, as it is now', async () => {
    const one = await asked();
    await expect(one.home.approve(one.approvalId, one.home.people.omar)).rejects.toMatchObject({
      code: 'auth.not_allowed',
    });
    await one.home.tx((tx) =>
      tx.query(`update people set roles = array['operator'] where name = 'ben'`),
    );
    await expect(one.home.approve(one.approvalId)).rejects.toMatchObject({
      code: 'approval_forbidden',
    });
  });

  it('is out of reach of people of another tenant', async () => {
    const one = await asked();
    const other = await openHouse(database, `approvals-${(houses += 1)}`);
    await expect(one.home.approve(one.approvalId, other.people.ben)).rejects.toMatchObject({
      code: 'auth.not_allowed',
    });
    await expect(other.approve(one.approvalId)).rejects.toMatchObject({
      code: 'approval_not_found',
    });
  });

  it('is rejected by one no, which says why', async () => {
    const one = await asked(2);
    const no = (note?: string) =>
      one.home.tx((tx) =>
        vote(tx, {
          approvalId: one.approvalId,
          person: one.home.people.ben,
          vote: 'reject',
          now: NOW,
          ...(note === undefined ? {} : { note }),
        }),
      );
    await expect(no()).rejects.toMatchObject({ code: 'note_required' });
    await expect(no('  ')).rejects.toMatchObject({ code: 'note_required' });
    expect(await no('not this quarter')).toMatchObject({
      status: 'rejected',
      statusReason: 'not this quarter',
    });
    expect(await statusOf(one)).toBe('rejected');
    await expect(one.home.approve(one.approvalId, one.home.people.cleo)).rejects.toMatchObject({
      code: 'already_decided',
    });
    expect((await one.home.settle()).enqueued).toEqual([]);
  });

  it('cannot be given after its end, and ends by itself', async () => {
    const one = await asked();
    const late = addHours(NOW, 72);
    await expect(one.home.approve(one.approvalId, one.home.people.ben, late)).rejects.toMatchObject(
      {
        code: 'stale_approval',
      },
    );
    expect(await one.home.tx((tx) => expireApprovals(tx, { now: addHours(NOW, 71) }))).toEqual([]);
    expect(
      await one.home.tx((tx) => expireApprovals(tx, { now: late, world: 'live' })),
    ).toMatchObject([{ id: one.approvalId }]);
    expect(await load(one)).toMatchObject({ status: 'expired' });
    expect(await statusOf(one)).toBe('expired');
    expect(await one.home.tx((tx) => expireApprovals(tx, { now: late }))).toEqual([]);
  });

  it('given at the last moment outlasts a weekend on hold, but not for ever', async () => {
    const one = await asked();
    const friday: Instant = '2026-03-06T18:00:00.000Z';
    await one.home.approve(one.approvalId, one.home.people.ben, friday);
    const facts = Object.fromEntries(
      Object.entries(aStanding().facts).map(([id, fact]) => [id, { ...fact, freshAt: friday }]),
    );
    expect(await one.home.settle({ now: friday, standing: { facts } })).toMatchObject({
      nextLookAt: '2026-03-09T07:00:00.000Z',
    });
    expect(await statusOf(one)).toBe('approved');
    const monday: Instant = '2026-03-09T07:00:00.000Z';
    const fresh = Object.fromEntries(
      Object.entries(facts).map(([id, fact]) => [id, { ...fact, freshAt: monday }]),
    );
    expect(
      (await one.home.settle({ now: monday, standing: { facts: fresh } })).decisions,
    ).toMatchObject([{ verdict: 'permit' }]);
    const other = await asked();
    await other.home.approve(other.approvalId);
    const { decisions } = await other.home.settle({ now: addHours(NOW, 73) });
    expect(decisions).toMatchObject([{ reasons: [{ rule: 'approval.expired' }] }]);
    expect(await load(other)).toMatchObject({ status: 'expired' });
  });

  it.each([5, -5])('stands while a bound fact moves by %i, its tolerance', async (by) => {
    const one = await asked();
    await one.home.approve(one.approvalId);
    const facts = { ...aStanding().facts, rejected_invites: aFact({ value: 12 + by }) };
    expect((await one.home.settle({ standing: { facts } })).decisions).toMatchObject([
      { verdict: 'permit' },
    ]);
  });

  it.each([
    [
      'beyond its tolerance',
      { rejected_invites: aFact({ value: 18 }) },
      'rejected_invites was 12 and is 18',
    ],
    [
      'at all where none is allowed',
      { seats: aFact({ value: 51, trustedValue: 51 }) },
      'seats was 50 and is 51',
    ],
    [
      'into the unknown',
      { rejected_invites: aFact({ value: null }) },
      'rejected_invites was 12 and is unknown',
    ],
  ])('is void once a bound fact moves %s, even before anybody voted', async (_, changes, text) => {
    for (const given of [false, true]) {
      const one = await asked();
      if (given) await one.home.approve(one.approvalId);
      const { decisions, pendingApprovals } = await one.home.settle({
        standing: { facts: { ...aStanding().facts, ...changes } },
      });
      expect(decisions).toMatchObject([
        { verdict: 'forbid', reasons: [{ rule: 'approval.stale', text }] },
      ]);
      expect(pendingApprovals).toEqual([]);
      expect(await load(one)).toMatchObject({ status: 'void' });
      expect(await statusOf(one)).toBe('void');
    }
  });

  it('is not skipped because somebody raised the limit meanwhile', async () => {
    const one = await asked();
    one.home.config = {
      ...one.home.config,
      approvals: {
        ...one.home.config.approvals,
        thresholds: { growth: { moneyMinor: 1e9, discountBasisPoints: 1 } },
      },
    };
    expect((await one.home.settle()).decisions).toEqual([]);
    expect(await load(one)).toMatchObject({ status: 'pending' });
  });

  it('is asked anew when more people are needed by now', async () => {
    const one = await asked();
    one.home.config = {
      ...one.home.config,
      policies: {
        'b.cedar':
          '@id("board") @reason("x") @approver("admin") forbid (principal, action, resource);',
      },
    };
    const { decisions, pendingApprovals } = await one.home.settle();
    expect(decisions).toMatchObject([{ verdict: 'escalate', approvers: ['admin'] }]);
    expect(pendingApprovals).toHaveLength(1);
    expect(pendingApprovals[0]?.approvalId).not.toBe(one.approvalId);
    expect(await load(one)).toMatchObject({ status: 'void' });
  });

  it('no longer suffices when a stricter rule came after it was given', async () => {
    const one = await asked();
    await one.home.approve(one.approvalId);
    one.home.config = {
      ...one.home.config,
      policies: {
        'b.cedar':
          '@id("board") @reason("x") @approver("admin") forbid (principal, action, resource);',
      },
    };
    expect((await one.home.settle()).decisions).toMatchObject([
      { verdict: 'forbid', reasons: [{ rule: 'board' }] },
    ]);
    expect(await load(one)).toMatchObject({ status: 'void' });
    expect(await statusOf(one)).toBe('void');
  });

  it('reserves its place in the week while it waits', async () => {
    const one = await asked();
    await one.home.rung('seat-expansion', 'auto');
    await one.home.file(await one.home.openCase('seat-expansion', { id: 'case-2', urgency: 99 }), [
      { tool: 'send_template', args: { contactId: 'con-1', templateId: 'check-in' } },
    ]);
    expect((await one.home.settle()).decisions).toMatchObject([
      { verdict: 'hold', reasons: [{ rule: 'arbiter.contact-budget' }] },
    ]);
  });

  it('cannot be forged past the votes that the database counts', async () => {
    const one = await asked(2);
    await one.home.approve(one.approvalId);
    const forge = (sql: string) => one.home.tx((tx) => tx.query(sql));
    await expect(forge(`update approvals set status = 'approved'`)).rejects.toMatchObject({
      code: '42501',
    });
    await expect(forge(`update approvals set quorum = 1`)).rejects.toMatchObject({ code: '42501' });
    await expect(
      forge(`update approvals set status = 'consumed', consumed_xact = pg_current_xact_id()`),
    ).rejects.toMatchObject({ code: '42501' });
    await expect(forge(`update approval_votes set person_id = 'x'`)).rejects.toMatchObject({
      code: '42501',
    });
  });
});

describe('editProposal', () => {
  it('makes a new proposal of the person, whom somebody else must follow', async () => {
    const one = await asked();
    const edited = await edit(one, one.home.people.ben, { contactId: 'con-2', seats: 40 });
    expect(edited).toMatchObject({
      revision: 1,
      proposedBy: `person:${one.home.people.ben.id}`,
      status: 'proposed',
      preview: { recipient: { contactId: 'con-2' } },
    });
    expect(await load(one)).toMatchObject({ status: 'void' });
    expect(await statusOf(one)).toBe('void');
    const { pendingApprovals } = await one.home.settle();
    const [anew] = pendingApprovals;
    expect(anew?.proposalId).toBe(edited.id);
    await expect(one.home.approve(anew?.approvalId ?? '')).rejects.toMatchObject({
      code: 'approval_forbidden',
    });
    await one.home.approve(anew?.approvalId ?? '', one.home.people.cleo);
    const { enqueued } = await one.home.settle();
    expect(enqueued).toHaveLength(1);
    expect(await one.home.tx((tx) => listOutbox(tx, {}))).toMatchObject([
      { effect: { recipient: { contactId: 'con-2' } } },
    ]);
  });

  it('is refused when nobody but the editor could approve it', async () => {
    const one = await asked();
    await one.home.tx((tx) =>
      tx.query(`update people set roles = array['viewer'] where name in ('cleo', 'ada')`),
    );
    await edit(one, one.home.people.ben, { contactId: 'con-2', seats: 40 });
    expect((await one.home.settle()).decisions).toMatchObject([
      {
        verdict: 'forbid',
        reasons: [{ rule: 'proposals.money' }, { rule: 'approval.nobody-eligible' }],
      },
    ]);
  });

  it.each([
    [{ contactId: 'con-1', seats: 0 }, /seats/],
    [{ contactId: 'con-9', seats: 5 }, /con-9/],
  ])('refuses what the tool cannot do: %j', async (args, message) => {
    const one = await asked();
    await expect(edit(one, one.home.people.ben, args)).rejects.toThrow(message);
    expect(await load(one)).toMatchObject({ status: 'pending' });
  });

  it('is for approvers, before the end', async () => {
    const one = await asked();
    await expect(
      edit(one, one.home.people.omar, { contactId: 'con-1', seats: 2 }),
    ).rejects.toMatchObject({ code: 'auth.not_allowed' });
    await expect(
      edit(one, one.home.people.ben, { contactId: 'con-1', seats: 2 }, addHours(NOW, 72)),
    ).rejects.toMatchObject({ code: 'stale_approval' });
  });
});

/** Ten people with the role. */
const crowd = ({ home }: Asked): Promise<Person[]> =>
  home.tx(async (tx) => {
    const people: Person[] = [];
    for (let index = 0; index < 10; index += 1) {
      people.push(
        await createPerson(tx, {
          name: `voter ${index}`,
          email: `v${index}@${home.tenantId}.example`,
          roles: ['approver'],
          by: home.people.ada,
          now: NOW,
        }),
      );
    }
    return people;
  });

const outcomes = async (
  votes: readonly Promise<unknown>[],
): Promise<{ yes: number; codes: string[] }> => {
  const settled = await Promise.allSettled(votes);
  const failed = settled.filter((one) => one.status === 'rejected');
  return {
    yes: settled.length - failed.length,
    codes: [...new Set(failed.map(({ reason }) => (reason as { code: string }).code))],
  };
};

const parallelVotes = (): void => {
  it.each([1, 3])('ten people at once give a quorum of %i once', async (quorum) => {
    const one = await asked(quorum);
    const people = await crowd(one);
    const { yes, codes } = await outcomes(
      people.map((person) => one.home.approve(one.approvalId, person)),
    );
    expect({ yes, codes }).toEqual({ yes: quorum, codes: ['already_decided'] });
    const settled = await Promise.all([1, 2, 3].map(() => one.home.settle()));
    expect(settled.flatMap(({ enqueued }) => enqueued)).toHaveLength(1);
    expect(await one.home.count('outbox')).toBe(1);
  });

  it('ten clicks of one person are one vote', async () => {
    const one = await asked(2);
    const { yes, codes } = await outcomes(
      Array.from({ length: 10 }, () => one.home.approve(one.approvalId)),
    );
    expect({ yes, codes }).toEqual({ yes: 1, codes: ['already_voted'] });
    expect(await load(one)).toMatchObject({ status: 'pending' });
  });

  it('a yes and a no at once decide once', async () => {
    const one = await asked();
    const no = one.home.tx((tx) =>
      vote(tx, {
        approvalId: one.approvalId,
        person: one.home.people.cleo,
        vote: 'reject',
        note: 'no',
        now: NOW,
      }),
    );
    const { yes } = await outcomes([one.home.approve(one.approvalId), no]);
    expect(yes).toBe(1);
    expect(['approved', 'rejected']).toContain(await statusOf(one));
  });
};

describe('votes, one after another or at once', parallelVotes);
onlyPostgres('votes in ten sessions at once', () => {
  it('two cases racing for the last contact make one', async () => {
    const home = await openHouse(database, `approvals-${(houses += 1)}`);
    await home.rung('churn-save', 'auto');
    for (const id of ['case-a', 'case-b']) {
      await home.file(await home.openCase('churn-save', { id }), [
        {
          tool: 'send_template',
          args: { contactId: 'con-1', templateId: id === 'case-a' ? 'check-in' : 'reminder' },
        },
      ]);
    }
    await Promise.all(Array.from({ length: 6 }, () => home.settle()));
    expect(await home.count('outbox')).toBe(1);
  });
});
