import { z } from 'zod';
import { readSecret } from '../../connectors/source/secrets.ts';
import { listSecrets } from '../../connectors/source/secret-store.ts';
import type { Source, SourceSecret } from '../../connectors/source/source.ts';
import { findSourceTenant, getSource, noteReceived } from '../../connectors/source/source-store.ts';
import { contextOf } from '../../connectors/stripe/source/settings.ts';
import { readEvent, type EventReading } from '../../connectors/stripe/source/read-event.ts';
import { isCut } from '../../connectors/stripe/source/whole-subscription.ts';
import { isSignedBy } from '../../connectors/stripe/source/verify.ts';
import { inputError } from '../../domain/errors.ts';
import type { TenantConfig } from '../../domain/tenant.ts';
import type { Instant } from '../../domain/time.ts';
import { currentConfig } from '../../platform/config/store.ts';
import type { TenantTx } from '../../platform/db/database.ts';
import { acceptEvents } from '../../sense/events/accept.ts';
import { insertQuarantined } from '../../sense/events/quarantine-store.ts';
import { refuse } from '../../sense/events/refusal.ts';
import type { Services } from '../define.ts';

export interface Delivery {
  readonly sourceId: string;
  readonly body: Buffer;
  readonly signature: string;
}

export interface DeliveryReceipt {
  readonly received: true;
  readonly outcome: 'accepted' | 'duplicate' | 'ignored' | 'quarantined';
  readonly reason?: string;
}

/**
 * Takes one delivery: its signature, then its event. What it says is accepted, or kept in quarantine, before it is
 * answered; anything but that is refused, so that Stripe sends it again. Throws `source_not_found`,
 * `webhook_secret_missing`, `signature_refused`, `not_an_event`.
 */
export const receiveFromStripe = async (
  services: Services,
  delivery: Delivery,
): Promise<DeliveryReceipt> => {
  const { tenantId, source, secrets, config } = await recipientOf(services, delivery.sourceId);
  const now = services.now();
  await checkSignature(services, tenantId, secrets, delivery);
  const event = parse(delivery.body);
  const reading = readEvent(event, {
    source,
    mappers: services.parts.stripeMappers,
    context: contextOf(source, config),
  });
  if (reading.kind === 'foreign') throw inputError('not_an_event', reading.reason);
  const { receipt, accountIds } = await services.db.withTenant(tenantId, async (tx) => {
    await noteReceived(tx, source.sourceId, now);
    return take(tx, reading, { services, config, now });
  });
  if (accountIds.length > 0) await services.wake.runLine(tenantId, accountIds, 'ingest');
  const cut = receipt.outcome === 'accepted' ? cutSubscription(event) : null;
  if (cut !== null) await services.wake.completeSubscription(tenantId, source.sourceId, cut);
  return receipt;
};

const aboutSubscription = z.looseObject({
  data: z.looseObject({
    object: z.looseObject({ object: z.literal('subscription'), id: z.string() }).catchall(z.json()),
  }),
});

/** The subscription of which an event tells only a part: its id. */
const cutSubscription = (event: unknown): string | null => {
  const parsed = aboutSubscription.safeParse(event);
  const object = parsed.data?.data.object;
  return object !== undefined && isCut(object) ? object.id : null;
};

interface Recipient {
  readonly tenantId: string;
  readonly source: Source;
  readonly secrets: readonly SourceSecret[];
  readonly config: TenantConfig;
}

const recipientOf = async ({ db }: Services, sourceId: string): Promise<Recipient> => {
  const tenantId = await db.withoutTenant((tx) => findSourceTenant(tx, sourceId));
  if (tenantId === null) throw notConnected(sourceId);
  return db.withTenant(tenantId, async (tx) => {
    const source = await getSource(tx, sourceId);
    if (source?.disconnectedAt !== null) throw notConnected(sourceId);
    const secrets = (await listSecrets(tx, sourceId)).filter(
      ({ purpose, retiredAt }) => purpose === 'webhook' && retiredAt === null,
    );
    return { tenantId, source, secrets, config: await currentConfig(tx) };
  });
};

const notConnected = (sourceId: string) =>
  inputError(
    'source_not_found',
    `no source \`${sourceId}\` is connected: \`retinue sources\` lists those that are`,
  );

const checkSignature = async (
  services: Services,
  tenantId: string,
  secrets: readonly SourceSecret[],
  { sourceId, body, signature }: Delivery,
): Promise<void> => {
  if (secrets.length === 0) {
    throw inputError(
      'webhook_secret_missing',
      `the source \`${sourceId}\` has no signing secret yet: give it the endpoint’s with \`retinue connect stripe ${sourceId} --webhook-secret …\``,
    );
  }
  const texts = await Promise.all(
    secrets.map((secret) => readSecret(services.secrets, tenantId, secret)),
  );
  if (await isSignedBy(texts, { body, signature, now: services.now() })) return;
  throw inputError(
    'signature_refused',
    'the body is not signed by a secret of this source, or was signed more than five minutes ago: is it sent by Stripe, to the endpoint whose secret was given?',
  );
};

const parse = (body: Buffer): unknown => {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    throw inputError('not_an_event', 'this is no event of Stripe’s: it is not JSON');
  }
};

interface Taken {
  readonly receipt: DeliveryReceipt;
  readonly accountIds: readonly string[];
}

const take = async (
  tx: TenantTx,
  reading: Exclude<EventReading, { readonly kind: 'foreign' }>,
  about: { readonly services: Services; readonly config: TenantConfig; readonly now: Instant },
): Promise<Taken> => {
  const { now, config } = about;
  if (reading.kind === 'ignored')
    return { receipt: said('ignored', reading.reason), accountIds: [] };
  if (reading.kind === 'refused') {
    await insertQuarantined(tx, [refuse(reading.event, reading.code, reading.reason)], now);
    return { receipt: said('quarantined', reading.reason), accountIds: [] };
  }
  const { entities } = about.services.parts;
  const result = await acceptEvents(tx, reading.events, { now, entities, config });
  const { accountIds, accepted } = result;
  const [refused] = result.quarantined;
  if (refused !== undefined) return { receipt: said('quarantined', refused.reason), accountIds };
  return { receipt: said(accepted > 0 ? 'accepted' : 'duplicate'), accountIds };
};

const said = (outcome: DeliveryReceipt['outcome'], reason?: string): DeliveryReceipt => ({
  received: true,
  outcome,
  ...(reason === undefined ? {} : { reason }),
});
