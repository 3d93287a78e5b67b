import type { Database } from '../db/database.ts';
import { createTenant } from '../tenant-store.ts';
import { applyConfig, type NewConfig } from './store.ts';

/** Makes a tenant with its first configuration, in one transaction. */
export const foundTenant = async (
  db: Database,
  tenantId: string,
  first: NewConfig,
): Promise<void> => {
  await db.withTenant(tenantId, async (tx) => {
    await createTenant(tx, { name: first.config.name, now: first.now });
    await applyConfig(tx, first);
  });
};
