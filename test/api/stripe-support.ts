import { createHmac, randomBytes } from 'node:crypto';
import { insertSource } from '../../src/connectors/source/source-store.ts';
import { insertSecret } from '../../src/connectors/source/secret-store.ts';
import { openSecrets, sealFor } from '../../src/connectors/source/secrets.ts';
import { addSecret } from '../../src/connectors/stripe/source/connect.ts';
import { epochMilliseconds, type Instant } from '../../src/domain/time.ts';
import type { OpenDatabase } from '../../src/platform/db/database.ts';

export const SECRET_KEY = randomBytes(32).toString('base64');

/** A Stripe source of a tenant with signing secrets, as `retinue connect stripe` leaves it. */
export const stripeSource = async (
  db: OpenDatabase,
  tenantId: string,
  source: {
    readonly sourceId: string;
    readonly secrets: readonly string[];
    readonly now: Instant;
    readonly livemode?: boolean;
    readonly accountKey?: { readonly metadata: string; readonly namespace: string };
  },
): Promise<void> => {
  const { vault } = openSecrets(db, { dataDir: '/nonexistent', secretKey: SECRET_KEY });
  const { sourceId, now } = source;
  await db.withTenant(tenantId, async (tx) => {
    await insertSource(tx, {
      sourceId,
      system: 'stripe',
      externalAccount: 'acct_ours',
      livemode: source.livemode ?? false,
      settings: { since: null, accountKey: source.accountKey ?? null },
      createdAt: now,
      createdBy: 'test',
    });
    for (const [index, secret] of source.secrets.entries()) {
      const place = { sourceId, purpose: 'webhook' as const, secretId: `w${String(index)}` };
      await insertSecret(tx, {
        ...place,
        kept: await sealFor(vault, tenantId, place, secret),
        hint: secret.slice(-4),
        addedAt: now,
        addedBy: 'test',
      });
    }
  });
};

/** The header that Stripe sends: https://docs.stripe.com/webhooks/signature. */
export const signatureOf = (body: string, secret: string, at: Instant): string => {
  const seconds = String(Math.floor(epochMilliseconds(at) / 1000));
  const mac = createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex');
  return `t=${seconds},v1=${mac}`;
};

/** The key that a source is read by. */
export const stripeKey = (
  db: OpenDatabase,
  tenantId: string,
  {
    sourceId,
    key,
    now,
  }: { readonly sourceId: string; readonly key: string; readonly now: Instant },
): Promise<unknown> =>
  db.withTenant(tenantId, (tx) =>
    addSecret(
      tx,
      openSecrets(db, { dataDir: '/nonexistent', secretKey: SECRET_KEY }),
      { sourceId, purpose: 'api_key', by: 'test', now, given: { text: key, variable: null } },
      randomBytes,
    ),
  );
