import type { WebhookAnswer, WebhookSender } from '../../connectors/webhooks/define.ts';
import { LIVE } from '../../domain/case.ts';
import type { TenantConfig } from '../../domain/tenant.ts';
import type { Instant } from '../../domain/time.ts';
import type { Database, TenantTx } from '../../platform/db/database.ts';
import type { Vault } from '../../platform/secrets/vault.ts';
import { feedEventOf } from '../feed/feed-event.ts';
import { linkedAt } from '../feed/feed-store.ts';
import { nextDue, saveAttempt } from './delivery-store.ts';
import { disable } from './disable.ts';
import type { Delivery, Endpoint } from './endpoint.ts';
import { claimEndpoint, holdEndpoint, releaseEndpoint, saveHealth } from './endpoint-store.ts';
import { isHopeless, nextAttempt, restUntil } from './schedule.ts';
import { openedSecrets } from './secrets.ts';
import { secretsInForce, signedRequest } from './sign.ts';

export interface DeliverInput {
  readonly db: Database;
  readonly tenantId: string;
  readonly config: TenantConfig;
  readonly sender: WebhookSender;
  readonly vault: Vault;
  readonly now: () => Instant;
  readonly signal?: AbortSignal;
}

/** Longer than an attempt may take. */
const LEASE_SECONDS = 60;
const PER_PASS = 200;

/**
 * Sends an endpoint what is due for it, one after another in the order of the feed, until nothing is due, it begins to
 * rest, or another worker has it. At least once: a worker that dies after the receiver answered sends the same event
 * again, under the same `webhook-id`. Returns how many attempts were made.
 */
export const deliverTo = async (input: DeliverInput, endpointId: string): Promise<number> => {
  const { db, tenantId, now } = input;
  const epoch = await db.withTenant(tenantId, (tx) =>
    claimEndpoint(tx, endpointId, { now: now(), leaseSeconds: LEASE_SECONDS }),
  );
  if (epoch === null) return 0;
  let attempts = 0;
  try {
    while (attempts < PER_PASS && !isStopping(input)) {
      const prepared = await prepare(input, endpointId, epoch);
      if (prepared === null) break;
      attempts += 1;
      const answer = await input.sender.post(prepared.request, input.signal);
      // Stopped by ourselves: it says nothing about the receiver.
      if (answer.kind === 'unreached' && isStopping(input)) break;
      if (!(await keep(input, endpointId, epoch, prepared.delivery, answer))) break;
    }
  } finally {
    await db.withTenant(tenantId, (tx) => releaseEndpoint(tx, endpointId, epoch));
  }
  return attempts;
};

const isStopping = ({ signal }: DeliverInput): boolean => signal?.aborted ?? false;

const prepare = (input: DeliverInput, endpointId: string, epoch: number) =>
  input.db.withTenant(input.tenantId, async (tx) => {
    const now = input.now();
    const endpoint = await holdEndpoint(tx, endpointId, { epoch, leaseSeconds: LEASE_SECONDS });
    const secrets = await openedSecrets(tx, input.vault, endpointId);
    const delivery = await nextDue(tx, endpointId, now);
    if (endpoint === null || secrets === null || delivery === null) return null;
    const entry = await linkedAt(tx, LIVE.id, delivery.position);
    const event = entry === null ? null : feedEventOf(entry);
    if (event === null) {
      await saveAttempt(tx, delivery, { ...GONE, now });
      return null;
    }
    const request = signedRequest(endpoint.url, event, secretsInForce(secrets, now), now);
    return { delivery, request };
  });

const GONE = {
  status: 'given_up',
  answer: 'this version of the program does not announce it any more',
  nextAttemptAt: null,
} as const;

/** Writes what came of an attempt. Whether the next may follow at once. */
const keep = (
  input: DeliverInput,
  endpointId: string,
  epoch: number,
  delivery: Delivery,
  answer: WebhookAnswer,
): Promise<boolean> =>
  input.db.withTenant(input.tenantId, async (tx) => {
    const now = input.now();
    const endpoint = await holdEndpoint(tx, endpointId, { epoch, leaseSeconds: LEASE_SECONDS });
    if (endpoint === null) return false;
    if (isGood(answer)) {
      await saveAttempt(tx, delivery, {
        ...{ status: 'delivered', answer: wordsOf(answer), nextAttemptAt: null, now },
      });
      if (endpoint.failures > 0) await saveHealth(tx, endpointId, HEALTHY);
      return true;
    }
    const again = nextAttempt(`${endpointId}/${delivery.eventId}`, delivery.attempts + 1, now);
    await saveAttempt(tx, delivery, {
      status: again === null ? 'given_up' : 'pending',
      answer: wordsOf(answer),
      nextAttemptAt: again,
      now,
    });
    return afterFailure(tx, input, endpoint, answer, now);
  });

const HEALTHY = { failures: 0, failingSince: null, restUntil: null } as const;

const afterFailure = async (
  tx: TenantTx,
  input: DeliverInput,
  endpoint: Endpoint,
  answer: WebhookAnswer,
  now: Instant,
): Promise<boolean> => {
  const failures = endpoint.failures + 1;
  const failingSince = endpoint.failingSince ?? now;
  const rest = restUntil(failures, answer.kind === 'answered' ? answer.retryAfter : null, now);
  await saveHealth(tx, endpoint.id, { failures, failingSince, restUntil: rest });
  const hopeless = reasonToStop(answer, failingSince, now);
  if (hopeless === null) return rest === null;
  await disable(tx, { endpoint, reason: hopeless, config: input.config, now });
  return false;
};

/** `410 Gone` is the receiver's own word that it wants no more. */
const reasonToStop = (
  answer: WebhookAnswer,
  failingSince: Instant,
  now: Instant,
): string | null => {
  if (answer.kind === 'answered' && answer.status === 410)
    return 'the receiver answered 410 Gone: it wants no more';
  return isHopeless(failingSince, now)
    ? `nothing was taken since ${failingSince}; the last answer was: ${wordsOf(answer)}`
    : null;
};

const isGood = (answer: WebhookAnswer): boolean =>
  answer.kind === 'answered' && answer.status >= 200 && answer.status < 300;

/** For people: `HTTP 503`, `no answer within 15 seconds`. */
export const wordsOf = (answer: WebhookAnswer): string =>
  answer.kind === 'answered' ? `HTTP ${String(answer.status)}` : answer.reason;
