import { Reader, type Claim } from './claim.ts';
import { takeDates } from './dates.ts';
import { takeFigures } from './figures.ts';

export { matchesDay, type Claim } from './claim.ts';

/**
 * Everything in a text that would have to be true: links and addresses, dates, figures, amounts, shares, and the
 * words of a promise. Dates are read in English and in the given languages, number words in English alone. Leans to
 * finding too much: a claim that is none costs a rewording, one that is overlooked is a lie in somebody's name.
 */
export const claimsIn = (text: string, languages: readonly string[] = []): readonly Claim[] => {
  const reader = new Reader(plain(text));
  takeLinks(reader);
  takeDates(reader, languages);
  takeFigures(reader);
  takePromises(reader);
  return reader.claims;
};

/** As people see it: full-width digits are digits, and marks that nobody sees split no word. */
const plain = (text: string): string =>
  text
    .replaceAll(/(?<=\d)[\u00a0\u202f\u2009](?=\d)/g, '’')
    .normalize('NFKC')
    .replaceAll(/\p{Cf}/gu, '');

const takeLinks = (reader: Reader): void => {
  reader.take(/\b[a-z][a-z0-9+.-]*:\/\/(?:[^\s/@]*@)?([^\s/:?#)>\]"']+)[^\s)>\]"']*/giu, link);
  reader.take(/\b(?:mailto:)?[^\s@<>()]+@([a-z0-9.-]+\.[a-z]{2,})/giu, link);
  reader.take(
    /\b((?:[a-z0-9-]+\.)+(?:[a-z]{2,}|xn--[a-z0-9-]+))(?::\d+)?(?:\/[^\s)>\]"']*)?/giu,
    link,
  );
};

const link = ([text, host]: RegExpMatchArray): Claim => ({
  kind: 'link',
  text: text.trim(),
  host: (host ?? '').toLowerCase().replace(/\.$/, ''),
});

const PROMISES = [
  'my\\s+word|our\\s+word|consider\\s+it\\s+(?:done|sorted|settled|fixed|solved)',
  'guarantee[ds]?|promis(?:e|es|ed|ing)|commit(?:s|ted|ment|ments)?|assure[ds]?|pledge[ds]?',
  'refund(?:s|ed|able|ing)?|reimburs(?:e|es|ed|ement)|compensat(?:e|es|ed|ion)|waiv(?:e|es|ed|ing)|money\\s+back',
  'free(?:\\s+of\\s+charge)?|no\\s+(?:extra\\s+)?(?:charge|cost)|at\\s+no\\s+cost|complimentary|on\\s+(?:us|the\\s+house)',
  'discount(?:s|ed)?|rebate[ds]?|price\\s+(?:cut|drop|match|freeze)|cheaper|lower\\s+(?:the\\s+)?price|credit(?:s|ed)?',
  "we\\s*(?:['’]ll|\\s+will|\\s+shall|\\s+are\\s+going\\s+to)\\s+\\w+",
  "(?:i|you)\\s*(?:['’]ll|\\s+will)\\s+(?:have|get|receive|be|make|fix|ensure|see)",
  'make\\s+(?:this|it|things)\\s+right|never\\s+again|for\\s+life|forever|unlimited|always\\s+(?:be|have)',
  'cancel\\s+(?:any\\s*time|at\\s+any\\s+time)|no\\s+(?:obligation|strings|questions\\s+asked|lock-in)',
].join('|');

const takePromises = (reader: Reader): void => {
  reader.take(new RegExp(`\\b(?:${PROMISES})\\b`, 'giu'), ([text]) => ({
    kind: 'promise',
    text: text.trim().replaceAll(/\s+/g, ' '),
  }));
};
