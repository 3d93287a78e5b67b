import type { TenantTx } from '../platform/db/database.ts';
import { vectorText } from './vector-store.ts';

/** A passage with what it takes to cite it. */
export interface StoredPassage {
  readonly passageId: string;
  readonly documentId: string;
  readonly origin: string;
  readonly source: string;
  readonly collection: string;
  readonly title: string;
  readonly ordinal: number;
  readonly heading: string;
  readonly text: string;
}

/** A word in the heading counts as three in the text. */
const HEADING_WEIGHT = 3;

/**
 * Passages that share words with the query, by BM25 (Robertson, Zaragoza 2009; k₁ = 1.2, b = 0.75): PostgreSQL's own
 * ranks know nothing of how rare a word is. Any word will do; stop words count for nothing.
 */
export const searchByWords = async (
  tx: TenantTx,
  query: string,
  filter: { readonly collections: readonly string[] | null; readonly limit: number },
): Promise<string[]> => {
  const rows = await tx.query<{ id: string }>(
    `with asked as (select distinct lexeme from unnest(to_tsvector('english', $1))),
     question as (select string_agg(quote_literal(lexeme), ' | ')::tsquery as any_of from asked),
     shelf as (
       select p.passage_id, p.words, p.word_count from knowledge_passages p
       join knowledge_documents d using (tenant_id, document_id)
       where $2::text[] is null or d.collection = any($2)
     ),
     size as (select count(*)::float as passages, avg(word_count)::float as mean from shelf),
     hits as (
       select shelf.passage_id, shelf.word_count, word.lexeme,
         (select sum(case when weight = 'A' then ${String(HEADING_WEIGHT)} else 1 end) from unnest(word.weights) as weight)::float
           as times
       from shelf, question, unnest(shelf.words) as word
       where shelf.words @@ question.any_of and word.lexeme in (select lexeme from asked)
     ),
     spread as (select lexeme, count(*)::float as passages from hits group by lexeme)
     select hits.passage_id as id
     from hits join spread using (lexeme), size
     group by hits.passage_id
     order by sum(
       ln(1 + (size.passages - spread.passages + 0.5) / (spread.passages + 0.5))
       * hits.times * 2.2 / (hits.times + 1.2 * (0.25 + 0.75 * hits.word_count / size.mean))
     ) desc, hits.passage_id
     limit $3`,
    [query, filter.collections, filter.limit],
  );
  return rows.map(({ id }) => id);
};

/** Passages nearest in meaning, by the nearer of their two vectors, compared one by one: exact, and no index to tune. */
export const searchByMeaning = async (
  tx: TenantTx,
  query: { readonly model: string; readonly vector: readonly number[] },
  filter: { readonly collections: readonly string[] | null; readonly limit: number },
): Promise<string[]> => {
  const rows = await tx.query<{ id: string }>(
    `select v.passage_id as id from knowledge_vectors v
     join knowledge_passages p using (tenant_id, passage_id)
     join knowledge_documents d using (tenant_id, document_id)
     where v.model = $1 and ($3::text[] is null or d.collection = any($3))
     order by least(v.heading <=> $2::vector, v.body <=> $2::vector), v.passage_id
     limit $4`,
    [query.model, vectorText(query.vector), filter.collections, filter.limit],
  );
  return rows.map(({ id }) => id);
};

export const loadPassages = (tx: TenantTx, ids: readonly string[]): Promise<StoredPassage[]> =>
  tx.query<StoredPassage>(
    `select p.passage_id as "passageId", d.document_id as "documentId", d.origin, d.source, d.collection, d.title,
       p.ordinal, p.heading, p.body as text
     from knowledge_passages p join knowledge_documents d using (tenant_id, document_id)
     where p.passage_id = any($1::text[])`,
    [ids],
  );
