import type { WebhookSender } from '../../connectors/webhooks/define.ts';
import { inputError } from '../../domain/errors.ts';
import type { Person } from '../../domain/person.ts';
import { addHours, type Instant } from '../../domain/time.ts';
import { newIdentifier, type RandomBytes } from '../../platform/auth/secret.ts';
import type { TenantTx } from '../../platform/db/database.ts';
import type { Vault } from '../../platform/secrets/vault.ts';
import { unknownTypes, FEED_EVENT_TYPE_NAMES } from '../feed/feed-event.ts';
import { feedEnd } from '../feed/read-feed.ts';
import { record } from '../ledger/ledger.ts';
import { LIVE } from '../../domain/case.ts';
import { requeue } from './delivery-store.ts';
import type { Endpoint } from './endpoint.ts';
import {
  endpointSecrets,
  insertEndpoint,
  listEndpoints,
  lockEndpoint,
  markActive,
  markRemoved,
  saveSecret,
} from './endpoint-store.ts';
import { sealSecret } from './secrets.ts';
import { newSigningSecret } from './sign.ts';

interface By {
  readonly by: Person;
  readonly now: Instant;
}

const MOST_ENDPOINTS = 50;
/** How long the secret before a rotation signs as well, unless told. */
const OVERLAP_HOURS = 24;

/**
 * Registers an address. It hears of what happens from here on. The secret is shown this once.
 * Errors: `webhook_invalid`, `webhook_conflict` (the address is there already), and those of the vault.
 */
export const addEndpoint = async (
  tx: TenantTx,
  input: By & {
    readonly url: string;
    readonly description: string;
    readonly eventTypes: readonly string[];
    readonly sender: Pick<WebhookSender, 'objection'>;
    readonly vault: Vault;
  },
  random: RandomBytes,
): Promise<{ readonly endpoint: Endpoint; readonly secret: string }> => {
  const { by, now, description } = input;
  const objection = input.sender.objection(input.url) ?? objectionToTypes(input.eventTypes);
  if (objection !== null) throw inputError('webhook_invalid', objection);
  const url = withoutFragment(input.url);
  await refuseTwin(tx, url);
  const [id, secret] = [`wh-${newIdentifier(random)}`, newSigningSecret(random)];
  await insertEndpoint(tx, {
    ...{ id, url, description, createdAt: now, createdBy: by.id },
    secret: await sealSecret(input.vault, tx.tenantId, id, secret),
    eventTypes: [...new Set(input.eventTypes)],
    writtenTo: await feedEnd(tx),
  });
  await note(tx, 'webhook.added', id, input);
  return { endpoint: await existing(tx, id), secret };
};

const objectionToTypes = (wanted: readonly string[]): string | null => {
  const unknown = unknownTypes(wanted);
  return unknown.length === 0
    ? null
    : `there is no event type ${unknown.map((type) => `\`${type}\``).join(', ')}; there are ${FEED_EVENT_TYPE_NAMES.join(', ')}, and \`case.*\` for all of a kind`;
};

const withoutFragment = (text: string): string => {
  const url = new URL(text);
  url.hash = '';
  return url.href;
};

const refuseTwin = async (tx: TenantTx, url: string): Promise<void> => {
  const endpoints = await listEndpoints(tx);
  const twin = endpoints.find((endpoint) => endpoint.url === url);
  if (twin !== undefined) {
    throw inputError(
      'webhook_conflict',
      `\`${url}\` is registered already (${twin.id}); remove it first, or give the other another path`,
    );
  }
  if (endpoints.length >= MOST_ENDPOINTS)
    throw inputError('webhook_invalid', `there are ${MOST_ENDPOINTS} endpoints, the most allowed`);
};

/** Ends it for good; what was not delivered stays in the feed. Errors: `webhook_not_found`. */
export const removeEndpoint = async (
  tx: TenantTx,
  input: By & { readonly id: string },
): Promise<void> => {
  await existing(tx, input.id);
  await markRemoved(tx, input.id);
  await note(tx, 'webhook.removed', input.id, input);
};

/**
 * Gives it a new secret, shown this once. For `overlapHours` the old one signs as well, so that the receiver can change
 * over without losing anything; 0 ends a secret that leaked at once. Errors: `webhook_not_found`.
 */
export const rotateSecret = async (
  tx: TenantTx,
  input: By & {
    readonly id: string;
    readonly overlapHours?: number | undefined;
    readonly vault: Vault;
  },
  random: RandomBytes,
): Promise<{ readonly endpoint: Endpoint; readonly secret: string }> => {
  await existing(tx, input.id);
  const held = await endpointSecrets(tx, input.id);
  const secret = newSigningSecret(random);
  await saveSecret(tx, input.id, {
    secret: await sealSecret(input.vault, tx.tenantId, input.id, secret),
    previousSecret: held?.secret ?? '',
    previousUntil: addHours(input.now, input.overlapHours ?? OVERLAP_HOURS),
  });
  await note(tx, 'webhook.rotated', input.id, input);
  return { endpoint: await existing(tx, input.id), secret };
};

/**
 * Takes one that was switched off back into use: what waited, what was given up and what happened meanwhile is sent,
 * oldest first. Errors: `webhook_not_found`.
 */
export const enableEndpoint = async (
  tx: TenantTx,
  input: By & { readonly id: string },
): Promise<Endpoint> => {
  await existing(tx, input.id);
  await markActive(tx, input.id);
  await requeue(tx, input.id, input.now);
  await note(tx, 'webhook.enabled', input.id, input);
  return existing(tx, input.id);
};

const existing = async (tx: TenantTx, id: string): Promise<Endpoint> => {
  const endpoint = await lockEndpoint(tx, id);
  if (endpoint === null)
    throw inputError(
      'webhook_not_found',
      `there is no webhook \`${id}\`; list them with \`retinue webhooks\``,
    );
  return endpoint;
};

const note = async (tx: TenantTx, kind: string, endpointId: string, { by, now }: By) => {
  await record(tx, {
    world: LIVE.id,
    kind,
    subjects: { personId: by.id },
    body: { endpointId },
    at: now,
  });
};
