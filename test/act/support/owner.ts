import { afterAll } from 'vitest';
import type { OpenDatabase } from '../../../src/platform/db/database.ts';
import { openEmbedded } from '../../../src/platform/db/embedded.ts';
import { NestingGuard } from '../../../src/platform/db/guard.ts';
import { openDatabase } from '../../../src/platform/db/open.ts';
import { onServer } from '../../support/template.ts';

const opened: OpenDatabase[] = [];

afterAll(async () => {
  for (const database of opened.splice(0)) await database.close();
});

/**
 * Does to a database what only its owner can: on a server by the server's superuser, on the embedded one to a copy of
 * its files. Returns the database to look at afterwards.
 */
export const asOwner = async (
  database: OpenDatabase & { readonly url?: string },
  statements: readonly string[],
): Promise<OpenDatabase> => {
  if (database.url !== undefined) {
    for (const statement of statements) await onServer(database.url, statement);
    return database;
  }
  const copy = await openEmbedded({ image: (await database.dump())! }, new NestingGuard());
  for (const statement of statements) await copy.owner.query(statement);
  const image = await copy.dump();
  await copy.close();
  const changed = await openDatabase({ image });
  opened.push(changed);
  return changed;
};
