import { listSecrets } from '../connectors/source/secret-store.ts';
import { openSecrets, readSecret } from '../connectors/source/secrets.ts';
import { senderOf } from '../connectors/source/source.ts';
import { getSource } from '../connectors/source/source-store.ts';
import { openStripe } from '../connectors/stripe/source/client.ts';
import { eventsOf, readObject } from '../connectors/stripe/source/read-object.ts';
import { contextOf } from '../connectors/stripe/source/settings.ts';
import { wholeSubscription } from '../connectors/stripe/source/whole-subscription.ts';
import type { JsonObject } from '../domain/json.ts';
import { epochMilliseconds } from '../domain/time.ts';
import { currentConfig } from '../platform/config/store.ts';
import { acceptEvents } from '../sense/events/accept.ts';
import { defineJob, type JobContext } from './define.ts';

export default defineJob({
  id: 'complete-subscription',
  title: 'Read what a webhook left out of a subscription: its items beyond ten, its prices’ tiers',
  run: async (context, { tenantId, sourceId, subscriptionId }) => {
    if (
      typeof tenantId !== 'string' ||
      typeof sourceId !== 'string' ||
      typeof subscriptionId !== 'string'
    )
      return;
    const accountIds = await complete(context, tenantId, sourceId, subscriptionId);
    if (accountIds.length === 0) return;
    await context.send('run-line', { tenantId, accountIds, reason: 'ingest' });
  },
});

const complete = async (
  context: JobContext,
  tenantId: string,
  sourceId: string,
  subscriptionId: string,
): Promise<string[]> => {
  const { db, clock, parts, outside } = context;
  const { source, kept } = await db.withTenant(tenantId, async (tx) => ({
    source: await getSource(tx, sourceId),
    kept: (await listSecrets(tx, sourceId)).find(
      ({ purpose, retiredAt }) => purpose === 'api_key' && retiredAt === null,
    ),
  }));
  // Without a key the night finds nothing either; the webhook's own words stand.
  if (source?.disconnectedAt !== null || kept === undefined) return [];
  const key = await readSecret(openSecrets(db, outside), tenantId, kept);
  const url = outside.stripeUrl ?? null;
  const api = await openStripe({ key, url, now: () => clock.now() });
  const path = `/v1/subscriptions/${encodeURIComponent(subscriptionId)}`;
  const object: JsonObject = await wholeSubscription(api, await api.get(path));
  const at = clock.now();
  return db.withTenant(tenantId, async (tx) => {
    const config = await currentConfig(tx);
    const occasion = { eventType: null, isDeletion: false, at, previous: {} };
    const mappers = parts.stripeMappers;
    const reading = readObject(object, occasion, { mappers, context: contextOf(source, config) });
    if (reading.kind !== 'read') return [];
    const name = `whole/${String(epochMilliseconds(at))}`;
    const events = eventsOf(reading.changes, { sender: senderOf(source), name });
    const { entities } = parts;
    const accepted = await acceptEvents(tx, events, { now: at, entities, config });
    return [...accepted.accountIds].sort();
  });
};
