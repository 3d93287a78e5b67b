import { beginReads } from '../../source/read-store.ts';
import { insertSecret, retireSecrets } from '../../source/secret-store.ts';
import { sealFor, type Secrets } from '../../source/secrets.ts';
import type { SecretPurpose } from '../../source/source.ts';
import { getSource, insertSource, updateSource } from '../../source/source-store.ts';
import { newIdentifier, type RandomBytes } from '../../../platform/auth/secret.ts';
import { inputError } from '../../../domain/errors.ts';
import type { Instant } from '../../../domain/time.ts';
import type { TenantTx } from '../../../platform/db/database.ts';
import type { KeyReport } from './examine-key.ts';
import type { StripeSettings } from './settings.ts';

/** A secret as somebody gave it: its text, or the name of a variable that holds it, and then its text for the check. */
export interface GivenSecret {
  readonly text: string;
  readonly variable: string | null;
}

export interface Connecting {
  readonly sourceId: string;
  readonly key: GivenSecret;
  readonly report: KeyReport;
  readonly settings: StripeSettings;
  readonly by: string;
  readonly now: Instant;
}

const HINT = 4;

/** Throws `invalid_input` for what is no id of a source. */
const checkSourceId = (sourceId: string): void => {
  if (/^[a-z0-9][a-z0-9-]{0,62}$/.test(sourceId)) return;
  throw inputError('invalid_input', 'a source’s id has small letters, digits and `-`, at most 63');
};

const UNIQUE_VIOLATION = '23505';

/** Ids are unique among all tenants: a webhook names its source before a tenant is known. */
const insertNew = async (
  tx: TenantTx,
  source: Parameters<typeof insertSource>[1],
): Promise<void> => {
  try {
    await insertSource(tx, source);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === UNIQUE_VIOLATION))
      throw error;
    throw inputError('source_taken', `the id \`${source.sourceId}\` is taken: choose another one`);
  }
};

/** Writes a source down with its key, or gives a known one another key, and begins to read what its key may read. */
export const saveSource = async (
  tx: TenantTx,
  { vault }: Pick<Secrets, 'vault'>,
  { sourceId, key, report, settings, by, now }: Connecting,
  random: RandomBytes,
): Promise<void> => {
  const known = await getSource(tx, sourceId);
  checkSourceId(sourceId);
  if (known !== null && known.livemode !== report.livemode) {
    throw inputError(
      'other_mode',
      `\`${sourceId}\` reads ${known.livemode ? 'live' : 'test'} mode and the key is of the other one: connect it as a source of its own`,
    );
  }
  const { account: externalAccount, livemode } = report;
  if (known === null) {
    await insertNew(tx, {
      ...{ sourceId, system: 'stripe', externalAccount, livemode, settings },
      ...{ createdAt: now, createdBy: by },
    });
  } else await updateSource(tx, sourceId, { settings, externalAccount });
  const secretId = await addSecret(
    tx,
    { vault },
    { sourceId, purpose: 'api_key', given: key, by, now },
    random,
  );
  await retireSecrets(tx, sourceId, 'api_key', { keep: secretId, now });
  const objectTypes = report.readable
    .filter(({ allowed }) => allowed)
    .map(({ objectType }) => objectType);
  await beginReads(tx, { sourceId, purpose: 'backfill', objectTypes, anew: false, now });
};

/** Adds a secret of a source, sealed or by reference. */
export const addSecret = async (
  tx: TenantTx,
  { vault }: Pick<Secrets, 'vault'>,
  {
    sourceId,
    purpose,
    given,
    by,
    now,
  }: {
    readonly sourceId: string;
    readonly purpose: SecretPurpose;
    readonly given: GivenSecret;
    readonly by: string;
    readonly now: Instant;
  },
  random: RandomBytes,
): Promise<string> => {
  const place = { sourceId, purpose, secretId: newIdentifier(random) };
  await insertSecret(tx, {
    ...place,
    kept:
      given.variable === null
        ? await sealFor(vault, tx.tenantId, place, given.text)
        : { kind: 'environment', name: given.variable },
    hint: given.text.slice(-HINT),
    addedAt: now,
    addedBy: by,
  });
  return place.secretId;
};

/** The events that a webhook endpoint has to be subscribed to, as Stripe's dashboard lists them. */
export const EVENT_TYPES: readonly string[] = [
  'billing.meter.*',
  'charge.*',
  'charge.dispute.*',
  'customer.created',
  'customer.updated',
  'customer.deleted',
  'customer.source.*',
  'customer.subscription.*',
  'invoice.*',
  'invoice_payment.*',
  'payment_method.*',
  'product.*',
  'refund.*',
];
