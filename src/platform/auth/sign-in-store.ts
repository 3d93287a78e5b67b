import type { Person, Role } from '../../domain/person.ts';
import type { Instant } from '../../domain/time.ts';
import type { TenantTx } from '../db/database.ts';

export interface NewSignIn {
  readonly id: string;
  readonly personId: string;
  readonly secretHash: string;
  readonly createdAt: Instant;
  readonly expiresAt: Instant;
}

/** Stores a login link; earlier ones of the person that were never used stop working. */
export const insertLoginLink = async (tx: TenantTx, link: NewSignIn): Promise<void> => {
  await tx.query(
    'delete from login_links where tenant_id = $1 and person_id = $2 and used_at is null',
    [tx.tenantId, link.personId],
  );
  await tx.query(
    `insert into login_links (tenant_id, link_id, person_id, secret_hash, created_at, expires_at)
     values ($1, $2, $3, $4, $5, $6)`,
    [tx.tenantId, link.id, link.personId, link.secretHash, link.createdAt, link.expiresAt],
  );
};

interface LinkRow {
  readonly person_id: string;
  readonly secret_hash: string;
}

export const selectLoginLink = async (
  tx: TenantTx,
  linkId: string,
): Promise<{ readonly personId: string; readonly secretHash: string } | null> => {
  const [row] = await tx.query<LinkRow & Record<string, unknown>>(
    'select person_id, secret_hash from login_links where tenant_id = $1 and link_id = $2',
    [tx.tenantId, linkId],
  );
  return row === undefined ? null : { personId: row.person_id, secretHash: row.secret_hash };
};

/** Uses a link up. Compare-and-set: of two who try at once, one gets true. */
export const consumeLoginLink = async (
  tx: TenantTx,
  linkId: string,
  now: Instant,
): Promise<boolean> => {
  const rows = await tx.query(
    `update login_links set used_at = $3
     where tenant_id = $1 and link_id = $2 and used_at is null and expires_at > $3
     returning link_id`,
    [tx.tenantId, linkId, now],
  );
  return rows.length > 0;
};

export const insertSession = async (tx: TenantTx, session: NewSignIn): Promise<void> => {
  await tx.query(
    `insert into sessions (tenant_id, session_id, person_id, secret_hash, created_at, expires_at)
     values ($1, $2, $3, $4, $5, $6)`,
    [
      tx.tenantId,
      session.id,
      session.personId,
      session.secretHash,
      session.createdAt,
      session.expiresAt,
    ],
  );
};

interface SessionRow {
  readonly secret_hash: string;
  readonly person_id: string;
  readonly name: string;
  readonly email: string;
  readonly roles: readonly Role[];
}

/** A session in force with its person as they are now: a changed role counts at once. */
export const selectSession = async (
  tx: TenantTx,
  sessionId: string,
  now: Instant,
): Promise<{ readonly secretHash: string; readonly person: Person } | null> => {
  const [row] = await tx.query<SessionRow & Record<string, unknown>>(
    `select s.secret_hash, p.person_id, p.name, p.email, p.roles
     from sessions s join people p on p.tenant_id = s.tenant_id and p.person_id = s.person_id
     where s.tenant_id = $1 and s.session_id = $2
       and s.revoked_at is null and s.expires_at > $3 and p.removed_at is null`,
    [tx.tenantId, sessionId, now],
  );
  if (row === undefined) return null;
  const { person_id: id, name, email, roles } = row;
  const person: Person = { kind: 'person', id, tenantId: tx.tenantId, name, email, roles };
  return { secretHash: row.secret_hash, person };
};

/** What a token is checked against, whether it is in force or not. */
export interface TokenState {
  readonly personId: string;
  readonly secretHash: string;
  readonly expiresAt: Instant | null;
}

const stateFrom =
  (table: 'sessions' | 'login_links', id: 'session_id' | 'link_id') =>
  async (tx: TenantTx, tokenId: string): Promise<TokenState | null> => {
    const [row] = await tx.query<TokenState>(
      `select person_id as "personId", secret_hash as "secretHash", expires_at as "expiresAt" from ${table}
       where tenant_id = $1 and ${id} = $2`,
      [tx.tenantId, tokenId],
    );
    return row ?? null;
  };

export const selectSessionState = stateFrom('sessions', 'session_id');
export const selectLinkState = stateFrom('login_links', 'link_id');

export const revokeSession = async (
  tx: TenantTx,
  sessionId: string,
  now: Instant,
): Promise<void> => {
  await tx.query(
    `update sessions set revoked_at = $3
     where tenant_id = $1 and session_id = $2 and revoked_at is null`,
    [tx.tenantId, sessionId, now],
  );
};

/** Ends every session and unused login link of a person. */
export const revokeSignIns = async (
  tx: TenantTx,
  personId: string,
  now: Instant,
): Promise<void> => {
  await tx.query(
    `update sessions set revoked_at = $3
     where tenant_id = $1 and person_id = $2 and revoked_at is null`,
    [tx.tenantId, personId, now],
  );
  await tx.query(
    'delete from login_links where tenant_id = $1 and person_id = $2 and used_at is null',
    [tx.tenantId, personId],
  );
};
