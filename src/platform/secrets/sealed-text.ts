import type { Vault } from './vault.ts';

/** Of a text column: sealed JSON begins so, and no secret that we ever wrote open does. */
const SEALED = '{';

/** Whether a stored text still stands open. */
export const standsOpen = (stored: string): boolean => stored !== '' && !stored.startsWith(SEALED);

/** A secret for its column. `about` names its row; it does not open in another. Errors are those of the vault. */
export const sealText = async (vault: Vault, secret: string, about: string): Promise<string> =>
  JSON.stringify(await vault.seal(secret, about));

/** What a column holds, in clear; what was written before secrets were sealed is so already. */
export const openText = async (vault: Vault, stored: string, about: string): Promise<string> =>
  standsOpen(stored) ? stored : vault.open(JSON.parse(stored), about);
