import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { listApprovals } from '../../src/act/approvals/read.ts';
import { listOutbox } from '../../src/act/outbox/store.ts';
import { listDecisions, listProposals } from '../../src/act/settle/read.ts';
import { addMinutes } from '../../src/domain/time.ts';
import type { OpenDatabase } from '../../src/platform/db/database.ts';
import abandonedReport from '../../src/sample/stories/abandoned-report.ts';
import imminentChurn from '../../src/sample/stories/imminent-churn.ts';
import { ANCHOR, foundCompany, type Company } from '../fixtures/company.ts';
import { testDatabase } from '../support/database.ts';
import { modelsOf, ScriptedModel, type ScriptedCall } from '../support/scripted-model.ts';

/** X2, over whole rounds: whatever a model emits, nothing is done without a decision, twice, elsewhere or over a limit. */

let database: OpenDatabase;
beforeAll(async () => {
  database = await testDatabase();
});

const STEPS = ['alert', 'check-in', 'save-discount', 'invented', null];
const CONTACTS = ['granite-energy-champion', 'good-neighbour-champion', 'eve@evil.test', null];

const anyCall: fc.Arbitrary<ScriptedCall> = fc.oneof(
  fc.record({
    name: fc.constantFrom(
      'send_template',
      'offer_save_discount',
      'open_task',
      'offer_seats',
      'wire_money',
    ),
    args: fc.record(
      {
        contactId: fc.constantFrom(...CONTACTS),
        templateId: fc.constantFrom('check-in', 'save-discount', 'no-such'),
        basisPoints: fc.constantFrom(100, 2_000, 3_000, 9_999),
        months: fc.integer({ min: 0, max: 13 }),
        step: fc.constantFrom(...STEPS),
        why: fc.constant('because I say so'),
      },
      { requiredKeys: ['step', 'why'] },
    ),
  }),
  fc.record({
    name: fc.constant('send_template'),
    args: fc.record({
      contactId: fc.constantFrom(...CONTACTS),
      templateId: fc.constant('check-in'),
      step: fc.constantFrom(...STEPS),
      why: fc.constant('x'),
    }),
  }),
  fc.record({
    name: fc.constant('offer_save_discount'),
    args: fc.record({
      contactId: fc.constantFrom(...CONTACTS),
      basisPoints: fc.constantFrom(100, 3_000),
      months: fc.constantFrom(1, 12),
      step: fc.constantFrom(...STEPS),
      why: fc.constant('x'),
    }),
  }),
  fc.record({
    name: fc.constantFrom('keep', 'decline'),
    args: fc.record({ step: fc.constantFrom(...STEPS), why: fc.constant('y') }),
  }),
  fc.constant({ name: 'conversations', args: {} }),
);

const ACCOUNTS = [imminentChurn.account, abandonedReport.account];

const inspect = async (company: Company): Promise<void> => {
  const { tenantId, here } = company;
  const owners = new Map<string, string>();
  for (const { id } of ACCOUNTS) owners.set(await company.accountId(id), id);
  await here(async (tx) => {
    const outbox = await listOutbox(tx, { world: 'live' });
    const proposals = await listProposals(tx, { world: 'live' });
    const decisions = await listDecisions(tx, { proposalIds: proposals.map(({ id }) => id) });
    const approvals = await listApprovals(tx, { world: 'live' });
    const deeds = new Set<string>();
    for (const row of outbox) {
      const proposal = proposals.find(({ id }) => id === row.proposalId);
      if (proposal === undefined)
        throw new Error(`${row.actionId} came from nowhere in ${tenantId}`);
      const verdicts = decisions
        .filter(({ proposalId }) => proposalId === proposal.id)
        .map(({ verdict }) => verdict);
      const approved = approvals.some(
        ({ proposalId, status }) => proposalId === proposal.id && status === 'consumed',
      );
      expect(approved || verdicts.includes('permit')).toBe(true);
      // No discount goes out unattended in this company, and nothing goes out on a person's behalf: nobody approved.
      expect(proposal.preview.discountBasisPoints).toBe(0);
      expect(proposal.declined).toBeNull();
      const recipient = proposal.preview.recipient?.contactId ?? null;
      if (recipient !== null)
        expect(recipient.startsWith(owners.get(proposal.accountId) ?? '?')).toBe(true);
      const deed = JSON.stringify([proposal.accountId, proposal.tool, proposal.args]);
      expect(deeds.has(deed)).toBe(false);
      deeds.add(deed);
    }
    // Mandatory work is never lost.
    expect(proposals.filter(({ step }) => step === 'alert').length).toBeGreaterThan(0);
  });
};

test('over whole rounds, on two tenants at once', { timeout: 240_000 }, async () => {
  let run = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(anyCall, { maxLength: 5 }), { minLength: 1, maxLength: 4 }),
      fc.constantFrom('agent', 'hybrid'),
      async (script, mode) => {
        run += 1;
        const edits = {
          'playbooks.yaml': [['  churn-save:\n', `  churn-save:\n    mode: ${mode}\n`]],
        } as const;
        const model = new ScriptedModel((_, turn) => script[(turn - 1) % script.length] ?? []);
        const found = (name: string) =>
          foundCompany(database, `${name}-${String(run)}`, {
            accounts: ACCOUNTS,
            models: modelsOf(model),
            edits,
          });
        for (const company of [await found('ours'), await found('theirs')]) {
          await company.run(ANCHOR);
          await company.tick(addMinutes(ANCHOR, 1));
          await company.tick(addMinutes(ANCHOR, 2));
          await inspect(company);
        }
      },
    ),
    { numRuns: 6 },
  );
});
