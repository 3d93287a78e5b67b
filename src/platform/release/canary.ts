import { createHash } from 'node:crypto';
import { canonicalJson } from '../../domain/json.ts';

export interface Canary {
  readonly release: number;
  /** Of the accounts, in basis points. */
  readonly basisPoints: number;
}

/**
 * Whether an account is in a canary: a stable number 0–9999 from the tenant's salt, the release and the root account,
 * below the share. Raising the share keeps who is in. Salted apart from holdouts, so that the arms of an experiment are
 * the same mixture on both sides; by release, so that it is not the same customers each time.
 */
export const isInCanary = (
  salt: string,
  { release, basisPoints }: Canary,
  rootAccountId: string,
): boolean =>
  createHash('sha256')
    .update(canonicalJson(['canary', salt, release, rootAccountId]))
    .digest()
    .readUInt32BE(0) %
    10_000 <
  basisPoints;
