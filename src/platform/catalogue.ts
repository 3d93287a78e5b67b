import { readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { configError } from '../domain/errors.ts';

export interface CatalogueOptions<T> {
  /** Whether a default export is a member; a reason when it is not. Without it, having an id is enough. */
  readonly check?: (member: T) => string | null;
  /** What tells members apart: `id`, or else `kind`. */
  readonly idOf?: (member: T) => string | undefined;
}

interface Found<T> {
  readonly id: string;
  readonly member: T;
  readonly file: string;
}

const ownId = (member: unknown): string | undefined => {
  if (typeof member !== 'object' || member === null) return undefined;
  const { id, kind } = member as { readonly id?: unknown; readonly kind?: unknown };
  if (typeof id === 'string') return id;
  return typeof kind === 'string' ? kind : undefined;
};

/** `featureInterest`, `feature_interest` and `feature interest` are all kept in `feature-interest.ts`. */
const kebab = (id: string): string =>
  id
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .replace(/[^A-Za-z0-9]+/g, '-')
    .toLowerCase();

const badMember = (file: string, reason: string) =>
  configError('catalogue.bad_member', `${file} is no member of its catalogue: ${reason}`, { file });

/** Files that may hold a member: `name.ts` and `name/index.ts`, in order of name. */
const listFiles = async (folder: URL): Promise<{ readonly name: string; readonly url: URL }[]> => {
  const entries = await readdir(folder, { withFileTypes: true });
  const candidates = await Promise.all(
    entries.map(async (entry) => {
      if (entry.isFile() && entry.name.endsWith('.ts') && !entry.name.endsWith('.d.ts')) {
        return { name: entry.name.slice(0, -3), url: new URL(entry.name, folder) };
      }
      if (!entry.isDirectory()) return null;
      const inside = new URL(`${entry.name}/`, folder);
      const hasIndex = (await readdir(inside)).includes('index.ts');
      return hasIndex ? { name: entry.name, url: new URL('index.ts', inside) } : null;
    }),
  );
  return candidates
    .filter((candidate) => candidate !== null)
    .sort((a, b) => (a.name < b.name ? -1 : 1));
};

const loadMember = async <T>(
  { name, url }: { readonly name: string; readonly url: URL },
  { check, idOf = ownId }: CatalogueOptions<T>,
): Promise<Found<T> | null> => {
  const file = fileURLToPath(url);
  const module = (await import(url.href)) as { readonly default?: T };
  if (module.default === undefined) return null;
  const member = module.default;
  const id = idOf(member);
  if (id === undefined || id === '') throw badMember(file, 'its default export carries no id');
  if (kebab(id) !== name) throw badMember(file, `its id is \`${id}\`; name it ${kebab(id)}`);
  const fault = check?.(member) ?? null;
  if (fault !== null) throw badMember(file, fault);
  return { id, member, file };
};

const refuseTwins = (found: readonly Found<unknown>[]): void => {
  const seen = new Map<string, string>();
  for (const { id, file } of found) {
    const other = seen.get(id);
    if (other !== undefined) {
      throw configError(
        'catalogue.duplicate_id',
        `${other} and ${file} carry the same id \`${id}\`; give one of them another`,
        { id, files: [other, file] },
      );
    }
    seen.set(id, file);
  }
};

/**
 * Loads the members of a catalogue folder: the default exports of its files and of its folders' `index.ts`, sorted by
 * id. Files without a default export (`define.ts` …) are no members. A member is named after its id in kebab case.
 * Throws `catalogue.bad_member` or `catalogue.duplicate_id`, naming the file.
 */
export const loadCatalogue = async <T>(
  folder: URL,
  options: CatalogueOptions<T> = {},
): Promise<T[]> => {
  const base = folder.href.endsWith('/') ? folder : new URL(`${folder.href}/`);
  const files = await listFiles(base);
  const loaded = await Promise.all(files.map((file) => loadMember(file, options)));
  const found = loaded.filter((member) => member !== null);
  refuseTwins(found);
  return found.sort((a, b) => (a.id < b.id ? -1 : 1)).map(({ member }) => member);
};
