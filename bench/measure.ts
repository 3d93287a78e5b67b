/** One measurement in a process of its own, so that its memory is its own: orders in the first argument, rows on fd 3. */
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { OpenDatabase } from '../src/platform/db/database.ts';
import { openDatabase } from '../src/platform/db/open.ts';
import { freshName, onServer, urlOf } from '../test/support/template.ts';
import type { Bench, DatabaseKind, Measurement } from './define.ts';

export interface Orders {
  readonly id: string;
  readonly on: DatabaseKind;
  readonly small: boolean;
  /** Of the server, where `on` is `postgres`. */
  readonly server: string | null;
}

const orders = JSON.parse(process.argv[2] ?? '') as Orders;
const name = freshName();
const url = orders.server === null ? null : urlOf(orders.server, name);
const folder = await mkdtemp(join(tmpdir(), 'retinue-bench-'));
const opened: OpenDatabase[] = [];

const open = async (): Promise<OpenDatabase> => {
  const db = await openDatabase(url === null ? { dataDir: join(folder, 'database') } : { url });
  opened.push(db);
  return db;
};

const analyze = async (): Promise<void> => {
  await opened.at(-1)?.maintain();
  if (url === null) return;
  const owner = new pg.Client({ connectionString: url });
  await owner.connect();
  await owner.query('vacuum analyze');
  await owner.end();
};

const say = (text: string): void => void process.stderr.write(`${text}\n`);

const bench: Bench = { on: orders.on, small: orders.small, open, analyze, url, folder, say };

if (orders.server !== null) await onServer(orders.server, `create database ${name}`);
try {
  const module = (await import(`./measurements/${orders.id}.ts`)) as { default: Measurement };
  const rows = await module.default.measure(bench);
  const answer = createWriteStream('', { fd: 3 });
  answer.end(JSON.stringify(rows));
  await new Promise<void>((resolve) => answer.on('close', () => resolve()));
} finally {
  for (const db of opened) await db.close().catch(() => undefined);
  if (orders.server !== null) await onServer(orders.server, `drop database ${name} with (force)`);
  await rm(folder, { recursive: true, force: true });
}
