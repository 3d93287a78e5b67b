import type { Json } from '../../domain/json.ts';
import type { Case } from '../../domain/case.ts';
import type { ReadInput } from '../../tools/read/define.ts';

interface Quoted {
  readonly case: Pick<Case, 'subject'>;
  readonly accountName: string;
  readonly input: Pick<ReadInput, 'facts' | 'contacts'>;
}

/**
 * Whether ids and names that other systems gave hold what looks like a text. Whoever can name a contact or a contract
 * could tell a model what to do by it: such a case counts as one that has read text of outsiders. Pure.
 */
export const quotesTexts = ({ case: { subject }, accountName, input }: Quoted): boolean =>
  [subject, ...input.contacts.map(({ id }) => id)].some(isNoId) ||
  [accountName, ...input.contacts.map(({ name }) => name)].some(isNoName) ||
  Object.values(input.facts).some(({ value }) => textsIn(value).some(isText));

const LONGEST_ID = 100;
const LONGEST_NAME = 80;
const MOST_WORDS_OF_A_NAME = 6;
const MOST_WORDS = 12;

const isNoId = (id: string): boolean => id.length > LONGEST_ID || /[\s{}()<>"]/u.test(id);

const isNoName = (name: string): boolean =>
  name.length > LONGEST_NAME || wordsOf(name) > MOST_WORDS_OF_A_NAME || isText(name);

/** Lists of features and the like are words, a few; orders are sentences or code. */
const isText = (text: string): boolean => wordsOf(text) > MOST_WORDS || /[{}<>\n]/u.test(text);

const wordsOf = (text: string): number => text.trim().split(/\s+/u).length;

const textsIn = (value: Json): readonly string[] => {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return [...Object.keys(value), ...Object.values(value).flatMap(textsIn)];
};
