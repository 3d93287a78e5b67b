import { z } from 'zod';
import { foundTenant } from '../api/found-tenant.ts';
import { configError, inputError } from '../domain/errors.ts';
import { currentConfig } from '../platform/config/store.ts';
import { findFiles } from '../sense/import/find-files.ts';
import { importFolder } from '../sense/import/import-folder.ts';
import type { Mapping } from '../sense/import/mapping-schema.ts';
import { tenantOfMapping } from '../sense/import/mapping-tenant.ts';
import { readMapping } from '../sense/import/read-mapping.ts';
import type { ImportReport } from '../sense/import/report.ts';
import type { CommandContext } from './context.ts';
import { defineCommand } from './define.ts';
import { importPage } from './pages/import-page.ts';
import { runOver } from './run-over.ts';

export default defineCommand({
  id: 'import',
  group: 'Start',
  summary: 'Import a folder of CSV and NDJSON files by a mapping; the same again changes nothing',
  arguments: [{ name: 'folder', description: 'the folder with the files' }],
  options: [
    {
      flags: '--mapping <file>',
      description: 'how its tables become events, such as mappings/ravenstack.yaml',
    },
    { flags: '--no-run', description: 'do not run the line over what was imported' },
  ],
  examples: ['import ../data/ravenstack-saas --mapping mappings/ravenstack.yaml'],
  beside: { inServer: 'import' },
  decides: false,
  files: [
    {
      field: 'folder',
      list: async ({ folder, mapping }) =>
        (await findFiles(folder, await readMapping(mapping))).files.map(({ name }) => name),
    },
    { field: 'mapping' },
  ],
  input: z.object({
    folder: z.string().min(1),
    mapping: z.string({ error: 'say how to read it: --mapping <file>' }).min(1),
    run: z.boolean().default(true),
  }),
  run: async (context, given) => {
    const mapping = await readMapping(given.mapping);
    const { tenantId, created } = await tenantFor(context, mapping);
    const report = await load(context, tenantId, given.folder, mapping);
    const ran = given.run ? await runOver(context, tenantId, report.accountIds, 'import') : null;
    const { accountIds, ...counts } = report;
    return {
      json: { ...counts, created, accounts: accountIds.length, run: ran },
      human: (terminal) => importPage(terminal, { report, created, run: ran }),
    };
  },
});

/** The tenant that the data is for: `--tenant`, else as the mapping says; made by the mapping where there is none yet. */
const tenantFor = async (
  context: CommandContext,
  mapping: Mapping,
): Promise<{ readonly tenantId: string; readonly created: boolean }> => {
  const { db } = await context.system();
  const wanted = context.settings.tenant;
  const mapped = tenantOfMapping(mapping, wanted ?? undefined);
  const tenantId = wanted ?? mapped?.id;
  if (tenantId === undefined) {
    throw inputError(
      'no_tenant',
      'the mapping does not say whose data this is; name the tenant with --tenant <id>',
    );
  }
  if ((await context.tenants()).some(({ id }) => id === tenantId))
    return { tenantId, created: false };
  if (mapped === null) {
    throw configError(
      'no_tenant',
      `there is no tenant \`${tenantId}\`, and the mapping makes none; add \`creates\` to the mapping`,
    );
  }
  const now = context.clock.now();
  const { files, config } = mapped;
  await foundTenant(db, tenantId, { files, config, by: 'import', now });
  return { tenantId, created: true };
};

const load = async (
  context: CommandContext,
  tenantId: string,
  folder: string,
  mapping: Mapping,
): Promise<ImportReport> => {
  const { db, parts } = await context.system();
  const config = await db.withTenant(tenantId, (tx) => currentConfig(tx));
  return importFolder(db, {
    ...{ tenantId, folder, mapping, config, entities: parts.entities },
    now: context.clock.now(),
    onProgress: ({ file, bytes, totalBytes }) => {
      context.progress.report({
        label: `reading ${file}`,
        done: kilobytes(bytes),
        total: kilobytes(totalBytes),
      });
    },
  });
};

const kilobytes = (bytes: number): number => Math.ceil(bytes / 1024);
