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
  Object.values(input.facts).some(({ value }) => holdsText(value));

const LONGEST_ID = 100;
const LONGEST_NAME = 80;
const MOST_WORDS_OF_A_NAME = 6;

const isNoId = (id: string): boolean => id.length > LONGEST_ID || /[\s{}()<>"]/u.test(id);

const isNoName = (name: string): boolean =>
  name.length > LONGEST_NAME || wordsOf(name) > MOST_WORDS_OF_A_NAME || isCode(name);

const isCode = (text: string): boolean => /[{}<>\n]/u.test(text);

const wordsOf = (text: string): number => text.trim().split(/\s+/u).length;

/** Reasons that the program itself words stand among facts too: only ids, and what looks like code, tell a text. */
const holdsText = (value: Json, key = ''): boolean => {
  if (typeof value === 'string') return isCode(value) || (/id$/iu.test(key) && isNoId(value));
  if (Array.isArray(value)) return value.some((one: Json) => holdsText(one, key));
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).some(([name, one]) => isCode(name) || holdsText(one, name));
};
