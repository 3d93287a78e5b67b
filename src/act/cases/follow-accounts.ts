import type { World } from '../../domain/case.ts';
import type { Instant } from '../../domain/time.ts';
import type { Database, TenantTx } from '../../platform/db/database.ts';
import { record } from '../ledger/ledger.ts';
import { lockAccount } from '../settle/store.ts';
import type { Accept } from '../tasks/tasks.ts';
import { listCases, loadCase, type StoredCase } from './case-store.ts';
import { closeCase } from './close.ts';
import { astrayCases, effectsOfCases, moveCase, type Astray } from './follow-store.ts';
import { withdrawPending } from './withdraw.ts';

export interface Following {
  readonly tenantId: string;
  readonly world: World;
  readonly now: Instant;
  readonly accept: (tx: TenantTx) => Accept;
  /** The topmost parent of an account. */
  readonly rootOf: (tx: TenantTx, accountId: string) => Promise<string>;
}

/**
 * Takes cases along with their accounts: a case of an account that was merged goes on under the one that it was merged
 * into, and comes back when they are split. So nobody is sent the same again, because what a case has sent it does not
 * send twice. Where both accounts have a case of the same matter, the one that has acted already goes on, else the older
 * one, and the other is closed. What was proposed rested on half the customer: it is withdrawn and thought over.
 *
 * A transaction a case; cut off anywhere, the next call goes on. Returns how many cases it moved and closed.
 */
export const followAccounts = async (
  db: Database,
  following: Following,
): Promise<{ readonly moved: number; readonly closed: number }> => {
  const { tenantId, world } = following;
  const astray = await db.withTenant(tenantId, (tx) => astrayCases(tx, world.id));
  const done = { moved: 0, closed: 0 };
  for (const { caseId } of astray) {
    const outcome = await db.withTenant(tenantId, (tx) => follow(tx, following, caseId));
    if (outcome !== null) done[outcome] += 1;
  }
  return done;
};

const follow = async (
  tx: TenantTx,
  following: Following,
  caseId: string,
): Promise<'moved' | 'closed' | null> => {
  const before = await stillAstray(tx, following.world, caseId);
  if (before === null) return null;
  for (const accountId of [before.accountId, before.belongsTo].sort()) {
    await lockAccount(tx, accountId);
  }
  // Another may have seen to it, or the accounts may have been split again, before the rows were locked.
  const astray = await stillAstray(tx, following.world, caseId);
  const entry = await loadCase(tx, caseId);
  if (entry === null || astray?.belongsTo !== before.belongsTo) return null;
  const twin = await twinOf(tx, entry, astray.belongsTo);
  if (twin !== null && (await goesOn(tx, twin, entry))) {
    await end(tx, following, entry, twin);
    return 'closed';
  }
  if (twin !== null) await end(tx, following, twin, entry);
  await move(tx, following, entry, astray);
  return 'moved';
};

const stillAstray = async (tx: TenantTx, world: World, caseId: string): Promise<Astray | null> =>
  (await astrayCases(tx, world.id)).find((each) => each.caseId === caseId) ?? null;

/** The account's own case of the same matter. */
const twinOf = async (
  tx: TenantTx,
  entry: StoredCase,
  accountId: string,
): Promise<StoredCase | null> => {
  const cases = await listCases(tx, {
    world: entry.world.id,
    accountId,
    playbook: entry.playbook,
  });
  return (
    cases.find(({ status, subject }) => status !== 'closed' && subject === entry.subject) ?? null
  );
};

/** Whether the account's own case goes on rather than the one that comes. */
const goesOn = async (tx: TenantTx, own: StoredCase, coming: StoredCase): Promise<boolean> => {
  const effects = await effectsOfCases(tx, [own.id, coming.id]);
  const [ofOwn, ofComing] = [effects.get(own.id) ?? 0, effects.get(coming.id) ?? 0];
  if (ofOwn > 0 !== ofComing > 0) return ofOwn > 0;
  return own.foundAt <= coming.foundAt;
};

const end = (
  tx: TenantTx,
  { now, accept }: Following,
  entry: StoredCase,
  goesOnAs: StoredCase,
): Promise<void> =>
  closeCase(tx, {
    entry,
    reason: `its account was merged: ${goesOnAs.id} goes on with the matter`,
    now,
    accept: accept(tx),
  });

const move = async (
  tx: TenantTx,
  { now, rootOf }: Following,
  entry: StoredCase,
  { accountId, belongsTo, openedFor }: Astray,
): Promise<void> => {
  const reason =
    belongsTo === openedFor ? 'its account was split off again' : 'its account was merged';
  await withdrawPending(tx, { entry, reason, now });
  await moveCase(tx, {
    caseId: entry.id,
    accountId: belongsTo,
    rootAccountId: await rootOf(tx, belongsTo),
    openedFor: belongsTo === openedFor ? null : openedFor,
  });
  await record(tx, {
    world: entry.world.id,
    kind: 'case.moved',
    subjects: { accountId: belongsTo, caseId: entry.id },
    body: { from: accountId, to: belongsTo, reason },
    at: now,
  });
};
