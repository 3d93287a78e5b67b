import type { WebhookSender } from '../connectors/webhooks/define.ts';
import type { LanguageModels } from '../language-models/define.ts';
import type { Instant } from '../domain/time.ts';
import type { Database } from '../platform/db/database.ts';
import type { Access, AccessRecord, Resource, Route } from '../platform/http/define.ts';
import type { Uploads } from '../platform/uploads/uploads.ts';
import type { Embedders } from '../knowledge/embedders/embedders.ts';
import type { Secrets } from '../connectors/source/secrets.ts';
import type { Parts } from '../parts.ts';
import type { AnswerCommand } from './commands.ts';

/** What routes work with. */
export interface Services {
  readonly db: Database;
  readonly parts: Parts;
  /** `null`: none is configured. */
  readonly models: LanguageModels | null;
  readonly now: () => Instant;
  /** Of other systems: their keys, and what they sign with. */
  readonly secrets: Secrets;
  /** Who reads and who is refused. */
  readonly accessRecord: AccessRecord;
  /** What finds texts by meaning. */
  readonly embedders: Embedders;
  /** Queues work for the worker; in a process without one, does nothing: the next run finds it. */
  readonly wake: Wake;
  /** The way to receivers of webhooks. */
  readonly webhooks: WebhookSender;
  /** Prints a one-time login link on the server's own terminal; `null` where there is no server. */
  readonly printLoginLink: ((wanted: LinkWanted) => Promise<void>) | null;
  /** Runs commands of the line beside this server; `null` where there is no server. */
  readonly answerCommand: AnswerCommand | null;
  /** Files that clients send for commands; `null` where there is no server. */
  readonly uploads: Uploads | null;
}

export interface LinkWanted {
  readonly tenantId: string | null;
  /** Id or e-mail address; `null` for the tenant's first admin. */
  readonly person: string | null;
}

/** Wakes the worker. Never throws: what is not woken is found by the next tick. */
export interface Wake {
  /** The line runs soon for these accounts. */
  readonly runLine: (
    tenantId: string,
    accountIds: readonly string[],
    reason: string,
  ) => Promise<void>;
  /** What a webhook left out of a subscription is read soon. */
  readonly completeSubscription: (
    tenantId: string,
    sourceId: string,
    subscriptionId: string,
  ) => Promise<void>;
  /** Whatever waited for a decision goes on soon. */
  readonly tick: (tenantId: string) => Promise<void>;
}

/** One resource of the HTTP API: a file (or folder) a member. */
export type ApiResource = Resource<Services>;

export const defineResource = (resource: ApiResource): ApiResource => resource;

/** One operation, with its types inferred from its schemas. */
export const defineRoute = <const A extends Access, P, Q, B, R>(
  route: Route<Services, A, P, Q, B, R>,
): Route<Services, A, P, Q, B, R> => route;
