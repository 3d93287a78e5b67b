import { readFile } from 'node:fs/promises';
import { loadCatalogue } from '../platform/catalogue.ts';
import type { PackagedPolicies, PolicyInput } from './define.ts';

/** The sets about proposals; who may do what among people is `people.cedar`, another matter. */
const PACKAGED = ['base.cedar', 'proposals.cedar'] as const;

/** Reads the packaged policy texts and the declared inputs. */
export const loadPackagedPolicies = async (): Promise<PackagedPolicies> => {
  const texts = await Promise.all(
    PACKAGED.map(
      async (file) => [file, await readFile(new URL(file, import.meta.url), 'utf8')] as const,
    ),
  );
  return {
    inputs: await loadCatalogue<PolicyInput>(new URL('./inputs/', import.meta.url)),
    files: Object.fromEntries(texts),
  };
};
