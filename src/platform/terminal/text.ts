import { stripVTControlCharacters } from 'node:util';

/** Columns a text takes, without colours. */
export const widthOf = (text: string): number => Array.from(stripVTControlCharacters(text)).length;

/** Ends a text that is too long with `…`; colours must be put on afterwards. */
export const shorten = (text: string, width: number): string => {
  const letters = Array.from(text);
  return letters.length <= width ? text : `${letters.slice(0, Math.max(0, width - 1)).join('')}…`;
};

export const padEnd = (text: string, width: number): string =>
  text + ' '.repeat(Math.max(0, width - widthOf(text)));

export const padStart = (text: string, width: number): string =>
  ' '.repeat(Math.max(0, width - widthOf(text))) + text;

/**
 * Breaks a text between words so that no line is wider than `width`. The first line starts with `first`, the others
 * with `rest` (by default blanks of the same width), so that a list item hangs under its bullet.
 */
export const wrap = (
  text: string,
  width: number,
  first = '',
  rest = ' '.repeat(widthOf(first)),
): string[] => {
  const lines: string[] = [];
  let line = '';
  const room = (): number => width - widthOf(lines.length === 0 ? first : rest);
  const flush = (): void => {
    lines.push((lines.length === 0 ? first : rest) + line);
    line = '';
  };
  for (const word of text.split(/\s+/).filter((part) => part !== '')) {
    if (line !== '' && widthOf(line) + 1 + widthOf(word) > room()) flush();
    line = line === '' ? word : `${line} ${word}`;
  }
  if (line !== '' || lines.length === 0) flush();
  return lines;
};

/** Text from outside on its way to a terminal: control characters, which could redraw the screen, become `·`. */
export const printable = (text: string): string =>
  // eslint-disable-next-line no-control-regex -- control characters are what it looks for
  text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '·');
