/** A part of a document under one heading, as its author cut it. */
export interface Section {
  /** Headings above it, the outermost first, its own last. */
  readonly headings: readonly string[];
  readonly text: string;
}

/** What is embedded, found and cited: short enough to be read at a glance. */
export interface Passage {
  /** Its place in the document, from 0 on. */
  readonly ordinal: number;
  /** `Billing › Refunds`: says what the text is about where the text itself does not. */
  readonly heading: string;
  readonly text: string;
}

/** A document as its format was read. */
export interface ReadDocument {
  readonly title: string;
  readonly sections: readonly Section[];
}
