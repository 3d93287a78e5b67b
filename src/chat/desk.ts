import { inputError } from '../domain/errors.ts';
import type { Facts } from '../domain/fact.ts';
import type { Scores } from '../domain/score.ts';
import type { Day } from '../domain/time.ts';
import type { TenantTx } from '../platform/db/database.ts';
import { latestFacts, latestScores } from '../sense/assess-store.ts';
import type { AccountView } from '../sense/account-view.ts';
import { getAccount } from '../sense/identity/account-store.ts';
import { loadAccountView } from '../sense/load-accounts.ts';
import type { Desk, Named } from './define.ts';

/** One transaction in the tenant of whoever asks. */
export const inTenant = <T>(desk: Desk, work: (tx: TenantTx) => Promise<T>): Promise<T> =>
  desk.db.withTenant(desk.tenantId, work);

/** An account as the newest run of a world rated it. `day` is `null` where it never was. */
export interface Rated extends Named {
  readonly facts: Facts;
  readonly scores: Scores;
  readonly day: Day | null;
}

/** Throws `account_not_found`. */
export const requireNamed = async (tx: TenantTx, accountId: string): Promise<Named> => {
  const row = await getAccount(tx, accountId);
  if (row === null) throw inputError('account_not_found', `there is no account \`${accountId}\``);
  return { accountId: row.accountId, name: row.name };
};

export const ratedAccount = async (
  tx: TenantTx,
  desk: Pick<Desk, 'world'>,
  accountId: string,
): Promise<Rated> => {
  const asked = { world: desk.world.id, accountIds: [accountId] };
  const [facts] = await latestFacts(tx, asked);
  const [scores] = await latestScores(tx, asked);
  return {
    ...(await requireNamed(tx, accountId)),
    facts: facts?.facts ?? {},
    scores: scores?.scores ?? {},
    day: scores?.day ?? null,
  };
};

/** What happened at an account up to the moment that is answered about. */
export const accountView = (
  tx: TenantTx,
  { config, parts, now }: Pick<Desk, 'config' | 'parts' | 'now'>,
  accountId: string,
): Promise<AccountView | null> =>
  loadAccountView(tx, accountId, { config, entities: parts.entities, now });
