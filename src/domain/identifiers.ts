import { createHash } from 'node:crypto';
import { canonicalJson, type Json } from './json.ts';

/** SHA-256 of the canonical JSON, in hex. */
export const digest = (value: Json): string => digestOfText(canonicalJson(value));

/** SHA-256 of a text, in hex. */
export const digestOfText = (text: string): string =>
  createHash('sha256').update(text).digest('hex');

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';

/**
 * A short identifier derived from its parts (`case-7f3k2m9qh4tz`): the same parts always give the same one,
 * so that work repeated after a crash finds what it made before. 60 bits, in letters that are not mistaken for one another.
 */
export const deriveId = (prefix: string, ...parts: readonly Json[]): string => {
  const bytes = createHash('sha256')
    .update(canonicalJson([prefix, ...parts]))
    .digest();
  return `${prefix}-${Array.from(bytes.subarray(0, 12), (byte) => ALPHABET[byte % 32]).join('')}`;
};

/**
 * The holdout arm: a stable number 0–9999 from the tenant's salt, the experiment and the root account.
 * Salted apart from every other use of a hash, so that arms of two experiments are independent.
 */
export const arm = (salt: string, experiment: string, rootAccountId: string): number =>
  createHash('sha256')
    .update(canonicalJson(['arm', salt, experiment, rootAccountId]))
    .digest()
    .readUInt32BE(0) % 10_000;
