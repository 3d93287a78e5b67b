import { existsSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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

/** Migrates once a run; each test database is a copy. What tests leave in the temporary folder goes with the run. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const dropDatabases = await provideDatabases(project);
  const folder = await mkdtemp(join(tmpdir(), 'retinue-run-'));
  // As the folder it stands in for: tests also run processes of another user.
  await chmod(folder, 0o1777);
  process.env['TMPDIR'] = folder;
  return async () => {
    await dropDatabases();
    await rm(folder, { recursive: true, force: true });
  };
}

const provideDatabases = async (project: TestProject): Promise<() => Promise<void>> => {
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
};
