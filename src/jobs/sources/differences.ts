import type { DatedChange } from '../../connectors/stripe/source/read-object.ts';
import { canonicalJson, type Json, type JsonObject } from '../../domain/json.ts';
import type { TenantTx } from '../../platform/db/database.ts';
import { linkIdOf } from '../../sense/identity/link-id.ts';
import type { EntityType } from '../../sense/state/define.ts';
import { loadRecords, type KeyedVersion } from '../../sense/state/version-store.ts';

/** A change of an entity beside what we hold of it. */
export interface Compared {
  readonly change: DatedChange;
  readonly kind: string;
  readonly key: string;
  /** `null`: nothing is held. */
  readonly held: KeyedVersion | null;
  readonly fields: readonly DifferingField[];
}

export interface DifferingField {
  readonly field: string;
  readonly ours: Json;
  readonly theirs: Json;
}

/** Compares what was read with what is held now, set-wise. Changes that are of no entity are left out. */
export const compare = async (
  tx: TenantTx,
  changes: readonly DatedChange[],
  entities: readonly EntityType[],
): Promise<Compared[]> => {
  const wanted = changes.flatMap((change) => {
    const type = entities.find(({ kind }) => `${kind}.changed` === change.type);
    return type === undefined ? [] : [{ change, type, key: keyOf(change, type) }];
  });
  const held = new Map<string, KeyedVersion>();
  for (const kind of new Set(wanted.map(({ type }) => type.kind))) {
    const keys = wanted.filter(({ type }) => type.kind === kind).map(({ key }) => key);
    for (const version of await loadRecords(tx, kind, keys)) {
      if (version.validTo === null) held.set(`${kind} ${version.key}`, version);
    }
  }
  return wanted.map(({ change, type, key }) => {
    const ours = held.get(`${type.kind} ${key}`) ?? null;
    const fields = ours === null ? [] : differing(ours.data, fieldsOf(change, type));
    return { change, kind: type.kind, key, held: ours, fields };
  });
};

/** An account's record is kept by its link. */
const keyOf = ({ key, ref }: DatedChange, type: EntityType): string =>
  type.kind === 'account' && ref !== null ? linkIdOf(ref) : key;

/** In the forms in which they are kept. */
const fieldsOf = ({ payload }: DatedChange, type: EntityType): JsonObject => {
  const fields = Object.fromEntries(Object.entries(payload).filter(([name]) => name !== 'links'));
  const parsed = type.change.safeParse(fields);
  return parsed.success ? (parsed.data as JsonObject) : fields;
};

/** The fields of which a change says something else than what is held; what it does not mention is not compared. */
export const differing = (held: JsonObject, said: JsonObject): DifferingField[] =>
  Object.entries(said).flatMap(([field, theirs]) => {
    const ours = held[field] ?? null;
    return canonicalJson(ours) === canonicalJson(theirs) ? [] : [{ field, ours, theirs }];
  });
