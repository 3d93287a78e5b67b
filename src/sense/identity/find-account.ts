import type { TenantTx } from '../../platform/db/database.ts';
import { inputError } from '../../domain/errors.ts';
import { findByName, findExactly, type Found } from './find-store.ts';

/**
 * The account that a person means: our id, its id in another system, its name, or the beginning of a name that only it
 * has. `null` when there is none. Throws `account_ambiguous` with some of them when several names begin so.
 */
export const findAccount = async (tx: TenantTx, text: string): Promise<Found | null> => {
  const wanted = text.trim();
  if (wanted === '') return null;
  const exact = await findExactly(tx, wanted);
  return only(exact, wanted) ?? only(await findByName(tx, wanted), wanted);
};

const only = (found: readonly Found[], wanted: string): Found | null => {
  if (found.length <= 1) return found[0] ?? null;
  const some = found
    .slice(0, 5)
    .map(({ name, accountId }) => `${name} (${accountId})`)
    .join(', ');
  throw inputError(
    'account_ambiguous',
    `\`${wanted}\` is several accounts: ${some}${found.length > 5 ? ' and more' : ''}; give an id or more of the name`,
    { accountIds: found.map(({ accountId }) => accountId) },
  );
};
