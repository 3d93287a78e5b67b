import { beforeAll, describe, expect, it } from 'vitest';
import { saveCase } from '../../src/act/cases/case-store.ts';
import { loadCase } from '../../src/act/cases/case-store.ts';
import { listDeals, listMoves, moveDeal, type Deal } from '../../src/act/deals/move.ts';
import { listLedger } from '../../src/act/ledger/ledger.ts';
import { performDue } from '../../src/act/outbox/perform.ts';
import { portsFor } from '../../src/act/outbox/ports.ts';
import { recall } from '../../src/act/outbox/recall.ts';
import { loadOutboxRow } from '../../src/act/outbox/store.ts';
import deals from '../../src/connectors/deals/index.ts';
import { LIVE, type World } from '../../src/domain/case.ts';
import type { IncomingEvent } from '../../src/domain/event.ts';
import type { DealStep, Proposal } from '../../src/domain/proposal.ts';
import { addHours, type Instant } from '../../src/domain/time.ts';
import type { OpenDatabase, TenantTx } from '../../src/platform/db/database.ts';
import {
  aConfig,
  aPreview,
  aProposal,
  NOW,
  permitted,
  person,
  TENANT,
  worker,
} from '../act/support/act.ts';
import { storedCase } from '../fixtures/stored-case.ts';
import { createTenant, testDatabase } from '../support/database.ts';

let db: OpenDatabase;
let cases = 0;

beforeAll(async () => {
  db = await testDatabase();
  await createTenant(db, TENANT);
  await createTenant(db, 'other');
});

const config = aConfig({
  deals: {
    stages: [
      { id: 'found', name: 'Need seen', standing: 'open' },
      { id: 'offered', name: 'Offered', standing: 'open' },
      { id: 'won', name: 'Won', standing: 'won' },
      { id: 'lost', name: 'Lost', standing: 'lost' },
    ],
    automation: { found: 'found', offered: 'offered' },
  },
});

const here = <T>(work: (tx: TenantTx) => Promise<T>) => db.withTenant(TENANT, work);

const newCase = (): string => {
  cases += 1;
  return `case-deal-${cases}`;
};

const dealProposal = (over: Partial<DealStep> = {}, more: Partial<Proposal> = {}): Proposal => {
  const caseId = more.caseId ?? newCase();
  return aProposal({
    caseId,
    accountId: `acct-${caseId}`,
    tool: 'track_deal',
    preview: aPreview({
      ...{ port: 'deals', outward: false, category: 'internal', recipient: null, message: null },
      deal: {
        ...{ kind: 'expansion', stage: 'found', name: 'Seats for Café Noir', ownerId: 'ana' },
        ...{ amount: { minor: 294_000, currency: 'USD' }, closeOn: '2026-04-01' },
        ...over,
      },
    }),
    ...more,
  });
};

const perform = async (world: World = LIVE, now: Instant = NOW, broken = false) => {
  const ports = portsFor(world, {
    connectors: [deals],
    settings: { tenantId: TENANT, isSample: false, dataDir: '/nonexistent' },
  });
  const work = worker(db, { ports, now, config });
  const accept = async () => {
    throw new Error('killed');
  };
  await performDue(broken ? { ...work, accept } : work);
  return work;
};

const dealOf = async ({ accountId }: Proposal): Promise<Deal | undefined> =>
  (await here((tx) => listDeals(tx, { accountId, limit: 10 })))[0];

const enqueue = (proposal: Proposal, options: { world?: World; notBefore?: Instant } = {}) =>
  here((tx) => permitted(tx, proposal, options));

const move = async (
  deal: Deal | undefined,
  change: Partial<Parameters<typeof moveDeal>[1]>,
): Promise<{ deal: Deal; events: IncomingEvent[] }> => {
  const events: IncomingEvent[] = [];
  const accept = async (more: readonly IncomingEvent[]) => void events.push(...more);
  const moved = await here((tx) =>
    moveDeal(tx, {
      ...{ dealId: deal?.id ?? '', person: person(), config, now: NOW, accept },
      ...change,
    }),
  );
  return { deal: moved, events };
};

describe('deals', () => {
  it('are opened once, with a receipt, an event and a ledger entry', async () => {
    const proposal = dealProposal();
    const { actionId } = await enqueue(proposal);
    const work = await perform();
    await perform();
    const deal = await dealOf(proposal);
    expect(deal).toMatchObject({
      ...{ stage: 'found', standing: 'open', ownerId: 'ana', closeOn: '2026-04-01' },
      amount: { minor: 294_000, currency: 'USD' },
    });
    expect(await here((tx) => loadOutboxRow(tx, actionId))).toMatchObject({
      ...{ status: 'done', outward: false },
      receipt: { dealId: deal!.id, stage: 'found' },
    });
    expect(work.accepted).toMatchObject([
      { type: 'deal.changed', payload: { dealId: deal!.id, stage: 'found' } },
    ]);
    const kept = await here((tx) => listLedger(tx, { kind: 'deal', caseId: proposal.caseId }));
    expect(kept).toMatchObject([{ body: { what: 'opened', stage: 'found' } }]);
  });

  it('are idempotent by key, and move on forwards alone', async () => {
    const found = dealProposal();
    const { caseId } = found;
    await enqueue(found);
    const again = await enqueue({ ...found, id: `${found.id}-again`, ordinal: 1 });
    expect(again.duplicateOf).not.toBeNull();
    const offered = dealProposal({ stage: 'offered' }, { caseId, ordinal: 2 });
    await enqueue(offered);
    await perform();
    const deal = await dealOf(found);
    expect(deal?.stage).toBe('offered');
    expect((await here((tx) => listMoves(tx, deal!.id))).length).toBe(deal!.revision);
  });

  it('are recalled before the hold ends', async () => {
    const proposal = dealProposal();
    const { actionId } = await enqueue(proposal, { notBefore: addHours(NOW, 1) });
    await here((tx) => recall(tx, actionId, { id: 'person-ana' }, NOW));
    await perform(LIVE, addHours(NOW, 2));
    expect(await dealOf(proposal)).toBeUndefined();
  });

  it('are never in doubt: what was not committed did not happen', async () => {
    const proposal = dealProposal();
    await enqueue(proposal);
    await perform(LIVE, NOW, true);
    expect(await dealOf(proposal)).toBeUndefined();
    await perform(LIVE, addHours(NOW, 5));
    expect((await dealOf(proposal))?.revision).toBe(1);
  });

  it('are refused with words at a stage that playbooks may not reach', async () => {
    const proposal = dealProposal({ stage: 'won' });
    const { actionId } = await enqueue(proposal);
    await perform();
    expect(await here((tx) => loadOutboxRow(tx, actionId))).toMatchObject({
      status: 'refused',
      reasons: [{ text: expect.stringContaining('not an open stage') as string }],
    });
  });

  it('of a shadow are rehearsed alone', async () => {
    const proposal = dealProposal();
    const shadow: World = { id: 'shadow-1', kind: 'shadow' };
    const { actionId } = await enqueue(proposal, { world: shadow });
    await perform(shadow);
    expect((await here((tx) => loadOutboxRow(tx, actionId)))?.status).toBe('done');
    expect(await dealOf(proposal)).toBeUndefined();
  });
});

describe('a person', () => {
  it('moves a deal, and playbooks leave it alone from then on', async () => {
    const proposal = dealProposal();
    await enqueue(proposal);
    await perform();
    const opened = await dealOf(proposal);
    const { events } = await move(opened, { closeOn: '2026-05-01', note: 'they asked for time' });
    expect(events).toMatchObject([{ payload: { closeOn: '2026-05-01', stage: 'found' } }]);
    const { caseId } = proposal;
    const { actionId } = await enqueue(dealProposal({ stage: 'offered' }, { caseId, ordinal: 1 }));
    await perform();
    expect((await dealOf(proposal))?.stage).toBe('found');
    expect(await here((tx) => loadOutboxRow(tx, actionId))).toMatchObject({
      ...{ status: 'done', receipt: { left: 'a person has moved it' } },
    });
  });

  it('wins it, and the case that it came from closes', async () => {
    const caseId = newCase();
    const accountId = `acct-${caseId}`;
    const proposal = dealProposal({}, { caseId, accountId });
    await enqueue(proposal);
    await here((tx) =>
      saveCase(tx, storedCase({ id: caseId, tenantId: TENANT, accountId, subject: caseId })),
    );
    await perform();
    const { deal } = await move(await dealOf(proposal), { stage: 'won' });
    expect(deal).toMatchObject({ standing: 'won', closedAt: NOW });
    expect(await here((tx) => loadCase(tx, caseId))).toMatchObject({
      ...{ status: 'closed', closeReason: 'its deal was won' },
    });
  });

  it('is told what is wrong, and of no other tenant’s deals', async () => {
    const proposal = dealProposal();
    await enqueue(proposal);
    await perform();
    const deal = await dealOf(proposal);
    await expect(move(deal, { stage: 'nowhere' })).rejects.toMatchObject({ code: 'invalid_deal' });
    await expect(move(deal, { ownerId: 'nobody' })).rejects.toMatchObject({ code: 'invalid_deal' });
    await expect(move(deal, { stage: 'found' })).rejects.toMatchObject({ code: 'deal_already' });
    await expect(move(undefined, {})).rejects.toMatchObject({ code: 'deal_not_found' });
    expect(await db.withTenant('other', (tx) => listDeals(tx, { limit: 10 }))).toEqual([]);
  });
});
