import type { Passage, ReadDocument, Section } from './passage.ts';

/** Characters of one passage: some two hundred words, which an embedding still tells apart. */
const MOST = 1_200;

/** A passage repeats the end of the one before it, so that a sentence cut from its context is found in one of them. */
const OVERLAP = 150;

/** Cuts a document into passages: by section first, then by paragraph, sentence and word. Pure. */
export const splitDocument = (document: ReadDocument): Passage[] =>
  document.sections
    .flatMap((section) => splitSection(document.title, section))
    .map((passage, ordinal) => ({ ordinal, ...passage }));

const splitSection = (title: string, section: Section): Omit<Passage, 'ordinal'>[] => {
  const heading = [title, ...section.headings.filter((each) => each !== title)].join(' › ');
  return pack(pieces(section.text.trim(), SEPARATORS)).map((text) => ({ heading, text }));
};

/** Where a text may be cut, the best place first. */
const SEPARATORS = [/\n{2,}/u, /\n/u, /(?<=[.!?])\s+/u, /\s+/u];

const pieces = (text: string, [separator, ...finer]: readonly RegExp[]): string[] => {
  if (text.length <= MOST) return text === '' ? [] : [text];
  if (separator === undefined) return text.match(new RegExp(`.{1,${String(MOST)}}`, 'gsu')) ?? [];
  return text.split(separator).flatMap((piece) => pieces(piece, finer));
};

/** Puts pieces together again as long as they fit, each passage beginning with the last words of the one before. */
const pack = (parts: readonly string[]): string[] => {
  const packed: string[] = [];
  let current = '';
  for (const part of parts) {
    if (current !== '' && current.length + 1 + part.length > MOST) {
      packed.push(current);
      current = lastWords(current, Math.min(OVERLAP, MOST - part.length - 1));
    }
    current = current === '' ? part : `${current}\n${part}`;
  }
  return current === '' ? packed : [...packed, current];
};

const lastWords = (text: string, most: number): string => {
  if (most <= 0) return '';
  const end = text.slice(-most);
  const start = end.search(/\s/u);
  return start === -1 ? '' : end.slice(start).trim();
};
