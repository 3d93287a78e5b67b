import type { IncomingEvent } from '../../../domain/event.ts';
import type { JsonObject } from '../../../domain/json.ts';
import { addMilliseconds, type Instant } from '../../../domain/time.ts';
import type { Change, Mapper, MappingContext, Occasion } from './define.ts';
import { instantOf } from './define.ts';
import { whyIgnored } from './ignored.ts';

/** Names how objects were read: with each event, so that a later reading can be told from this one. */
export const MAPPING_VERSION = 'stripe/1';

/** What comes of an object: changes in our words, or why there are none. */
export type ObjectReading =
  | { readonly kind: 'read'; readonly changes: readonly DatedChange[] }
  | { readonly kind: 'ignored'; readonly reason: string }
  | {
      readonly kind: 'refused';
      readonly code: 'bad_payload' | 'unknown_type';
      readonly reason: string;
    };

export interface DatedChange extends Change {
  readonly at: Instant;
  /** The member that read it. */
  readonly mapper: string;
}

/** Reads one object by all members for its type. Pure; what is wrong with the object is said, never thrown. */
export const readObject = (
  object: JsonObject,
  occasion: Occasion,
  { mappers, context }: { readonly mappers: readonly Mapper[]; readonly context: MappingContext },
): ObjectReading => {
  const type = object['object'];
  if (typeof type !== 'string') {
    return refused('bad_payload', 'its object does not say what it is (`object` is missing)');
  }
  if (object['deleted'] === true) {
    return { kind: 'ignored', reason: 'it is what is left of a deleted object' };
  }
  const members = mappers.filter(({ reads }) => reads === type);
  if (members.length === 0) return unread(type);
  const readings = members.map((member) => readBy(member, object, occasion, context));
  const fault = readings.find(({ kind }) => kind === 'refused');
  if (fault !== undefined) return fault;
  const changes = readings.flatMap((reading) => (reading.kind === 'read' ? reading.changes : []));
  const ignored = readings.find(({ kind }) => kind === 'ignored');
  if (changes.length === 0 && ignored !== undefined) return ignored;
  return { kind: 'read', changes };
};

const refused = (code: 'bad_payload' | 'unknown_type', reason: string): ObjectReading => ({
  kind: 'refused',
  code,
  reason,
});

const unread = (type: string): ObjectReading => {
  const reason = whyIgnored(type);
  return reason === null
    ? refused(
        'unknown_type',
        `this build does not know Stripe’s objects of type \`${type}\`: take the event out of the webhook endpoint, or update Retinue`,
      )
    : { kind: 'ignored', reason };
};

const readBy = (
  member: Mapper,
  object: JsonObject,
  occasion: Occasion,
  context: MappingContext,
): ObjectReading => {
  const parsed = member.schema.safeParse(object);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const place = issue?.path.join('.') ?? '';
    return refused('bad_payload', `\`${place}\`: ${issue?.message ?? 'not understood'}`);
  }
  try {
    const mapped = member.map(parsed.data, occasion, context);
    if ('ignored' in mapped) return { kind: 'ignored', reason: mapped.ignored };
    const rank = rankOf(member, parsed.data, occasion);
    const changes = mapped.changes.map((change) => ({
      ...change,
      at: change.at ?? addMilliseconds(occasion.at, rank),
      mapper: member.id,
    }));
    return { kind: 'read', changes };
  } catch (error) {
    // Amounts and currencies that are none.
    if (error instanceof RangeError) return refused('bad_payload', error.message);
    throw error;
  }
};

/**
 * Stripe tells moments to the second and delivers in any order. Within a second the milliseconds say what came first: an
 * object's creation, then how far it has come, then its deletion.
 */
const rankOf = (member: Mapper, object: unknown, { eventType, isDeletion }: Occasion): number => {
  if (isDeletion) return 999;
  const progress = Math.min(900, member.progress?.(object) ?? 0);
  return eventType?.endsWith('.created') === true ? progress : progress + 1;
};

/**
 * What an object's own dates say of its past. Of a member that says nothing about it, the object was from its creation
 * on as it is.
 */
export const readPast = (
  object: JsonObject,
  { mappers, context }: { readonly mappers: readonly Mapper[]; readonly context: MappingContext },
): DatedChange[] =>
  mappers
    .filter(({ reads }) => reads === object['object'])
    .flatMap((member) => {
      const parsed = member.schema.safeParse(object);
      if (!parsed.success) return [];
      const past =
        member.past?.(parsed.data, context) ?? sinceCreation(member, parsed.data, object, context);
      return past.flatMap((change) =>
        change.at === undefined ? [] : [{ ...change, at: change.at, mapper: member.id }],
      );
    });

const sinceCreation = (
  member: Mapper,
  read: unknown,
  { created }: JsonObject,
  context: MappingContext,
): readonly Change[] => {
  if (typeof created !== 'number') return [];
  const at = instantOf(created);
  const mapped = member.map(
    read,
    { eventType: null, isDeletion: false, at, previous: {} },
    context,
  );
  return 'ignored' in mapped ? [] : mapped.changes.map((change) => ({ ...change, at }));
};

/** Changes as events of a sender. `name` tells the occasion apart from every other one. */
export const eventsOf = (
  changes: readonly DatedChange[],
  { sender, name }: { readonly sender: string; readonly name: string },
): IncomingEvent[] =>
  changes.map((change) => ({
    eventId: change.eventId ?? `${name}/${change.mapper}/${change.key}`.slice(0, 300),
    source: sender,
    type: change.type,
    occurredAt: change.at,
    trust: 'server',
    ...(change.ref === null ? {} : { ref: change.ref }),
    payload: change.payload,
    mappingVersion: MAPPING_VERSION,
  }));
