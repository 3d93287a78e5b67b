import { loadCatalogue } from '../platform/catalogue.ts';
import type { ApiResource } from './define.ts';

/** The resources of the HTTP API: the members of this folder. */
export const loadResources = (): Promise<ApiResource[]> =>
  loadCatalogue<ApiResource>(new URL('./', import.meta.url), {
    check: (resource) =>
      Array.isArray(resource.routes) && resource.routes.length > 0 ? null : 'it has no routes',
  });
