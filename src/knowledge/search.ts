import type { Database } from '../platform/db/database.ts';
import type { Embedders } from './embedders/embedders.ts';
import { fuse } from './fuse.ts';
import {
  loadPassages,
  searchByMeaning,
  searchByWords,
  type StoredPassage,
} from './search-store.ts';
import { servingModel } from './vector-store.ts';

export interface Hit extends StoredPassage {
  /** Higher is better; comparable within one answer alone. */
  readonly score: number;
  /** Its places in the two searches, from 1 on; `null` where a search did not find it. */
  readonly byWords: number | null;
  readonly byMeaning: number | null;
}

export interface Answer {
  readonly hits: readonly Hit[];
  /** Why words alone were searched, or `null`. */
  readonly note: string | null;
}

export interface Question {
  readonly text: string;
  /** Of these collections alone; all unless told. */
  readonly collections?: readonly string[] | undefined;
  readonly limit: number;
  /** Both ways unless told: for measuring one against the other. */
  readonly by?: 'words' | 'meaning' | undefined;
}

/** How deep each search looks before the two are fused. */
const DEPTH = 50;

/** Passages that answer a question, by words and by meaning, the best first, each with what it takes to cite it. */
export const searchKnowledge = async (
  db: Database,
  tenantId: string,
  embedders: Embedders,
  question: Question,
): Promise<Answer> => {
  const meant =
    question.by === 'words' ? UNASKED : await meaningOf(db, tenantId, embedders, question);
  const filter = { collections: question.collections ?? null, limit: DEPTH };
  return db.withTenant(tenantId, async (tx) => {
    const words = question.by === 'meaning' ? [] : await searchByWords(tx, question.text, filter);
    const meaning = meant.query === null ? [] : await searchByMeaning(tx, meant.query, filter);
    const best = fuse([words, meaning]).slice(0, question.limit);
    const passages = new Map(
      (
        await loadPassages(
          tx,
          best.map(({ id }) => id),
        )
      ).map((passage) => [passage.passageId, passage]),
    );
    const hits = best.flatMap(({ id, score }) => {
      const passage = passages.get(id);
      if (passage === undefined) return [];
      return [{ ...passage, score, byWords: placeIn(words, id), byMeaning: placeIn(meaning, id) }];
    });
    return { hits, note: meant.note };
  });
};

const placeIn = (list: readonly string[], id: string): number | null => {
  const place = list.indexOf(id);
  return place === -1 ? null : place + 1;
};

interface Meant {
  readonly query: { readonly model: string; readonly vector: readonly number[] } | null;
  readonly note: string | null;
}

const UNASKED: Meant = { query: null, note: null };

/** The question's vector, of the model that answers. Where there is none, words alone are searched, and it is said why. */
const meaningOf = async (
  db: Database,
  tenantId: string,
  embedders: Embedders,
  question: Question,
): Promise<Meant> => {
  const model = await db.withTenant(tenantId, (tx) => servingModel(tx));
  if (model === null) return { query: null, note: 'by words alone: nothing was embedded yet' };
  const embedder = embedders.named(model);
  if (embedder === null) {
    return { query: null, note: `by words alone: the model \`${model}\` is not set up any more` };
  }
  try {
    const [vector] = await embedder.embed([question.text]);
    return { query: vector === undefined ? null : { model, vector }, note: null };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { query: null, note: `by words alone: ${reason}` };
  }
};
