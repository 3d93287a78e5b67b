import { beforeAll, describe, expect, test } from 'vitest';
import { editProposal } from '../../../src/act/approvals/edit.ts';
import { listApprovals } from '../../../src/act/approvals/read.ts';
import { listProposals } from '../../../src/act/settle/read.ts';
import { previewInputOf } from '../../../src/act/settle/standing.ts';
import { LIVE } from '../../../src/domain/case.ts';
import { addMinutes } from '../../../src/domain/time.ts';
import { standingNow } from '../../../src/graph/standing-now.ts';
import { reviewRelease } from '../../../src/jobs/release/review-release.ts';
import { currentConfig } from '../../../src/platform/config/store.ts';
import type { OpenDatabase } from '../../../src/platform/db/database.ts';
import imminentChurn from '../../../src/sample/stories/imminent-churn.ts';
import { ANCHOR, foundCompany, type Company } from '../../fixtures/company.ts';
import { stageEdits, type Edits } from '../../fixtures/releases.ts';
import { testDatabase } from '../../support/database.ts';
import {
  inTurn,
  modelsOf,
  ScriptedModel,
  type ScriptedAnswer,
} from '../../support/scripted-model.ts';

/** A model's recorded round, replayed: what it said then is what both releases are asked about. */

let db: OpenDatabase;
beforeAll(async () => {
  db = await testDatabase();
});

const why = 'the facts say so';
const decline = (step: string) => ({ name: 'decline', args: { step, why } });

const found = async (tenantId: string, ...answers: readonly ScriptedAnswer[]): Promise<Company> => {
  const company = await foundCompany(db, tenantId, {
    accounts: [imminentChurn.account],
    models: modelsOf(new ScriptedModel(inTurn(...answers))),
  });
  await company.run(ANCHOR);
  return company;
};

/** A bound of which the plan's 20 % is more than the double. */
const STRICTER: Edits = {
  'approvals.yaml': [['1500.00 USD, discount: 15%', '1500.00 USD, discount: 8%']],
};
/** Changes no policy, only what a plan by rules would ask for. */
const LARGER: Edits = {
  'playbooks.yaml': [['discountBasisPoints: 2000', 'discountBasisPoints: 2500']],
};

const diffOf = async (company: Company, edits: Edits) => {
  const { id } = await stageEdits(company, edits);
  const { tenantId, parts } = company;
  return reviewRelease({ db, tenantId, parts, release: id, as: 'promoted', most: 100 });
};

const discounts = (company: Company) =>
  company.here(async (tx) =>
    (await listProposals(tx, { world: 'live' })).filter(({ step }) => step === 'save-discount'),
  );

/** A person makes a smaller offer of what waits for an approval. */
const editToSmaller = async (company: Company): Promise<unknown> => {
  const accountId = await company.accountId('granite-energy');
  return company.here(async (tx) => {
    const [waiting] = await listApprovals(tx, { world: 'live', status: 'pending' });
    const now = addMinutes(ANCHOR, 1);
    const config = await currentConfig(tx);
    const { parts } = company;
    const standing = await standingNow(tx, { accountId, world: LIVE, now, config, parts });
    if (waiting === undefined || standing === null) throw new Error('nothing waits');
    return editProposal(tx, {
      approvalId: waiting.id,
      person: company.approvers[0],
      args: { contactId: standing.contacts[0]?.id ?? null, basisPoints: 700, months: 1 },
      tools: [...parts.actTools],
      previewInput: previewInputOf(standing, config, now),
      now,
    });
  });
};

describe('a release diff over a model’s rounds', () => {
  test('replays the proposals as the model filed them, and not the plan by rules', async () => {
    const company = await found('unedited', [decline('check-in')]);
    // The plan by rules has a third step, which the model declined, and would ask for more under the other release.
    expect(await diffOf(company, LARGER)).toMatchObject({
      ...{ rounds: 1, decisions: 2, changed: 0, flips: [] },
    });
  });

  test('replays what the model said where a person made something else of it', async () => {
    const company = await found('edited', [decline('check-in')]);
    await editToSmaller(company);
    expect(
      (await discounts(company)).map(({ revision, args }) => [revision, args['basisPoints']]),
    ).toEqual([
      [0, 2000],
      [1, 700],
    ]);
    const diff = await diffOf(company, STRICTER);
    expect(diff.decisions).toBe(2);
    // The person’s 7 % are within the bound of either release; the model’s 20 % are not.
    expect(diff.flips.map(({ before, after }) => [before, after])).toEqual([
      ['escalate', 'escalate to 2'],
    ]);
  });

  test('replays nothing where the model proposed nothing', async () => {
    const company = await found('silent', [decline('check-in'), decline('save-discount')]);
    expect(await discounts(company)).toEqual([]);
    expect(await diffOf(company, LARGER)).toMatchObject({ rounds: 1, decisions: 1, changed: 0 });
  });

  test('draws the plan anew where the model gave no usable answer', async () => {
    const company = await found('fallback', new Error('socket hang up'));
    expect(await diffOf(company, LARGER)).toMatchObject({ rounds: 1, decisions: 3, changed: 1 });
  });

  test('keeps asking a person about a step that the model declined after text of outsiders', async () => {
    const read = { name: 'conversations', args: {} };
    const company = await found('waits', [read], [decline('check-in')]);
    const lower: Edits = {
      'autonomy.yaml': [
        ['churn-save/send_template: auto_with_undo', 'churn-save/send_template: approve'],
      ],
    };
    // Without the decline it would be let out by itself under the one, and not under the other.
    expect(await diffOf(company, lower)).toMatchObject({ decisions: 3, flips: [] });
  });
});
