import type { Claim, Reader } from './claim.ts';
import { decimalOf, readDecimal } from './decimal.ts';
import { NUMBER_WORDS, valueOfWords } from './number-words.ts';

const DIGITS = "\\d(?:[\\d.,'’\\u00a0\\u202f]*\\d)?";
const SCALE = '(?:\\s?(k|m|bn|thousand|million)\\b)?';

const SIGNS: Readonly<Record<string, readonly string[]>> = {
  $: ['USD', 'CAD', 'AUD', 'NZD', 'SGD'],
  us$: ['USD'],
  '€': ['EUR'],
  '£': ['GBP'],
  '¥': ['JPY', 'CNY'],
  '₹': ['INR'],
  dollar: ['USD', 'CAD', 'AUD', 'NZD', 'SGD'],
  dollars: ['USD', 'CAD', 'AUD', 'NZD', 'SGD'],
  bucks: ['USD', 'CAD', 'AUD', 'NZD', 'SGD'],
  euro: ['EUR'],
  euros: ['EUR'],
  pound: ['GBP'],
  pounds: ['GBP'],
};
const CODES = 'USD|EUR|GBP|CAD|AUD|NZD|SGD|JPY|CNY|INR|CHF|SEK|NOK|DKK|PLN|BRL|MXN|ZAR';
const BEFORE = `us\\$|[$€£¥₹]|(?:${CODES})(?![a-z])`;
const AFTER = `[$€£¥₹]|(?:${CODES}|dollars?|bucks|euros?|pounds?)\\b`;
const PERCENT = '%|percent\\b|per\\s+cent\\b|pct\\b|percentage\\s+points?\\b';

/** Reads amounts, shares and figures, in digits and in English words. */
export const takeFigures = (reader: Reader): void => {
  reader.take(
    new RegExp(`(${BEFORE})\\s?(${DIGITS})${SCALE}`, 'giu'),
    ([text, sign, digits, scale]) => amount(text, sign, digits, scale),
  );
  reader.take(
    new RegExp(`(${DIGITS})${SCALE}\\s?(${AFTER})`, 'giu'),
    ([text, digits, scale, sign]) => amount(text, sign, digits, scale),
  );
  reader.take(new RegExp(`(${DIGITS})\\s?(?:${PERCENT})`, 'giu'), ([text, digits]) =>
    share(text, digits, 0),
  );
  reader.take(new RegExp(`(${DIGITS})\\s?(?:bps?|basis\\s+points?)\\b`, 'giu'), ([text, digits]) =>
    share(text, digits, -2),
  );
  reader.take(new RegExp(`(${DIGITS})${SCALE}`, 'giu'), ([text, digits, scale]) => ({
    kind: 'figure',
    text: shown(text),
    readings: readDecimal(digits ?? '', places(scale)),
  }));
  takeWords(reader);
  // Digits of other scripts are figures too, and are not read here: nothing bears them out.
  reader.take(/\p{Nd}+/gu, ([text]) => ({ kind: 'figure', text: shown(text), readings: [] }));
  reader.take(
    /\b(?:half|double|doubled|twice|triple|tripled|quadruple|a\s+third|a\s+quarter|a\s+handful|(?:dozens|scores|hundreds|thousands|millions)\s+of)\b/giu,
    ([text]) => ({
      kind: 'figure',
      text: shown(text),
      readings: [],
    }),
  );
};

const UNIT =
  '(?:years?|months?|weeks?|days?|hours?|minutes?|seats?|users?|licen[cs]es?|invites?|credits?|times)';

const takeWords = (reader: Reader): void => {
  const words = NUMBER_WORDS.source;
  reader.take(new RegExp(`(${words})[\\s-]+(?:${PERCENT})`, 'giu'), ([text, written]) => ({
    kind: 'share',
    text: shown(text),
    readings: [decimalOf(valueOfWords(written ?? ''))],
  }));
  reader.take(new RegExp(`(${words})[\\s-]+(${AFTER})`, 'giu'), ([text, written, sign]) => ({
    kind: 'amount',
    text: shown(text),
    readings: [decimalOf(valueOfWords(written ?? ''))],
    currencies: currenciesOf(sign),
  }));
  reader.take(new RegExp(`(${words})([\\s-]+${UNIT}\\b)?`, 'giu'), ([, written, unit]) =>
    written?.toLowerCase() === 'one' && unit === undefined
      ? null
      : {
          kind: 'figure',
          text: shown(written),
          readings: [decimalOf(valueOfWords(written ?? ''))],
        },
  );
};

const amount = (
  text: string | undefined,
  sign: string | undefined,
  digits: string | undefined,
  scale: string | undefined,
): Claim => ({
  kind: 'amount',
  text: shown(text),
  readings: readDecimal(digits ?? '', places(scale)),
  currencies: currenciesOf(sign),
});

const share = (text: string | undefined, digits: string | undefined, shift: number): Claim => ({
  kind: 'share',
  text: shown(text),
  readings: readDecimal(digits ?? '', shift),
});

const currenciesOf = (sign: string | undefined): readonly string[] => {
  const key = (sign ?? '').toLowerCase();
  return SIGNS[key] ?? [key.toUpperCase()];
};

const places = (scale: string | undefined): number => {
  const word = (scale ?? '').toLowerCase();
  if (word === '') return 0;
  if (word === 'bn') return 9;
  return word === 'k' || word === 'thousand' ? 3 : 6;
};

const shown = (text: string | undefined): string => (text ?? '').trim();
