import { LineCounter, parseDocument, type Document } from 'yaml';
import type { Fault, Path } from './fault.ts';

/** A YAML file read: its data, and where each piece of it stands. */
export interface ConfigDocument {
  readonly data: unknown;
  readonly faults: readonly Fault[];
  readonly lineOf: (path: Path) => number | null;
}

/** Reads YAML 1.2 (dates stay text). An empty file is an empty mapping. Never throws: what is wrong comes as faults. */
export const readDocument = (file: string, text: string): ConfigDocument => {
  const lines = new LineCounter();
  try {
    const document = parseDocument(text, {
      lineCounter: lines,
      prettyErrors: false,
      // A list as a key becomes text, which no schema knows: nothing to warn the process about.
      logLevel: 'error',
    });
    // A warning is an unknown tag: its value would silently be something else than written.
    const faults = [...document.errors, ...document.warnings].map((error) => ({
      file,
      path: '',
      line: lines.linePos(error.pos[0]).line,
      message: `is not valid YAML: ${error.message}`,
    }));
    if (faults.length > 0) return unreadable(faults);
    const data: unknown = document.toJS() ?? {};
    const fault = faultOf(data, MOST_LEVELS);
    if (fault !== null) return unreadable([whole(file, fault)]);
    return { data, faults, lineOf: (path) => lineOf(document, lines, path) };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return unreadable([whole(file, `cannot be read as YAML: ${reason}`)]);
  }
};

const MOST_LEVELS = 40;

const unreadable = (faults: readonly Fault[]): ConfigDocument => ({
  data: undefined,
  faults,
  lineOf: () => null,
});

const whole = (file: string, message: string): Fault => ({ file, path: '', line: null, message });

/** Data that no schema should have to cope with, and no database column could hold. */
const faultOf = (data: unknown, levels: number): string | null => {
  if (typeof data === 'string') return UNSTORABLE.test(data) ? HOLDS_UNSTORABLE : null;
  if (data === null || typeof data !== 'object') return null;
  if (levels === 0) return 'is nested too deeply, or an alias in it refers to itself';
  for (const [key, member] of Object.entries(data)) {
    const fault = faultOf(key, levels) ?? faultOf(member, levels - 1);
    if (fault !== null) return fault;
  }
  return null;
};

// Half of a surrogate pair, or NUL: neither is text to PostgreSQL.
const UNSTORABLE = /\p{Surrogate}|\0/u;
export const HOLDS_UNSTORABLE = 'holds a character that cannot be stored (NUL, or half of a pair)';
export const isUnstorable = (text: string): boolean => UNSTORABLE.test(text);

/** The line of the innermost part of `path` that is written in the file. */
const lineOf = (document: Document, lines: LineCounter, path: Path): number | null => {
  for (let length = path.length; length >= 0; length -= 1) {
    const start = startOf(document, path.slice(0, length));
    if (start !== null) return lines.linePos(start).line;
  }
  return null;
};

/** A key is where a person looks; its value may begin a line later. */
const startOf = (document: Document, path: Path): number | null => {
  const key = path.at(-1);
  const parent = path.length === 0 ? null : document.getIn(path.slice(0, -1), true);
  const pairs = (parent as { items?: { key?: Node | null }[] } | null)?.items ?? [];
  const pair = pairs.find((item) => item.key?.value === key && key !== undefined);
  const node = pair?.key ?? (document.getIn(path, true) as Node | undefined);
  return node?.range?.[0] ?? null;
};

interface Node {
  readonly value?: unknown;
  readonly range?: readonly [number, number, number] | null;
}
