import { readdir, readFile } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { inputError } from '../domain/errors.ts';
import { loadCatalogue } from '../platform/catalogue.ts';
import type { Format } from './formats/define.ts';
import type { NewDocument } from './save-documents.ts';

const FORMATS = new URL('./formats/', import.meta.url);

export interface FolderDocuments {
  readonly documents: readonly NewDocument[];
  /** Files in formats that are not read, by path. */
  readonly passedOver: readonly string[];
}

/**
 * The documents of a folder and all below it, by path. The collection of a document is the folder just below, or the one
 * given: `help/product/seats.md` is `product`. Throws `knowledge.no_folder`, `knowledge.not_text` with the file.
 */
export const readKnowledgeFolder = async (
  folder: string,
  collection: string,
): Promise<FolderDocuments> => {
  const formats = await loadCatalogue<Format>(FORMATS);
  const documents: NewDocument[] = [];
  const passedOver: string[] = [];
  for (const path of await filesBelow(folder)) {
    const format = formats.find(({ extensions }) =>
      extensions.includes(extname(path).toLowerCase()),
    );
    if (format === undefined) {
      passedOver.push(path);
      continue;
    }
    const content = await readText(join(folder, path), path);
    const [top, ...rest] = path.split('/');
    documents.push({
      source: path,
      collection: rest.length === 0 || top === undefined ? collection : top,
      ...format.read(content, basename(path, extname(path))),
    });
  }
  return { documents, passedOver };
};

const filesBelow = async (folder: string): Promise<string[]> => {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(
    (error: unknown) => {
      throw inputError(
        'knowledge.no_folder',
        `the folder \`${folder}\` cannot be read: ${String(error)}`,
      );
    },
  );
  return entries
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
    .map((entry) => join(entry.parentPath, entry.name).slice(join(folder, '/').length))
    .map((path) => path.replaceAll('\\', '/'))
    .sort();
};

/** UTF-8 alone: whatever else would be kept as nonsense and never found. */
const readText = async (file: string, path: string): Promise<string> => {
  try {
    const content = new TextDecoder('utf-8', { fatal: true }).decode(await readFile(file));
    // PostgreSQL keeps no NUL in a text.
    return content.replaceAll('\u0000', ' ');
  } catch (error) {
    throw inputError(
      'knowledge.not_text',
      `\`${path}\` is not UTF-8 text (${String(error)}); save it as UTF-8, or take it out of the folder`,
    );
  }
};
