import type { AnswerableQuestion, Wish } from './define.ts';
import type { Question } from './question.ts';

/** Everything that can be answered or asked for without a model. */
export interface Repertoire {
  readonly questions: readonly AnswerableQuestion[];
  readonly wishes: readonly Wish[];
}

/** `fit`: how sure it is that this is meant, from 1 to 10. */
export type Chosen = { readonly fit: number } & (
  | { readonly kind: 'question'; readonly member: AnswerableQuestion }
  | { readonly kind: 'wish'; readonly member: Wish }
);

/** What is meant: whatever fits best, a wish before a question where both fit alike. `null`: none of them. Pure. */
export const choose = (question: Question, { questions, wishes }: Repertoire): Chosen | null => {
  const candidates: readonly Chosen[] = [
    ...wishes.map((member) => ({ kind: 'wish' as const, member, fit: member.fits(question) })),
    ...questions.map((member) => ({
      kind: 'question' as const,
      member,
      fit: member.fits(question),
    })),
  ];
  const [best] = candidates.toSorted((a, b) => b.fit - a.fit);
  return best === undefined || best.fit === 0 ? null : best;
};
