import type { IncomingEvent } from '../../domain/event.ts';
import { currentConfig } from '../../platform/config/store.ts';
import { acceptEvents } from '../../sense/events/accept.ts';
import type { Services } from '../define.ts';
import { insertQuarantined } from '../../sense/events/quarantine-store.ts';
import { refuse, type Refusal } from '../../sense/events/refusal.ts';
import type { JsonObject } from '../../domain/json.ts';
import { eventsOf, segmentMessage, type Arrival } from './segment.ts';

export interface Receipt {
  readonly success: true;
  readonly accepted: number;
  readonly duplicates: number;
  readonly quarantined: { readonly messageId: string; readonly reason: string }[];
}

interface Arrived {
  readonly message: Readonly<Record<string, unknown>>;
  readonly arrival: Arrival;
}

/** Accounts first, then who belongs to them, then what they did: members of one batch may rely on one another. */
const ORDER = ['account.changed', 'link.bound'];

/** Accepts what can be read, quarantines the rest with its reason, and wakes the line for the accounts it touched. */
export const receive = async (
  services: Services,
  tenantId: string,
  arrived: readonly Arrived[],
): Promise<Receipt> => {
  const readings = arrived.map(read);
  const events = readings.flatMap(({ events: each }) => each).toSorted((a, b) => rank(a) - rank(b));
  const unreadable = readings.flatMap(({ refusal }) => (refusal === null ? [] : [refusal]));
  const now = services.now();
  const result = await services.db.withTenant(tenantId, async (tx) => {
    if (unreadable.length > 0) await insertQuarantined(tx, unreadable, now);
    const { entities } = services.parts;
    return acceptEvents(tx, events, { now, entities, config: await currentConfig(tx) });
  });
  if (result.accountIds.length > 0) {
    await services.wake.runLine(tenantId, result.accountIds, 'ingest');
  }
  return {
    success: true,
    accepted: result.accepted,
    duplicates: result.duplicates,
    quarantined: [
      ...unreadable.map(({ event, reason }) => ({ messageId: event.eventId, reason })),
      ...result.quarantined.map(({ eventId, reason }) => ({ messageId: eventId, reason })),
    ],
  };
};

const rank = (event: IncomingEvent): number => {
  const place = ORDER.indexOf(event.type);
  return place === -1 ? ORDER.length : place;
};

interface Reading {
  readonly events: readonly IncomingEvent[];
  readonly refusal: Refusal | null;
}

const read = ({ message, arrival }: Arrived): Reading => {
  const parsed = segmentMessage.safeParse(message);
  if (parsed.success) return { events: eventsOf(parsed.data, arrival), refusal: null };
  const [issue] = parsed.error.issues;
  const place = issue?.path.join('.') ?? '';
  const reason = `${place === '' ? 'the message' : `\`${place}\``}: ${issue?.message ?? 'not understood'}`;
  return { events: [], refusal: refuse(unreadableEvent(message, arrival), 'bad_payload', reason) };
};

/** A message that is none, in the form in which quarantine keeps what was refused. */
const unreadableEvent = (
  message: Readonly<Record<string, unknown>>,
  arrival: Arrival,
): IncomingEvent => ({
  eventId: typeof message['messageId'] === 'string' ? message['messageId'] : arrival.fallbackId(),
  source: arrival.source,
  type: `segment.${typeof message['type'] === 'string' ? message['type'] : 'message'}`,
  occurredAt: arrival.receivedAt,
  trust: arrival.trust,
  payload: message as JsonObject,
});
