import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { inputError } from '../../domain/errors.ts';
import { didYouMean } from './closest.ts';
import type { Mapping, Table } from './mapping-schema.ts';

export interface FoundFile {
  readonly name: string;
  readonly path: string;
  readonly bytes: number;
  readonly tableName: string;
  readonly table: Table;
}

/** Which of the files hold the rows of a table. */
export const filesOf = (files: readonly FoundFile[], tableName: string): readonly FoundFile[] =>
  files.filter((file) => file.tableName === tableName);

export interface FoundFiles {
  readonly files: readonly FoundFile[];
  /** Tables without a file that need one. */
  readonly missing: readonly {
    readonly tableName: string;
    readonly table: Table;
    readonly message: string;
  }[];
  readonly unused: readonly string[];
}

/** Matches the files of a folder with a mapping's tables, in their order. Throws when the folder has none of them. */
export const findFiles = async (folder: string, mapping: Mapping): Promise<FoundFiles> => {
  const names = await listNames(folder);
  const tables = Object.entries(mapping.tables).map(([tableName, table]) => ({
    tableName,
    table,
    matching: names.filter((name) => patternOf(table.file).test(name)),
  }));
  const used = new Set(tables.flatMap(({ matching }) => matching));
  if (used.size === 0) {
    const wanted = tables.map(({ table }) => `\`${table.file}\``).join(', ');
    throw inputError(
      'import_nothing_found',
      `\`${folder}\` has none of the files that the mapping \`${mapping.name}\` reads (${wanted}): check the folder or the mapping`,
    );
  }
  const files = tables.flatMap(({ tableName, table, matching }) =>
    matching.map(async (name) => {
      const path = join(folder, name);
      return { name, path, bytes: (await stat(path)).size, tableName, table };
    }),
  );
  return {
    files: await Promise.all(files),
    missing: tables
      .filter(({ table, matching }) => matching.length === 0 && !table.optional)
      .map(({ tableName, table }) => ({
        tableName,
        table,
        message: `there is no such file in the folder${didYouMean(table.file, names)}`,
      })),
    unused: names.filter((name) => !used.has(name)),
  };
};

const listNames = async (folder: string): Promise<string[]> => {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries
      .filter((entry) => !entry.isDirectory() && !entry.name.startsWith('.'))
      .map(({ name }) => name)
      .sort();
  } catch {
    throw inputError(
      'import_folder_unreadable',
      `cannot read the folder \`${folder}\`: check its name`,
    );
  }
};

/** Which names a table's `file` stands for. */
export const patternOf = (file: string): RegExp =>
  new RegExp(
    `^${file
      .split('*')
      .map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&'))
      .join('.*')}$`,
  );
