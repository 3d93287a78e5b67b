import type { z } from 'zod';
import type { ExternalRef } from '../../../domain/event.ts';
import type { JsonObject } from '../../../domain/json.ts';
import type { Plan } from '../../../domain/tenant.ts';
import type { Day, Instant, Zone } from '../../../domain/time.ts';
import { addMilliseconds, dayIn, fromEpochMilliseconds } from '../../../domain/time.ts';
import { idOf, type Expandable } from './shapes.ts';

/** What the reading of an object depends on besides the object. */
export interface MappingContext {
  /** Days are counted in the tenant's zone. */
  readonly zone: Zone;
  readonly plans: readonly Pick<Plan, 'id' | 'rank' | 'aliases'>[];
  /** The field of a customer's metadata that holds the account's id in a namespace of ours, where there is one. */
  readonly accountKey: { readonly metadata: string; readonly namespace: string } | null;
}

/** On what occasion an object is read: an event about it, or a look at how it stands. */
export interface Occasion {
  readonly eventType: string | null;
  /** Whether the event says that the object is gone. */
  readonly isDeletion: boolean;
  /** When the object stood so, by Stripe's clock, to the second. */
  readonly at: Instant;
  /** What an update changed: the former values. */
  readonly previous: JsonObject;
}

/** One thing that an object says, in our words. */
export interface Change {
  /** `<kind>.changed`, or `usage.recorded`. */
  readonly type: string;
  /** What tells it apart among the things that one object says. */
  readonly key: string;
  /** Whose it is; `null` for what is the tenant's own. */
  readonly ref: ExternalRef | null;
  /** All fields that the object decides: what it does not have is null, so that a later word replaces a former one. */
  readonly payload: JsonObject;
  /** When it was so, where the object itself says; else the occasion's moment. */
  readonly at?: Instant;
  /** Names it for good, where its sender did: the same again is known by it on any occasion. */
  readonly eventId?: string;
}

/** What comes of an object: changes, or the reason why none does. */
export type Mapped = { readonly changes: readonly Change[] } | { readonly ignored: string };

/** How one type of Stripe's objects becomes one kind of ours. One file a member of `mappers`. */
export interface Mapper<T = unknown> {
  readonly id: string;
  readonly title: string;
  /** Stripe's name of the type: its `object`. */
  readonly reads: string;
  /** The fields that are read, in every API version that is understood; others pass unseen. */
  readonly schema: z.ZodType<T>;
  readonly map: (object: T, occasion: Occasion, context: MappingContext) => Mapped;
  /** What the object's own dates say of its past, for what began before it was first read. */
  readonly past?: (object: T, context: MappingContext) => readonly Change[];
  /**
   * How far the object has come in its life, 0 to 900: of two words about one second the further one holds, in whatever
   * order they come. Without it, they hold in the order in which they come.
   */
  readonly progress?: (object: T) => number;
}

export const defineMapper = <T>(mapper: Mapper<T>): Mapper<T> => mapper;

/** The namespace of customers' ids. Below it are those of things that other things name instead of the customer. */
export const CUSTOMERS = 'stripe';
export const CHARGES = 'stripe/charge';
export const INVOICES = 'stripe/invoice';

export const customerRef = (customer: Expandable): ExternalRef | null => {
  const externalId = idOf(customer);
  return externalId === null ? null : { source: CUSTOMERS, externalId };
};

/** Stripe's moments are seconds since 1970. */
export const instantOf = (seconds: number): Instant => fromEpochMilliseconds(seconds * 1000);

/** A second of an object's past, with how far it had come: what happened within one second keeps its order. */
export const stageAt = (seconds: number, progress: number): Instant =>
  addMilliseconds(instantOf(seconds), Math.min(900, progress));

export const instantOrNull = (seconds: number | null | undefined): Instant | null =>
  seconds === null || seconds === undefined ? null : instantOf(seconds);

export const dayOf = (seconds: number, zone: Zone): Day => dayIn(zone, instantOf(seconds));

export const dayOrNull = (seconds: number | null | undefined, zone: Zone): Day | null =>
  seconds === null || seconds === undefined ? null : dayOf(seconds, zone);

export const NO_CUSTOMER = 'it belongs to no customer';
