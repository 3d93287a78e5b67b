import { inputError } from '../domain/errors.ts';
import type { TenantTx } from '../platform/db/database.ts';
import { listAccounts } from '../sense/identity/account-store.ts';
import { findAccount } from '../sense/identity/find-account.ts';

/** Names of the accounts that a list of things belongs to, by our account id; one query for all. */
export const accountNames = async (
  tx: TenantTx,
  things: readonly { readonly accountId: string | null }[],
): Promise<Map<string, string>> => {
  const ids = [...new Set(things.map((thing) => thing.accountId))].filter((id) => id !== null);
  if (ids.length === 0) return new Map();
  const accounts = await listAccounts(tx, { ids, limit: ids.length });
  return new Map(accounts.map((account) => [account.accountId, account.name]));
};

/** The account that is meant: our id, its id elsewhere, or its name. Throws `account_not_found`. */
export const requireAccount = async (
  tx: TenantTx,
  text: string,
): Promise<{ readonly accountId: string; readonly name: string }> => {
  const found = await findAccount(tx, text);
  if (found !== null) return found;
  throw inputError(
    'account_not_found',
    `there is no account \`${text}\`; \`retinue accounts --search …\` finds it by a part of its name`,
  );
};
