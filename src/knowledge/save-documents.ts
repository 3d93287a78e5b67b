import { deriveId, digest } from '../domain/identifiers.ts';
import { inputError } from '../domain/errors.ts';
import type { Instant } from '../domain/time.ts';
import type { TenantTx } from '../platform/db/database.ts';
import {
  deleteDocuments,
  listDocuments,
  replaceDocument,
  type KnowledgeDocument,
} from './document-store.ts';
import type { ReadDocument } from './passage.ts';
import { splitDocument } from './split.ts';

/** A document to keep. `source` is its key at the origin. */
export interface NewDocument extends ReadDocument {
  readonly source: string;
  readonly collection: string;
}

export interface Saved {
  readonly added: number;
  readonly changed: number;
  readonly unchanged: number;
  readonly removed: number;
  readonly passages: number;
}

/**
 * Makes an origin hold just these documents: new and changed ones are cut into passages, those that are gone are
 * removed, the others stay with their vectors. Throws `knowledge.twice` where two have the same source.
 */
export const saveDocuments = async (
  tx: TenantTx,
  input: {
    readonly origin: string;
    readonly documents: readonly NewDocument[];
    readonly by: string;
    readonly now: Instant;
  },
): Promise<Saved> => {
  refuseTwins(input.documents);
  const before = new Map(
    (await listDocuments(tx, input.origin)).map((document) => [document.source, document]),
  );
  const saved = { added: 0, changed: 0, unchanged: 0, passages: 0 };
  for (const document of input.documents) {
    const known = before.get(document.source);
    before.delete(document.source);
    const contentHash = digest(contentOf(document));
    if (known?.contentHash === contentHash) {
      saved.unchanged += 1;
      continue;
    }
    saved[known === undefined ? 'added' : 'changed'] += 1;
    saved.passages += await save(tx, document, { ...input, contentHash });
  }
  await deleteDocuments(
    tx,
    [...before.values()].map(({ id }) => id),
  );
  return { ...saved, removed: before.size };
};

const save = async (
  tx: TenantTx,
  document: NewDocument,
  kept: Pick<KnowledgeDocument, 'origin' | 'contentHash'> & {
    readonly by: string;
    readonly now: Instant;
  },
): Promise<number> => {
  const id = deriveId('doc', tx.tenantId, kept.origin, document.source);
  // A changed text is another passage, so that no vector of the old one is taken for it.
  const passages = splitDocument(document).map((passage) => ({
    id: deriveId('psg', id, String(passage.ordinal), passage.heading, passage.text),
    ...passage,
  }));
  await replaceDocument(
    tx,
    {
      id,
      origin: kept.origin,
      source: document.source,
      collection: document.collection,
      title: document.title,
      contentHash: kept.contentHash,
      addedAt: kept.now,
      addedBy: kept.by,
    },
    passages,
  );
  return passages.length;
};

const contentOf = ({ title, collection, sections }: NewDocument) => ({
  title,
  collection,
  sections: sections.map(({ headings, text }) => ({ headings: [...headings], text })),
});

const refuseTwins = (documents: readonly NewDocument[]): void => {
  const seen = new Set<string>();
  for (const { source } of documents) {
    if (seen.has(source)) {
      throw inputError('knowledge.twice', `two documents are called \`${source}\`; rename one`);
    }
    seen.add(source);
  }
};
