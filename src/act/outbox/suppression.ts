import { createHmac } from 'node:crypto';
import { inputError } from '../../domain/errors.ts';
import type { Category } from '../../domain/proposal.ts';
import type { Instant } from '../../domain/time.ts';
import type { TenantTx } from '../../platform/db/database.ts';
import { record } from '../ledger/ledger.ts';
import {
  deleteSuppression,
  findSuppressions,
  insertSuppression,
  listSuppressed,
  tenantSalt,
  type Suppression,
  type SuppressionScope,
} from './suppression-store.ts';

/** An address as the list keeps it: nobody can write to it by what stands here. */
export interface AddressMark {
  readonly addressHash: string;
  /** `d…@customer.example` */
  readonly hint: string;
}

interface Change {
  readonly reason: string;
  readonly by: string;
  readonly now: Instant;
  /** `all` unless told. */
  readonly category?: SuppressionScope;
}

/** Throws `address_invalid`. */
export const markOf = async (tx: TenantTx, address: string): Promise<AddressMark> => ({
  hint: hintOf(address),
  addressHash: hashAddress(await tenantSalt(tx), address),
});

/** Writes to this address no more, in any world. True when it was not on the list before. Throws `address_invalid`. */
export const suppress = async (
  tx: TenantTx,
  input: Change & { readonly address: string },
): Promise<boolean> => suppressMark(tx, await markOf(tx, input.address), input);

/** The same by what the list itself keeps. */
export const suppressMark = async (
  tx: TenantTx,
  { addressHash, hint }: AddressMark,
  change: Change,
): Promise<boolean> => {
  const { reason, by, now: at, category = 'all' } = change;
  const added = await insertSuppression(tx, { category, addressHash, hint, reason, by, at });
  if (added) await note(tx, 'suppressed', addressHash, change);
  return added;
};

/** Takes an address off the list; of `all`, with every category. True when it was on it. Throws `address_invalid`. */
export const unsuppress = async (
  tx: TenantTx,
  input: Change & { readonly address: string },
): Promise<boolean> => unsuppressMark(tx, await markOf(tx, input.address), input);

/** The same by what the list itself keeps. */
export const unsuppressMark = async (
  tx: TenantTx,
  { addressHash }: Pick<AddressMark, 'addressHash'>,
  change: Change,
): Promise<boolean> => {
  const removed = await deleteSuppression(tx, addressHash, change.category ?? 'all');
  if (removed) await note(tx, 'unsuppressed', addressHash, change);
  return removed;
};

/** By address, in lower case: what each wants no more. Addresses that are not on the list are left out. */
export type Suppressions = ReadonlyMap<string, ReadonlySet<SuppressionScope>>;

/** Which of these addresses are on the list. One query for all. */
export const suppressedAmong = async (
  tx: TenantTx,
  addresses: readonly string[],
): Promise<Suppressions> => {
  if (addresses.length === 0) return new Map();
  const salt = await tenantSalt(tx);
  const byHash = new Map(
    addresses.map((address) => [hashAddress(salt, address), address.trim().toLowerCase()]),
  );
  const found = new Map<string, Set<SuppressionScope>>();
  for (const { addressHash, category } of await findSuppressions(tx, [...byHash.keys()])) {
    const address = byHash.get(addressHash) ?? '';
    found.set(address, (found.get(address) ?? new Set()).add(category));
  }
  return found;
};

/** Whether a message of a category may not be written to an address. Pure. */
export const isSuppressed = (
  suppressions: Suppressions,
  address: string,
  category: Category,
): boolean => {
  const scopes = suppressions.get(address.trim().toLowerCase());
  return scopes !== undefined && [...scopes].some((scope) => covers(scope, category));
};

const covers = (scope: SuppressionScope, category: Category): boolean =>
  scope === 'all' || scope === category;

/** Why and since when a message of this category may not be written to an address, or `null`. */
export const suppressionOf = async (
  tx: TenantTx,
  address: string,
  category: Category,
): Promise<Suppression | null> =>
  suppressionOfMark(tx, { addressHash: hashAddress(await tenantSalt(tx), address) }, category);

/** The same by what the list itself keeps. */
export const suppressionOfMark = async (
  tx: TenantTx,
  { addressHash }: Pick<AddressMark, 'addressHash'>,
  category: Category,
): Promise<Suppression | null> => {
  const found = await findSuppressions(tx, [addressHash]);
  return found.find((entry) => covers(entry.category, category)) ?? null;
};

export { listSuppressed };

/** Keyed by the tenant's salt, so that two tenants' lists cannot be compared. Letter case does not matter. */
export const hashAddress = (salt: string, address: string): string =>
  createHmac('sha256', salt).update(address.trim().toLowerCase()).digest('hex');

const hintOf = (address: string): string => {
  const [, first, domain] = /^\s*([^@\s])[^@\s]*@([^@\s]+)\s*$/.exec(address) ?? [];
  if (first === undefined || domain === undefined) {
    throw inputError('address_invalid', `\`${address}\` is not an e-mail address`);
  }
  return `${first.toLowerCase()}…@${domain.toLowerCase()}`;
};

const note = (tx: TenantTx, what: string, addressHash: string, input: Change): Promise<number> =>
  record(tx, {
    world: 'live',
    kind: 'suppression',
    subjects: { personId: input.by },
    body: {
      what,
      address: addressHash.slice(0, 16),
      category: input.category ?? 'all',
      reason: input.reason,
    },
    at: input.now,
  });
