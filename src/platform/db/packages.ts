import { createRequire } from 'node:module';
import type pg from 'pg';

const require = createRequire(import.meta.url);

/** A library that keeps tables of its own, in a schema of its own. */
interface Package {
  readonly name: string;
  readonly schema: string;
  readonly install: (owner: pg.ClientBase) => Promise<void>;
}

// Loaded when there is something to install: each costs a quarter of a second, at every command.
const installCheckpoints = async (owner: pg.ClientBase): Promise<void> => {
  const { PostgresSaver } = await import('@langchain/langgraph-checkpoint-postgres');
  const pool = {
    connect: async () => ({ query: owner.query.bind(owner), release: () => undefined }),
  };
  await new PostgresSaver(pool as unknown as pg.Pool, undefined, { schema: 'langgraph' }).setup();
};

const installQueue = async (owner: pg.ClientBase): Promise<void> => {
  const { default: PgBoss } = await import('pg-boss');
  const boss = new PgBoss({
    db: { executeSql: async (text, values) => owner.query(text, values) },
    schema: 'pgboss',
    supervise: false,
    schedule: false,
  });
  await boss.start();
  await boss.stop({ graceful: false });
  // A queue is a partition, which only the owner may make; jobs declare theirs when the worker starts.
  await owner.query(
    `alter function pgboss.create_queue(text, json) security definer;
     alter function pgboss.create_queue(text, json) set search_path = pgboss, pg_temp;
     revoke all on function pgboss.create_queue(text, json) from public`,
  );
};

const PACKAGES: readonly Package[] = [
  {
    name: '@langchain/langgraph-checkpoint-postgres',
    schema: 'langgraph',
    install: installCheckpoints,
  },
  { name: 'pg-boss', schema: 'pgboss', install: installQueue },
];

const grants = (schema: string): string =>
  `grant usage on schema ${schema} to retinue_app;
   grant select, insert, update, delete on all tables in schema ${schema} to retinue_app;
   grant execute on all functions in schema ${schema} to retinue_app`;

const REGISTER = `create table if not exists schema_packages (
  name text primary key,
  version text not null
)`;

const versionOf = (name: string): string =>
  (require(`${name}/package.json`) as { readonly version: string }).version;

/** Lets each library make or renew its tables, when its version is another than last time. Call it `exclusively`. */
export const installPackages = async (owner: pg.ClientBase): Promise<void> => {
  await owner.query(REGISTER);
  const { rows } = await owner.query<{ name: string; version: string }>(
    'select name, version from schema_packages',
  );
  const installed = new Map(rows.map(({ name, version }) => [name, version]));
  for (const { name, schema, install } of PACKAGES) {
    const version = versionOf(name);
    if (installed.get(name) === version) continue;
    await install(owner);
    await owner.query(grants(schema));
    await owner.query(
      `insert into schema_packages (name, version) values ($1, $2)
       on conflict (name) do update set version = excluded.version`,
      [name, version],
    );
  }
};
