import { Webhook } from 'standardwebhooks';
import type { WebhookRequest } from '../../connectors/webhooks/define.ts';
import { epochMilliseconds, type Instant } from '../../domain/time.ts';
import type { RandomBytes } from '../../platform/auth/secret.ts';
import type { FeedEvent } from '../feed/feed-event.ts';
import type { EndpointSecrets } from './endpoint.ts';

const SECRET_BYTES = 32;

/** `whsec_` and 256 random bits in Base64, as the specification writes them. */
export const newSigningSecret = (random: RandomBytes): string =>
  `whsec_${Buffer.from(random(SECRET_BYTES)).toString('base64')}`;

/** The secrets in force: the newest first. */
export const secretsInForce = (
  { secret, previousSecret, previousUntil }: EndpointSecrets,
  now: Instant,
): string[] =>
  previousSecret !== null && previousUntil !== null && now < previousUntil
    ? [secret, previousSecret]
    : [secret];

/** What receivers get: the event under the names that the specification gives them, and its id and place besides. */
export const webhookBody = ({ id, type, timestamp, position, data }: Announced): string =>
  JSON.stringify({ type, timestamp, id, position, data });

type Announced = Pick<FeedEvent, 'id' | 'timestamp' | 'data'> & {
  readonly type: string;
  readonly position: number | null;
};

/**
 * The request for one attempt, by Standard Webhooks 1.0: `webhook-id` stays the same over all attempts, the timestamp is
 * the attempt's, and there is a signature `v1` by each secret in force.
 */
export const signedRequest = (
  url: string,
  event: Announced,
  secrets: readonly string[],
  now: Instant,
): WebhookRequest => {
  const body = webhookBody(event);
  // eslint-disable-next-line no-restricted-syntax -- the library takes no other form of a moment that it is given
  const at = new Date(epochMilliseconds(now));
  return {
    url,
    body,
    headers: {
      'Content-Type': 'application/json',
      'User-Agent': 'Retinue',
      'webhook-id': event.id,
      'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
      'webhook-signature': secrets
        .map((secret) => new Webhook(secret).sign(event.id, at, body))
        .join(' '),
    },
  };
};
