import { z } from 'zod';
import type { ExternalRef, IncomingEvent } from '../../domain/event.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { TenantConfig } from '../../domain/tenant.ts';
import { addDays, addHours, type Day, type Instant } from '../../domain/time.ts';
import { calendarOf, isCanonicalInstant } from '../calendar.ts';
import { isUserNamespace, linkIds, OWN_NAMESPACE } from '../identity/link-id.ts';
import type { EntityType } from '../state/define.ts';
import { refuse, type Refusal } from './refusal.ts';
import { usagePointsOf, usageRecorded, trackReceived, type UsagePoint } from './usage-points.ts';

/** An event that may be accepted, with all that follows from it but whether it is new. */
export interface CheckedEvent {
  readonly event: IncomingEvent;
  /** In the program's own forms; without `links`. */
  readonly payload: JsonObject;
  readonly payloadText: string;
  readonly ref: ExternalRef | null;
  /** Of `ref`: what it is stored by. */
  readonly linkId: string | null;
  /** Other ids that belong to the same account as `ref`. */
  readonly links: readonly ExternalRef[];
  readonly entity: { readonly type: EntityType; readonly key: string | null } | null;
  readonly points: readonly UsagePoint[];
  /** The kind of entity that its source is thereby known to speak of. */
  readonly heardOf: string | null;
  readonly day: Day;
}

export interface CheckContext {
  readonly entities: ReadonlyMap<string, EntityType>;
  readonly config: TenantConfig;
  readonly dayOf: (at: Instant) => Day;
  readonly linkIdOf: (ref: ExternalRef) => string;
  /** Nothing occurs later than this. */
  readonly latest: Instant;
  readonly latestDay: Day;
}

const EARLIEST = '1970-01-01T00:00:00.000Z';
const FUTURE_HOURS = 24;
const LARGEST_PAYLOAD = 256 * 1024;

export const checkContext = (
  entities: readonly EntityType[],
  config: TenantConfig,
  now: Instant,
): CheckContext => {
  const { dayOf } = calendarOf(config.zone);
  return {
    entities: new Map(entities.map((type) => [`${type.kind}.changed`, type])),
    config,
    dayOf,
    linkIdOf: linkIds(),
    latest: addHours(now, FUTURE_HOURS),
    latestDay: addDays(dayOf(now), 1),
  };
};

const linkSchema = z.strictObject({
  source: z
    .string()
    .trim()
    .min(1)
    .max(200)
    .refine((source) => source !== OWN_NAMESPACE, 'our own id cannot be bound; make it the `ref`'),
  externalId: z.string().trim().min(1).max(300),
});
const linksSchema = z.array(linkSchema).min(1).max(1000);
const linkBound = z.union([
  linkSchema.transform((link) => ({ links: [link] })),
  z.strictObject({ links: linksSchema }),
]);

/** Reads one event, or says why it cannot be accepted. Pure; throws nothing for bad input. */
export const checkEvent = (event: IncomingEvent, context: CheckContext): CheckedEvent | Refusal =>
  envelopeFault(event, context) ?? trustFault(event) ?? readContent(event, context);

export const isRefusal = (result: CheckedEvent | Refusal): result is Refusal => 'code' in result;

export const isChecked = (result: CheckedEvent | Refusal): result is CheckedEvent =>
  !isRefusal(result);

// NUL and half surrogates are legal in JavaScript and JSON, and refused by PostgreSQL, which would fail the whole batch.
const HALF_CHARACTER = /\p{Surrogate}/u;
const UNSTORABLE_ESCAPE = /(?:^|[^\\])(?:\\\\)*\\u(?:0000|d[89a-f])/;

const tooLong = (text: string, length: number): boolean =>
  text.length === 0 || text.length > length;

const envelopeFault = (event: IncomingEvent, context: CheckContext): Refusal | null =>
  idFault(event) ?? timeFault(event, context);

const idFault = (event: IncomingEvent): Refusal | null => {
  const { eventId, source, type, ref } = event;
  if (tooLong(eventId, 300))
    return refuse(event, 'bad_envelope', 'the event id must have 1 to 300 characters');
  if (tooLong(source, 200))
    return refuse(event, 'bad_envelope', 'the source must have 1 to 200 characters');
  if (ref !== undefined && (tooLong(ref.source, 200) || tooLong(ref.externalId, 300))) {
    return refuse(
      event,
      'bad_envelope',
      'whose event it is must be a source and an external id of at most 300 characters',
    );
  }
  const texts = `${eventId}${source}${type}${ref?.source ?? ''}${ref?.externalId ?? ''}`;
  return texts.includes('\0') || HALF_CHARACTER.test(texts)
    ? refuse(event, 'bad_text', 'an id holds a NUL or half a character')
    : null;
};

const timeFault = (event: IncomingEvent, { latest }: CheckContext): Refusal | null => {
  const occurredAt: string = event.occurredAt;
  if (!isCanonicalInstant(occurredAt)) {
    return refuse(
      event,
      'bad_envelope',
      `\`${occurredAt}\` is not a moment in UTC with milliseconds`,
    );
  }
  if (occurredAt > latest) {
    return refuse(
      event,
      'implausible_time',
      `it says it occurred at ${occurredAt}, more than ${FUTURE_HOURS} h from now; check the sender's clock and time zone`,
    );
  }
  return occurredAt < EARLIEST
    ? refuse(
        event,
        'implausible_time',
        `it says it occurred at ${occurredAt}; check the date's format`,
      )
    : null;
};

const CLIENT_TYPES = new Set(['usage.recorded', 'track.received', 'link.bound']);

const trustFault = (event: IncomingEvent): Refusal | null => {
  if (event.trust === 'server') return null;
  if (
    CLIENT_TYPES.has(event.type) &&
    (event.type === 'link.bound' || event.payload['links'] === undefined)
  ) {
    return null;
  }
  return refuse(
    event,
    'client_trust',
    `a client key may send usage and say which group a user is in, not \`${event.type}\`; send it with a server key`,
  );
};

const readContent = (event: IncomingEvent, context: CheckContext): CheckedEvent | Refusal => {
  if (event.type === 'link.bound') return readLinkBound(event, context);
  if (event.type === 'link.released') return readReleased(event, context);
  const { links: given, ...fields } = event.payload;
  const links = given === undefined ? { data: [], error: undefined } : linksSchema.safeParse(given);
  if (links.error !== undefined)
    return refuse(event, 'bad_payload', issuesOf(links.error, 'links.'));
  if (event.type.endsWith(HEARTBEAT)) return readHeartbeat(event, context);
  const type = context.entities.get(event.type);
  if (type !== undefined) return readChange(event, type, fields, links.data, context);
  if (event.type === 'usage.recorded')
    return readUsage(event, fields, usageRecorded, links.data, context);
  if (event.type === 'track.received')
    return readUsage(event, fields, trackReceived, links.data, context);
  return refuse(event, 'unknown_type', `no entity and no usage is called \`${event.type}\``);
};

const HEARTBEAT = '.heartbeat';

/** `incident.heartbeat`: its source is there and has nothing new to say. */
const readHeartbeat = (event: IncomingEvent, context: CheckContext): CheckedEvent | Refusal => {
  const kind = event.type.slice(0, -HEARTBEAT.length);
  if (!context.entities.has(`${kind}.changed`)) {
    return refuse(event, 'unknown_type', `no entity is called \`${kind}\``);
  }
  return stored(
    event,
    { payload: {}, ref: null, links: [], entity: null, points: [] },
    context,
    kind,
  );
};

const readLinkBound = (event: IncomingEvent, context: CheckContext): CheckedEvent | Refusal => {
  const parsed = linkBound.safeParse(event.payload);
  if (parsed.error !== undefined) {
    return refuse(
      event,
      'bad_payload',
      'say what to bind: `source` and `externalId`, or `links` with a list of them',
    );
  }
  const { links } = parsed.data;
  if (event.trust === 'client' && !links.every(({ source }) => isUserNamespace(source))) {
    return refuse(
      event,
      'client_trust',
      'a client key may bind users (`…/user`, `…/anonymous`) to a group, nothing else',
    );
  }
  return finish(
    event,
    { payload: { links }, ref: event.ref ?? null, links, entity: null, points: [] },
    context,
  );
};

const released = z.strictObject({ as: z.enum(['account', 'unmatched']) });

/** `link.released`: its own id belongs to nobody else from then on. */
const readReleased = (event: IncomingEvent, context: CheckContext): CheckedEvent | Refusal => {
  const parsed = released.safeParse(event.payload);
  if (parsed.error !== undefined) {
    return refuse(event, 'bad_payload', 'say what it is then: `as` account or unmatched');
  }
  const ref = event.ref ?? null;
  return finish(event, { payload: parsed.data, ref, links: [], entity: null, points: [] }, context);
};

const readChange = (
  event: IncomingEvent,
  type: EntityType,
  fields: JsonObject,
  links: readonly ExternalRef[],
  context: CheckContext,
): CheckedEvent | Refusal => {
  const parsed = type.change.safeParse(fields);
  if (parsed.error !== undefined) return refuse(event, 'bad_payload', issuesOf(parsed.error));
  const payload = parsed.data as JsonObject;
  const key = payload[type.keyField] as string;
  if (type.kind === 'account') return readAccount(event, type, payload, key, links, context);
  // What is the tenant's own is nobody's in particular, whoever reported it.
  const ref = type.tenantWide ? null : (event.ref ?? null);
  return finish(event, { payload, ref, links, entity: { type, key }, points: [] }, context);
};

/** An account's record is kept by link: two systems may use one id for different accounts. */
const readAccount = (
  event: IncomingEvent,
  type: EntityType,
  payload: JsonObject,
  accountId: string,
  links: readonly ExternalRef[],
  context: CheckContext,
): CheckedEvent | Refusal => {
  const ref = event.ref ?? { source: event.source, externalId: accountId };
  if (ref.externalId !== accountId) {
    return refuse(
      event,
      'account_ref',
      `it belongs to \`${ref.externalId}\` but speaks of account \`${accountId}\`; bind further ids by \`links\``,
    );
  }
  return finish(event, { payload, ref, links, entity: { type, key: null }, points: [] }, context);
};

const readUsage = (
  event: IncomingEvent,
  fields: JsonObject,
  schema: typeof usageRecorded | typeof trackReceived,
  links: readonly ExternalRef[],
  context: CheckContext,
): CheckedEvent | Refusal => {
  const parsed = schema.safeParse(fields);
  if (parsed.error !== undefined) return refuse(event, 'bad_payload', issuesOf(parsed.error));
  const payload = parsed.data as JsonObject;
  const points = usagePointsOf(parsed.data, context.dayOf(event.occurredAt), context.config);
  if (points.some(({ day }) => day > context.latestDay || day < EARLIEST.slice(0, 10))) {
    return refuse(event, 'implausible_time', "its `day` is not near; check the date's format");
  }
  return finish(event, { payload, ref: event.ref ?? null, links, entity: null, points }, context);
};

type Content = Pick<CheckedEvent, 'payload' | 'ref' | 'links' | 'entity' | 'points'>;

const finish = (
  event: IncomingEvent,
  content: Content,
  context: CheckContext,
): CheckedEvent | Refusal => {
  if (
    content.ref === null &&
    (content.entity?.type.tenantWide !== true || content.links.length > 0)
  ) {
    return refuse(event, 'no_ref', 'it does not say whose it is: give a source and an external id');
  }
  if (content.ref?.source === OWN_NAMESPACE && event.trust === 'client') {
    return refuse(
      event,
      'client_trust',
      `only our own records name accounts by \`${OWN_NAMESPACE}\``,
    );
  }
  return stored(event, content, context, content.entity?.type.kind ?? null);
};

const stored = (
  event: IncomingEvent,
  content: Content,
  context: CheckContext,
  heardOf: string | null,
): CheckedEvent | Refusal => {
  const payloadText = JSON.stringify(content.payload);
  if (payloadText.length > LARGEST_PAYLOAD) {
    return refuse(event, 'too_large', `its payload is longer than ${LARGEST_PAYLOAD / 1024} KB`);
  }
  if (UNSTORABLE_ESCAPE.test(payloadText)) {
    return refuse(event, 'bad_text', 'a text in it holds a NUL or half a character');
  }
  const linkId = content.ref === null ? null : context.linkIdOf(content.ref);
  return { event, ...content, linkId, heardOf, payloadText, day: context.dayOf(event.occurredAt) };
};

const issuesOf = (error: z.core.$ZodError, prefix = ''): string =>
  error.issues
    .slice(0, 3)
    .map(({ path, message }) =>
      path.length === 0 ? message : `\`${prefix}${path.join('.')}\`: ${message}`,
    )
    .join('; ');
