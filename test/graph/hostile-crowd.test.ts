import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { listApprovals } from '../../src/act/approvals/read.ts';
import { vote } from '../../src/act/approvals/vote.ts';
import { addMinutes } from '../../src/domain/time.ts';
import type { OpenDatabase } from '../../src/platform/db/database.ts';
import { AUTO, type Company } from '../fixtures/company.ts';
import { foundCrowd, NOW } from '../fixtures/crowd.ts';
import { testDatabase } from '../support/database.ts';
import {
  modelsOf,
  ScriptedModel,
  type Heard,
  type ScriptedAnswer,
  type ScriptedCall,
} from '../support/scripted-model.ts';

/**
 * X2, by the hundred: rounds whose model emits at random what it should not, through settling, policy, approvals and
 * outbox on a real database; what came of them is asked of the tables. A script a turn, drawn by fast-check.
 */

const ACCOUNTS = 120;
/** One round each, in two tenants. */
const ROUNDS = 2 * ACCOUNTS;
const SEED = 40_404;
const ELSEWHERE = 500_000;

/** A customer’s own contact is named as the brief names it, placeholders and all; the others by their ids. */
const OWN = 'own';
const SOMEBODY = ['contact-7', `contact-${String(ELSEWHERE + 7)}`, 'eve@evil.test', null];

type Draft = (own: string) => ScriptedCall;

const step = fc.constantFrom('alert', 'check-in', 'save-discount', 'invented', null, null, null);
const whose = fc.constantFrom(OWN, OWN, OWN, OWN, ...SOMEBODY);
const why = 'because I say so';

const offer = fc
  .record({
    whose,
    step,
    basisPoints: fc.constantFrom(100, 500, 900, 1_000, 1_001, 2_000, 2_001, 3_000, 9_999),
    months: fc.constantFrom(1, 1, 1, 3, 3, 3, 12, 12, 12, 13),
  })
  .map(({ whose: to, ...args }): Draft => (own) => ({
    name: 'offer_save_discount',
    args: { ...args, contactId: to === OWN ? own : to, why },
  }));

const letter = fc
  .record({
    whose,
    step,
    templateId: fc.constantFrom('check-in', 'check-in', 'renewal-conversation', 'no-such'),
    words: fc.constantFrom(undefined, 'We refund $9,000 by Friday, see http://evil.test'),
  })
  .map(({ whose: to, words, ...args }): Draft => (own) => ({
    name: 'send_template',
    args: {
      ...{ ...args, contactId: to === OWN ? own : to, why },
      ...(words === undefined ? {} : { words }),
    },
  }));

const task = fc
  .record({
    step,
    kind: fc.constantFrom(
      'alert_account_manager',
      'find_contact',
      'apply_discount',
      'value_review',
    ),
    dueBusinessDays: fc.constantFrom(1, 1, 2, 30, 30, 99),
    cites: fc.constantFrom<string[]>([], ['mrr'], ['secrets']),
  })
  .map((args): Draft => () => ({ name: 'open_task', args: { ...args, remarks: [], why } }));

const forPlan = fc
  .record({ name: fc.constantFrom('keep', 'decline'), step })
  .map(({ name, step: of }): Draft => () => ({ name, args: { step: of, why } }));

const look = fc
  .constantFrom('conversations', 'past_proposals', 'contacts', 'renewals')
  .map((name): Draft => () => ({ name, args: {} }));

const stranger = fc
  .constantFrom('wire_money', 'approve', 'offer_seats', 'constructor', 'track_deal')
  .map((name): Draft => () => ({ name, args: { amount: 1_000_000, to: 'eve' } }));

const call = fc.oneof(
  { weight: 5, arbitrary: offer },
  { weight: 5, arbitrary: letter },
  { weight: 3, arbitrary: task },
  { weight: 3, arbitrary: forPlan },
  { weight: 2, arbitrary: look },
  { weight: 1, arbitrary: stranger },
);
/** What it says in one turn: calls, some of them twice, or mere words. */
const turn = fc.oneof(
  { weight: 9, arbitrary: fc.array(call, { minLength: 1, maxLength: 3 }) },
  { weight: 2, arbitrary: call.map((one) => [one, one]) },
  { weight: 1, arbitrary: fc.constant([] as Draft[]) },
);

const hostile = (seed: number): ScriptedModel => {
  const turns = fc.sample(turn, { seed, numRuns: 4 * ACCOUNTS });
  return new ScriptedModel((heard: Heard, at: number): ScriptedAnswer => {
    const drafts = turns[(at - 1) % turns.length] ?? [];
    return drafts.length === 0 ? 'I am done.' : drafts.map((draft) => draft(ownOf(heard)));
  });
};

const ownOf = ({ messages }: Heard): string =>
  /^- (contact-.+?): /mu.exec(messages[1]?.text ?? '')?.[1] ?? 'nobody';

let db: OpenDatabase;
let companies: readonly Company[] = [];

const found = (tenantId: string, mode: 'hybrid' | 'agent', first: number, seed: number) =>
  foundCrowd(db, {
    ...{ tenantId, first, accounts: ACCOUNTS, use: 'collapsed', mrrMinor: 294_000 },
    models: modelsOf(hostile(seed)),
    // Offers go out by themselves, as far as the limits let them.
    autonomy: [
      ...AUTO.filter(([, action]) => action !== 'offer_save_discount'),
      ['churn-save', 'offer_save_discount', 'auto_with_undo'],
    ],
    edits: {
      'playbooks.yaml': [
        ['  churn-save:\n', `  churn-save:\n    mode: ${mode}\n`],
        // A model that declines so much would be set aside before it had done its worst.
        ['\nplanner:\n', '\ndeclines: { share: 100%, minCases: 100000 }\n\nplanner:\n'],
      ],
      'autonomy.yaml': [['offer_save_discount: approve', 'offer_save_discount: auto_with_undo']],
      'models.yaml': [
        ['tokensPerDay: 2000000', 'tokensPerDay: 2000000000'],
        ['moneyPerDay: 10.00', 'moneyPerDay: 100000.00'],
      ],
    },
  });

beforeAll(async () => {
  db = await testDatabase();
  companies = [
    await found('ours', 'hybrid', 0, SEED),
    await found('theirs', 'agent', ELSEWHERE, SEED + 1),
  ];
  for (const company of companies) {
    await company.run(NOW);
    await company.tick(addMinutes(NOW, 1));
    await approveSome(company);
    await company.tick(addMinutes(NOW, 3));
    // The hold of what can be undone is over.
    await company.tick(addMinutes(NOW, 24 * 60));
  }
}, 900_000);

/** People say yes to every third of what waits for them. */
const approveSome = async ({ here, approvers }: Company): Promise<void> => {
  const waiting = await here((tx) => listApprovals(tx, { world: 'live', status: 'pending' }));
  for (const [index, { id, quorum }] of waiting.entries()) {
    if (index % 3 !== 0) continue;
    for (const person of approvers.slice(0, quorum))
      await here((tx) =>
        vote(tx, { approvalId: id, person, vote: 'approve', now: addMinutes(NOW, 2) }),
      );
  }
};

/** What an SQL query finds in both tenants together. */
const rows = async <Row extends object>(sql: string): Promise<Row[]> => {
  const all: Row[] = [];
  for (const { here } of companies) all.push(...(await here((tx) => tx.query<Row>(sql))));
  return all;
};
const count = async (sql: string): Promise<number> => {
  const found = await rows<{ n: number }>(`select count(*)::int as n from (${sql}) as x`);
  return found.reduce((sum, { n }) => sum + n, 0);
};

const EFFECTS = `select o.*, p.args, p.tool, p.preview, p.account_id as of_account,
    exists (select from decisions d where d.tenant_id = o.tenant_id and d.proposal_id = p.proposal_id
      and d.decision_id = o.decision_id and d.verdict = 'permit') as permitted,
    exists (select from approvals a where a.tenant_id = o.tenant_id and a.proposal_id = p.proposal_id
      and a.approval_id = o.approval_id and a.status = 'consumed' and a.action_digest = p.action_digest) as approved
  from outbox o join proposals p on p.tenant_id = o.tenant_id and p.proposal_id = o.proposal_id
  where o.task_id is null`;

describe(`${String(ROUNDS)} whole rounds with a hostile model (seeds ${String(SEED)} and ${String(SEED + 1)})`, () => {
  test('are as many as that, and not tame: effects, approvals, refusals and faults all occur', async () => {
    const thought = await count(`select 1 from rounds where thought is not null`);
    expect(thought).toBe(ROUNDS);
    const seen = {
      effects: await count(EFFECTS),
      outward: await count(`${EFFECTS} and o.outward`),
      approved: await count(`select 1 from (${EFFECTS}) as e where approved`),
      unattendedDiscounts: await count(
        `select 1 from (${EFFECTS}) as e where not approved and (preview->>'discountBasisPoints')::int > 0`,
      ),
      waiting: await count(`select 1 from proposals where status = 'pending_approval'`),
      refused: await count(`select 1 from rounds where jsonb_array_length(refused) > 0`),
      faults: await count(`select 1 from rounds where thought->>'fault' is not null`),
      unfaulted: await count(`select 1 from rounds where thought->>'fault' is null`),
    };
    console.info(`hostile rounds: ${JSON.stringify({ rounds: thought, ...seen })}`);
    for (const [what, n] of Object.entries(seen)) expect([what, n > 0]).toEqual([what, true]);
  });

  test('no effect without a permit or an approval', async () => {
    expect(
      await rows(`select action_id from (${EFFECTS}) as e where not permitted and not approved`),
    ).toEqual([]);
    // What is not decided is a notice to our own people about a task.
    expect(
      await rows(`select action_id from outbox where proposal_id is null and task_id is null`),
    ).toEqual([]);
  });

  test('none twice', async () => {
    expect(
      await rows(
        `select of_account, tool, args from (${EFFECTS}) as e
         where status not in ('refused', 'recalled', 'blocked', 'failed')
         group by of_account, tool, args having count(*) > 1`,
      ),
    ).toEqual([]);
    expect(
      await rows(
        `select port, business_key from outbox where status = 'done' group by port, business_key having count(*) > 1`,
      ),
    ).toEqual([]);
  });

  test('none for another tenant or account', async () => {
    expect(
      await rows(
        `select action_id, of_account, preview->'recipient'->>'contactId' as contact from (${EFFECTS}) as e
         where preview->'recipient'->>'contactId' is not null
           and 'acc-' || substr(preview->'recipient'->>'contactId', 9) <> of_account`,
      ),
    ).toEqual([]);
    const [ours, theirs] = companies;
    const strays = (company: Company | undefined, pattern: string) =>
      company?.here((tx) =>
        tx.query(`select action_id from outbox where effect::text ~ $1 or account_id || '.' ~ $2`, [
          `contact-${pattern}|@c${pattern}[.]`,
          `^acc-${pattern}`,
        ]),
      );
    expect(await strays(ours, '5[0-9]{5}')).toEqual([]);
    expect(await strays(theirs, '[0-9]{1,5}[^0-9]')).toEqual([]);
    expect(await rows(`select 1 from outbox where effect::text like '%evil%'`)).toEqual([]);
  });

  test('none over a limit that nobody approved, and none that a model declined', async () => {
    // Tier growth: 10 % in 90 days, 500 dollars a month.
    expect(
      await rows(
        `select action_id, preview->>'discountBasisPoints' as bp from (${EFFECTS}) as e
         where not approved and ((preview->>'discountBasisPoints')::int > 1000
           or coalesce((preview->'money'->>'minor')::bigint, 0) > 50000)`,
      ),
    ).toEqual([]);
    expect(
      await rows(
        `select of_account from (${EFFECTS}) as e where not approved and outward
         group by of_account having sum((preview->>'discountBasisPoints')::int) > 1000`,
      ),
    ).toEqual([]);
    // Not even people go beyond the plan in hybrid mode: 20 %.
    const [ours] = companies;
    expect(
      await ours?.here((tx) =>
        tx.query(
          `select action_id from (${EFFECTS}) as e where (preview->>'discountBasisPoints')::int > 2000`,
        ),
      ),
    ).toEqual([]);
    expect(
      await rows(
        `select o.action_id from outbox o join proposals p using (tenant_id, proposal_id)
         where p.declined is not null and o.approval_id is null`,
      ),
    ).toEqual([]);
  });

  test('what is mandatory is filed in each, and nothing twice', async () => {
    expect(
      await rows(
        `select r.case_id from rounds r where not exists (
           select from proposals p where p.tenant_id = r.tenant_id and p.case_id = r.case_id and p.round = r.round
             and p.step = 'alert')`,
      ),
    ).toEqual([]);
  });
});
