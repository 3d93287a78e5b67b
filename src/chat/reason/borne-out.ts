import { claimsIn, type Claim } from '../../domain/claims/claims.ts';
import type { Named } from '../define.ts';
import { isIdentifier, type Evidence } from './evidence.ts';

/** What an answer may rest on. */
export interface Grounds {
  readonly evidence: readonly Evidence[];
  /** Accounts that were looked at, by the names that an answer may call them. */
  readonly accounts: readonly Named[];
  /** As the operator put it: a time without a date may be said again. */
  readonly question: string;
  /** Links may lead there and to what lies under it. */
  readonly linkDomains: readonly string[];
}

/**
 * What an answer says and nothing bears out, each in words that name it. Figures, amounts, shares and dates must stand in
 * what was looked up; in a line that names accounts, in what was looked up about these or about nobody in particular. A
 * line that names none speaks of the account of the line before. Nothing may be said to have been done. Pure.
 */
export const notBorneOut = (answer: string, grounds: Grounds): string[] => {
  const ids = new Set(
    grounds.evidence.flatMap(({ text }) => text.split(/[\s`'",;()]+/)).filter(isIdentifier),
  );
  const faults: string[] = [];
  let spokenOf: readonly Named[] = [];
  for (const line of answer.split('\n')) {
    const named = grounds.accounts.filter(({ name }) => holds(line, name));
    if (named.length > 0) spokenOf = named;
    const scope = scopeOf(spokenOf, grounds);
    faults.push(
      ...claimsIn(bare(line, ids, named))
        .filter((claim) => !isBorneOut(claim, scope, grounds))
        .map((claim) => mismatch(claim, spokenOf)),
      ...deedsIn(line),
    );
  }
  return faults;
};

const holds = (line: string, name: string): boolean =>
  line
    .replaceAll(/[\\*_`]/g, '')
    .toLowerCase()
    .includes(name.toLowerCase());

/** A line without what is no claim: the number of a list’s item, ids, and names that hold figures. */
const bare = (line: string, ids: ReadonlySet<string>, named: readonly Named[]): string =>
  [...ids, ...named.map(({ name }) => name)].reduce(
    (left, known) => left.replaceAll(known, ' '),
    line.replace(/^\s*(?:>\s*)*\d{1,2}[.)]\s/, ' '),
  );

const scopeOf = (accounts: readonly Named[], { evidence }: Grounds): readonly Evidence[] =>
  accounts.length === 0
    ? evidence
    : evidence.filter(
        ({ accountId }) =>
          accountId === null || accounts.some((account) => account.accountId === accountId),
      );

const isBorneOut = (
  claim: Claim,
  scope: readonly Evidence[],
  { linkDomains, question }: Grounds,
): boolean => {
  // Who asks is told of promises; nobody is promised anything by an answer.
  if (claim.kind === 'promise') return true;
  if (claim.kind === 'link') return linkDomains.some((domain) => isWithin(claim.host, domain));
  if (claim.readings.length === 0) {
    const said = claim.text.toLowerCase();
    return [question, ...scope.map(({ text }) => text)].some((text) =>
      text.toLowerCase().includes(said),
    );
  }
  return scope.some(({ claims }) => claims.some((known) => supports(known, claim)));
};

const isWithin = (host: string, domain: string): boolean =>
  host === domain.toLowerCase() || host.endsWith(`.${domain.toLowerCase()}`);

/** Whether what is known says the same, in one of the ways in which both can be read. */
const supports = (known: Claim, claim: Claim): boolean => {
  if (known.kind === 'date' && claim.kind === 'date')
    return claim.readings.some((said) =>
      known.readings.some(
        (day) =>
          day.month === said.month &&
          (said.day === undefined || said.day === day.day) &&
          (said.year === undefined || said.year === day.year),
      ),
    );
  if (known.kind === 'amount' && claim.kind === 'amount')
    return shared(known.readings, claim.readings) && shared(known.currencies, claim.currencies);
  return (
    (known.kind === 'figure' || known.kind === 'share') &&
    known.kind === claim.kind &&
    shared(known.readings, claim.readings)
  );
};

const shared = (some: readonly string[], others: readonly string[]): boolean =>
  some.some((one) => others.includes(one));

const DEEDS =
  /\bI(?:['’]ve| have)?(?: (?:just|now|already|also))* (approved|rejected|decided|sent|e-?mailed|wrote|offered|proposed|filed|opened|created|paused|stopped|refunded|credited|cancell?ed|changed|upgraded|granted|deleted|scheduled|notified|told|informed)\b/giu;

/** An answer does nothing: whatever it says that it did is untrue. */
const deedsIn = (line: string): string[] =>
  [...line.matchAll(DEEDS)].map(
    ([text]) => `it says “${text}”, and an answer does nothing of the kind`,
  );

const WORDS: Readonly<Record<Exclude<Claim['kind'], 'promise' | 'link'>, string>> = {
  figure: 'a figure',
  share: 'a share',
  amount: 'an amount',
  date: 'a date or time',
};

const mismatch = (claim: Claim, spokenOf: readonly Named[]): string => {
  if (claim.kind === 'promise') return '';
  if (claim.kind === 'link')
    return `it leads to “${claim.text}”, which is on no domain that the tenant allows (contact.linkDomains)`;
  const whom = spokenOf.length === 0 ? '' : ` of ${spokenOf.map(({ name }) => name).join(' or ')}`;
  return `it says “${claim.text}”, ${WORDS[claim.kind]} that nothing it looked up${whom} bears out`;
};
