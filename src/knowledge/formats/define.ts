import type { ReadDocument } from '../passage.ts';

/** A way in which documents are written. One file a member. */
export interface Format {
  readonly id: string;
  /** File names end so: `.md`. */
  readonly extensions: readonly string[];
  /** Never throws: what is malformed is read as far as it goes. `name` is the title of a document that has none. */
  readonly read: (content: string, name: string) => ReadDocument;
}

export const defineFormat = (format: Format): Format => format;
