import type { Named } from './define.ts';
import { plainly } from './question.ts';

/** An account as people may speak of it. */
export interface Nameable extends Named {
  /** Its ids elsewhere, and our own. */
  readonly ids: readonly string[];
}

export type Mentioned =
  | { readonly kind: 'none' }
  /** `spelled`: the name was written a little otherwise. `mention`: the words of the question that name it. */
  | {
      readonly kind: 'one';
      readonly account: Named;
      readonly mention: string;
      readonly spelled: boolean;
    }
  | { readonly kind: 'several'; readonly accounts: readonly Named[]; readonly mention: string };

/**
 * Which account a question names: by id, by its whole name, or by the words that its name begins with. Never chooses
 * between two: that is for whoever asked. Pure.
 */
export const matchAccounts = (text: string, accounts: readonly Nameable[]): Mentioned => {
  const words = wordsOf(text);
  return decided(byId(words, accounts)) ?? decided(byPhrase(words, accounts)) ?? { kind: 'none' };
};

/**
 * The account whose name is spelled nearly as a word of the question, for questions that need one and name none.
 * Never chooses between two either. Pure.
 */
export const matchSpelling = (text: string, accounts: readonly Nameable[]): Mentioned =>
  decided(bySpelling(wordsOf(text), accounts), true) ?? { kind: 'none' };

interface Hit {
  readonly account: Nameable;
  readonly mention: string;
  /** How much of the name was written; more is better. */
  readonly weight: number;
}

/** The best of several ways to read the question; equally good ones are left to the asker. */
const decided = (hits: readonly Hit[], spelled = false): Mentioned | null => {
  const most = Math.max(0, ...hits.map(({ weight }) => weight));
  const best = hits.filter(({ weight }) => weight === most);
  const [first] = best;
  if (first === undefined) return null;
  // A short name within a longer one that was written out is not meant by itself.
  const others = hits.filter(
    (hit) => hit.weight < most && !best.some(({ mention }) => mention.includes(hit.mention)),
  );
  const meant = new Map([...best, ...others].map((hit) => [hit.account.accountId, hit.account]));
  if (meant.size === 1)
    return { kind: 'one', account: named(first.account), mention: first.mention, spelled };
  return { kind: 'several', accounts: [...meant.values()].map(named), mention: first.mention };
};

const named = ({ accountId, name }: Nameable): Named => ({ accountId, name });

/** Words with what stands between them left out, and possessives without their `'s`. */
export const wordsOf = (text: string): string[] =>
  plainly(text)
    .split(/[^\p{L}\p{N}&_'.-]+/u)
    .map((word) => word.replace(/('s|s'|')$/, (ending) => (ending === "s'" ? 's' : '')))
    .map((word) => word.replaceAll(/^[.'-]+|[.'-]+$/g, ''))
    .filter((word) => word !== '');

const byId = (words: readonly string[], accounts: readonly Nameable[]): Hit[] =>
  accounts.flatMap((account) => {
    const mention = words.find((word) =>
      account.ids.some((id) => id.length > 2 && plainly(id) === word && /[\d_-]/.test(id)),
    );
    return mention === undefined ? [] : [{ account, mention, weight: 1000 }];
  });

/** The longest beginning of the name that stands in the question; common words alone do not name anybody. */
const byPhrase = (words: readonly string[], accounts: readonly Nameable[]): Hit[] =>
  accounts.flatMap((account) => {
    const name = wordsOf(account.name).filter((word) => word !== '&');
    const asked = words.filter((word) => word !== '&');
    const written = longest(name, asked);
    if (written === 0 || name.slice(0, written).every(isCommon)) return [];
    const whole = written === name.length ? 100 : 0;
    return [
      { account, mention: mentionOf(name.slice(0, written), words), weight: whole + written },
    ];
  });

const longest = (name: readonly string[], asked: readonly string[]): number => {
  const runs = asked.map((_, from) => {
    let length = 0;
    while (length < name.length && asked[from + length] === name[length]) length += 1;
    return length;
  });
  return Math.max(0, ...runs);
};

/** As it stands in the question, with the `&` that the match left out. */
const mentionOf = (name: readonly string[], words: readonly string[]): string => {
  const text = words.join(' ');
  const plain = name.join(' ');
  return text.includes(plain) ? plain : name.join(' & ');
};

/** Words that begin many names and stand in many questions. */
const COMMON = new Set(
  (
    'a an and account accounts all any approval approvals at by call can case cases churn critical customer customers did ' +
    'discount do does dunning email for from good group has have health help how in is it list me message month my new no ' +
    'of offer on open our pause plan quarter refund renewal renewals risk score seat seats send show so task tasks tell ' +
    'that the their them they this to trial us was we week what when which who why will with you'
  ).split(' '),
);

/** Words that name nobody, wherever they stand. */
export const isCommon = (word: string): boolean => COMMON.has(word) || word.length < 2;

const SHORTEST_TO_GUESS = 5;

/** Distance 1 for short words, 2 from eight letters on: `nortwind` is Northwind, `nordwand` nobody. */
const bySpelling = (words: readonly string[], accounts: readonly Nameable[]): Hit[] =>
  accounts.flatMap((account) => {
    const [first = ''] = wordsOf(account.name);
    if (first.length < SHORTEST_TO_GUESS || isCommon(first)) return [];
    const most = first.length >= 8 ? 2 : 1;
    const near = words
      .filter((word) => word.length >= SHORTEST_TO_GUESS && !isCommon(word))
      .map((word) => ({ word, distance: distance(word, first, most) }))
      .filter((each) => each.distance <= most);
    const best = near.toSorted((a, b) => a.distance - b.distance)[0];
    return best === undefined ? [] : [{ account, mention: best.word, weight: 10 - best.distance }];
  });

/** Letters to add, drop, change or swap (optimal string alignment); more than `most` is not counted further. */
const distance = (a: string, b: string, most: number): number => {
  if (Math.abs(a.length - b.length) > most) return most + 1;
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, index) => index)];
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      row.push(Math.min(...steps(rows, row, a, b, i, j)));
    }
    rows.push(row);
  }
  return rows[a.length]?.[b.length] ?? most + 1;
};

const steps = (
  rows: readonly (readonly number[])[],
  row: readonly number[],
  a: string,
  b: string,
  i: number,
  j: number,
): number[] => {
  const at = (line: readonly number[] | undefined, index: number): number =>
    line?.[index] ?? Infinity;
  const changed = a[i - 1] === b[j - 1] ? 0 : 1;
  const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
  return [
    at(rows[i - 1], j) + 1,
    at(row, j - 1) + 1,
    at(rows[i - 1], j - 1) + changed,
    ...(swapped ? [at(rows[i - 2], j - 2) + 1] : []),
  ];
};
