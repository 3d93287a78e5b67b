import {
  insertDifferences,
  WHOLE_OBJECT,
  type Difference,
} from '../../connectors/source/difference-store.ts';
import { advanceRead, type ReadStep, type SourceRead } from '../../connectors/source/read-store.ts';
import { senderOf, type Source } from '../../connectors/source/source.ts';
import {
  eventsOf,
  readObject,
  readPast,
  type DatedChange,
} from '../../connectors/stripe/source/read-object.ts';
import type { Page } from '../../connectors/stripe/source/reader.ts';
import { contextOf } from '../../connectors/stripe/source/settings.ts';
import type { IncomingEvent } from '../../domain/event.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { TenantConfig } from '../../domain/tenant.ts';
import { epochMilliseconds, type Instant } from '../../domain/time.ts';
import type { Parts } from '../../parts.ts';
import { currentConfig } from '../../platform/config/store.ts';
import type { TenantTx } from '../../platform/db/database.ts';
import { acceptEvents } from '../../sense/events/accept.ts';
import { insertQuarantined } from '../../sense/events/quarantine-store.ts';
import { refuse } from '../../sense/events/refusal.ts';
import { compare, type Compared } from './differences.ts';

export interface PageTaken {
  /** False when somebody else has taken this page meanwhile. */
  readonly taken: boolean;
  readonly accountIds: readonly string[];
}

/**
 * Takes one page in one transaction: what it says that we do not know is accepted, in a reconciliation each difference is
 * written down, and the cursor moves. Killed before the commit, the page is read again.
 */
export const takePage = async (
  tx: TenantTx,
  {
    source,
    read,
    page,
    parts,
    now,
  }: {
    readonly source: Source;
    readonly read: SourceRead;
    readonly page: Page;
    readonly parts: Pick<Parts, 'stripeMappers' | 'entities'>;
    readonly now: Instant;
  },
): Promise<PageTaken> => {
  const config = await currentConfig(tx);
  const reading = readAll(page, { source, parts, config });
  await insertQuarantined(
    tx,
    reading.refused.map(({ event, code, reason }) => refuse(event, code, reason)),
    now,
  );
  const compared = await compare(tx, reading.changes, parts.entities);
  const news = compared.filter((each) => isNews(each, page.readAt));
  const events = [
    ...pastOf(page, news, read, reading, source),
    ...presentOf(news, reading, read, page, source),
  ];
  const result = await acceptEvents(tx, events, { now, entities: parts.entities, config });
  const refusedIds = new Set(result.quarantined.map(({ eventId }) => eventId));
  const differences =
    read.purpose === 'reconcile' ? differencesOf(news, { read, refusedIds, page, source }) : [];
  await insertDifferences(tx, differences);
  const step: ReadStep = {
    cursor: page.next,
    status: page.next === null ? 'done' : 'running',
    objects: page.objects.length,
    accepted: result.accepted,
    ignored: reading.ignored,
    quarantined: reading.refused.length + result.quarantined.length,
    differences: differences.length,
  };
  return { taken: await advanceRead(tx, read, step, now), accountIds: result.accountIds };
};

export interface ReadAll {
  readonly changes: readonly DatedChange[];
  readonly past: ReadonlyMap<string, readonly DatedChange[]>;
  readonly refused: readonly {
    readonly event: IncomingEvent;
    readonly code: 'bad_payload' | 'unknown_type';
    readonly reason: string;
  }[];
  readonly ignored: number;
}

/** Reads every object of a page. Pure; what is wrong with one is kept with its reason. */
export const readAll = (
  page: Pick<Page, 'objects' | 'readAt'>,
  {
    source,
    parts,
    config,
  }: {
    readonly source: Source;
    readonly parts: Pick<Parts, 'stripeMappers'>;
    readonly config: TenantConfig;
  },
): ReadAll => {
  const reader = { mappers: parts.stripeMappers, context: contextOf(source, config) };
  const occasion = { eventType: null, isDeletion: false, at: page.readAt, previous: {} };
  const changes: DatedChange[] = [];
  const past = new Map<string, DatedChange[]>();
  const refused: ReadAll['refused'][number][] = [];
  let ignored = 0;
  for (const object of page.objects) {
    const reading = readObject(object, occasion, reader);
    if (reading.kind === 'ignored') ignored += 1;
    if (reading.kind === 'refused') {
      refused.push({ ...reading, event: unreadable(object, page.readAt, source) });
    }
    if (reading.kind !== 'read') continue;
    changes.push(...reading.changes);
    for (const change of readPast(object, reader)) {
      const key = `${change.type} ${change.key}`;
      past.set(key, [...(past.get(key) ?? []), change]);
    }
  }
  return { changes, past, refused, ignored };
};

const unreadable = (object: JsonObject, at: Instant, source: Source): IncomingEvent => ({
  eventId: `read/${textOf(object['id'])}`,
  source: senderOf(source),
  type: `stripe.${textOf(object['object'])}`,
  occurredAt: at,
  trust: 'server',
  payload: object,
});

const textOf = (value: unknown): string => (typeof value === 'string' ? value : 'unknown');

/** What we do not hold, or hold differently; what happened after the page was read is newer than the page. */
export const isNews = ({ held, fields }: Compared, readAt: Instant): boolean =>
  held === null || (fields.length > 0 && held.validFrom < secondAfter(readAt));

const secondAfter = (at: Instant): string => `${at.slice(0, 19)}.999Z`;

/** The past of what nobody had told us of; told again under the same ids, it changes nothing. */
const pastOf = (
  page: Page,
  news: readonly Compared[],
  read: SourceRead,
  reading: ReadAll,
  source: Source,
): IncomingEvent[] => {
  const told =
    read.purpose === 'backfill' ? [...reading.past.values()] : pastOfMissing(news, reading);
  return told.flatMap((stages) =>
    stages.flatMap((stage, index) =>
      stage.at > page.readAt
        ? []
        : eventsOf([stage], { sender: senderOf(source), name: `past/${String(index)}` }),
    ),
  );
};

const pastOfMissing = (news: readonly Compared[], { past }: ReadAll): (readonly DatedChange[])[] =>
  news
    .filter(({ held }) => held === null)
    .map(({ change }) => past.get(`${change.type} ${change.key}`) ?? []);

/** Tells this reading of an object from every other one, also from one in the same second. */
const nameOf = ({ begunAt }: SourceRead, { readAt }: Page): string =>
  `read/${String(epochMilliseconds(begunAt))}/${String(epochMilliseconds(readAt))}`;

const presentOf = (
  news: readonly Compared[],
  { changes }: ReadAll,
  read: SourceRead,
  page: Page,
  source: Source,
): IncomingEvent[] => {
  // Who belongs to whom is no entity that could be compared: it is told when everything is.
  const bindings =
    read.purpose === 'backfill' ? changes.filter(({ type }) => type === 'link.bound') : [];
  const told = [...news.map(({ change }) => change), ...bindings];
  return eventsOf(told, { sender: senderOf(source), name: nameOf(read, page) });
};

const differencesOf = (
  news: readonly Compared[],
  {
    read,
    refusedIds,
    page,
    source,
  }: {
    readonly read: SourceRead;
    readonly refusedIds: ReadonlySet<string>;
    readonly page: Page;
    readonly source: Source;
  },
): Difference[] => {
  return news.flatMap(({ change, kind, held, fields }) => {
    const [event] = eventsOf([change], { sender: senderOf(source), name: nameOf(read, page) });
    const corrected = event !== undefined && !refusedIds.has(event.eventId);
    const about = {
      sourceId: read.sourceId,
      runAt: read.begunAt,
      objectType: read.objectType,
      objectId: change.key,
      kind,
      state: corrected ? ('corrected' as const) : ('open' as const),
    };
    return held === null
      ? [{ ...about, field: WHOLE_OBJECT, ours: null, theirs: change.key }]
      : fields.map((each) => ({ ...about, ...each }));
  });
};
