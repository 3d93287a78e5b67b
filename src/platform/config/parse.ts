import type { z } from 'zod';
import { readDocument, type ConfigDocument } from './document.ts';
import { pathText, type Fault, type Finding } from './fault.ts';

export interface ParsedFile<T> {
  /** Absent when the file has faults. */
  readonly value?: T;
  readonly faults: readonly Fault[];
  readonly locate: (finding: Finding) => Fault;
}

/** Reads one YAML file against its schema. Never throws. */
export const parseFile = <T>(file: string, text: string, schema: z.ZodType<T>): ParsedFile<T> => {
  const document = readDocument(file, text);
  const locate = locator(document);
  if (document.faults.length > 0) return { faults: document.faults, locate };
  const result = schema.safeParse(document.data, { error: inPlainWords });
  if (result.success) return { value: result.data, faults: [], locate };
  const findings = result.error.issues.flatMap((issue) => findingsOf(file, issue));
  return { faults: findings.map(locate), locate };
};

const locator =
  (document: ConfigDocument) =>
  ({ file, path, message }: Finding): Fault => ({
    file,
    path: pathText(path),
    line: document.lineOf(path),
    message,
  });

const findingsOf = (file: string, issue: z.core.$ZodIssue): Finding[] => {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      file,
      path: [...issue.path, key],
      message: 'is not a setting: remove it or correct its spelling',
    }));
  }
  if (issue.code === 'invalid_key') {
    const message = issue.issues[0]?.message ?? issue.message;
    return [{ file, path: issue.path, message: `is not a good name: ${message}` }];
  }
  return [{ file, path: issue.path, message: issue.message }];
};

/** Messages for issues whose field has none of its own: what to write instead. */
const inPlainWords: z.core.$ZodErrorMap = (issue) => {
  const missing = issue.input === undefined ? 'is missing: ' : '';
  if (issue.code === 'invalid_type')
    return `${missing}write ${NOUNS[issue.expected] ?? issue.expected}`;
  if (issue.code === 'invalid_value') {
    return `${missing}write one of ${issue.values.map((value) => `\`${String(value)}\``).join(', ')}`;
  }
  if (issue.code === 'invalid_union')
    return `${missing}write text, a number, true, false or a list of them`;
  return undefined;
};

const NOUNS: Readonly<Record<string, string>> = {
  string: 'text, in quotes if it looks like a number',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list (lines that begin with `- `)',
  object: 'settings, a line each (`name: value`)',
  record: 'settings, a line each (`name: value`)',
};
