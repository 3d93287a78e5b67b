import type { Json } from '../../domain/json.ts';
import type { Instant } from '../../domain/time.ts';
import type { TenantTx } from '../../platform/db/database.ts';

/** Where what we hold differed from what a source said. */
export interface Difference {
  readonly sourceId: string;
  /** When the run that found it began. */
  readonly runAt: Instant;
  readonly objectType: string;
  readonly objectId: string;
  /** Our kind, and its field; `(object)` where one side has none of it. */
  readonly kind: string;
  readonly field: string;
  readonly ours: Json;
  readonly theirs: Json;
  /** `corrected`: theirs was accepted. `open`: a person has to look. */
  readonly state: 'corrected' | 'open';
}

export const WHOLE_OBJECT = '(object)';

const COLUMNS = {
  tenant_id: 'text',
  source_id: 'text',
  run_at: 'timestamptz',
  object_type: 'text',
  object_id: 'text',
  kind: 'text',
  field: 'text',
  ours: 'jsonb',
  theirs: 'jsonb',
  state: 'text',
};

export const insertDifferences = async (
  tx: TenantTx,
  differences: readonly Difference[],
): Promise<number> =>
  differences.length === 0
    ? 0
    : tx.bulkInsert(
        'source_differences',
        COLUMNS,
        differences.map((each) => [
          ...[tx.tenantId, each.sourceId, each.runAt, each.objectType, each.objectId, each.kind],
          ...[each.field, each.ours, each.theirs, each.state],
        ]),
        'on conflict do nothing',
      );

/** The differences of a source's latest run that found any, or of all of them; the latest first. */
export const listDifferences = async (
  tx: TenantTx,
  sourceId: string,
  options: { readonly since?: Instant; readonly limit?: number } = {},
): Promise<Difference[]> =>
  tx.query<Difference>(
    `select source_id as "sourceId", run_at as "runAt", object_type as "objectType", object_id as "objectId", kind,
       field, ours, theirs, state
     from source_differences where source_id = $1 and ($2::timestamptz is null or run_at >= $2)
     order by run_at desc, object_type, object_id, kind, field limit $3`,
    [sourceId, options.since ?? null, options.limit ?? 200],
  );
