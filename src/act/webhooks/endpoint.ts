import type { Instant } from '../../domain/time.ts';

/** Somebody who is told of events. */
export interface Endpoint {
  readonly id: string;
  readonly url: string;
  readonly description: string;
  /** `case.*`, `task.opened`; none for every type. */
  readonly eventTypes: readonly string[];
  readonly status: 'active' | 'disabled' | 'removed';
  readonly disabledAt: Instant | null;
  readonly disabledReason: string | null;
  readonly writtenTo: number;
  readonly failures: number;
  readonly failingSince: Instant | null;
  readonly restUntil: Instant | null;
  readonly previousUntil: Instant | null;
  readonly createdAt: Instant;
  readonly createdBy: string;
}

/** What its requests are signed with: one secret, or two for a while after a rotation. */
export interface EndpointSecrets {
  readonly secret: string;
  readonly previousSecret: string | null;
  readonly previousUntil: Instant | null;
}

/** One event on its way to one endpoint. */
export interface Delivery {
  readonly endpointId: string;
  readonly position: number;
  readonly eventId: string;
  readonly eventType: string;
  readonly status: 'pending' | 'delivered' | 'given_up';
  readonly attempts: number;
  readonly nextAttemptAt: Instant | null;
  readonly lastAttemptAt: Instant | null;
  readonly lastAnswer: string | null;
  readonly createdAt: Instant;
  readonly finishedAt: Instant | null;
}
