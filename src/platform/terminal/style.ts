import { styleText } from 'node:util';

type Format = Parameters<typeof styleText>[0];

const FORMATS = {
  strong: 'bold',
  faint: 'dim',
  good: 'green',
  warn: 'yellow',
  bad: 'red',
  link: 'cyan',
  heading: ['bold', 'cyan'],
} as const satisfies Record<string, Format>;

export type Tone = keyof typeof FORMATS;

/** Colours by meaning, not by hue; every function returns its text unchanged where colour is off. */
export type Style = Readonly<Record<Tone, (text: string) => string>>;

/** `color` is decided once, by `wantsColor`. */
export const createStyle = (color: boolean): Style => {
  const paint =
    (format: Format) =>
    (text: string): string =>
      color && text !== '' ? styleText(format, text, { validateStream: false }) : text;
  return {
    strong: paint(FORMATS.strong),
    faint: paint(FORMATS.faint),
    good: paint(FORMATS.good),
    warn: paint(FORMATS.warn),
    bad: paint(FORMATS.bad),
    link: paint(FORMATS.link),
    heading: paint([...FORMATS.heading]),
  };
};

/** Colour only on a terminal; `NO_COLOR` (any value) switches it off, `FORCE_COLOR` on. */
export const wantsColor = (
  environment: Readonly<Record<string, string | undefined>>,
  isTty: boolean,
): boolean => {
  if ((environment['NO_COLOR'] ?? '') !== '') return false;
  const forced = environment['FORCE_COLOR'] ?? '';
  if (forced !== '') return forced !== '0';
  return isTty && environment['TERM'] !== 'dumb';
};
