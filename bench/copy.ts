import { Blob } from 'node:buffer';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { PGlite } from '@electric-sql/pglite';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import type { TenantTx } from '../src/platform/db/database.ts';
import { timed } from './stopwatch.ts';

const COLUMNS = [
  'tenant_id',
  'accepted_day',
  'source',
  'event_id',
  'type',
  'trust',
  'occurred_at',
  'accepted_at',
  'link_id',
  'kind',
  'entity_key',
  'import_id',
  'mapping_version',
  'payload',
];

/** The log of events without anything around it: its columns and its key. */
const TABLE = `create table copied (tenant_id text not null, accepted_day date not null, source text not null,
  event_id text not null, type text not null, trust text not null, occurred_at timestamptz not null,
  accepted_at timestamptz not null, link_id text, kind text, entity_key text, import_id text, mapping_version text,
  payload jsonb not null, primary key (tenant_id, accepted_day, source, event_id))`;

/** The accepted events as lines of COPY's text format. */
export const linesOfEvents = async (tx: TenantTx, prefix: string): Promise<string[]> => {
  const lines: string[] = [];
  const texts = COLUMNS.map((column) => `${column}::text`).join(', ');
  const rows = tx.stream<Record<string, string | null>>(
    `select ${texts} from events where event_id like $1`,
    [`${prefix}%`],
    5_000,
  );
  for await (const batch of rows)
    for (const row of batch) lines.push(`${COLUMNS.map((name) => field(row[name])).join('\t')}\n`);
  return lines;
};

const field = (value: string | null | undefined): string =>
  value === null || value === undefined
    ? '\\N'
    : value.replaceAll('\\', '\\\\').replaceAll('\t', '\\t').replaceAll('\n', '\\n');

/** Seconds that COPY takes for the rows: over a connection of its own, or within an embedded engine of its own. */
export const copySeconds = (url: string | null, lines: readonly string[]): Promise<number> =>
  url === null ? copyEmbedded(lines) : copyOverConnection(url, lines);

const copyOverConnection = async (url: string, lines: readonly string[]): Promise<number> => {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(TABLE);
    const took = await timed(() =>
      pipeline(Readable.from(chunksOf(lines)), client.query(copyFrom('copy copied from stdin'))),
    );
    await client.query('drop table copied');
    return took.seconds;
  } finally {
    await client.end();
  }
};

/** Some hundred kilobytes each, as a client would send them. */
const chunksOf = (lines: readonly string[]): string[] =>
  Array.from({ length: Math.ceil(lines.length / 1_000) }, (_, index) =>
    lines.slice(index * 1_000, (index + 1) * 1_000).join(''),
  );

const copyEmbedded = async (lines: readonly string[]): Promise<number> => {
  const engine = await PGlite.create();
  try {
    await engine.exec(TABLE);
    const blob = new Blob([lines.join('')]);
    const took = await timed(() => engine.query(`copy copied from '/dev/blob'`, [], { blob }));
    return took.seconds;
  } finally {
    await engine.close();
  }
};
