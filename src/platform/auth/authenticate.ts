import type { Principal } from '../../domain/person.ts';
import type { Instant } from '../../domain/time.ts';
import type { Database } from '../db/database.ts';
import { noteKeyUse, selectKey, selectKeyTenant } from './key-store.ts';
import { secretMatches } from './secret.ts';
import { selectSession } from './sign-in-store.ts';
import { readCredentials, type Token } from './token.ts';

type Doors = Pick<Database, 'withTenant' | 'withoutTenant'>;

/**
 * Who is calling: the person of a session or the machine of an API key, from an `Authorization` header (`Bearer …`,
 * `Basic` with the key as user name) or a bare token. `null` for anything that is not good now; nothing is thrown for
 * bad credentials, and nothing says why they are bad.
 */
export const authenticate = async (
  db: Doors,
  credentials: string | undefined,
  now: Instant,
): Promise<Principal | null> => {
  const token = credentials === undefined ? null : readCredentials(credentials);
  if (token?.kind === 'session') return personOf(db, token, now);
  if (token?.kind === 'key') return machineOf(db, token, now);
  return null;
};

const personOf = async (
  db: Doors,
  token: Token & { readonly tenantId: string },
  now: Instant,
): Promise<Principal | null> => {
  const session = await db.withTenant(token.tenantId, async (tx) =>
    selectSession(tx, token.id, now),
  );
  return session !== null && secretMatches(token.secret, session.secretHash)
    ? session.person
    : null;
};

const machineOf = async (db: Doors, token: Token, now: Instant): Promise<Principal | null> => {
  const tenantId = await db.withoutTenant(async (tx) => selectKeyTenant(tx, token.id));
  if (tenantId === null) return null;
  return db.withTenant(tenantId, async (tx) => {
    const key = await selectKey(tx, token.id, now);
    if (key === null || !secretMatches(token.secret, key.secretHash)) return null;
    await noteKeyUse(tx, token.id, now);
    return key.machine;
  });
};
