import type { Instant } from './time.ts';
import type { JsonObject } from './json.ts';

/** `client`: from a browser or an app, forgeable by an end user. `server`: from the company's own systems. */
export type Trust = 'client' | 'server';

/** Where an event says it belongs, in the words of its source. Identity resolves it to an account. */
export interface ExternalRef {
  /** The namespace of the identifier, such as `ravenstack`, `segment`, `ravenstack/subscription`. */
  readonly source: string;
  readonly externalId: string;
}

/**
 * One thing that happened, before acceptance. `eventId` is unique within `source`:
 * the same pair again changes nothing.
 */
export interface IncomingEvent {
  readonly eventId: string;
  /** The sender: an import, a write key, a connector. Deduplication and freshness are by source. */
  readonly source: string;
  /** Past tense or state name, such as `usage.recorded`, `invoice.changed`. */
  readonly type: string;
  readonly occurredAt: Instant;
  readonly trust: Trust;
  /** Whose event it is; absent only for events that concern the whole tenant (an incident). */
  readonly ref?: ExternalRef;
  readonly payload: JsonObject;
  readonly importId?: string;
  readonly mappingVersion?: string;
  /** File and line for a quarantine entry. */
  readonly origin?: { readonly file: string; readonly line: number };
}
