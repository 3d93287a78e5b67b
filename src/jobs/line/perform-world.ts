import { readTenant } from '../../act/cases/run-store.ts';
import { performDue, type PerformReport } from '../../act/outbox/perform.ts';
import { portsFor } from '../../act/outbox/ports.ts';
import { concludeProposal } from '../../act/settle/conclude.ts';
import { recheckEffect } from '../../act/settle/recheck.ts';
import type { OutboxRow } from '../../act/outbox/row.ts';
import { bug } from '../../domain/errors.ts';
import type { Decision } from '../../domain/decision.ts';
import type { TenantConfig } from '../../domain/tenant.ts';
import { standingNow } from '../../graph/standing-now.ts';
import type { TenantTx } from '../../platform/db/database.ts';
import { configFor } from '../../sense/config-for.ts';
import { acceptEvents } from '../../sense/events/accept.ts';
import { openSecrets } from '../../connectors/source/secrets.ts';
import type { Outside } from '../../outside.ts';
import { openRereading } from '../sources/reread.ts';
import type { LineRequest } from './line-run.ts';

type PerformRequest = Pick<LineRequest, 'db' | 'tenantId' | 'world' | 'now' | 'parts'>;

/**
 * Carries out what is due in a world. `outside` says how to reach the outside; without it only recording ports can be
 * opened, and the live world is refused. `changed`: accounts of which a system said something new when it was asked.
 */
export const performWorld = async (
  request: PerformRequest,
  config: TenantConfig,
  outside: Outside | null,
): Promise<PerformReport & { readonly changed: readonly string[] }> => {
  const { db, tenantId, world, now, parts } = request;
  if (world.kind === 'live' && outside === null) {
    throw bug('outbox.no_way_out', 'the live world was carried out without its connectors');
  }
  const { isSample } = await db.withTenant(tenantId, (tx) => readTenant(tx));
  const settings = { dataDir: '', ...outside, tenantId, isSample };
  const ports = portsFor(world, { connectors: parts.connectors, settings });
  const asking = world.kind === 'live' && outside !== null ? askAnew(request, outside) : null;
  try {
    const report = await performDue({
      ...(asking === null ? {} : { refresh: asking.refresh }),
      db,
      tenantId,
      ports,
      now,
      config,
      recheck: (tx, row) => recheck(tx, request, row),
      accept: async (tx, events) => {
        await acceptEvents(tx, events, { now, entities: parts.entities, config });
      },
      finished: (tx, row) => conclude(tx, request, row),
    });
    return { ...report, changed: asking?.changed() ?? [] };
  } finally {
    await ports.close();
  }
};

/** Remembers for one tick what was asked. */
const askAnew = ({ db, tenantId, now, parts }: PerformRequest, outside: Outside) =>
  openRereading({
    ...{ db, tenantId, now, parts },
    secrets: openSecrets(db, outside),
    stripeUrl: outside.stripeUrl ?? null,
  });

/** Everything is decided again just before it acts, on the facts of that moment. */
const recheck = async (
  tx: TenantTx,
  { world, now, parts }: PerformRequest,
  { proposalId, accountId }: OutboxRow,
): Promise<Decision> => {
  if (proposalId === null || accountId === null) throw undecidable();
  const config = await configFor(tx, accountId);
  const standing = await standingNow(tx, { accountId, world, now, config, parts });
  if (standing === null) throw undecidable();
  return recheckEffect(tx, { proposalId, world, now, config, standing, parts });
};

const undecidable = () =>
  bug('outbox.no_proposal', 'an action without a proposal or an account cannot be decided again');

const conclude = async (
  tx: TenantTx,
  { now }: PerformRequest,
  { proposalId, status, reasons }: OutboxRow,
): Promise<void> => {
  if (proposalId === null || status === 'held' || status === 'ready' || status === 'sending')
    return;
  const reason = reasons.at(-1)?.text ?? null;
  await concludeProposal(tx, { proposalId, outcome: status, reason, now });
};
