import type { IncomingEvent } from '../../../domain/event.ts';
import type { JsonObject } from '../../../domain/json.ts';
import { toInstant, type Instant } from '../../../domain/time.ts';
import { senderOf, type Source } from '../../source/source.ts';
import { instantOf, type Mapper, type MappingContext } from './define.ts';
import { stripeEvent, type StripeEvent } from './event.ts';
import { eventsOf, readObject } from './read-object.ts';
import { versionFault } from './versions.ts';

export type EventReading =
  | { readonly kind: 'read'; readonly events: readonly IncomingEvent[] }
  | { readonly kind: 'ignored'; readonly reason: string }
  | {
      readonly kind: 'refused';
      readonly event: IncomingEvent;
      readonly code: RefusedFor;
      readonly reason: string;
    }
  /** It is no event of Stripe's at all. */
  | { readonly kind: 'foreign'; readonly reason: string };

export type RefusedFor =
  'bad_payload' | 'unknown_type' | 'unknown_version' | 'other_mode' | 'other_account';

export interface EventReader {
  readonly source: Pick<Source, 'system' | 'sourceId' | 'livemode' | 'externalAccount'>;
  readonly mappers: readonly Mapper[];
  readonly context: MappingContext;
}

/** Reads one event whose signature holds. Pure; whatever is wrong with it is said, never thrown. */
export const readEvent = (body: unknown, reader: EventReader): EventReading => {
  const parsed = stripeEvent.safeParse(body);
  if (!parsed.success) {
    const place = parsed.error.issues[0]?.path.join('.') ?? '';
    return {
      kind: 'foreign',
      reason: `this is no event of Stripe’s: \`${place}\` is not as Stripe sends it`,
    };
  }
  const event = parsed.data;
  const fault = faultOf(event, reader);
  if (fault !== null) return refusal(event, reader, fault.code, fault.reason);
  const reading = readObject(objectOf(event), occasionOf(event), reader);
  if (reading.kind === 'refused') return refusal(event, reader, reading.code, reading.reason);
  if (reading.kind === 'ignored') return reading;
  const name = event.id;
  return {
    kind: 'read',
    events: eventsOf(reading.changes, { sender: senderOf(reader.source), name }),
  };
};

interface Fault {
  readonly code: RefusedFor;
  readonly reason: string;
}

const faultOf = (event: StripeEvent, { source }: EventReader): Fault | null => {
  if (event.livemode !== source.livemode) {
    const [said, meant] = event.livemode ? ['live', 'test'] : ['test', 'live'];
    return {
      code: 'other_mode',
      reason: `it is of ${said} mode, and \`${source.sourceId}\` reads ${meant} mode: connect ${said} mode as a source of its own, or take this endpoint out there`,
    };
  }
  const account = event.object === 'event' ? (event.account ?? null) : null;
  if (account !== null && source.externalAccount !== null && account !== source.externalAccount) {
    return {
      code: 'other_account',
      reason: `it is of the connected account \`${account}\`, whose customers are not yours: let the endpoint listen to events of your own account`,
    };
  }
  const reason = event.object === 'event' ? versionFault(event.api_version ?? null) : null;
  return reason === null ? null : { code: 'unknown_version', reason };
};

/** A thin event has no object: it is one. */
const objectOf = (event: StripeEvent): JsonObject =>
  event.object === 'event' ? event.data.object : (event as unknown as JsonObject);

const momentOf = (event: StripeEvent): Instant =>
  event.object === 'event' ? instantOf(event.created) : toInstant(event.created);

const occasionOf = (event: StripeEvent) => ({
  eventType: event.type,
  isDeletion: DELETIONS.has(event.type),
  at: momentOf(event),
  previous: event.object === 'event' ? (event.data.previous_attributes ?? {}) : {},
});

/** Of objects that are gone afterwards; a subscription that is `deleted` is one that ended, and says so itself. */
const DELETIONS = new Set(['customer.deleted', 'invoice.deleted', 'customer.source.deleted']);

const refusal = (
  event: StripeEvent,
  { source }: EventReader,
  code: RefusedFor,
  reason: string,
): EventReading => ({
  kind: 'refused',
  code,
  reason,
  event: {
    eventId: event.id,
    source: senderOf(source),
    type: `stripe.${event.type}`,
    occurredAt: momentOf(event),
    trust: 'server',
    payload: event as unknown as JsonObject,
  },
});
