import type { IncomingEvent } from '../../domain/event.ts';
import type { TenantTx } from '../../platform/db/database.ts';
import { acceptEvents, type AcceptOptions } from '../events/accept.ts';
import {
  insertQuarantined,
  markReplayed,
  replayable,
  type QuarantineFilter,
  type StoredRefusal,
} from '../events/quarantine-store.ts';
import type { Refusal } from '../events/refusal.ts';
import { compileEmits, type Emitted } from './emit.ts';
import { patternOf } from './find-files.ts';
import type { Mapping } from './mapping-schema.ts';
import { openRow } from './open-table.ts';

/** What hearing quarantined entries again comes to. */
export interface Replay {
  /** Entries that were looked at. */
  readonly entries: number;
  /** Of these, entries that are put right: all that they give is accepted, or was before. */
  readonly settled: number;
  /** New events. */
  readonly accepted: number;
  readonly duplicates: number;
  /** Still refused, by reason. */
  readonly refused: readonly {
    readonly code: string;
    readonly reason: string;
    readonly count: number;
  }[];
  /** Entries of which too little is kept to hear them again, by what to do instead. */
  readonly lost: readonly { readonly reason: string; readonly count: number }[];
  readonly accountIds: readonly string[];
}

const SAVEPOINT = 'replay';

/**
 * Hears quarantined entries again, after a mapping, a setting or the program was put right: rows of imports by the mapping
 * that is given, other events as they came. With `keep: false` nothing is changed, and the answer says what would be.
 * What is accepted leaves the quarantine and is heard once; what is refused again stays, with its reason of today.
 */
export const replayQuarantine = async (
  tx: TenantTx,
  {
    filter,
    mapping,
    keep,
    ...options
  }: AcceptOptions & {
    readonly filter: Omit<QuarantineFilter, 'now'>;
    readonly mapping?: Mapping | undefined;
    readonly keep: boolean;
  },
): Promise<Replay> => {
  if (!keep) await tx.query(`savepoint ${SAVEPOINT}`);
  const replay = await hear(
    tx,
    await replayable(tx, { ...filter, now: options.now }),
    mapping,
    options,
  );
  if (!keep) await tx.query(`rollback to savepoint ${SAVEPOINT}`);
  return replay;
};

interface Heard {
  readonly events: readonly IncomingEvent[];
  readonly refusals: readonly Refusal[];
}

const hear = async (
  tx: TenantTx,
  entries: readonly StoredRefusal[],
  mapping: Mapping | undefined,
  options: AcceptOptions,
): Promise<Replay> => {
  const lost = new Map<string, number>();
  const heard: { readonly entry: StoredRefusal; readonly heard: Heard }[] = [];
  for (const entry of entries) {
    const result = readAgain(entry, mapping, options);
    if (typeof result === 'string') lost.set(result, (lost.get(result) ?? 0) + 1);
    else heard.push({ entry, heard: result });
  }
  const ids = heard.map(({ entry }) => entry.id);
  await markReplayed(tx, ids, options.now);
  const result = await acceptEvents(
    tx,
    heard.flatMap((each) => each.heard.events),
    options,
  );
  const refusals = heard.flatMap((each) => each.heard.refusals);
  await insertQuarantined(tx, refusals, options.now);
  const again = [...refusals, ...result.quarantined];
  const refused = new Map<string, { code: string; reason: string; count: number }>();
  for (const { code, reason } of again) {
    const known = refused.get(code) ?? { code, reason, count: 0 };
    refused.set(code, { ...known, count: known.count + 1 });
  }
  const bad = new Set([
    ...refusals.map(({ event }) => event.eventId),
    ...result.quarantined.map(({ eventId }) => eventId),
  ]);
  const isBad = ({ events, refusals: own }: Heard): boolean =>
    own.length > 0 || events.some(({ eventId }) => bad.has(eventId));
  return {
    entries: entries.length,
    settled: heard.filter((each) => !isBad(each.heard)).length,
    accepted: result.accepted,
    duplicates: result.duplicates,
    refused: [...refused.values()],
    lost: [...lost].map(([reason, count]) => ({ reason, count })),
    accountIds: result.accountIds,
  };
};

/** The events that an entry gives now, or why too little is known of it. */
const readAgain = (
  entry: StoredRefusal,
  mapping: Mapping | undefined,
  options: AcceptOptions,
): Heard | string => {
  const { file } = entry;
  if (file !== null) return rowAgain({ ...entry, file }, mapping, options);
  const { payload, occurredAt, trust, ref } = entry;
  if (payload === null || 'cut' in payload || occurredAt === null || trust === null) {
    return 'only its beginning was kept: have it sent again';
  }
  const { eventId, source, type, importId, mappingVersion } = entry;
  const event: IncomingEvent = {
    ...{ eventId, source, type, occurredAt, trust, payload },
    ...(ref === null ? {} : { ref }),
    ...(importId === null ? {} : { importId }),
    ...(mappingVersion === null ? {} : { mappingVersion }),
  };
  return { events: [event], refusals: [] };
};

const rowAgain = (
  entry: StoredRefusal & { readonly file: string },
  mapping: Mapping | undefined,
  { now, config }: AcceptOptions,
): Heard | string => {
  const row = entry.row ?? (entry.code === 'bad_row' ? entry.payload : null);
  if (row === null || 'cut' in row || Object.keys(row).length === 0)
    return 'the line itself could not be read: correct the file and import it again';
  if (mapping === undefined) return 'a row of a file: say by which mapping to read it (--mapping)';
  if (mapping.source !== entry.source)
    return `the mapping is of \`${mapping.source}\`, and the row of another source`;
  const found = Object.entries(mapping.tables).find(([, table]) =>
    patternOf(table.file).test(entry.file),
  );
  if (found === undefined) return `no table of the mapping reads \`${entry.file}\``;
  const [tableName, table] = found;
  const emitted: Emitted = { events: [], refusals: [], waiting: 0, leftOut: 0 };
  const emit = compileEmits(table.emits, openRow(), {
    table: tableName,
    file: entry.file,
    source: mapping.source,
    mappingVersion: mapping.version,
    importId: entry.importId ?? '',
    zone: table.zone ?? mapping.zone ?? config.zone,
    now,
  });
  emit({ line: entry.line ?? 0, row }, emitted);
  return emitted;
};
