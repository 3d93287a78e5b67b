import type { World } from '../../domain/case.ts';
import type { Guard } from '../../domain/decision.ts';
import { bug } from '../../domain/errors.ts';
import type { TenantConfig } from '../../domain/tenant.ts';
import { addHours, type Instant } from '../../domain/time.ts';
import { listPeople } from '../../platform/auth/people.ts';
import type { TenantTx } from '../../platform/db/database.ts';
import { preparePolicies } from '../../policies/prepare.ts';
import { selectApprovals } from '../approvals/approval-store.ts';
import { rungsInForce } from '../autonomy/autonomy.ts';
import { listCases } from '../cases/case-store.ts';
import { suppressedAmong } from '../outbox/suppression.ts';
import type { Deliberation, SettleParts } from './deliberation.ts';
import type { Standing } from './standing.ts';
import { lockAccount, selectForSettling } from './store.ts';

export interface Settling {
  readonly world: World;
  readonly now: Instant;
  readonly config: TenantConfig;
  /** Read in this transaction, after `lockAccount`. */
  readonly standing: Standing;
  readonly parts: SettleParts;
}

/** Discounts count for so long. */
const DISCOUNT_DAYS = 90;

/** Locks the account and loads everything that settling it rests on. */
export const loadDeliberation = async (tx: TenantTx, settling: Settling): Promise<Deliberation> => {
  const { world, now, config, standing, parts } = settling;
  await lockAccount(tx, standing.accountId);
  const proposals = await selectForSettling(tx, {
    accountId: standing.accountId,
    world: world.id,
    doneSince: addHours(now, -24 * DISCOUNT_DAYS),
  });
  const isForeign = ({ accountId, status }: (typeof proposals)[number]) =>
    accountId !== standing.accountId && status !== 'done';
  if (proposals.some(isForeign)) {
    throw bug(
      'settle.foreign',
      `proposals of another account than \`${standing.accountId}\` were loaded`,
    );
  }
  const approvals = await selectApprovals(tx, {
    proposalIds: proposals.map(({ id }) => id),
    statuses: ['pending', 'approved', 'consumed'],
  });
  const cases = await listCases(tx, {
    world: world.id,
    status: 'open',
    accountId: standing.accountId,
  });
  const saves = cases.filter((entry) => entry.class === 'save').map(({ id }) => id);
  return {
    ...settling,
    policies: preparePolicies(parts.policies, {
      tenantFiles: config.policies,
      actions: parts.actTools.map(({ id }) => id),
    }),
    guards: { ...standing.guards, save: saveGuard(saves) },
    proposals,
    approvals: new Map(approvals.map((approval) => [approval.proposalId, approval])),
    rung: rungsIn(world, await rungsInForce(tx, config), parts.actTools),
    suppressed: await suppressedAmong(
      tx,
      standing.contacts.map(({ email }) => email),
    ),
    people: await listPeople(tx),
    openCases: new Set(cases.map(({ id }) => id)),
  };
};

/**
 * A world that reaches nobody is a rehearsal: the work that people would get is written into its own list, whatever the
 * rung. What would go out keeps its rung, and says what it would take.
 */
const rungsIn = (
  world: World,
  inForce: Deliberation['rung'],
  tools: SettleParts['actTools'],
): Deliberation['rung'] => {
  if (world.kind === 'live') return inForce;
  const tasks = new Set(tools.filter(({ port }) => port === 'tasks').map(({ id }) => id));
  return (post) => (tasks.has(post.action) ? 'auto' : inForce(post));
};

const saveGuard = (saves: readonly string[]): Guard =>
  saves.length === 0
    ? { state: 'clear', reason: 'nobody is trying to keep the account' }
    : { state: 'blocked', reason: `a save is under way: ${saves.slice(0, 3).join(', ')}` };
