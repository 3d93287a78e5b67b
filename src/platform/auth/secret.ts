import { createHash, timingSafeEqual } from 'node:crypto';

/** `size` unpredictable bytes: `randomBytes` of node:crypto, handed in where the program begins. */
export type RandomBytes = (size: number) => Uint8Array;

/** 256 bits in hex. */
export const newSecret = (random: RandomBytes): string => Buffer.from(random(32)).toString('hex');

/** 64 bits in hex: names a row, opens nothing. */
export const newIdentifier = (random: RandomBytes): string =>
  Buffer.from(random(8)).toString('hex');

/**
 * What is stored of a secret: SHA-256. A slow hash (scrypt, argon2) makes guessing a person's password dear; these
 * secrets are 256 random bits, which nobody guesses at any speed, and a slow hash on every request would only be a way
 * to keep the server busy.
 */
export const hashSecret = (secret: string): string =>
  createHash('sha256').update(secret).digest('hex');

/** Compares in constant time, so that response times say nothing about the stored hash. */
export const secretMatches = (secret: string, storedHash: string): boolean => {
  const given = Buffer.from(hashSecret(secret), 'hex');
  const stored = Buffer.from(storedHash, 'hex');
  return given.length === stored.length && timingSafeEqual(given, stored);
};
