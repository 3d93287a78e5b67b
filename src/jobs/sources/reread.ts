import { setTimeout as after } from 'node:timers/promises';
import { record } from '../../act/ledger/ledger.ts';
import type { OutboxRow } from '../../act/outbox/row.ts';
import { listSecrets } from '../../connectors/source/secret-store.ts';
import { readSecret, type Secrets } from '../../connectors/source/secrets.ts';
import { senderOf, type Source, type SourceSecret } from '../../connectors/source/source.ts';
import { listSources } from '../../connectors/source/source-store.ts';
import { codeOf, openStripe, type StripeApi } from '../../connectors/stripe/source/client.ts';
import { CUSTOMERS } from '../../connectors/stripe/source/define.ts';
import { eventsOf } from '../../connectors/stripe/source/read-object.ts';
import { LIVE } from '../../domain/case.ts';
import { configError, outsideError } from '../../domain/errors.ts';
import type { IncomingEvent } from '../../domain/event.ts';
import type { JsonObject } from '../../domain/json.ts';
import { epochMilliseconds, fromEpochMilliseconds, type Instant } from '../../domain/time.ts';
import type { Parts } from '../../parts.ts';
import { currentConfig } from '../../platform/config/store.ts';
import type { Database } from '../../platform/db/database.ts';
import { describeError, scoped } from '../../platform/log.ts';
import { acceptEvents } from '../../sense/events/accept.ts';
import { insertQuarantined } from '../../sense/events/quarantine-store.ts';
import { refuse } from '../../sense/events/refusal.ts';
import { linksOf } from '../../sense/identity/link-store.ts';
import { compare } from './differences.ts';
import { noteSecretRead } from './note-secret-read.ts';
import { isNews, readAll } from './read-page.ts';

interface Asking {
  readonly db: Database;
  readonly tenantId: string;
  readonly now: Instant;
  readonly parts: Pick<Parts, 'stripeMappers' | 'stripeReaders' | 'entities'>;
  readonly secrets: Secrets;
  readonly stripeUrl: string | null;
}

/** What one system said of one account. `because`: the code of why it did not answer. */
interface Answer {
  readonly source: string;
  readonly because: string | null;
  readonly news: number;
}

export interface Rereading {
  /** Before a row is decided again. Never throws. */
  readonly refresh: (row: OutboxRow) => Promise<void>;
  /** Accounts of which something new was said. */
  readonly changed: () => readonly string[];
}

/** An effect waits for a system's answer so long, and for all of its objects together. */
const PATIENCE_MS = 5_000;

/**
 * Asks the systems of record about an account just before something is done to it: each account once, and a system that
 * did not answer not again. What comes back is accepted like any other event. Where one is silent, the case says so, and
 * the age of what is known decides by policy.
 */
export const openRereading = (asking: Asking): Rereading => {
  const answers = new Map<string, Promise<readonly Answer[]>>();
  const silent = new Map<string, string>();
  const changed = new Set<string>();
  const ask = async (accountId: string): Promise<readonly Answer[]> => {
    const all: Answer[] = [];
    for (const asked of await whomToAsk(asking, accountId)) {
      all.push(await askOne(asking, asked, silent, changed));
    }
    return all;
  };
  return {
    changed: () => [...changed].sort(),
    refresh: async (row) => {
      const { accountId } = row;
      if (accountId === null) return;
      try {
        const known = answers.get(accountId) ?? ask(accountId);
        answers.set(accountId, known);
        await tell(asking, row, await known);
      } catch (error) {
        const { tenantId } = asking;
        scoped({ tenantId, accountId }).error(describeError(error), 'could not ask before acting');
      }
    },
  };
};

interface Asked {
  readonly source: Source;
  readonly key: SourceSecret | undefined;
  readonly customerIds: readonly string[];
}

/** Sources that are read, of an account that has customers there. */
const whomToAsk = ({ db, tenantId }: Asking, accountId: string): Promise<Asked[]> =>
  db.withTenant(tenantId, async (tx) => {
    const customerIds = (await linksOf(tx, accountId))
      .filter(({ source }) => source === CUSTOMERS)
      .map(({ externalId }) => externalId);
    if (customerIds.length === 0) return [];
    const asked: Asked[] = [];
    for (const source of await listSources(tx)) {
      if (source.disconnectedAt !== null) continue;
      const key = (await listSecrets(tx, source.sourceId)).find(
        ({ purpose, retiredAt }) => purpose === 'api_key' && retiredAt === null,
      );
      asked.push({ source, key, customerIds });
    }
    return asked;
  });

const askOne = async (
  asking: Asking,
  asked: Asked,
  silent: Map<string, string>,
  changed: Set<string>,
): Promise<Answer> => {
  const { sourceId } = asked.source;
  const source = senderOf(asked.source);
  const before = silent.get(sourceId);
  if (before !== undefined) return { source, because: before, news: 0 };
  try {
    const { objects, readAt } = await inTime(read(asking, asked));
    const taken = await take(asking, asked.source, objects, readAt);
    for (const accountId of taken.accountIds) changed.add(accountId);
    return { source, because: null, news: taken.news };
  } catch (error) {
    const because = codeOf(error) ?? 'failed';
    silent.set(sourceId, because);
    const { tenantId } = asking;
    scoped({ tenantId }).warn({ sourceId, ...describeError(error) }, 'a source was silent');
    return { source, because, news: 0 };
  }
};

const inTime = async <T>(work: Promise<T>): Promise<T> => {
  const done = new AbortController();
  const late = after(PATIENCE_MS, undefined, { signal: done.signal }).then(() => {
    throw outsideError('source_too_slow', `no answer within ${String(PATIENCE_MS)} milliseconds`);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    done.abort();
    // Whichever lost is heard by nobody.
    void late.catch(() => undefined);
    void work.catch(() => undefined);
  }
};

interface Objects {
  readonly objects: readonly JsonObject[];
  /** The second before the question: what happens meanwhile is newer, and how far an object has come adds to it. */
  readonly readAt: Instant;
}

const SECOND_MS = 1000;

const secondBefore = (at: Instant): Instant =>
  fromEpochMilliseconds((Math.floor(epochMilliseconds(at) / SECOND_MS) - 1) * SECOND_MS);

const read = async (asking: Asking, { source, key, customerIds }: Asked): Promise<Objects> => {
  const { db, tenantId, now, parts, secrets, stripeUrl } = asking;
  if (key === undefined)
    throw configError('stripe_key_missing', `the source \`${source.sourceId}\` has no key`);
  const api = await openStripe({
    key: await readSecret(secrets, tenantId, key),
    url: stripeUrl,
    now: () => now,
    patience: { timeoutMilliseconds: PATIENCE_MS, retries: 0 },
  });
  await db.withTenant(tenantId, (tx) => noteSecretRead(tx, key, now));
  const objects: JsonObject[] = [];
  for (const customerId of customerIds) {
    objects.push(...(await objectsOf(api, customerId, parts.stripeReaders)));
  }
  return { objects, readAt: secondBefore(now) };
};

const objectsOf = async (
  api: StripeApi,
  customerId: string,
  readers: Asking['parts']['stripeReaders'],
): Promise<JsonObject[]> => {
  const objects: JsonObject[] = [];
  for (const reader of readers.toSorted((a, b) => a.order - b.order)) {
    try {
      objects.push(...((await reader.ofCustomer?.(api, customerId)) ?? []));
    } catch (error) {
      // A customer of another source of the same system; and what the key may not read was never known from there.
      if (!['stripe_gone', 'stripe_not_permitted'].includes(codeOf(error) ?? '')) throw error;
    }
  }
  return objects;
};

/** In one transaction: what is new is accepted, and where nothing is, that the source is there. */
const take = (
  { db, tenantId, now, parts }: Asking,
  source: Source,
  objects: readonly JsonObject[],
  readAt: Instant,
): Promise<{ readonly news: number; readonly accountIds: readonly string[] }> =>
  db.withTenant(tenantId, async (tx) => {
    const config = await currentConfig(tx);
    const reading = readAll({ objects, readAt }, { source, parts, config });
    await insertQuarantined(
      tx,
      reading.refused.map(({ event, code, reason }) => refuse(event, code, reason)),
      now,
    );
    const compared = await compare(tx, reading.changes, parts.entities);
    const news = compared.filter((each) => isNews(each, readAt));
    const name = `reread/${String(epochMilliseconds(now))}`;
    const about = { sender: senderOf(source), name };
    const told = eventsOf(
      news.map(({ change }) => change),
      about,
    );
    const events = [...told, ...signsOfLife(compared, about, readAt)];
    const result = await acceptEvents(tx, events, { now, entities: parts.entities, config });
    return { news: news.length, accountIds: news.length === 0 ? [] : result.accountIds };
  });

const signsOfLife = (
  compared: readonly { readonly kind: string }[],
  { sender, name }: { readonly sender: string; readonly name: string },
  at: Instant,
): IncomingEvent[] =>
  [...new Set(compared.map(({ kind }) => kind))].map((kind) => ({
    eventId: `${name}/${kind}`,
    source: sender,
    type: `${kind}.heartbeat`,
    occurredAt: at,
    trust: 'server',
    payload: {},
  }));

/** The case says who was silent, and who said something new. */
const tell = async (
  { db, tenantId, now }: Asking,
  { accountId, caseId, proposalId, actionId }: OutboxRow,
  answers: readonly Answer[],
): Promise<void> => {
  const worth = answers.filter(({ because, news }) => because !== null || news > 0);
  if (worth.length === 0) return;
  const subjects = {
    actionId,
    ...(accountId === null ? {} : { accountId }),
    ...(caseId === null ? {} : { caseId }),
    ...(proposalId === null ? {} : { proposalId }),
  };
  await db.withTenant(tenantId, async (tx) => {
    for (const { source, because, news } of worth) {
      const body = { source, answered: because === null, because, news };
      await record(tx, { world: LIVE.id, kind: 'source.asked', subjects, body, at: now });
    }
  });
};
