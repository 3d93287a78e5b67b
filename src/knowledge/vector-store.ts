import type { Instant } from '../domain/time.ts';
import type { TenantTx } from '../platform/db/database.ts';

export interface Unembedded {
  readonly id: string;
  readonly heading: string;
  readonly text: string;
}

/** Passages that a model has not embedded yet, at most `limit`. */
export const selectUnembedded = (
  tx: TenantTx,
  model: string,
  limit: number,
): Promise<Unembedded[]> =>
  tx.query<Unembedded>(
    `select p.passage_id as id, p.heading, p.body as text from knowledge_passages p
     where not exists (select from knowledge_vectors v where v.passage_id = p.passage_id and v.model = $1)
     order by p.passage_id limit $2`,
    [model, limit],
  );

export const countUnembedded = async (tx: TenantTx, model: string): Promise<number> => {
  const [row] = await tx.query<{ count: number }>(
    `select count(*)::int as count from knowledge_passages p
     where not exists (select from knowledge_vectors v where v.passage_id = p.passage_id and v.model = $1)`,
    [model],
  );
  return row?.count ?? 0;
};

/** pgvector's way of writing one. */
export const vectorText = (vector: readonly number[]): string => `[${vector.join(',')}]`;

/** Writes vectors; of passages that are gone by now, none. */
export const insertVectors = async (
  tx: TenantTx,
  model: string,
  vectors: readonly {
    readonly passageId: string;
    readonly heading: readonly number[];
    readonly body: readonly number[];
  }[],
): Promise<void> => {
  await tx.query(
    `insert into knowledge_vectors (tenant_id, passage_id, model, heading, body)
     select $1, p.passage_id, $2, given.heading::vector, given.body::vector
     from unnest($3::text[], $4::text[], $5::text[]) as given (passage_id, heading, body)
     join knowledge_passages p using (passage_id)
     on conflict do nothing`,
    [
      tx.tenantId,
      model,
      vectors.map(({ passageId }) => passageId),
      vectors.map(({ heading }) => vectorText(heading)),
      vectors.map(({ body }) => vectorText(body)),
    ],
  );
};

/** The model that answers, or `null` while nothing was ever embedded as a whole. */
export const servingModel = async (tx: TenantTx): Promise<string | null> => {
  const [row] = await tx.query<{ model: string }>('select model from knowledge_models');
  return row?.model ?? null;
};

/** From here on this model answers; what others embedded is given up. */
export const serveModel = async (tx: TenantTx, model: string, now: Instant): Promise<void> => {
  await tx.query(
    `insert into knowledge_models (tenant_id, model, since) values ($1, $2, $3)
     on conflict (tenant_id) do update set model = excluded.model, since = excluded.since`,
    [tx.tenantId, model, now],
  );
  await tx.query('delete from knowledge_vectors where model <> $1', [model]);
};
