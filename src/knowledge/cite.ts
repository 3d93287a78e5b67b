import type { Database } from '../platform/db/database.ts';
import type { Embedders } from './embedders/embedders.ts';
import { searchKnowledge } from './search.ts';

/** A passage of the knowledge base with what it takes to cite it. */
export interface CitedPassage {
  readonly passageId: string;
  /** Where it stands: `origin:source#ordinal`. */
  readonly citation: string;
  readonly title: string;
  readonly heading: string;
  readonly text: string;
}

export interface PassagesAsked {
  readonly text: string;
  readonly limit: number;
  /** Collections left out. */
  readonly without?: readonly string[];
}

/** Passages that answer a question, for who quotes them. `note`: why words alone were searched, or `null`. */
export const citedPassages = async (
  db: Database,
  tenantId: string,
  embedders: Embedders,
  { text, limit, without = [] }: PassagesAsked,
): Promise<{ readonly passages: readonly CitedPassage[]; readonly note: string | null }> => {
  // What is left out would otherwise take the place of what is not.
  const depth = without.length === 0 ? limit : limit * 2;
  const { hits, note } = await searchKnowledge(db, tenantId, embedders, { text, limit: depth });
  const passages = hits
    .filter(({ collection }) => !without.includes(collection))
    .slice(0, limit)
    .map(({ passageId, origin, source, ordinal, title, heading, text: passage }) => ({
      ...{ passageId, title, heading, text: passage },
      citation: `${origin}:${source}#${String(ordinal)}`,
    }));
  return { passages, note };
};
