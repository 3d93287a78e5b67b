import { randomBytes } from 'node:crypto';
import type { IncomingEvent } from '../../src/domain/event.ts';
import { addDays, dayIn, type Instant } from '../../src/domain/time.ts';
import { createKey } from '../../src/platform/auth/keys.ts';
import { fixedClock } from '../../src/platform/clock.ts';
import { currentConfig } from '../../src/platform/config/store.ts';
import type { OpenDatabase } from '../../src/platform/db/database.ts';
import { acceptEvents } from '../../src/sense/events/accept.ts';
import { serve } from '../../src/serve.ts';
import { foundCompany, type Company } from '../../test/fixtures/company.ts';
import { NOW } from '../../test/fixtures/crowd.ts';
import { copySeconds, linesOfEvents } from '../copy.ts';
import { defineMeasurement, type Bench, type Row } from '../define.ts';
import { share, timed, whole } from '../stopwatch.ts';

const IMPORT_BATCH = 5_000;
const HTTP_BATCH = 500;
const METRICS = ['logins', 'api_calls', 'feature:exports', 'feature:dashboards'];

export default defineMeasurement({
  id: 'accept',
  on: ['postgres', 'embedded'],
  measure: async (bench) => {
    const db = await bench.open();
    const company = await foundCompany(db, 'accept', { accounts: [] });
    // The engine compiles its statements once; both ways in are warm when they are measured.
    await acceptAll(company, usageEvents(IMPORT_BATCH, 'warm'));
    return [await measureImport(bench, company), await measureHttp(bench, db, company)];
  },
});

const measureImport = async (bench: Bench, company: Company): Promise<Row> => {
  const events = usageEvents(bench.small ? 20_000 : 200_000, 'u');
  bench.say(`accepting ${events.length} events, ${IMPORT_BATCH} at a time`);
  const accepted = await timed(() => acceptAll(company, events));
  const name = `accepted events a second, import in batches of ${whole(IMPORT_BATCH)}`;
  return row(name, 0.4, accepted.seconds, await measureCopy(bench, company, 'u-'));
};

interface Copied {
  readonly rows: number;
  readonly seconds: number;
}

const measureCopy = async (bench: Bench, { here }: Company, prefix: string): Promise<Copied> => {
  bench.say('copying the same rows');
  const lines = await here((tx) => linesOfEvents(tx, prefix));
  return { rows: lines.length, seconds: await copySeconds(bench.url, lines) };
};

const row = (what: string, aim: number, took: number, copied: Copied): Row => {
  const reached = copied.seconds / took;
  return {
    what,
    figure: `${whole(copied.rows / took)} a second`,
    peer: `COPY of the same rows into a table with their key: ${whole(copied.rows / copied.seconds)} a second`,
    ratio: share(reached),
    aim: { text: `≥ ${share(aim)}`, met: reached >= aim },
  };
};

const acceptAll = async ({ here, parts }: Company, events: readonly IncomingEvent[]) => {
  for (let from = 0; from < events.length; from += IMPORT_BATCH) {
    const batch = events.slice(from, from + IMPORT_BATCH);
    await here(async (tx) => {
      const config = await currentConfig(tx);
      await acceptEvents(tx, batch, { now: NOW, entities: parts.entities, config });
    });
  }
};

/** Days of usage of a hundred workspaces and four metrics, as an export of telemetry holds them: day after day. */
const usageEvents = (count: number, prefix: string): IncomingEvent[] => {
  const today = dayIn('UTC', NOW);
  return Array.from({ length: count }, (_, index) => {
    const workspace = Math.floor(index / METRICS.length) % 1_000;
    const back = Math.floor(index / (METRICS.length * 1_000));
    return {
      eventId: `${prefix}-${index}`,
      source: 'product',
      type: 'usage.recorded',
      occurredAt: `${addDays(today, -back)}T09:00:00.000Z` as Instant,
      trust: 'server',
      ref: { source: 'product', externalId: `ws-${workspace}` },
      payload: { metric: METRICS[index % METRICS.length] ?? '', quantity: 1 + (index % 17) },
    };
  });
};

const measureHttp = async (bench: Bench, db: OpenDatabase, company: Company): Promise<Row> => {
  const { parts } = company;
  const clock = fixedClock(NOW);
  const serving = await serve(
    { db, parts, clock, outside: { dataDir: bench.folder } },
    {
      host: '127.0.0.1',
      port: 0,
      version: '0.0.0',
      works: false,
      databaseUrl: bench.url,
      showLink: () => undefined,
    },
  );
  try {
    const { secret } = await company.here((tx) =>
      createKey(
        tx,
        { name: 'bench', scopes: ['ingest'], trust: 'server', by: company.admin, now: NOW },
        randomBytes,
      ),
    );
    // The clock stands still: a caller's burst of 200 requests is all there is.
    const batches = bench.small ? 10 : 100;
    await post(serving.url, secret, groups());
    await post(serving.url, secret, tracks('warm', 0));
    const bodies = Array.from({ length: batches }, (_, index) => tracks('t', index));
    bench.say(`posting ${batches} batches of ${HTTP_BATCH}`);
    const took = await timed(async () => {
      for (const body of bodies) await post(serving.url, secret, body);
    });
    const name = `accepted events a second, HTTP in batches of ${HTTP_BATCH}, client and server in one process`;
    return row(name, 0.25, took.seconds, await measureCopy(bench, company, 't-'));
  } finally {
    await serving.close();
  }
};

const post = async (url: string, secret: string, batch: readonly object[]): Promise<void> => {
  const response = await fetch(`${url}/v1/batch`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${secret}` },
    body: JSON.stringify({ batch }),
  });
  const answer = (await response.json()) as { accepted?: number };
  if (response.status !== 200 || answer.accepted === 0) throw new Error(JSON.stringify(answer));
};

const WORKSPACES = 100;
const EVENTS = ['Signed In', 'Dashboard Viewed', 'Alert Opened', 'Export Downloaded'];

const groups = () =>
  Array.from({ length: WORKSPACES }, (_, index) => ({
    type: 'group',
    messageId: `g-${index}`,
    userId: `user-${index}`,
    groupId: `group-${index}`,
    traits: { name: `Group ${index}` },
    timestamp: NOW,
  }));

const tracks = (prefix: string, batch: number) =>
  Array.from({ length: HTTP_BATCH }, (_, index) => ({
    type: 'track',
    messageId: `${prefix}-${batch}-${index}`,
    userId: `user-${index % WORKSPACES}`,
    context: { groupId: `group-${index % WORKSPACES}` },
    event: EVENTS[index % EVENTS.length],
    properties: { place: 'web' },
    timestamp: NOW,
  }));
