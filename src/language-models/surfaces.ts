/** What a placeholder can stand for. */
export type Kind = 'person' | 'company' | 'email' | 'phone' | 'address' | 'text';

/** What must not reach a model under its own name. Blank entries are ignored. */
export interface Known {
  readonly people?: readonly string[];
  readonly companies?: readonly string[];
  readonly emails?: readonly string[];
  readonly phones?: readonly string[];
  /** Postal addresses. */
  readonly addresses?: readonly string[];
  /** What customers wrote, each as it stands in the messages: hidden as a whole. */
  readonly texts?: readonly string[];
}

/** A way in which something known, or something of a known form, can stand in a text. */
export interface Surface {
  readonly kind: Kind;
  /** Surfaces of one entity share the number of their placeholders; `null`: each found value is one by itself. */
  readonly entity: string | null;
  readonly pattern: RegExp;
  /** It counts where no letter or figure goes on before or behind it. */
  readonly isWord?: boolean;
  /** It is looked for as it stands within JSON, and differs there. */
  readonly isEscaped?: boolean;
}

/** Case and the marks between words vary with who writes. */
const BETWEEN_WORDS = String.raw`[\s\-_.,'’]*`;

const LEGAL_FORM =
  /[\s,]+(?:inc|incorporated|llc|ltd|limited|corp|corporation|co|company|plc|gmbh|ag|kg|se|sa|sas|sarl|srl|spa|bv|nv|oy|ab|as|aps|pty)\.?$/iu;

/** Everything to look for, given what is known. Emails and phone numbers are found by their form besides. */
export const surfacesOf = (known: Known): Surface[] => [
  ...each('text', known.texts, wholeText),
  ...each('address', known.addresses, wholeText),
  ...each('email', known.emails, words),
  ...each('phone', known.phones, digits),
  ...each('company', known.companies, company),
  ...each('person', known.people, person),
  { kind: 'email', entity: null, pattern: EMAIL },
  ...PHONES.map((pattern): Surface => ({ kind: 'phone', entity: null, pattern })),
];

const EMAIL = /(?<![\p{L}\p{N}._%+'’-])[\p{L}\p{N}._%+'’-]+@[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+/gu;

/** Written internationally, or in a national form that is no date, amount or identifier. */
const PHONES = [
  /(?<![\p{L}\p{N}])(?:\+|00)[1-9](?:[\s().\-/]*\d){6,14}(?!\d)/gu,
  /(?<![\p{L}\p{N}])\(\d{2,5}\)[\s.\-/]*\d(?:[\s.\-/]*\d){4,9}(?!\d)/gu,
  /(?<![\p{L}\p{N}.-])\d{3}[\s.-]\d{3}[\s.-]\d{4}(?![\d-])/gu,
  /(?<![\p{L}\p{N}.-])0\d{1,4}[\s/-]\d{3}(?:[\s-]*\d){1,7}(?![\d-])/gu,
];

const each = (
  kind: Kind,
  values: readonly string[] | undefined,
  formsOf: (value: string) => readonly Form[],
): Surface[] =>
  (values ?? []).flatMap((value, index) => {
    if (value.trim() === '') return [];
    const entity = String(index + 1);
    const { plain, escaped } = spellings(value.trim());
    return [
      ...plain.flatMap(formsOf).map((form) => ({ ...form, kind, entity })),
      ...escaped.flatMap(formsOf).map((form) => ({ ...form, kind, entity, isEscaped: true })),
    ];
  });

/** Letters with accents have two spellings, and within JSON a quote or a line end has another. */
const spellings = (value: string): { readonly plain: string[]; readonly escaped: string[] } => {
  const plain = [...new Set([value, value.normalize('NFC'), value.normalize('NFD')])];
  const within = plain.map((form) => JSON.stringify(form).slice(1, -1));
  return { plain, escaped: within.filter((form) => !plain.includes(form)) };
};

type Form = Pick<Surface, 'pattern' | 'isWord'>;

const word = (source: string, flags = 'giu'): Form => ({
  pattern: new RegExp(source, flags),
  isWord: true,
});

/** Shorter ones are words that stand elsewhere too, and only by themselves can be meant. */
const SHORT_TEXT = 12;

const wholeText = (value: string): Form[] => [
  { ...word(literal(value)), isWord: value.length < SHORT_TEXT },
];

const words = (value: string): Form[] => {
  const parts = partsOf(value);
  return [word(parts.length === 0 ? literal(value) : parts.map(literal).join(BETWEEN_WORDS))];
};

const partsOf = (value: string): string[] =>
  value.split(/[\s\-_.,'’]+/u).filter((part) => part !== '');

/** A given name, or the family name alone: as a name is written, since many are words besides. */
const person = (value: string): Form[] => {
  const parts = partsOf(value).filter((part) => part.length > 1 && !/^\p{Ll}/u.test(part));
  return [...words(value), ...parts.map((part) => word(literal(part), 'gu'))];
};

const company = (value: string): Form[] => {
  const bare = value.replace(LEGAL_FORM, '');
  return [...words(value), ...(bare === value || bare === '' ? [] : words(bare))];
};

const digits = (value: string): Form[] => {
  const figures = value.match(/\d/g) ?? [];
  if (figures.length === 0) return wholeText(value);
  return [
    { pattern: new RegExp(`\\+?${figures.join(String.raw`[\s().\-/]*`)}`, 'gu'), isWord: true },
  ];
};

const literal = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/]/gu, String.raw`\$&`);
