import { inputError } from '../domain/errors.ts';
import type { Principal } from '../domain/person.ts';
import type { Database } from '../platform/db/database.ts';
import { listTenants } from '../platform/tenant-store.ts';
import type { Settings } from './settings.ts';

/**
 * The tenant meant: `--tenant`, else the one that is signed in to, else the only one. Throws `tenant_not_found`,
 * `no_tenant` or `tenant_ambiguous`, naming what there is.
 */
export const chooseTenant = async (
  db: Database,
  settings: Pick<Settings, 'tenant' | 'dataDir'>,
  caller: Principal | null,
): Promise<string> => {
  const ids = (await listTenants(db)).map((tenant) => tenant.id);
  const wanted = settings.tenant ?? caller?.tenantId ?? null;
  if (ids.length === 0) throw noTenant();
  if (wanted !== null) {
    if (ids.includes(wanted)) return wanted;
    throw inputError(
      'tenant_not_found',
      `there is no tenant \`${wanted}\`; there is ${ids.join(', ')}`,
    );
  }
  const [only, ...others] = ids;
  if (only !== undefined && others.length === 0) return only;
  throw inputError('tenant_ambiguous', `say which tenant: --tenant ${ids.join(' | ')}`);
};

const noTenant = () =>
  inputError(
    'no_tenant',
    'there is nothing here yet; run `npm start` for the sample company, or for your own `retinue config apply <folder>` or `retinue import <folder> --mapping <file>`',
  );
