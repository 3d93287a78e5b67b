import type { Category } from '../../domain/proposal.ts';
import type { Instant } from '../../domain/time.ts';
import type { TenantTx } from '../../platform/db/database.ts';
import { record } from '../ledger/ledger.ts';
import { findLanguages, saveLanguage } from './preference-store.ts';
import { hashAddress, suppressMark, unsuppressMark, type AddressMark } from './suppression.ts';
import { findSuppressions, tenantSalt, type Suppression } from './suppression-store.ts';

/** What a recipient may choose among. */
export const CHOICES = ['service', 'contract', 'marketing'] as const satisfies readonly Category[];
export type Choice = (typeof CHOICES)[number];

export interface Preferences {
  readonly wanted: readonly Choice[];
  /** Ended by somebody else than the recipient, such as a bounce: it is not the recipient's to begin again. */
  readonly closed: readonly Choice[];
  /** As the recipient chose it; `null` while nothing was chosen. */
  readonly language: string | null;
}

const BY_RECIPIENT = 'recipient';

export const preferencesOf = async (
  tx: TenantTx,
  { addressHash }: Pick<AddressMark, 'addressHash'>,
): Promise<Preferences> => {
  const ended = await findSuppressions(tx, [addressHash]);
  const [chosen] = await findLanguages(tx, [addressHash]);
  const against = (choice: Choice): Suppression[] =>
    ended.filter(({ category }) => category === 'all' || category === choice);
  return {
    wanted: CHOICES.filter((choice) => against(choice).length === 0),
    closed: CHOICES.filter((choice) => against(choice).some(({ by }) => by !== BY_RECIPIENT)),
    language: chosen?.language ?? null,
  };
};

/**
 * Keeps what a recipient chose. What others ended stays ended, and consent that was never given is not given by it: a
 * category that is wanted again is merely no longer refused.
 */
export const choosePreferences = async (
  tx: TenantTx,
  mark: AddressMark,
  chosen: {
    readonly wanted: readonly Choice[];
    readonly language: string | null;
    readonly now: Instant;
  },
): Promise<Preferences> => {
  const before = await preferencesOf(tx, mark);
  const change = { reason: 'chosen on the preferences page', by: BY_RECIPIENT, now: chosen.now };
  for (const category of CHOICES) {
    const isWanted = chosen.wanted.includes(category);
    if (before.closed.includes(category) || isWanted === before.wanted.includes(category)) continue;
    await (isWanted ? unsuppressMark : suppressMark)(tx, mark, { ...change, category });
  }
  if (chosen.language !== null && chosen.language !== before.language) {
    const { addressHash } = mark;
    await saveLanguage(tx, { addressHash, language: chosen.language, at: chosen.now });
    await record(tx, {
      world: 'live',
      kind: 'preference',
      subjects: { personId: BY_RECIPIENT },
      body: { address: addressHash.slice(0, 16), language: chosen.language },
      at: chosen.now,
    });
  }
  return preferencesOf(tx, mark);
};

/** The language that each address asked for, by address in lower case. One query for all. */
export const languagesAmong = async (
  tx: TenantTx,
  addresses: readonly string[],
): Promise<ReadonlyMap<string, string>> => {
  if (addresses.length === 0) return new Map();
  const salt = await tenantSalt(tx);
  const byHash = new Map(addresses.map((address) => [hashAddress(salt, address), address]));
  const chosen = await findLanguages(tx, [...byHash.keys()]);
  return new Map(
    chosen.map(({ addressHash, language }) => [
      (byHash.get(addressHash) ?? '').trim().toLowerCase(),
      language,
    ]),
  );
};
