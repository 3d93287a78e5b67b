import { createReadStream } from 'node:fs';
import type { Table } from './mapping-schema.ts';
import { UnreadableFile } from './file-fault.ts';

/** A line of a text file, counted from 1, without its end. */
export interface Line {
  readonly line: number;
  readonly text: string;
}

/** The longest line that is read, in characters: beyond it, it is no table. */
const LONGEST = 8_000_000;

/** Reads a file line by line in constant memory, and reports bytes as they are read. */
export async function* readLines(
  path: string,
  encoding: Table['encoding'],
  onBytes: (bytes: number) => void,
): AsyncGenerator<Line[]> {
  let rest = '';
  let line = 1;
  for await (const text of decoded(path, encoding, onBytes, () => line)) {
    const parts = (rest + text).split('\n');
    rest = parts.pop() ?? '';
    if (rest.length > LONGEST) {
      throw new UnreadableFile([{ line, message: 'the line has no end: this is no text table' }]);
    }
    const first = line;
    line += parts.length;
    if (parts.length > 0) yield parts.map((part, index) => lineOf(part, first + index));
  }
  if (rest !== '') yield [lineOf(rest, line)];
}

const lineOf = (text: string, line: number): Line => ({
  line,
  text: text.endsWith('\r') ? text.slice(0, -1) : text,
});

async function* decoded(
  path: string,
  encoding: Table['encoding'],
  onBytes: (bytes: number) => void,
  line: () => number,
): AsyncGenerator<string> {
  const decoder = new TextDecoder(encoding, { fatal: true });
  const decode = (bytes?: Uint8Array): string => {
    try {
      return decoder.decode(bytes, { stream: bytes !== undefined });
    } catch {
      const message = `is not ${encoding} text after line ${line()}: save it as UTF-8, or say its \`encoding\` in the mapping; nothing after that line was read`;
      throw new UnreadableFile([{ line: line(), message }]);
    }
  };
  try {
    for await (const chunk of createReadStream(path) as AsyncIterable<Uint8Array>) {
      onBytes(chunk.length);
      yield decode(chunk);
    }
  } catch (error) {
    throw isFromSystem(error)
      ? new UnreadableFile([{ line: null, message: `cannot be read (${error.code})` }])
      : error;
  }
  yield decode();
}

const isFromSystem = (error: unknown): error is Error & { readonly code: string } =>
  error instanceof Error && 'syscall' in error && 'code' in error;
