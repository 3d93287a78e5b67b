import type { TenantConfig } from '../../domain/tenant.ts';
import { assemble } from './assemble.ts';
import { checkCommercial } from './checks/commercial.ts';
import { checkWork } from './checks/work.ts';
import { checkModels } from './checks/models.ts';
import { checkDeals } from './checks/deals.ts';
import { checkIdentity } from './checks/identity.ts';
import { checkKnown } from './checks/known.ts';
import { checkPeople } from './checks/people.ts';
import { checkPolicyFiles } from './checks/policies.ts';
import { checkTemplates } from './checks/templates.ts';
import { pathText, type Fault, type Finding } from './fault.ts';
import { templateFile, type TemplateFile } from './files/template.ts';
import {
  fileName,
  SINGLE_FILES,
  type CheckedFolder,
  type KnownParts,
  type ReadFolder,
  type SingleFile,
} from './folder.ts';
import { parseFile, type ParsedFile } from './parse.ts';

/** File name within the folder (`plans.yaml`, `templates/offer.yaml`) → its text. */
export type TenantFiles = Readonly<Record<string, string>>;

export type FolderResult =
  | { readonly ok: true; readonly config: TenantConfig; readonly files: TenantFiles }
  | { readonly ok: false; readonly faults: readonly Fault[] };

/**
 * Reads a tenant's files into its configuration, version 0. Everything wrong is reported at once, in the order of the
 * files; nothing is thrown. Files that are left out have safe defaults; `tenant.yaml` must be there.
 */
export const readTenantFiles = (files: TenantFiles, known: KnownParts = {}): FolderResult => {
  const parsed = parseAll(files);
  const folder = readFolder(parsed);
  const faults = inFileOrder([
    ...unknownFiles(files),
    ...everyFile(parsed).flatMap((file) => file.faults),
    ...findings(folder, known).map((finding) => located(finding, parsed)),
    ...checkPolicyFiles(folder),
  ]);
  return faults.length === 0 && isWhole(folder)
    ? { ok: true, config: assemble(folder), files }
    : { ok: false, faults };
};

const SINGLES = Object.keys(SINGLE_FILES) as SingleFile[];
const TEMPLATE = /^templates\/[^/]+\.yaml$/;
const POLICY = /^policies\/[^/]+\.cedar$/;

interface ParsedFolder {
  readonly singles: ReadonlyMap<SingleFile, ParsedFile<unknown>>;
  readonly templates: ReadonlyMap<string, ParsedFile<TemplateFile>>;
  readonly policies: ReadFolder['policies'];
}

const parseAll = (files: TenantFiles): ParsedFolder => ({
  singles: new Map(SINGLES.map((single) => [single, parseSingle(single, files[fileName(single)])])),
  templates: new Map(
    names(files, TEMPLATE).map((file) => [file, parseFile(file, files[file] ?? '', templateFile)]),
  ),
  policies: names(files, POLICY).map((file) => ({ file, text: files[file] ?? '' })),
});

const parseSingle = (single: SingleFile, text: string | undefined): ParsedFile<unknown> => {
  const parsed = parseFile<unknown>(fileName(single), text ?? '', SINGLE_FILES[single]);
  if (single !== 'tenant' || text !== undefined) return parsed;
  const message = 'is missing: write one as in tenants/lumenboard/tenant.yaml';
  return { ...parsed, faults: [{ file: 'tenant.yaml', path: '', line: null, message }] };
};

const names = (files: TenantFiles, form: RegExp): string[] =>
  Object.keys(files)
    .filter((file) => form.test(file))
    .sort();

const everyFile = ({ singles, templates }: ParsedFolder): ParsedFile<unknown>[] => [
  ...singles.values(),
  ...templates.values(),
];

const readFolder = ({ singles, templates, policies }: ParsedFolder): ReadFolder => ({
  // Each value was parsed by the schema of its own key.
  ...(Object.fromEntries(
    [...singles].flatMap(([single, { value }]) => (value === undefined ? [] : [[single, value]])),
  ) as Pick<ReadFolder, SingleFile>),
  templates: [...templates].flatMap(([file, { value }]) =>
    value === undefined ? [] : [{ file, template: value }],
  ),
  policies,
});

const isWhole = (folder: ReadFolder): folder is CheckedFolder =>
  SINGLES.every((single) => folder[single] !== undefined);

const findings = (folder: ReadFolder, known: KnownParts): Finding[] => [
  ...checkPeople(folder),
  ...checkCommercial(folder),
  ...checkWork(folder),
  ...checkTemplates(folder),
  ...checkIdentity(folder),
  ...checkDeals(folder),
  ...checkModels(folder),
  ...checkKnown(folder, known),
];

const located = (finding: Finding, { singles, templates }: ParsedFolder): Fault => {
  const single = SINGLES.find((one) => fileName(one) === finding.file);
  const file = single === undefined ? templates.get(finding.file) : singles.get(single);
  return file?.locate(finding) ?? { ...finding, path: pathText(finding.path), line: null };
};

const unknownFiles = (files: TenantFiles): Fault[] =>
  Object.keys(files)
    .filter((file) => !isKnown(file))
    .map((file) => ({
      file,
      path: '',
      line: null,
      message: `is not a file of a tenant's folder: rename or remove it (files are ${SINGLES.map(fileName).join(', ')}, templates/*.yaml, policies/*.cedar)`,
    }));

const isKnown = (file: string): boolean =>
  SINGLES.some((single) => fileName(single) === file) || TEMPLATE.test(file) || POLICY.test(file);

const inFileOrder = (faults: readonly Fault[]): Fault[] => {
  const order = [...SINGLES.map(fileName), ...new Set(faults.map(({ file }) => file).sort())];
  const place = ({ file, line }: Fault) => order.indexOf(file) * 1_000_000 + (line ?? 0);
  return faults.toSorted((a, b) => place(a) - place(b));
};
