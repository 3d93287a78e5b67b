import { beforeAll, describe, expect, it } from 'vitest';
import { listDecisions, listProposals } from '../../../src/act/settle/read.ts';
import { replayDecision } from '../../../src/act/settle/replay.ts';
import { addHours } from '../../../src/domain/time.ts';
import type { OpenDatabase } from '../../../src/platform/db/database.ts';
import { testDatabase } from '../../support/database.ts';
import { NOW, openHouse, type House } from './house.ts';

let database: OpenDatabase;
let houses = 0;

beforeAll(async () => {
  database = await testDatabase();
});

const mail = (templateId: string, contactId = 'con-1') => ({
  tool: 'send_template',
  args: { contactId, templateId },
});

/** One of every kind of decision. */
const lived = async (): Promise<House> => {
  const home = await openHouse(database, `replay-${(houses += 1)}`);
  await home.rung('churn-save', 'auto');
  await home.rung('dunning', 'auto');
  const save = await home.openCase('churn-save');
  await home.file(await home.openCase('seat-expansion'), [
    { tool: 'offer_seats', args: { contactId: 'con-2', seats: 4 } },
  ]);
  await home.file(save, [
    mail('check-in'),
    mail('reminder'),
    { tool: 'offer_save_discount', args: { contactId: 'con-2', basisPoints: 2500 } },
    { tool: 'nonsense', args: {} },
  ]);
  await home.settle();
  const [permitted] = await home.tx((tx) => listProposals(tx, { statuses: ['permitted'] }));
  await home.recheck(permitted?.id ?? '');
  await home.recheck(permitted?.id ?? '', { now: addHours(NOW, 9) });
  await home.file(await home.openCase('dunning'), [mail('reminder', 'con-2')]);
  await home.settle({ now: addHours(NOW, 1) });
  return home;
};

const decisions = (home: House) =>
  home.tx(async (tx) => {
    const proposals = await listProposals(tx, {});
    return listDecisions(tx, { proposalIds: proposals.map(({ id }) => id) });
  });

describe('replayDecision', () => {
  it('reaches every kind of decision again', async () => {
    const home = await lived();
    const made = await decisions(home);
    expect([...new Set(made.map(({ verdict }) => verdict))].sort()).toEqual([
      'escalate',
      'forbid',
      'hold',
      'permit',
    ]);
    for (const { id, verdict, reasons } of made) {
      const replay = await home.tx((tx) =>
        replayDecision(tx, { decisionId: id, buildId: 'build-2' }),
      );
      expect(replay, `${verdict} for ${JSON.stringify(reasons)}`).toMatchObject({
        outcome: 'same',
      });
    }
  });

  it('says what differs, and between which builds', async () => {
    const home = await lived();
    const [decision] = (await decisions(home)).filter(({ verdict }) => verdict === 'permit');
    // Another request is stored than was asked, as if the code that asked it had changed.
    const forged = {
      ...decision?.request,
      context: { ...(decision?.request['context'] as object), suspended: true },
    };
    await home.tx(async (tx) => {
      await tx.query(
        `insert into decisions select tenant_id, 'dec-forged', proposal_id, world, phase, 99, verdict, reasons, approvers, quorum,
           hold_until, $2, policy, policy_version, arbitration_id, config_version, build_id, fact_set_id, guards, cause, at
         from decisions where decision_id = $1`,
        [decision?.id, forged],
      );
    });
    expect(
      await home.tx((tx) => replayDecision(tx, { decisionId: 'dec-forged', buildId: 'build-2' })),
    ).toMatchObject({
      outcome: 'differs',
      from: 'build-1',
      to: 'build-2',
      before: { policy: 'permit: proposals.message' },
      after: { policy: 'forbid: base.suspended' },
    });
  });

  it('uses the rules of then, not of now', async () => {
    const home = await lived();
    const [decision] = (await decisions(home)).filter(({ verdict }) => verdict === 'permit');
    home.config = {
      ...home.config,
      policies: { 'no.cedar': '@id("no") @reason("x") forbid (principal, action, resource);' },
    };
    await home.settle({ now: addHours(NOW, 2) });
    expect(
      await home.tx((tx) => replayDecision(tx, { decisionId: decision?.id ?? '', buildId: 'b' })),
    ).toMatchObject({ outcome: 'same' });
  });

  it('knows no decision of another tenant', async () => {
    const home = await lived();
    const other = await openHouse(database, `replay-${(houses += 1)}`);
    const [decision] = await decisions(home);
    expect(
      await other.tx((tx) => replayDecision(tx, { decisionId: decision?.id ?? '', buildId: 'b' })),
    ).toBeNull();
  });
});
