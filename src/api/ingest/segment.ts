import { z } from 'zod';
import type { ExternalRef, IncomingEvent, Trust } from '../../domain/event.ts';
import type { JsonObject } from '../../domain/json.ts';
import { addMilliseconds, epochMilliseconds, toInstant, type Instant } from '../../domain/time.ts';

/** The namespace of group ids; users and anonymous ids have their own below it. */
const GROUPS = 'segment';
const USERS = 'segment/user';
const ANONYMOUS = 'segment/anonymous';

const identifier = z
  .union([z.string(), z.number()])
  .transform(String)
  .pipe(z.string().trim().min(1).max(200));

const moment = z.iso.datetime({ offset: true }).transform((text) => toInstant(text));

const properties = z.record(z.string(), z.json());

/** What every message of the protocol may carry; fields that we do not use pass unseen. */
const common = {
  messageId: z.string().trim().min(1).max(200).optional(),
  userId: identifier.nullish(),
  anonymousId: identifier.nullish(),
  context: z.looseObject({ groupId: identifier.nullish() }).nullish(),
  timestamp: moment.nullish(),
  originalTimestamp: moment.nullish(),
  sentAt: moment.nullish(),
};

const SCHEMAS = {
  track: z.looseObject({
    ...common,
    type: z.literal('track'),
    event: z.string().trim().min(1).max(200),
    properties: properties.nullish(),
  }),
  identify: z.looseObject({ ...common, type: z.literal('identify'), traits: properties.nullish() }),
  group: z.looseObject({
    ...common,
    type: z.literal('group'),
    groupId: identifier,
    traits: properties.nullish(),
  }),
  page: z.looseObject({ ...common, type: z.literal('page'), properties: properties.nullish() }),
  screen: z.looseObject({ ...common, type: z.literal('screen'), properties: properties.nullish() }),
  alias: z.looseObject({ ...common, type: z.literal('alias'), previousId: identifier }),
};

export const segmentMessage = z.discriminatedUnion('type', [
  SCHEMAS.track,
  SCHEMAS.identify,
  SCHEMAS.group,
  SCHEMAS.page,
  SCHEMAS.screen,
  SCHEMAS.alias,
]);

export type SegmentMessage = z.infer<typeof segmentMessage>;

/** How a message came in. */
export interface Arrival {
  /** The sender: messages are deduplicated by it and their id. */
  readonly source: string;
  readonly trust: Trust;
  readonly receivedAt: Instant;
  /** When the sender's own clock says that it was sent. */
  readonly sentAt: Instant | null;
  /** Names a message that has no id of its own. */
  readonly fallbackId: () => string;
}

/**
 * The events that one message stands for. A `group` of a server key says what is known of an account; `group`,
 * `identify` and `alias` say who belongs to it; `track`, `page` and `screen` count towards the tenant's metrics.
 * Formats: Segment's public spec of the HTTP tracking API.
 */
export const eventsOf = (message: SegmentMessage, arrival: Arrival): IncomingEvent[] => {
  const about = describe(message, arrival);
  switch (message.type) {
    case 'track':
      return usage(about, message, message.event, message.properties ?? {});
    case 'page':
    case 'screen':
      return usage(about, message, message.type, message.properties ?? {});
    case 'group':
      return [...account(about, message.groupId, message.traits ?? {}), ...members(about, message)];
    case 'identify':
      return members(about, message);
    case 'alias':
      return link(about, userOf(message), [{ source: USERS, externalId: message.previousId }]);
  }
};

type About = Pick<IncomingEvent, 'eventId' | 'source' | 'occurredAt' | 'trust'>;

const describe = (message: SegmentMessage, arrival: Arrival): About => ({
  eventId: message.messageId ?? arrival.fallbackId(),
  source: arrival.source,
  trust: arrival.trust,
  occurredAt: occurredAt(message, arrival),
});

const CLOCK_IS_OFF_MS = 5 * 60_000;

/** When it happened. A sender whose clock is minutes off is corrected by how far its `sentAt` was from ours. */
const occurredAt = (message: SegmentMessage, arrival: Arrival): Instant => {
  const told = message.originalTimestamp ?? message.timestamp;
  if (told === null || told === undefined) return arrival.receivedAt;
  const sentAt = message.sentAt ?? arrival.sentAt;
  if (sentAt === null) return told;
  const off = epochMilliseconds(arrival.receivedAt) - epochMilliseconds(sentAt);
  return Math.abs(off) > CLOCK_IS_OFF_MS ? addMilliseconds(told, off) : told;
};

const groupOf = (message: SegmentMessage): ExternalRef | null => {
  const groupId =
    message.type === 'group' ? message.groupId : (message.context?.groupId ?? companyOf(message));
  return groupId === null ? null : { source: GROUPS, externalId: groupId };
};

/** `traits.company.id`, the reserved trait of `identify`. */
const companyOf = (message: SegmentMessage): string | null => {
  if (message.type !== 'identify') return null;
  const company = z.object({ id: identifier }).safeParse(message.traits?.['company']);
  return company.success ? company.data.id : null;
};

const userOf = (message: SegmentMessage): ExternalRef | null => {
  if (message.userId !== null && message.userId !== undefined) {
    return { source: USERS, externalId: message.userId };
  }
  return anonymousOf(message);
};

const anonymousOf = (message: SegmentMessage): ExternalRef | null =>
  message.anonymousId === null || message.anonymousId === undefined
    ? null
    : { source: ANONYMOUS, externalId: message.anonymousId };

const usage = (
  about: About,
  message: SegmentMessage,
  event: string,
  more: JsonObject,
): IncomingEvent[] => {
  const ref = groupOf(message) ?? userOf(message);
  return [
    {
      ...about,
      type: 'track.received',
      payload: { event, properties: more },
      ...(ref === null ? {} : { ref }),
    },
  ];
};

/** Only a server key may say what an account is: names and regions decide who is written to, and how. */
const account = (about: About, groupId: string, traits: JsonObject): IncomingEvent[] => {
  if (about.trust !== 'server') return [];
  const payload = { accountId: groupId, ...accountFields(traits) };
  return [
    { ...about, type: 'account.changed', ref: { source: GROUPS, externalId: groupId }, payload },
  ];
};

const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value.trim() !== '' ? value.trim().slice(0, 500) : undefined;

const accountFields = (traits: JsonObject): JsonObject => {
  const address = z.object({ country: z.string() }).safeParse(traits['address']);
  const fields = {
    name: text(traits['name']),
    domain: text(traits['domain']) ?? text(traits['website']),
    industry: text(traits['industry']),
    country: address.success ? text(address.data.country) : text(traits['country']),
    zone: text(traits['timezone']),
    signedUpOn: dayOf(traits['createdAt']),
  };
  return Object.fromEntries(
    Object.entries(fields).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
};

const dayOf = (value: unknown): string | undefined => {
  const day = z.iso.date().safeParse(typeof value === 'string' ? value.slice(0, 10) : value);
  return day.success ? day.data : undefined;
};

/** Which users belong to the account, and which anonymous visitor a user was before. */
const members = (about: About, message: SegmentMessage): IncomingEvent[] => {
  const [group, user, anonymous] = [groupOf(message), userOf(message), anonymousOf(message)];
  const others = [user, anonymous].filter((ref) => ref !== null);
  return group === null ? link(about, user, others.slice(1)) : link(about, group, others);
};

const link = (
  about: About,
  ref: ExternalRef | null,
  others: readonly ExternalRef[],
): IncomingEvent[] => {
  const links = others
    .filter((other, index) => others.findIndex((each) => sameRef(each, other)) === index)
    .filter((other) => ref !== null && !sameRef(other, ref))
    .map(({ source, externalId }) => ({ source, externalId }));
  if (ref === null || links.length === 0) return [];
  return [
    { ...about, eventId: `${about.eventId}:link`, type: 'link.bound', ref, payload: { links } },
  ];
};

const sameRef = (a: ExternalRef, b: ExternalRef): boolean =>
  a.source === b.source && a.externalId === b.externalId;
