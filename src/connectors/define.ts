import type { DealStep, Message, Recipient, TaskDraft } from '../domain/proposal.ts';
import type { JsonObject } from '../domain/json.ts';
import type { DkimKey } from './email/compose.ts';
import type { World } from '../domain/case.ts';
import type { IncomingEvent } from '../domain/event.ts';
import type { TenantConfig } from '../domain/tenant.ts';
import type { Instant } from '../domain/time.ts';
import type { TenantTx } from '../platform/db/database.ts';

/**
 * What a port promises about repeating a request with the same business key:
 * `idempotent` may be repeated; `queryable` is asked first; `at_most_once` is never repeated blindly:
 * an unknown result goes to a person.
 */
export type Guarantee = 'idempotent' | 'queryable' | 'at_most_once';

export interface Sender {
  readonly name: string;
  readonly email: string;
  /** Where answers go, if not to the sender's address. */
  readonly replyTo?: readonly string[];
}

/** One effect to carry out. `key` is the business key: the same key is the same effect, for ever. */
export interface Effect {
  readonly key: string;
  readonly tenantId: string;
  readonly accountId: string;
  readonly actionId: string;
  readonly message: Message | null;
  readonly recipient: Recipient | null;
  readonly sender: Sender | null;
  /** What marketing carries: a signed link for this recipient, and the sender's postal address. */
  readonly unsubscribe?: { readonly url: string; readonly postalAddress: string };
  readonly task: TaskDraft | null;
  readonly deal?: DealStep;
}

/**
 * `done` happened; `refused` will never happen (say why); `retry` did not happen and may be tried again;
 * `unknown` may or may not have happened. `suppress`: the recipient's address does not exist, write to it no more.
 */
export type EffectResult =
  | { readonly outcome: 'done'; readonly receipt: Readonly<Record<string, string>> }
  | { readonly outcome: 'refused'; readonly reason: string; readonly suppress?: true }
  | { readonly outcome: 'retry'; readonly reason: string }
  | { readonly outcome: 'unknown'; readonly reason: string };

/** A way out, called by `act/outbox` alone. */
export interface Port {
  readonly id: string;
  readonly guarantee: Guarantee;
  /** For people: `SMTP mail.example:587`, `folder .retinue/outgoing`. */
  readonly describe: string;
  readonly perform: (effect: Effect, now: Instant, signal: AbortSignal) => Promise<EffectResult>;
  /** For `queryable` ports: whether the effect with this key happened. */
  readonly lookUp?: (key: string) => Promise<EffectResult | null>;
  /** Why it should be left alone for now (an open circuit), or `null`. */
  readonly paused?: (now: Instant) => string | null;
  readonly close: () => Promise<void>;
}

/**
 * A port whose effect is rows of our own database: it happens in the transaction that records it, so it happens exactly
 * once and is never in doubt.
 */
export interface TransactionalPort {
  readonly id: string;
  readonly guarantee: 'transactional';
  readonly describe: string;
  readonly performIn: (
    tx: TenantTx,
    effect: Effect,
    context: EffectContext,
  ) => Promise<EffectResult>;
  readonly close: () => Promise<void>;
}

export interface EffectContext {
  readonly world: World;
  readonly caseId: string | null;
  readonly config: TenantConfig;
  readonly now: Instant;
  readonly accept: (events: readonly IncomingEvent[]) => Promise<void>;
  /** Keeps in the ledger what was done, in the same transaction. */
  readonly note: (kind: string, body: JsonObject) => Promise<void>;
}

/** The one world that reaches anybody outside. A shadow or a simulation is not assignable to it. */
export interface LiveWorld extends World {
  readonly id: 'live';
  readonly kind: 'live';
}

export const isLive = (world: World): world is LiveWorld =>
  world.id === 'live' && world.kind === 'live';

/** What a tenant's connectors are opened with. */
export interface ConnectorSettings {
  readonly tenantId: string;
  /** The sample company is demonstration data: nothing of it leaves the machine. */
  readonly isSample: boolean;
  /** `smtp://user:password@host:587`, `smtps://…`; without one, messages are kept as files. */
  readonly smtpUrl?: string | undefined;
  readonly dataDir: string;
  /** Signs what goes out by SMTP. */
  readonly dkim?: DkimKey | undefined;
}

/** One outside system. One folder a member. */
export interface Connector<P extends Port | TransactionalPort = Port | TransactionalPort> {
  readonly id: string;
  readonly title: string;
  /** What is guaranteed about repeats, for the README. */
  readonly guarantee: string;
  /** Opens its port. Only the live world can: the type says so, and it is checked again. */
  readonly open: (world: LiveWorld, settings: ConnectorSettings) => P;
}

export const defineConnector = <P extends Port | TransactionalPort>(
  connector: Connector<P>,
): Connector<P> => connector;
