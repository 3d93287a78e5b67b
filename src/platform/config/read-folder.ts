import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Fault } from './fault.ts';
import type { KnownParts } from './folder.ts';
import { readTenantFiles, type FolderResult } from './read.ts';

const MOST_BYTES = 1_000_000;

/**
 * Reads and checks a tenant's folder. Everything wrong is reported at once, unreadable files included; nothing is
 * thrown. `README.md` and names that begin with a dot are left alone.
 */
export const readTenantFolder = async (
  folder: string,
  known: KnownParts = {},
): Promise<FolderResult> => {
  const paths = await listFiles(folder);
  if (paths === null) {
    return failed([fault('', `\`${folder}\` is not a folder that can be read: check its name`)]);
  }
  const read = await Promise.all(
    paths.map(async (path) => [path, await readText(folder, path)] as const),
  );
  const texts = read.flatMap(([path, text]) =>
    typeof text === 'string' ? [[path, text] as const] : [],
  );
  const unreadable = read.flatMap(([, text]) => (typeof text === 'string' ? [] : [text]));
  const result = readTenantFiles(Object.fromEntries(texts), known);
  if (unreadable.length === 0) return result;
  return failed([...unreadable, ...(result.ok ? [] : result.faults)]);
};

const failed = (faults: readonly Fault[]): FolderResult => ({ ok: false, faults });

const fault = (file: string, message: string): Fault => ({ file, path: '', line: null, message });

/** Files of the folder and of its folders, one level down; `null` when it cannot be listed. */
const listFiles = async (folder: string): Promise<string[] | null> => {
  try {
    const top = await readdir(folder, { withFileTypes: true });
    const below = await Promise.all(
      top
        .filter((entry) => entry.isDirectory() && isOurs(entry.name))
        .map(async ({ name }) =>
          (await readdir(join(folder, name))).filter(isOurs).map((file) => `${name}/${file}`),
        ),
    );
    const files = top.filter((entry) => !entry.isDirectory()).map(({ name }) => name);
    return [...files.filter(isOurs), ...below.flat()].sort();
  } catch {
    return null;
  }
};

const isOurs = (name: string): boolean => !name.startsWith('.') && name !== 'README.md';

const readText = async (folder: string, path: string): Promise<string | Fault> => {
  try {
    const { size } = await stat(join(folder, path));
    if (size > MOST_BYTES) return fault(path, `is too large (${size} bytes): keep it under 1 MB`);
    return new TextDecoder('utf-8', { fatal: true }).decode(await readFile(join(folder, path)));
  } catch {
    return fault(path, 'cannot be read as UTF-8 text: check its encoding and permissions');
  }
};
