// Opens a data folder and writes one committed row after another, telling of each: to be killed in the middle.
import { readFile } from 'node:fs/promises';
import type { Migration } from '../../../src/platform/db/migrate.ts';
import { openDatabase } from '../../../src/platform/db/open.ts';

const [dataDir = '', image = '', migrations = ''] = process.argv.slice(2);
const database = await openDatabase({
  dataDir,
  image: await readFile(image),
  migrations: JSON.parse(await readFile(migrations, 'utf8')) as Migration[],
});
await database.withTenant('acme', (tx) =>
  tx.query(
    `insert into tenants (tenant_id, name, created_at, salt) values ('acme', 'acme', now(), 'salt')`,
  ),
);
process.stdout.write('open\n');
for (let number = 1; ; number += 1) {
  await database.withTenant('acme', (tx) =>
    tx.query(
      `insert into worlds (tenant_id, world, kind, created_at) values ('acme', 'shadow-' || $1::int, 'shadow', now())`,
      [number],
    ),
  );
  process.stdout.write(`${number}\n`);
}
