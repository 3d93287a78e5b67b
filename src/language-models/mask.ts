import { surfacesOf, type Kind, type Known, type Surface } from './surfaces.ts';

export type { Known } from './surfaces.ts';

/** What leaves as it is: by a decision of two people, never otherwise. */
export interface Unmasked {
  /** People, companies and how to reach them. */
  readonly names?: boolean;
  /** What customers wrote. Names in it are hidden all the same. */
  readonly texts?: boolean;
}

/**
 * Replaces personal data by placeholders such as `[person-1]`, and back. INVARIANT: `restore(hide(text))` is `text`,
 * whatever it is, a text that holds placeholders itself among them.
 */
export interface Mask {
  readonly hide: (text: string) => string;
  /** Placeholders that this mask never gave stay as they are. */
  readonly restore: (text: string) => string;
  /** A value by itself: what was hidden within JSON comes back without JSON's escapes. */
  readonly restoreValue: (value: string) => string;
  /** What looks like a placeholder, exact or mangled, and is none that this mask gave. */
  readonly strangers: (text: string) => readonly string[];
  /** A mask over the same that lets out what two people decided to. */
  readonly letting: (unmasked: Unmasked) => Mask;
}

const KINDS = 'person|company|email|phone|address|text';
const PLACEHOLDER = new RegExp(`\\[(?:${KINDS})-\\d+[a-z]*\\]`, 'gu');
/** A text may hold what looks like a placeholder: it is hidden as well, or it would come back as something else. */
const LOOKALIKE: Surface = { kind: 'text', entity: null, pattern: PLACEHOLDER };
/** With a bracket lost, other brackets, another case, a blank for the hyphen. */
const MANGLED = new RegExp(
  `[[({<]+\\s*(?:${KINDS})[\\s_-]*\\d+[a-z]*\\s*[\\])}>]*|\\b(?:${KINDS})[\\s_-]*\\d+[a-z]*\\s*[\\])}>]+`,
  'giu',
);
const BARE = new RegExp(`^\\s*(?:${KINDS})-\\d+[a-z]*\\s*$`, 'iu');

/** Stands for what is hidden while the rest is looked through again. It is no letter, and nothing between words. */
const BLANK = '\uFFFF';

/**
 * A mask over what is known of the account and its people. Email addresses and phone numbers are hidden by their form
 * even where nobody knew them. The same mask gives the same placeholder for the same thing.
 */
export const maskOf = (known: Known, unmasked: Unmasked = {}): Mask => {
  const surfaces = surfacesOf(visible(known, unmasked)).filter(
    ({ kind }) => !(unmasked.names === true && kind !== 'text'),
  );
  const names = openNames(known);
  const restored = (text: string, of: (entry: Hidden) => string) =>
    text.replace(PLACEHOLDER, (placeholder) => {
      const entry = names.behind(placeholder);
      return entry === undefined ? placeholder : of(entry);
    });
  return {
    hide: (text) => replaceSpans(text, spansIn(text, surfaces), names.placeholderFor),
    restore: (text) => restored(text, ({ surface }) => surface),
    restoreValue: (value) =>
      restored(value, ({ surface, isEscaped }) => (isEscaped ? unescaped(surface) : surface)),
    letting: (wanted) => maskOf(known, wanted),
    strangers: (text) =>
      [...text.matchAll(MANGLED)]
        .map(([found]) => found)
        .filter((found) => names.behind(found) === undefined)
        .concat(BARE.test(text) && names.behind(`[${text.trim().toLowerCase()}]`) ? [text] : []),
  };
};

const visible = (known: Known, { names, texts }: Unmasked): Known => ({
  ...(names === true ? {} : known),
  texts: texts === true ? [] : (known.texts ?? []),
});

interface Span {
  readonly from: number;
  readonly to: number;
  readonly kind: Kind;
  readonly entity: string | null;
  readonly isEscaped: boolean;
}

/**
 * Everything to hide, in order, without overlaps. What is hidden may be what kept a name beside it from being seen as
 * one: so it is looked through until nothing more is found.
 */
const spansIn = (text: string, surfaces: readonly Surface[]): Span[] => {
  let left = text;
  let spans = united(matches(text, LOOKALIKE));
  for (let found = spans; ;) {
    for (const { from, to } of found)
      left = left.slice(0, from) + BLANK.repeat(to - from) + left.slice(to);
    const looked = left;
    found = united(surfaces.flatMap((surface) => matches(looked, surface)));
    if (found.length === 0) return spans;
    spans = [...spans, ...found].toSorted((a, b) => a.from - b.from);
  }
};

/** Occurrences that overlap one another too. */
const matches = (text: string, surface: Surface): Span[] => {
  const { kind, entity, pattern, isWord = false, isEscaped = false } = surface;
  const found: Span[] = [];
  pattern.lastIndex = 0;
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    const span = { from: match.index, to: match.index + match[0].length };
    const counts = match[0] !== '' && !match[0].includes(BLANK) && !(isWord && goesOn(text, span));
    if (counts) found.push({ ...span, kind, entity, isEscaped });
    // Within a pair of surrogates the search would step back to where it was.
    pattern.lastIndex = span.from + String.fromCodePoint(text.codePointAt(span.from) ?? 0).length;
  }
  return found;
};

const goesOn = (text: string, { from, to }: Pick<Span, 'from' | 'to'>): boolean =>
  /[\p{L}\p{N}]$/u.test(text.slice(Math.max(0, from - 2), from)) ||
  /^[\p{L}\p{N}]/u.test(text.slice(to, to + 2));

/** Overlapping spans become one: a part of what is known must not stay behind because something else began earlier. */
const united = (spans: readonly Span[]): Span[] => {
  const ordered = spans.toSorted((a, b) => a.from - b.from || b.to - a.to);
  return ordered.reduce<Span[]>((merged, span) => {
    const last = merged.at(-1);
    if (last === undefined || span.from >= last.to) return [...merged, span];
    if (span.to <= last.to) return merged;
    return [...merged.slice(0, -1), { ...last, to: span.to, entity: null, isEscaped: false }];
  }, []);
};

const replaceSpans = (
  text: string,
  spans: readonly Span[],
  placeholderFor: (span: Span, surface: string) => string,
): string => {
  let at = 0;
  const pieces = spans.map((span) => {
    const before = text.slice(at, span.from);
    at = span.to;
    return before + placeholderFor(span, text.slice(span.from, span.to));
  });
  return pieces.join('') + text.slice(at);
};

interface Hidden {
  readonly surface: string;
  readonly isEscaped: boolean;
}

/** The placeholders given so far. Known entities have their number from the start, whatever is hidden first. */
const openNames = (known: Known) => {
  const hidden = new Map<string, Hidden>();
  const given = new Map<string, string>();
  const numbers = new Map<string, string>();
  const variants = new Map<string, number>();
  const next: Record<Kind, number> = {
    person: known.people?.length ?? 0,
    company: known.companies?.length ?? 0,
    email: known.emails?.length ?? 0,
    phone: known.phones?.length ?? 0,
    address: known.addresses?.length ?? 0,
    text: known.texts?.length ?? 0,
  };
  const numberOf = (kind: Kind, entity: string | null, surface: string): string => {
    if (entity !== null) return entity;
    const key = `${kind} ${surface.toLowerCase()}`;
    const known = numbers.get(key);
    if (known !== undefined) return known;
    const number = String((next[kind] += 1));
    numbers.set(key, number);
    return number;
  };
  return {
    behind: (placeholder: string) => hidden.get(placeholder),
    placeholderFor: ({ kind, entity, isEscaped }: Span, surface: string): string => {
      const stem = `${kind}-${numberOf(kind, entity, surface)}`;
      const known = given.get(`${stem} ${surface}`);
      if (known !== undefined) return known;
      const variant = variants.get(stem) ?? 0;
      variants.set(stem, variant + 1);
      const placeholder = `[${stem}${letters(variant)}]`;
      given.set(`${stem} ${surface}`, placeholder);
      hidden.set(placeholder, { surface, isEscaped });
      return placeholder;
    },
  };
};

/** Another spelling of the same: '', 'b', 'c' … 'z', 'zb' … */
const letters = (variant: number): string => {
  const rest = variant % 25;
  return 'z'.repeat(Math.floor(variant / 25)) + (rest === 0 ? '' : String.fromCharCode(97 + rest));
};

const unescaped = (surface: string): string => {
  try {
    const value: unknown = JSON.parse(`"${surface}"`);
    return typeof value === 'string' ? value : surface;
  } catch {
    return surface;
  }
};
