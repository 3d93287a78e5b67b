import type { Answer, Talk } from './answer.ts';
import { answerByModel, hasModel } from './answer-by-model.ts';
import { accountsFor, answerByRules, goOn } from './answer-by-rules.ts';
import { matchAccounts, matchSpelling } from './match-accounts.ts';
import { readQuestion } from './question.ts';
import { loadRepertoire } from './repertoire.ts';

/**
 * Answers by a model where one is configured, and by rules where none is, where it fails, or where its answer is not borne
 * out: then the answer says why. “The second”, to a question of the rules, is theirs to understand.
 */
export const answerQuestion = async (talk: Talk, text: string): Promise<Answer> => {
  const repertoire = await loadRepertoire();
  const byRules = () => answerByRules(talk, text, repertoire);
  if (!hasModel(talk.desk)) return byRules();
  const accounts = await accountsFor(talk, text);
  if (goOn(talk, text, accounts, repertoire) !== null) return byRules();
  const exact = matchAccounts(text, accounts);
  const { pointsBack } = readQuestion(text);
  const mentioned = exact.kind === 'none' && !pointsBack ? matchSpelling(text, accounts) : exact;
  const made = await answerByModel(talk, text, mentioned, repertoire);
  if ('answer' in made) return made.answer;
  return { ...(await byRules()), note: `Answered by rules: ${made.refused}.` };
};
