import type { Instant } from '../domain/time.ts';
import type { TenantTx } from '../platform/db/database.ts';
import type { Passage } from './passage.ts';

/** A document as it is kept. */
export interface KnowledgeDocument {
  readonly id: string;
  /** `program`, or `folder:<name>`. */
  readonly origin: string;
  /** Its key at the origin, such as a path. */
  readonly source: string;
  readonly collection: string;
  readonly title: string;
  readonly contentHash: string;
  readonly addedAt: Instant;
  readonly addedBy: string;
}

const COLUMNS = `document_id as id, origin, source, collection, title, content_hash as "contentHash",
  added_at as "addedAt", added_by as "addedBy"`;

export const listDocuments = (
  tx: TenantTx,
  origin: string | null = null,
): Promise<KnowledgeDocument[]> =>
  tx.query<KnowledgeDocument>(
    `select ${COLUMNS} from knowledge_documents where $1::text is null or origin = $1
     order by collection, title, document_id`,
    [origin],
  );

/** Replaces a document with its passages; their vectors go with them. */
export const replaceDocument = async (
  tx: TenantTx,
  document: KnowledgeDocument,
  passages: readonly (Passage & { readonly id: string })[],
): Promise<void> => {
  await deleteDocuments(tx, [document.id]);
  await tx.query(
    `insert into knowledge_documents (tenant_id, document_id, origin, source, collection, title, content_hash, added_at,
       added_by)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [
      tx.tenantId,
      document.id,
      document.origin,
      document.source,
      document.collection,
      document.title,
      document.contentHash,
      document.addedAt,
      document.addedBy,
    ],
  );
  await tx.bulkInsert(
    'knowledge_passages',
    {
      tenant_id: 'text',
      passage_id: 'text',
      document_id: 'text',
      ordinal: 'int4',
      heading: 'text',
      body: 'text',
    },
    passages.map(({ id, ordinal, heading, text }) => [
      tx.tenantId,
      id,
      document.id,
      ordinal,
      heading,
      text,
    ]),
  );
};

export const deleteDocuments = async (tx: TenantTx, ids: readonly string[]): Promise<void> => {
  await tx.query('delete from knowledge_documents where document_id = any($1::text[])', [ids]);
};

export interface KnowledgeCount {
  readonly collection: string;
  readonly documents: number;
  readonly passages: number;
}

export const countKnowledge = (tx: TenantTx): Promise<KnowledgeCount[]> =>
  tx.query<KnowledgeCount>(
    `select d.collection, count(distinct d.document_id)::int as documents, count(p.passage_id)::int as passages
     from knowledge_documents d left join knowledge_passages p using (tenant_id, document_id)
     group by d.collection order by d.collection`,
  );
