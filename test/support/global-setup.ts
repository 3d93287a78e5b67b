import { existsSync } from 'node:fs';
import type { TestProject } from 'vitest/node';
import { readMigrations, type Migration } from '../../src/platform/db/migrate.ts';
import { makeImage } from './image.ts';
import { makeTemplate } from './template.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** File that holds the migrated embedded database, or `null` when the tests run on PostgreSQL. */
    databaseImage: string | null;
    /** Name of the migrated template database, or `null` when the tests run on the embedded one. */
    databaseTemplate: string | null;
    /** The migrations as they were when the run began: a file edited meanwhile is the next run's matter. */
    migrations: readonly Migration[];
  }
}

/** Migrates once a run; each test database is a copy. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const migrations = await readMigrations();
  project.provide('migrations', migrations);
  const url = process.env['RETINUE_TEST_DATABASE_URL'];
  if (url === undefined || url === '') {
    const image = await makeImage(migrations);
    if (!existsSync(image)) throw new Error(`no database image at ${image}`);
    project.provide('databaseImage', image);
    project.provide('databaseTemplate', null);
    return async () => undefined;
  }
  const template = await makeTemplate(url, migrations);
  project.provide('databaseImage', null);
  project.provide('databaseTemplate', template.name);
  return template.drop;
}
