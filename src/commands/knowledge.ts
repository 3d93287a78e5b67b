import { basename, resolve } from 'node:path';
import { z } from 'zod';
import { record } from '../act/ledger/ledger.ts';
import { LIVE } from '../domain/case.ts';
import { inputError } from '../domain/errors.ts';
import type { Instant } from '../domain/time.ts';
import { countKnowledge, listDocuments } from '../knowledge/document-store.ts';
import { embedPassages } from '../knowledge/embed-passages.ts';
import { embeddersFor } from '../knowledge/embedders/embedders.ts';
import { readKnowledgeFolder } from '../knowledge/read-folder.ts';
import { saveDocuments } from '../knowledge/save-documents.ts';
import { searchKnowledge, type Answer } from '../knowledge/search.ts';
import { countUnembedded, servingModel } from '../knowledge/vector-store.ts';
import type { TenantTx } from '../platform/db/database.ts';
import { counted } from '../platform/terminal/format.ts';
import { renderTable } from '../platform/terminal/table.ts';
import type { Terminal } from '../platform/terminal/terminal.ts';
import { printable, shorten, wrap } from '../platform/terminal/text.ts';
import type { CommandContext } from './context.ts';
import { defineCommand, type Output } from './define.ts';

const VERBS = ['list', 'search', 'import', 'remove'] as const;

const NEEDS_NO_TARGET: ReadonlySet<string> = new Set(['list', 'import']);

const input = z
  .object({
    verb: z.enum(VERBS).default('list'),
    target: z.string().default(''),
    folder: z.string().min(1).optional(),
    collection: z.string().min(1).optional(),
    name: z.string().min(1).optional(),
    limit: z.coerce.number().int().min(1).max(50).default(5),
  })
  .refine(({ verb, target }) => NEEDS_NO_TARGET.has(verb) || target.trim() !== '', {
    path: ['target'],
    message: 'say what: a question, or the name of an import',
  })
  .refine(({ verb, folder }) => verb !== 'import' || folder !== undefined, {
    path: ['folder'],
    message: 'say where the documents are: --folder <folder>',
  });

type Input = z.infer<typeof input>;

export default defineCommand<Input>({
  id: 'knowledge',
  group: 'Look',
  summary: 'What the house knows in texts: search it, bring documents in',
  arguments: [
    { name: 'verb', description: 'what to do (default: list)', optional: true, choices: VERBS },
    {
      name: 'target',
      description: 'with search: the question; with remove: the name of the import',
      optional: true,
    },
  ],
  options: [
    {
      flags: '--folder <folder>',
      description: 'with import: .md, .html and .txt files, in it and below',
    },
    {
      flags: '--collection <name>',
      description: 'search this one; with import: that of files at the top (default: product)',
    },
    { flags: '--name <name>', description: 'with import: its name (default: the folder’s)' },
    { flags: '--limit <number>', description: 'with search: at most so many (default: 5)' },
  ],
  examples: [
    'knowledge search "how do I add seats"',
    'knowledge import --folder ../help-centre',
    'knowledge remove help-centre',
  ],
  beside: ({ verb }) => ({
    inServer: verb === 'import' || verb === 'remove' ? 'import' : 'view',
  }),
  decides: false,
  files: [{ field: 'folder' }],
  input,
  run: (context, given) => {
    if (given.verb === 'search') return search(context, given);
    if (given.verb === 'import') return bring(context, given, given.folder ?? '');
    return given.verb === 'remove' ? remove(context, given.target) : list(context);
  },
});

const search = async (context: CommandContext, given: Input): Promise<Output> => {
  const { db, outside } = await context.system();
  const answer = await searchKnowledge(
    db,
    await context.tenantId(),
    embeddersFor(outside.embeddings),
    {
      text: given.target,
      limit: given.limit,
      ...(given.collection === undefined ? {} : { collections: [given.collection] }),
    },
  );
  return {
    json: { items: answer.hits, note: answer.note },
    human: (terminal) => showAnswer(terminal, answer),
  };
};

const showAnswer = (terminal: Terminal, { hits, note }: Answer): string =>
  [
    ...(note === null ? [] : [terminal.style.warn(`Searched ${note}`), '']),
    ...(hits.length === 0 ? ['Nothing is known about that.'] : []),
    ...hits.flatMap((hit, index) => [
      `${terminal.style.strong(printable(hit.heading))}  ${terminal.style.faint(printable(`${hit.collection} · ${hit.origin}/${hit.source}`))}`,
      ...wrap(printable(shorten(hit.text.replaceAll(/\s+/gu, ' '), 400)), terminal.columns, '  '),
      ...(index === hits.length - 1 ? [] : ['']),
    ]),
  ].join('\n');

const originOf = (name: string): string => `folder:${name}`;

const bring = async (context: CommandContext, given: Input, folder: string): Promise<Output> => {
  const { db, outside } = await context.system();
  const tenantId = await context.tenantId();
  const now = context.clock.now();
  const name = given.name ?? basename(resolve(folder));
  const { documents, passedOver } = await readKnowledgeFolder(
    folder,
    given.collection ?? 'product',
  );
  if (documents.length === 0) {
    throw inputError(
      'knowledge.nothing',
      'the folder holds no .md, .html or .txt file; nothing was changed',
    );
  }
  const by = await whoAsks(context);
  const saved = await db.withTenant(tenantId, async (tx) => {
    const result = await saveDocuments(tx, { origin: originOf(name), documents, by, now });
    await recordImport(tx, by, { name, ...result }, now);
    return result;
  });
  await embedPassages(db, tenantId, embeddersFor(outside.embeddings).wanted, {
    now,
    onProgress: (done, total) => {
      context.progress.report({ label: 'embedding passages', done, total });
    },
  });
  return {
    json: { name, ...saved, passedOver },
    human: (terminal) =>
      [
        `${terminal.style.good('✓')} ${name}: ${counted(documents.length, 'document')}: ${String(saved.added)} new, ${String(saved.changed)} changed, ${String(saved.unchanged)} as before, ${String(saved.removed)} removed.`,
        ...(passedOver.length === 0
          ? []
          : [
              terminal.style.warn(
                `Passed over, in no format that is read (.md, .html, .txt): ${shorten(passedOver.join(', '), 200)}`,
              ),
            ]),
      ].join('\n'),
  };
};

/** The signed-in person, or whoever opened the database. */
const whoAsks = async (context: CommandContext): Promise<string> => {
  const caller = await context.caller();
  return caller?.kind === 'person' ? caller.id : 'local';
};

const recordImport = async (
  tx: TenantTx,
  by: string,
  body: Readonly<Record<string, string | number>>,
  at: Instant,
): Promise<void> => {
  await record(tx, {
    world: LIVE.id,
    kind: 'knowledge',
    subjects: { personId: by },
    body: { ...body },
    at,
  });
};

const remove = async (context: CommandContext, name: string): Promise<Output> => {
  const { db } = await context.system();
  const now = context.clock.now();
  const by = await whoAsks(context);
  const { removed } = await db.withTenant(await context.tenantId(), async (tx) => {
    const origin = originOf(name);
    if ((await listDocuments(tx, origin)).length === 0) {
      throw inputError(
        'knowledge.no_import',
        `nothing was imported as \`${name}\`; \`retinue knowledge\` lists what was`,
      );
    }
    const result = await saveDocuments(tx, { origin, documents: [], by, now });
    await recordImport(tx, by, { name, ...result }, now);
    return result;
  });
  return {
    json: { name, removed },
    human: (terminal) =>
      `${terminal.style.good('✓')} ${name}: ${counted(removed, 'document')} removed.`,
  };
};

const list = async (context: CommandContext): Promise<Output> => {
  const { db, outside } = await context.system();
  const wanted = embeddersFor(outside.embeddings).wanted.id;
  const { counts, documents, serves, waiting } = await db.withTenant(
    await context.tenantId(),
    async (tx) => ({
      counts: await countKnowledge(tx),
      documents: await listDocuments(tx),
      serves: await servingModel(tx),
      waiting: await countUnembedded(tx, wanted),
    }),
  );
  return {
    json: { items: documents, collections: counts, model: { serves, wanted, waiting } },
    human: (terminal) => {
      if (documents.length === 0) {
        return 'Nothing is known yet: `retinue knowledge import --folder <folder>`; what the program knows is gathered by a running server.';
      }
      return [
        renderTable(
          terminal,
          [
            { head: 'collection', cell: (row) => printable(row.collection) },
            { head: 'documents', cell: (row) => String(row.documents), align: 'right' },
            { head: 'passages', cell: (row) => String(row.passages), align: 'right' },
          ],
          counts,
        ),
        '',
        modelLine({ serves, wanted, waiting }),
      ].join('\n');
    },
  };
};

const modelLine = (model: {
  readonly serves: string | null;
  readonly wanted: string;
  readonly waiting: number;
}): string => {
  if (model.serves === model.wanted && model.waiting === 0)
    return `Searched by words and by meaning (${model.wanted}).`;
  const answers =
    model.serves === null
      ? 'until then words alone are searched'
      : `until then ${model.serves} answers`;
  return `${counted(model.waiting, 'passage waits', 'passages wait')} to be embedded by ${model.wanted}; ${answers}.`;
};
