import { dayIn } from '../domain/time.ts';
import { nameableAccounts } from './account-names-store.ts';
import { lookingUp, type Answer, type Talk } from './answer.ts';
import { choose, type Chosen, type Repertoire } from './choose.ts';
import type { Asked, Look, Named } from './define.ts';
import { inTenant } from './desk.ts';
import { missingFor } from './file-request.ts';
import { grant, notThere } from './grant.ts';
import { plain } from './markdown.ts';
import {
  isCommon,
  matchAccounts,
  matchSpelling,
  wordsOf,
  type Mentioned,
  type Nameable,
} from './match-accounts.ts';
import { readQuestion, type Question } from './question.ts';

/**
 * Answers without a model: what is meant is found by words, about whom by name, and what is said comes from the tools.
 * What it does not understand it says, with examples of what it does.
 */
export const answerByRules = async (
  talk: Talk,
  text: string,
  repertoire: Repertoire,
): Promise<Answer> => {
  const accounts = await accountsFor(talk, text);
  const resumed =
    goOn(talk, text, accounts, repertoire) ?? askAgain(talk, text, accounts, repertoire);
  const { asked, mentioned } = resumed ?? { asked: text, mentioned: matchAccounts(text, accounts) };
  const question = readQuestion(asked, mentioned.kind === 'none' ? null : mentioned.mention);
  const chosen = choose(question, repertoire);
  if (chosen === null) return said(talk, notUnderstood(talk, repertoire));
  const missing = chosen.kind === 'wish' ? missingFor(talk.desk, chosen.member) : [];
  if (chosen.kind === 'wish' && missing.length > 0)
    return said(talk, notThere(chosen.member, missing), mentioned);
  return answerChosen(talk, question, { chosen, accounts, named: mentioned, repertoire });
};

/** Accounts that a question may name. */
export const accountsFor = ({ desk }: Pick<Talk, 'desk'>, text: string): Promise<Nameable[]> =>
  inTenant(desk, (tx) => nameableAccounts(tx, wordsOf(text)));

/** The answer to “which one?”: the question from before, about the account that is named now. */
export const goOn = (
  { before: { choice } }: Talk,
  text: string,
  accounts: readonly Nameable[],
  repertoire: Repertoire,
): { readonly asked: string; readonly mentioned: Mentioned } | null => {
  if (choice === null) return null;
  const among =
    choice.accounts.length === 0
      ? accounts
      : choice.accounts.map((each) => ({ ...each, ids: [each.accountId] }));
  const byPlace = PLACES.findIndex((pattern) => pattern.test(text.trim().toLowerCase()));
  const placed = byPlace === -1 ? undefined : choice.accounts[byPlace];
  const mentioned: Mentioned =
    placed === undefined
      ? matchAccounts(text, among)
      : { kind: 'one', account: placed, mention: '', spelled: false };
  if (mentioned.kind !== 'one') return null;
  // Whoever asks something else meanwhile has moved on; a bare name asks nothing.
  const own = choose(readQuestion(text, mentioned.mention), repertoire);
  const movedOn = placed === undefined && own !== null && own.fit > BARE_NAME;
  return movedOn ? null : { asked: choice.question, mentioned: { ...mentioned, mention: '' } };
};

/** `and Northwind?`: the question from before, about another account. A wish is never granted again by it. */
const askAgain = (
  { before }: Talk,
  text: string,
  accounts: readonly Nameable[],
  repertoire: Repertoire,
): { readonly asked: string; readonly mentioned: Mentioned } | null => {
  const mentioned = matchAccounts(text, accounts);
  if (mentioned.kind !== 'one' || before.question === null) return null;
  if (!/^(and|what about|how about) them\??$/.test(readQuestion(text, mentioned.mention).words))
    return null;
  const earlier = matchAccounts(before.question, accounts);
  const question = readQuestion(before.question, earlier.kind === 'one' ? earlier.mention : null);
  const chosen = choose(question, repertoire);
  if (chosen?.kind !== 'question' || chosen.member.about !== 'account') return null;
  return { asked: question.words, mentioned: { ...mentioned, mention: '' } };
};

/** How surely a name by itself asks for an account at a glance. */
const BARE_NAME = 4;

const PLACES = [
  /^(the )?(first|1)( one)?[.!]?$/,
  /^(the )?(second|2)( one)?[.!]?$/,
  /^(the )?(third|3)( one)?[.!]?$/,
];

const answerChosen = async (
  talk: Talk,
  question: Question,
  {
    chosen,
    accounts,
    named,
    repertoire,
  }: Omit<Meaning, 'needs'> & {
    readonly accounts: readonly Nameable[];
    readonly named: Mentioned;
  },
): Promise<Answer> => {
  const needs = chosen.kind === 'wish' || chosen.member.about === 'account';
  const mentioned =
    named.kind === 'none' && needs && !question.pointsBack
      ? matchSpelling(question.text, accounts)
      : named;
  if (mentioned.kind === 'several') return askWhich(talk, question, mentioned.accounts);
  const account =
    mentioned.kind === 'one'
      ? mentioned.account
      : spokenOf(talk, question, { chosen, needs, repertoire });
  if (account === null && needs) return askWhom(talk, question, chosen, repertoire);
  const { look, sources } = lookingUp(talk, (id) =>
    id === account?.accountId ? account.name : null,
  );
  const { person, config, now } = talk.desk;
  const asked: Asked = { question, account, person, config, today: dayIn(config.zone, now) };
  const { text, filed } = await respond(talk, chosen, asked, look);
  const spelled = mentioned.kind === 'one' && mentioned.spelled;
  const taken = spelled
    ? `Taking “${plain(mentioned.mention)}” for **${plain(mentioned.account.name)}**.\n\n`
    : '';
  return {
    ...said(talk, `${taken}${text}`),
    // A question about all accounts leaves `them` as they were.
    account: account ?? talk.before.account,
    sources: sources(),
    filed,
  };
};

/** The account spoken of before: where the question points back, or asks of one without naming any. */
const spokenOf = (
  { before }: Talk,
  question: Question,
  { chosen, needs, repertoire }: Meaning,
): Named | null => {
  if (question.pointsBack) return before.account;
  // A wish has to say for whom: nothing is proposed for an account that happened to be the last.
  if (!needs || chosen.kind === 'wish') return null;
  return strangeWords(question, repertoire).length === 0 ? before.account : null;
};

interface Meaning {
  readonly chosen: Chosen;
  /** Whether it is about one account. */
  readonly needs: boolean;
  readonly repertoire: Repertoire;
}

const respond = async (
  talk: Talk,
  chosen: Chosen,
  asked: Asked,
  look: Look,
): Promise<Pick<Answer, 'text' | 'filed'>> => {
  const { account } = asked;
  if (chosen.kind === 'wish') {
    if (account === null) throw new Error('a wish is about an account');
    return grant(talk, chosen.member, { ...asked, account }, look);
  }
  const { member } = chosen;
  if (member.about === 'anything') return { text: await member.answer(asked, look), filed: [] };
  if (account === null) throw new Error(`\`${member.id}\` is about an account`);
  return { text: await member.answer({ ...asked, account }, look), filed: [] };
};

const said = ({ before }: Talk, text: string, mentioned?: Mentioned): Answer => ({
  text,
  mode: 'rules',
  note: null,
  account: mentioned?.kind === 'one' ? mentioned.account : before.account,
  choice: null,
  sources: [],
  filed: [],
});

const MOST_NAMED = 8;

const askWhich = (talk: Talk, { text }: Question, accounts: readonly Named[]): Answer => {
  const shown = accounts.slice(0, MOST_NAMED);
  const lines = shown.map(
    ({ name, accountId }, index) => `${String(index + 1)}. **${plain(name)}** (\`${accountId}\`)`,
  );
  const more =
    accounts.length > shown.length
      ? `\n\nand ${String(accounts.length - shown.length)} more; give more of the name.`
      : '';
  return {
    ...said(talk, `Which one do you mean?\n\n${lines.join('\n')}${more}`),
    choice: { question: text, accounts: shown },
  };
};

const askWhom = (
  talk: Talk,
  question: Question,
  { kind }: Chosen,
  repertoire: Repertoire,
): Answer => {
  const unknown =
    !question.pointsBack && strangeWords(question, repertoire).length > 0
      ? 'I know no account that is named so. '
      : '';
  return {
    ...said(
      talk,
      kind === 'wish'
        ? `${unknown}For which account? Name it, or give its id. Nothing was proposed.`
        : `${unknown}Which account do you mean? Name it, or give its id.`,
    ),
    choice: { question: question.text, accounts: [] },
  };
};

/** Words that no question of the repertoire uses: they may well be the name of somebody whom nobody knows here. */
const strangeWords = ({ words }: Question, { questions, wishes }: Repertoire): string[] => {
  const known = new Set(
    [...questions, ...wishes]
      .flatMap(({ examples }) => examples)
      .flatMap((example) => wordsOf(example.replaceAll(/\b[A-Z]\w+/g, ''))),
  );
  return wordsOf(words).filter((word) => !known.has(word) && !isCommon(word) && !/\d/.test(word));
};

const notUnderstood = ({ desk }: Talk, { questions, wishes }: Repertoire): string =>
  [
    'I did not understand that. Rules answer from the facts, scores, cases and documents at hand, so the words matter. For example:',
    questions.map(({ examples }) => `- ${examples[0] ?? ''}`).join('\n'),
    'And I propose what you wish for; somebody else approves it where it takes that:',
    wishes
      .filter((wish) => missingFor(desk, wish).length === 0)
      .map(({ examples }) => `- ${examples[0] ?? ''}`)
      .join('\n'),
  ].join('\n\n');
