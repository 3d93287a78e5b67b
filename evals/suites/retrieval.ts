import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse as parseCsv } from 'csv-parse/sync';
import { parse as parseYaml } from 'yaml';
import type { Instant } from '../../src/domain/time.ts';
import { embedPassages } from '../../src/knowledge/embed-passages.ts';
import type { Embedder } from '../../src/knowledge/embedders/define.ts';
import { embeddersFor, type Embedders } from '../../src/knowledge/embedders/embedders.ts';
import { playbookDocument } from '../../src/knowledge/program-documents.ts';
import { readKnowledgeFolder } from '../../src/knowledge/read-folder.ts';
import { saveDocuments, type NewDocument } from '../../src/knowledge/save-documents.ts';
import { searchKnowledge, type Question } from '../../src/knowledge/search.ts';
import { loadParts } from '../../src/parts.ts';
import { openDatabase } from '../../src/platform/db/open.ts';
import type { OpenDatabase } from '../../src/platform/db/database.ts';
import { createTenant } from '../../src/platform/tenant-store.ts';
import { KNOWLEDGE } from '../../src/sample/install.ts';
import { defineSuite, type EvalKit, type FigureTable, type Judged } from '../define.ts';

const NOW: Instant = '2026-10-13T14:30:00.000Z';

/** What is asked, and the source of the one document that answers it. */
interface Asked {
  readonly ask: string;
  readonly source: string;
}

interface Corpus {
  readonly id: string;
  readonly documents: readonly NewDocument[];
  readonly asked: readonly Asked[];
}

/** Means over the questions; the rank of a document is that of its first passage. */
interface Measures {
  readonly recallAt5: number;
  readonly recallAt10: number;
  readonly ndcgAt10: number;
  readonly mrr: number;
}

type Way = 'words' | 'meaning' | 'both';
const WAYS: readonly Way[] = ['words', 'meaning', 'both'];

interface RetrievalResult {
  readonly corpus: string;
  readonly questions: number;
  readonly documents: number;
  readonly measures: Readonly<Record<Way, Measures>>;
}

export default defineSuite({
  id: 'retrieval',
  title: 'The search of the knowledge base, by words, by meaning, and by both',
  mustFail: () => [
    judgeCorpus({
      corpus: 'a search that finds nothing',
      questions: 1,
      documents: 1,
      measures: { words: NONE, meaning: NONE, both: NONE },
    }),
  ],
  run: async ({ onProgress }) => {
    const db = await openDatabase({});
    try {
      const faq = await covidFaq();
      const corpora = [...(faq === null ? [] : [faq]), await lumenboard()];
      const results: RetrievalResult[] = [];
      for (const corpus of corpora) results.push(await measure(db, corpus, onProgress));
      return {
        judged: results.map(judgeCorpus),
        scores: Object.assign({}, ...results.map(scoresOf)) as Record<string, number>,
        tables: results.map(tableOf),
        skipped: faq === null ? ['dup-covid-faq: set RETINUE_SHARED to the folder it is in'] : [],
      };
    } finally {
      await db.close();
    }
  },
});

/** That answers are found at all is what every corpus has to show; how well is for the scores to say. */
const judgeCorpus = ({ corpus, questions, documents, measures }: RetrievalResult): Judged => ({
  id: corpus,
  title: `${corpus}: ${questions} questions to ${documents} documents`,
  faults: WAYS.filter((way) => measures[way].recallAt10 === 0).map(
    (way) => `searched by ${way}, no question finds its answer among the first ten`,
  ),
});

/** Fusion is there to be at least as good as either search alone. */
const scoresOf = ({ corpus, measures }: RetrievalResult): Record<string, number> => ({
  [`${corpus}.recallAt5`]: measures.both.recallAt5,
  [`${corpus}.ndcgAt10`]: measures.both.ndcgAt10,
  [`${corpus}.ndcgOverBetterAlone`]:
    measures.both.ndcgAt10 / Math.max(measures.words.ndcgAt10, measures.meaning.ndcgAt10),
});

const MEASURES: readonly (readonly [keyof Measures, string])[] = [
  ['recallAt5', 'recall@5'],
  ['recallAt10', 'recall@10'],
  ['ndcgAt10', 'nDCG@10'],
  ['mrr', 'MRR'],
];

const tableOf = ({ corpus, measures }: RetrievalResult): FigureTable => ({
  title: corpus,
  head: ['searched by', ...MEASURES.map(([, title]) => title)],
  rows: WAYS.map((way) => [way, ...MEASURES.map(([name]) => measures[way][name].toFixed(3))]),
  notes: MEASURES.flatMap(([name, title]) => {
    const better = Math.max(measures.words[name], measures.meaning[name]);
    if (measures.both[name] >= better) return [];
    return [
      `${title}: both (${measures.both[name].toFixed(3)}) is below the better of the two (${better.toFixed(3)}): ` +
        'documents that one search ranks first and the other not at all come after those that both know',
    ];
  }),
});

/**
 * Question pairs that people marked similar (487, of a public FAQ): the second is asked, the entry whose question is the
 * first is the answer. Entries with the same question count as one.
 */
const covidFaq = async (): Promise<Corpus | null> => {
  const folder = join(process.env['RETINUE_SHARED'] ?? '../shared', 'data/dup-covid-faq');
  const there = await access(folder).then(
    () => true,
    () => false,
  );
  if (!there) return null;
  const rows = async <Row>(file: string): Promise<Row[]> =>
    parseCsv(await readFile(join(folder, file)), { columns: true, relax_quotes: true });
  const entries = await rows<{ question: string; answer: string }>('faq_covidbert.csv');
  const pairs = await rows<{ question_1: string; question_2: string; similar: string }>(
    'eval_question_similarity_en.csv',
  );
  const byQuestion = new Map(entries.reverse().map((entry) => [entry.question.trim(), entry]));
  return {
    id: 'dup-covid-faq',
    documents: [...byQuestion].map(([question, { answer }]) => ({
      source: question,
      collection: 'faq',
      title: question,
      sections: [{ headings: [question], text: answer }],
    })),
    asked: pairs
      .filter(({ similar, question_1: first }) => similar === '1' && byQuestion.has(first.trim()))
      .map((pair) => ({ ask: pair.question_2, source: pair.question_1.trim() })),
  };
};

const lumenboard = async (): Promise<Corpus> => {
  const { playbooks } = await loadParts();
  const { documents } = await readKnowledgeFolder(KNOWLEDGE, 'product');
  const file = new URL('../datasets/knowledge-lumenboard.yaml', import.meta.url);
  const questions = parseYaml(await readFile(file, 'utf8')) as { ask: string; page: string }[];
  return {
    id: 'lumenboard',
    documents: [...documents, ...playbooks.map(playbookDocument)],
    asked: questions.map(({ ask, page }) => ({ ask, source: page })),
  };
};

const measure = async (
  db: OpenDatabase,
  { id, documents, asked }: Corpus,
  onProgress: EvalKit['onProgress'],
): Promise<RetrievalResult> => {
  const embedders = remembering(embeddersFor());
  await db.withTenant(id, async (tx) => {
    await createTenant(tx, { name: id, now: NOW });
    await saveDocuments(tx, { origin: 'eval', documents, by: 'eval', now: NOW });
  });
  await embedPassages(db, id, embedders.wanted, {
    now: NOW,
    onProgress: (done, total) => {
      onProgress({ label: `embedding ${id}`, done, total });
    },
  });
  const measures = { words: NONE, meaning: NONE, both: NONE };
  for (const way of WAYS) {
    const ranks: (number | null)[] = [];
    for (const { ask, source } of asked) {
      const by: Question['by'] = way === 'both' ? undefined : way;
      const { hits } = await searchKnowledge(db, id, embedders, { text: ask, limit: 50, by });
      ranks.push(
        rankOf(
          hits.map((hit) => hit.source),
          source,
        ),
      );
      onProgress({ label: `asking ${id} by ${way}`, done: ranks.length, total: asked.length });
    }
    measures[way] = measuresOf(ranks);
  }
  return { corpus: id, questions: asked.length, documents: documents.length, measures };
};

/** Each question is asked more than once, and embedding it is most of the work. */
const remembering = ({ wanted }: Embedders): Embedders => {
  const known = new Map<string, Promise<readonly number[]>>();
  const embedOne = async (text: string): Promise<readonly number[]> =>
    (await wanted.embed([text]))[0] ?? [];
  const embedder: Embedder = {
    id: wanted.id,
    embed: (texts) =>
      Promise.all(
        texts.map((text) => {
          const vector = known.get(text) ?? embedOne(text);
          known.set(text, vector);
          return vector;
        }),
      ),
  };
  return { wanted: embedder, named: (id) => (id === embedder.id ? embedder : null) };
};

const NONE: Measures = { recallAt5: 0, recallAt10: 0, ndcgAt10: 0, mrr: 0 };

/** From 1 on, counting documents; `null` where it was not found. */
const rankOf = (sources: readonly string[], wanted: string): number | null => {
  const place = [...new Set(sources)].indexOf(wanted);
  return place === -1 ? null : place + 1;
};

const measuresOf = (ranks: readonly (number | null)[]): Measures => {
  const mean = (gain: (rank: number) => number) =>
    ranks.reduce<number>((sum, rank) => sum + (rank === null ? 0 : gain(rank)), 0) / ranks.length;
  return {
    recallAt5: mean((rank) => (rank <= 5 ? 1 : 0)),
    recallAt10: mean((rank) => (rank <= 10 ? 1 : 0)),
    // One document is relevant, so the ideal gain is 1.
    ndcgAt10: mean((rank) => (rank <= 10 ? 1 / Math.log2(rank + 1) : 0)),
    mrr: mean((rank) => 1 / rank),
  };
};
