import { inputError } from '../../domain/errors.ts';
import type { Person } from '../../domain/person.ts';
import { addHours, addMinutes, type Instant } from '../../domain/time.ts';
import type { Database, TenantTx } from '../db/database.ts';
import { selectPerson } from './people-store.ts';
import { findPerson } from './people.ts';
import { hashSecret, newIdentifier, newSecret, secretMatches, type RandomBytes } from './secret.ts';
import {
  consumeLoginLink,
  insertLoginLink,
  insertSession,
  revokeSession,
  selectLoginLink,
} from './sign-in-store.ts';
import { readToken, tokenText } from './token.ts';

const LINK_MINUTES = 10;
const SESSION_HOURS = 12;

/**
 * A one-time link token for a person, good for ten minutes; earlier ones stop working. Whoever holds it can sign in as
 * that person: the caller shows it on loopback or on the machine's own terminal alone, and never logs it.
 * Throws `auth.no_person`.
 */
export const issueLoginLink = async (
  tx: TenantTx,
  personId: string,
  now: Instant,
  random: RandomBytes,
): Promise<string> => {
  const person = await findPerson(tx, personId);
  const id = newIdentifier(random);
  const secret = newSecret(random);
  await insertLoginLink(tx, {
    id,
    personId: person.id,
    secretHash: hashSecret(secret),
    createdAt: now,
    expiresAt: addMinutes(now, LINK_MINUTES),
  });
  return tokenText({ kind: 'login', tenantId: tx.tenantId, id, secret });
};

export interface SignIn {
  readonly sessionToken: string;
  readonly person: Person;
  readonly expiresAt: Instant;
}

/**
 * Turns a login link into a session, once. Throws `auth.link_refused`, which does not say whether the link was used,
 * expired or never there.
 */
export const redeemLoginLink = async (
  db: Pick<Database, 'withTenant'>,
  text: string,
  now: Instant,
  random: RandomBytes,
): Promise<SignIn> => {
  const token = readToken(text);
  if (token?.kind !== 'login') throw refused();
  return db.withTenant(token.tenantId, async (tx) => {
    const link = await selectLoginLink(tx, token.id);
    if (link === null || !secretMatches(token.secret, link.secretHash)) throw refused();
    const person = await selectPerson(tx, link.personId);
    if (person === null || !(await consumeLoginLink(tx, token.id, now))) throw refused();
    return openSession(tx, person, now, random);
  });
};

const refused = () =>
  inputError(
    'auth.link_refused',
    'this login link is not good, or no longer: ask for a new one with `retinue login`',
  );

const openSession = async (
  tx: TenantTx,
  person: Person,
  now: Instant,
  random: RandomBytes,
): Promise<SignIn> => {
  const id = newIdentifier(random);
  const secret = newSecret(random);
  const expiresAt = addHours(now, SESSION_HOURS);
  await insertSession(tx, {
    id,
    personId: person.id,
    secretHash: hashSecret(secret),
    createdAt: now,
    expiresAt,
  });
  const sessionToken = tokenText({ kind: 'session', tenantId: tx.tenantId, id, secret });
  return { sessionToken, person, expiresAt };
};

/** Ends the session of a token; one that is over or unknown is left as it is. */
export const signOut = async (
  db: Pick<Database, 'withTenant'>,
  sessionToken: string,
  now: Instant,
): Promise<void> => {
  const token = readToken(sessionToken);
  if (token?.kind !== 'session') return;
  await db.withTenant(token.tenantId, async (tx) => revokeSession(tx, token.id, now));
};
