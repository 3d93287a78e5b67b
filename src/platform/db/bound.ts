import { inputError } from '../../domain/errors.ts';
import type { OpenDatabase } from './database.ts';

/**
 * The same database, narrowed to one tenant: for work that one tenant's person asked of a server. Row-level security
 * hides other tenants' rows; this refuses to name another tenant, and the look-ups that see them all.
 * Throws `tenant_not_allowed`. `close` leaves the database open: it is the server's.
 */
export const boundTo = (db: OpenDatabase, tenantId: string): OpenDatabase => ({
  kind: db.kind,
  pool: db.pool,
  bossDb: db.bossDb,
  withTenant: (id, work) =>
    id === tenantId ? db.withTenant(id, work) : Promise.reject(foreign(tenantId)),
  withoutTenant: () => Promise.reject(foreign(tenantId)),
  maintain: () => Promise.reject(foreign(tenantId)),
  dump: () => Promise.reject(foreign(tenantId)),
  close: () => Promise.resolve(),
});

const foreign = (tenantId: string) =>
  inputError(
    'tenant_not_allowed',
    `beside a running server you reach \`${tenantId}\` alone, which you are signed in to; for anything else, stop the server and run this again`,
  );
