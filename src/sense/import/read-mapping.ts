import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { z } from 'zod';
import { configError } from '../../domain/errors.ts';
import { digest } from '../../domain/identifiers.ts';
import type { Json } from '../../domain/json.ts';
import { readDocument, type ConfigDocument } from '../../platform/config/document.ts';
import { describeFaults, pathText, type Fault, type Path } from '../../platform/config/fault.ts';
import type { EntityType } from '../state/define.ts';
import { checkMapping, type MappingFinding } from './check-mapping.ts';
import { mappingSchema, type Mapping } from './mapping-schema.ts';

/**
 * Reads a mapping file. Throws `mapping_invalid` (family `config`) with everything that is wrong with it, by line; with
 * `entities` also what no event could carry.
 */
export const readMapping = async (
  path: string,
  entities?: readonly EntityType[],
): Promise<Mapping> => {
  const result = parseMapping(basename(path), await readText(path), entities);
  if (result.ok) return result.mapping;
  throw configError(
    'mapping_invalid',
    `the mapping \`${path}\` has faults:\n${describeFaults(result.faults)}`,
    { faults: result.faults },
  );
};

export type MappingResult =
  | { readonly ok: true; readonly mapping: Mapping }
  | { readonly ok: false; readonly faults: readonly Fault[] };

/** The same of a text. Nothing is thrown. */
export const parseMapping = (
  file: string,
  text: string,
  entities?: readonly EntityType[],
): MappingResult => {
  const document = readDocument(file, text);
  if (document.faults.length > 0) return { ok: false, faults: document.faults };
  const parsed = mappingSchema.safeParse(document.data);
  if (!parsed.success) {
    const findings = parsed.error.issues.flatMap((issue) => findingsOf(issue));
    return { ok: false, faults: located(file, document, findings) };
  }
  const mapping = {
    ...parsed.data,
    name: file,
    version: digest(document.data as Json).slice(0, 16),
  };
  const faults = located(file, document, checkMapping(mapping, entities));
  return faults.length === 0 ? { ok: true, mapping } : { ok: false, faults };
};

const readText = async (path: string): Promise<string> => {
  try {
    return await readFile(path, 'utf8');
  } catch {
    throw configError('mapping_unreadable', `cannot read the mapping \`${path}\`: check its name`);
  }
};

const located = (
  file: string,
  document: ConfigDocument,
  findings: readonly MappingFinding[],
): Fault[] =>
  findings
    .map(({ path, message }) => ({
      file,
      path: pathText(path),
      line: document.lineOf(path),
      message,
    }))
    .sort((a, b) => (a.line ?? 0) - (b.line ?? 0));

const findingsOf = (issue: z.core.$ZodIssue, above: Path = []): MappingFinding[] => {
  const path = [...above, ...issue.path];
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      path: [...path, key],
      message: 'is not a setting: remove it or correct its spelling',
    }));
  }
  if (issue.code === 'invalid_union') {
    const branch = issue.errors.find((issues) => !isOtherForm(issues));
    if (branch !== undefined) return branch.flatMap((inner) => findingsOf(inner, path));
    return [{ path, message: 'is not of a known form: see mappings/README.md' }];
  }
  if (issue.code === 'invalid_key') {
    return [{ path, message: `is not a good name: ${issue.issues[0]?.message ?? issue.message}` }];
  }
  return [{ path, message: issue.message.replace(/^Invalid input: /, '') }];
};

/** The form that was not meant: a text where settings stand, or settings where a text stands. */
const isOtherForm = (issues: readonly z.core.$ZodIssue[]): boolean =>
  issues.some(({ code, path }) => code === 'invalid_type' && path.length === 0);
