import { installSample, SAMPLE_TENANT, type InstalledSample } from '../../sample/install.ts';
import { listTenants } from '../../platform/tenant-store.ts';
import type { Progress } from '../../platform/terminal/progress.ts';
import type { System } from '../../system.ts';

/** Loads the sample company where there is nothing yet, or goes on with a load that was cut off; `null` elsewhere. */
export const setUpSample = async (
  { db, parts, clock }: System,
  progress: Progress,
): Promise<InstalledSample | null> => {
  const tenants = await listTenants(db);
  const wanted = tenants.length === 0 || tenants.some(({ id }) => id === SAMPLE_TENANT);
  return wanted ? installSample(db, parts, clock.now(), progress.report) : null;
};
