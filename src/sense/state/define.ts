import { z } from 'zod';
import type { Instant } from '../../domain/time.ts';
import type { Trust } from '../../domain/event.ts';

/**
 * A kind of thing with a state: an invoice, a ticket, a contract. One file a member in this folder.
 *
 * The event `<kind>.changed` carries fields of it; events of one key fold, in the order they occurred, into versions
 * with half-open validity. Fields left out of an event keep their value, so sources may send only what changed; `null`
 * clears one.
 */
export interface EntityType<T extends object = object> {
  /** Such as `invoice`; the event type is `invoice.changed`. */
  readonly kind: string;
  readonly title: string;
  /** The fields of one event, all optional but the key; unknown fields are refused, so that a typo is quarantined. */
  readonly change: z.ZodType<Readonly<Record<string, unknown>>>;
  /** The folded whole; a fold that does not satisfy it yet is kept, and is not shown until it does. */
  readonly whole: z.ZodType<T>;
  /** The field that holds the key within the tenant, such as `invoiceId`. */
  readonly keyField: string;
  /** The tenant's own (incident, owner) rather than an account's. */
  readonly tenantWide: boolean;
}

/** Members of state come from `server` sources alone; `client` keys may only move usage. */
export const defineEntity = <Shape extends z.ZodRawShape>(member: {
  readonly kind: string;
  readonly title: string;
  readonly whole: z.ZodObject<Shape, z.core.$strict>;
  readonly keyField: keyof Shape & string;
  readonly tenantWide?: boolean;
}): EntityType<z.infer<z.ZodObject<Shape, z.core.$strict>>> => ({
  kind: member.kind,
  title: member.title,
  whole: member.whole,
  change: z.strictObject(
    Object.fromEntries(
      Object.entries(member.whole.shape).map(([field, schema]) => [
        field,
        field === member.keyField ? schema : z.nullish(schema),
      ]),
    ),
  ),
  keyField: member.keyField,
  tenantWide: member.tenantWide ?? false,
});

/** A version of an entity as it stood from `validFrom` until just before `validTo` (`null`: still). */
export interface Held<T> {
  readonly key: string;
  readonly data: T;
  readonly validFrom: Instant;
  readonly validTo: Instant | null;
  readonly source: string;
  readonly trust: Trust;
  readonly acceptedAt: Instant;
}
