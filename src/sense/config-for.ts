import type { TenantConfig } from '../domain/tenant.ts';
import { configsInForce, type PinnedConfig } from '../platform/config/store.ts';
import type { TenantTx } from '../platform/db/database.ts';
import { rootAccountIds } from './identity/parent-store.ts';

/**
 * The configuration that an account is decided by: everything as it is in force for the tenant, with the parts that the
 * account's release pins. Companies of one root account are under one release.
 */
export const configFor = async (tx: TenantTx, accountId: string): Promise<TenantConfig> =>
  (await pinnedFor(tx, accountId)).config;

/** The same, with the release's other artefacts by name. */
export const pinnedFor = async (tx: TenantTx, accountId: string): Promise<PinnedConfig> => {
  const configs = await configsInForce(tx);
  if (configs.canary === null) return configs.main;
  const roots = await rootAccountIds(tx, [accountId]);
  return configs.forRoot(roots.get(accountId) ?? accountId);
};
