import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { listCases, markClosed, saveCase } from '../../../src/act/cases/case-store.ts';
import { planCases, type Candidate, type Planned } from '../../../src/act/planner/plan.ts';
import { LIVE } from '../../../src/domain/case.ts';
import type { TenantConfig } from '../../../src/domain/tenant.ts';
import { addHours, type Instant } from '../../../src/domain/time.ts';
import type { OpenDatabase, TenantTx } from '../../../src/platform/db/database.ts';
import { config, NOW } from '../../fixtures/account.ts';
import { createTenant, testDatabase } from '../../support/database.ts';

let database: OpenDatabase;
let tenantId: string;
let tenants = 0;
beforeAll(async () => {
  database = await testDatabase();
});
beforeEach(async () => {
  tenants += 1;
  tenantId = `tenant-${tenants}`;
  await createTenant(database, tenantId);
});

const here = <T>(work: (tx: TenantTx) => Promise<T>): Promise<T> =>
  database.withTenant(tenantId, work);

const candidate = (
  accountId: string,
  changes: Partial<Candidate> & { readonly arr?: number; readonly urgency?: number } = {},
): Candidate => ({
  accountId,
  rootAccountId: accountId,
  ownerId: 'maya-ortiz',
  playbook: { id: 'churn-save', class: 'save', agent: 'cs', holdout: 0 },
  opening: {
    subject: 'account',
    period: '2026-03-10',
    urgency: changes.urgency ?? 50,
    arrAtRisk: { minor: changes.arr ?? 1000, currency: 'USD' },
    reasons: [{ input: 'churn_risk', text: 'churn risk is high' }],
  },
  ...changes,
});

const capped = (cap: number, holdout = 0): TenantConfig => ({
  ...config,
  planner: { newCasesPerOwnerAndWeek: cap },
  playbooks: { 'churn-save': { enabled: true, mode: 'rules', holdout, parameters: {} } },
});

const plan = (
  candidates: readonly Candidate[],
  { cap = 10, holdout = 0, now = NOW }: { cap?: number; holdout?: number; now?: Instant } = {},
): Promise<Planned> =>
  here((tx) =>
    planCases(tx, { world: LIVE, candidates, config: capped(cap, holdout), salt: 'salt', now }),
  );

const accounts = (cases: readonly { readonly accountId: string }[]) =>
  cases.map(({ accountId }) => accountId).sort();

describe('the attention of an owner', () => {
  test('goes to what is worth most; the rest waits and is listed', async () => {
    const planned = await plan(
      [candidate('small', { arr: 10 }), candidate('large', { arr: 9000 })],
      { cap: 1 },
    );
    expect([accounts(planned.opened), accounts(planned.waiting)]).toEqual([['large'], ['small']]);
    const waiting = await here((tx) => listCases(tx, { world: 'live', status: 'waiting' }));
    expect(accounts(waiting)).toEqual(['small']);
  });

  test('is spent for a week', async () => {
    await plan([candidate('monday')], { cap: 1 });
    const friday = await plan([candidate('friday')], { cap: 1, now: addHours(NOW, 4 * 24) });
    expect(accounts(friday.waiting)).toEqual(['friday']);
    const later = await plan([candidate('later', { arr: 1 })], {
      cap: 2,
      now: addHours(NOW, 8 * 24),
    });
    expect(accounts(later.opened)).toEqual(['later']);
  });

  test('a case that waited opens when it is seen again and there is room', async () => {
    const both = [candidate('first', { arr: 2000 }), candidate('second')];
    await plan(both, { cap: 1 });
    const waiting = await here((tx) => listCases(tx, { world: 'live', status: 'waiting' }));
    const now = addHours(NOW, 8 * 24);
    await here(async (tx) => {
      for (const entry of waiting) await saveCase(tx, { ...entry, updatedAt: now });
    });
    expect(accounts((await plan([], { cap: 1, now })).opened)).toEqual(['second']);
  });

  test('is not taken by what is held out', async () => {
    const planned = await plan([candidate('a'), candidate('b')], { cap: 1, holdout: 10_000 });
    expect([accounts(planned.heldOut), planned.opened]).toEqual([['a', 'b'], []]);
  });
});

describe('the holdout arm', () => {
  const many = Array.from({ length: 300 }, (_, index) => candidate(`account-${index}`));

  test('takes about its share', async () => {
    const { heldOut } = await plan(many, { cap: 1000, holdout: 2000 });
    expect(heldOut.length).toBeGreaterThan(300 * 0.12);
    expect(heldOut.length).toBeLessThan(300 * 0.28);
  });

  test('never moves once it was set, whatever share the files say later', async () => {
    const { heldOut } = await plan(many.slice(0, 40), { cap: 1000, holdout: 2000 });
    await here(async (tx) => {
      for (const entry of await listCases(tx, { world: 'live' })) {
        await markClosed(tx, entry.id, 'over', addHours(NOW, -30 * 24));
      }
    });
    const next = many
      .slice(0, 40)
      .map((entry) => ({ ...entry, opening: { ...entry.opening, period: '2026-04-20' } }));
    const again = await plan(next, { cap: 1000, holdout: 9000, now: addHours(NOW, 40 * 24) });
    expect(accounts(again.heldOut)).toEqual(accounts(heldOut));
  });

  test('is that of the root account: a parent and its children are never split', async () => {
    const family = many.slice(0, 20).map((entry) => ({ ...entry, rootAccountId: 'parent' }));
    const { heldOut, opened } = await plan(family, { cap: 1000, holdout: 5000 });
    expect([0, 20]).toContain(heldOut.length);
    expect(heldOut.length + opened.length).toBe(20);
  });
});

describe('a matter that was closed', () => {
  const closeAll = (now: Instant) =>
    here(async (tx) => {
      for (const entry of await listCases(tx, { world: 'live' })) {
        await tx.query('update cases set round = 1 where case_id = $1', [entry.id]);
        await markClosed(tx, entry.id, 'over', now);
      }
    });
  const again = (hours: number, urgency = 50) =>
    plan(
      [
        candidate('a', {
          urgency,
          opening: { ...candidate('a', { urgency }).opening, period: '2026-03-12' },
        }),
      ],
      {
        now: addHours(NOW, hours),
      },
    );

  test('cools down before it is opened again', async () => {
    await plan([candidate('a')]);
    await closeAll(NOW);
    expect(await again(48)).toMatchObject({ opened: [], coolingDown: 1 });
    expect((await again(8 * 24)).opened).toHaveLength(1);
  });

  test('is opened at once when it is far more urgent than it was', async () => {
    await plan([candidate('a')]);
    await closeAll(NOW);
    expect((await again(1, 90)).opened).toHaveLength(1);
  });

  test('of the same occurrence is opened again under its own id, with its rounds', async () => {
    const [first] = (await plan([candidate('a')])).opened;
    await closeAll(NOW);
    const [second] = (await plan([candidate('a')], { now: addHours(NOW, 9 * 24) })).opened;
    expect(second?.id).toBe(first?.id);
    const [stored] = await here((tx) => listCases(tx, { world: 'live' }));
    expect(stored).toMatchObject({ status: 'open', round: 1, closedAt: null });
  });
});

test('ids derive from the matter: the same plan twice makes the same cases', async () => {
  const [first] = (await plan([candidate('a')])).opened;
  await here((tx) => tx.query('delete from cases'));
  const [second] = (await plan([candidate('a')])).opened;
  expect(second?.id).toBe(first?.id);
});
