import { configError } from '../../../domain/errors.ts';
import type { Instant, Zone } from '../../../domain/time.ts';
import { codeOf, type StripeApi } from './client.ts';
import type { Reader } from './reader.ts';

/** What a key is, and what it may do. */
export interface KeyReport {
  readonly livemode: boolean;
  /** Stripe's account id; `null` where the key may not ask for it. */
  readonly account: string | null;
  /** Types of objects with whether the key may read them, in the order in which they are read. */
  readonly readable: readonly {
    readonly objectType: string;
    readonly title: string;
    readonly permission: string;
    readonly allowed: boolean;
  }[];
  /** What the key could change; empty for one that only reads. */
  readonly writable: readonly string[];
}

const FORM = /^(sk|rk)_(test|live)_\w+$/;

/** The mode that a key says it is of. Throws `stripe_key_invalid` for what is no secret or restricted key. */
export const modeOf = (
  key: string,
): { readonly livemode: boolean; readonly isRestricted: boolean } => {
  const [, kind, mode] = FORM.exec(key) ?? [];
  if (kind !== undefined) return { livemode: mode === 'live', isRestricted: kind === 'rk' };
  throw configError(
    'stripe_key_invalid',
    'this is no key of Stripe’s: it begins with `rk_test_` or `rk_live_` (restricted; make one that only reads)',
  );
};

/** What a write is tried on. It does not exist, so a key that may write changes nothing: Stripe checks rights first. */
const WRITES = [
  ['customers', '/v1/customers/cus_retinue_does_not_exist'],
  ['subscriptions', '/v1/subscriptions/sub_retinue_does_not_exist'],
  ['invoices', '/v1/invoices/in_retinue_does_not_exist'],
  ['charges and refunds', '/v1/refunds/re_retinue_does_not_exist'],
] as const;

/** Tries a key on each type of objects. Throws `stripe_key_invalid`, `stripe_key_refused`, `stripe_failed`. */
export const examineKey = async (
  api: StripeApi,
  key: string,
  {
    readers,
    now,
    zone,
  }: { readonly readers: readonly Reader[]; readonly now: Instant; readonly zone: Zone },
): Promise<KeyReport> => {
  const { livemode, isRestricted } = modeOf(key);
  const readable: KeyReport['readable'][number][] = [];
  for (const { id: objectType, title, permission, page } of readers) {
    const allowed = await isAllowed(() => page(api, { cursor: null, since: null, zone, now }));
    readable.push({ objectType, title, permission, allowed });
  }
  return {
    livemode,
    account: await accountOf(api),
    readable,
    writable: await writableBy(api, isRestricted),
  };
};

const isAllowed = async (work: () => Promise<unknown>): Promise<boolean> => {
  try {
    await work();
    return true;
  } catch (error) {
    if (codeOf(error) === 'stripe_not_permitted') return false;
    throw error;
  }
};

const accountOf = async (api: StripeApi): Promise<string | null> => {
  try {
    const { id } = await api.get('/v1/account');
    return typeof id === 'string' ? id : null;
  } catch (error) {
    if (codeOf(error) === 'stripe_not_permitted') return null;
    throw error;
  }
};

const writableBy = async (api: StripeApi, isRestricted: boolean): Promise<string[]> => {
  if (!isRestricted) return ['everything: it is a secret key, not a restricted one'];
  const writable: string[] = [];
  for (const [what, path] of WRITES) if (await api.mayWrite(path)) writable.push(what);
  return writable;
};
