import { record } from '../act/ledger/ledger.ts';
import { LIVE } from '../domain/case.ts';
import { applyConfig, type NewConfig } from '../platform/config/store.ts';
import type { Database } from '../platform/db/database.ts';
import { createTenant } from '../platform/tenant-store.ts';

/** Makes a tenant with its first configuration, in one transaction, as the first entry of its ledger. */
export const foundTenant = async (
  db: Database,
  tenantId: string,
  first: NewConfig,
): Promise<void> => {
  const { config, by, now } = first;
  await db.withTenant(tenantId, async (tx) => {
    await createTenant(tx, { name: config.name, now });
    const version = await applyConfig(tx, first);
    await record(tx, {
      ...{ world: LIVE.id, kind: 'tenant.founded', subjects: {}, body: { version, by }, at: now },
    });
  });
};
