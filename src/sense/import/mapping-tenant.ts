import { stringify } from 'yaml';
import { configError } from '../../domain/errors.ts';
import type { TenantConfig } from '../../domain/tenant.ts';
import { describeFaults, type Fault } from '../../platform/config/fault.ts';
import { readTenantFiles, type TenantFiles } from '../../platform/config/read.ts';
import type { Mapping } from './mapping-schema.ts';

/** The tenant that a mapping makes: files as in a tenant's folder, and what they mean. */
export interface MappedTenant {
  readonly id: string;
  readonly name: string;
  readonly currency: string;
  readonly zone: string;
  readonly files: TenantFiles;
  readonly config: TenantConfig;
}

/**
 * The tenant that an import by this mapping makes where there is none yet, under another id if one is given; `null`
 * when the mapping makes none. Throws `config.invalid` when the id cannot be one.
 */
export const tenantOfMapping = (mapping: Mapping, id?: string): MappedTenant | null => {
  const files = filesOf(mapping, id);
  if (files === null) return null;
  const result = readTenantFiles(files);
  if (!result.ok) {
    throw configError(
      'config.invalid',
      `cannot set up the tenant:\n${describeFaults(result.faults)}`,
    );
  }
  const { config } = result;
  return {
    id: config.id,
    name: config.name,
    currency: config.currency,
    zone: config.zone,
    files,
    config,
  };
};

/** What is wrong with the files that a mapping would make. */
export const tenantFaults = (mapping: Mapping): readonly Fault[] => {
  const files = filesOf(mapping);
  const result = files === null ? null : readTenantFiles(files);
  return result === null || result.ok ? [] : result.faults;
};

const filesOf = ({ creates }: Mapping, id?: string): TenantFiles | null => {
  if (creates === undefined) return null;
  const { tenant, ...others } = creates;
  const own = id === undefined ? tenant : { ...(tenant as object), id };
  return Object.fromEntries(
    Object.entries({ tenant: own, ...others })
      .filter(([, content]) => content !== undefined)
      .map(([file, content]) => [`${file}.yaml`, stringify(content)]),
  );
};
