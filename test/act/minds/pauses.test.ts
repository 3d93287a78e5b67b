import { beforeAll, expect, test } from 'vitest';
import { listCases } from '../../../src/act/cases/case-store.ts';
import { listRounds } from '../../../src/act/cases/round-store.ts';
import { listLedger } from '../../../src/act/ledger/ledger.ts';
import { declineRates, pauseOn } from '../../../src/act/minds/pause-store.ts';
import { decidedMode, declinesTooMuch, liftPause } from '../../../src/act/minds/pauses.ts';
import type { OpenDatabase } from '../../../src/platform/db/database.ts';

import imminentChurn from '../../../src/sample/stories/imminent-churn.ts';
import ownerAway from '../../../src/sample/stories/owner-away.ts';
import { ANCHOR, foundCompany } from '../../fixtures/company.ts';
import { testDatabase } from '../../support/database.ts';
import { inTurn, modelsOf, ScriptedModel } from '../../support/scripted-model.ts';

let database: OpenDatabase;
beforeAll(async () => {
  database = await testDatabase();
});

test.each([
  [19, 19, false],
  [20, 10, true],
  [20, 9, false],
])('of %i cases %i with something declined: set aside is %s', (cases, declined, expected) => {
  expect(declinesTooMuch({ cases, declined }, { shareBasisPoints: 5_000, minCases: 20 })).toBe(
    expected,
  );
});

test('a model that declines what rules would have done is set aside, until a person lifts it', async () => {
  const model = new ScriptedModel(
    inTurn([{ name: 'decline', args: { step: null, why: 'leave them alone' } }]),
  );
  const company = await foundCompany(database, 'silenced', {
    accounts: [imminentChurn.account, ownerAway.account],
    models: modelsOf(model),
    edits: {
      'playbooks.yaml': [['playbooks:\n', 'declines: { share: 50%, minCases: 1 }\n\nplaybooks:\n']],
    },
  });
  await company.run(ANCHOR);
  const playbook = 'churn-save';
  await company.here(async (tx) => {
    expect(await pauseOn(tx, playbook)).toMatchObject({
      model: 'scripted',
      agent: 'cs',
      cases: 1,
      declined: 1,
    });
    expect(await listLedger(tx, { kind: 'model_pause' })).toHaveLength(1);
    const rounds = await Promise.all(
      (await listCases(tx, { world: 'live' }))
        .filter((entry) => entry.playbook === playbook)
        .map(({ id }) => listRounds(tx, id)),
    );
    expect(rounds.flat().some(({ note }) => note?.includes('`scripted` is set aside'))).toBe(true);
    const lift = { playbook, person: company.admin, reason: 'the prompt was mended', now: ANCHOR };
    await liftPause(tx, lift);
    const asked = { wanted: 'hybrid', model: 'scripted', playbook } as const;
    expect(await decidedMode(tx, asked)).toEqual({ mode: 'hybrid', because: null });
    // Judged anew: what was declined before the lift counts no more.
    expect(
      await declineRates(tx, { since: '2020-01-01T00:00:00.000Z', window: 100, playbook }),
    ).toEqual([]);
    await expect(liftPause(tx, lift)).rejects.toThrow('is not set aside');
  });
});
