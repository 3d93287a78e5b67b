import { configError } from '../../domain/errors.ts';
import type { TenantConfig } from '../../domain/tenant.ts';
import { describeFaults } from './fault.ts';
import { readTenantFiles, type TenantFiles } from './read.ts';

export interface TenantBasics {
  readonly id: string;
  readonly name: string;
  readonly currency: string;
  readonly zone: string;
}

/** The files of a tenant that has none of its own yet: `tenant.yaml` alone, everything else by default. */
export const defaultTenantFiles = ({ id, name, currency, zone }: TenantBasics): TenantFiles => ({
  'tenant.yaml': Object.entries({ id, name, currency, zone })
    .map(([key, value]) => `${key}: ${JSON.stringify(value)}\n`)
    .join(''),
});

/** The configuration of such a tenant: it observes, sends nothing and asks a person about every offer. */
export const defaultTenantConfig = (basics: TenantBasics): TenantConfig => {
  const result = readTenantFiles(defaultTenantFiles(basics));
  if (result.ok) return result.config;
  throw configError(
    'config.invalid',
    `cannot set up the tenant:\n${describeFaults(result.faults)}`,
  );
};
