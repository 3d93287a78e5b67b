import { z } from 'zod';
import {
  countQuarantine,
  listQuarantine,
  type Quarantined,
} from '../sense/events/quarantine-store.ts';
import { counted, relativeTime } from '../platform/terminal/format.ts';
import { renderTable } from '../platform/terminal/table.ts';
import type { Terminal } from '../platform/terminal/terminal.ts';
import { printable } from '../platform/terminal/text.ts';
import type { Instant } from '../domain/time.ts';
import { record } from '../act/ledger/ledger.ts';
import { LIVE } from '../domain/case.ts';
import { requireRight } from '../platform/auth/rights.ts';
import { currentConfig } from '../platform/config/store.ts';
import { readMapping } from '../sense/import/read-mapping.ts';
import { replayQuarantine, type Replay } from '../sense/import/replay-quarantine.ts';
import type { CommandContext } from './context.ts';
import { defineCommand, type Output } from './define.ts';
import { bullet, hints, step } from './layout.ts';
import { runOver } from './run-over.ts';

const input = z.object({
  verb: z.literal('replay').optional(),
  source: z.string().optional(),
  code: z.string().optional(),
  import: z.string().optional(),
  mapping: z.string().optional(),
  accept: z.boolean().default(false),
  limit: z.coerce.number().int().positive().default(50),
});

type Input = z.infer<typeof input>;

export default defineCommand({
  id: 'quarantine',
  group: 'Set up',
  summary: 'Input that could not be accepted, and why; hear it again after a fix',
  arguments: [
    {
      name: 'verb',
      description: 'hear it again: shows what would be accepted',
      optional: true,
      choices: ['replay'],
    },
  ],
  options: [
    { flags: '--source <source>', description: 'from one sender' },
    { flags: '--code <code>', description: 'for one reason, such as no_ref' },
    { flags: '--import <id>', description: 'of one import' },
    { flags: '--mapping <file>', description: 'with replay: the mapping to read rows of files by' },
    { flags: '--accept', description: 'with replay: accept what can be accepted now' },
    { flags: '--limit <number>', description: 'at most so many (default: 50)' },
  ],
  examples: [
    'quarantine',
    'quarantine --code bad_payload --json',
    'quarantine replay --source acme-crm --mapping mappings/acme.yaml',
    'quarantine replay --source acme-crm --mapping mappings/acme.yaml --accept',
  ],
  beside: { inServer: 'import' },
  decides: (given) => given.accept,
  files: [{ field: 'mapping' }],
  reads: 'personal_data',
  input,
  run: async (context, given) => {
    if (given.verb === 'replay') return replay(context, given);
    const { db } = await context.system();
    const now = context.clock.now();
    const { counts, items } = await db.withTenant(await context.tenantId(), async (tx) => ({
      counts: await countQuarantine(tx, now),
      items: await listQuarantine(tx, {
        now,
        limit: given.limit,
        ...(given.source === undefined ? {} : { source: given.source }),
        ...(given.code === undefined ? {} : { code: given.code }),
      }),
    }));
    const total = counts.reduce((sum, { count }) => sum + count, 0);
    return {
      json: { total, counts, items },
      human: (terminal) => show(terminal, { total, counts, items, now }),
    };
  },
});

const replay = async (context: CommandContext, given: Input): Promise<Output> => {
  const { db, parts } = await context.system();
  const mapping =
    given.mapping === undefined ? undefined : await readMapping(given.mapping, parts.entities);
  const tenantId = await context.tenantId();
  const person = given.accept ? await context.person() : null;
  if (person !== null) requireRight(person, 'import');
  const now = context.clock.now();
  const result = await db.withTenant(tenantId, async (tx) => {
    const heard = await replayQuarantine(tx, {
      ...{ now, entities: parts.entities, config: await currentConfig(tx), mapping },
      keep: given.accept,
      filter: {
        ...(given.source === undefined ? {} : { source: given.source }),
        ...(given.code === undefined ? {} : { code: given.code }),
        ...(given.import === undefined ? {} : { importId: given.import }),
      },
    });
    if (person !== null) {
      const { entries, settled, accepted } = heard;
      await record(tx, {
        world: LIVE.id,
        kind: 'quarantine.replayed',
        subjects: { personId: person.id },
        body: { entries, settled, accepted, mapping: mapping?.version ?? null },
        at: now,
      });
    }
    return heard;
  });
  if (given.accept) await runOver(context, tenantId, result.accountIds, 'quarantine');
  return {
    json: { ...result, kept: given.accept },
    human: (terminal) => showReplay(terminal, result, given.accept),
  };
};

const showReplay = (terminal: Terminal, heard: Replay, kept: boolean): string => {
  if (heard.entries === 0) return 'Nothing of that kind is in quarantine.';
  const { style } = terminal;
  const verb = kept ? 'Accepted' : 'Would be accepted';
  return [
    `${style.good(verb)}: ${counted(heard.accepted, 'event')} of ${counted(heard.settled, 'entry', 'entries')}, of ${String(heard.entries)} in quarantine${heard.duplicates === 0 ? '' : `; ${String(heard.duplicates)} were known already`}.`,
    ...heard.refused.flatMap(({ code, reason, count }) =>
      bullet(terminal, printable(`${String(count)} still refused, ${code}: ${reason}`)),
    ),
    ...heard.lost.flatMap(({ reason, count }) =>
      bullet(terminal, printable(`${String(count)} cannot be heard again: ${reason}`)),
    ),
    ...(kept ? [] : ['', ...hints(terminal, [step('quarantine replay … --accept', 'do it')])]),
  ].join('\n');
};

interface Found {
  readonly total: number;
  readonly counts: Awaited<ReturnType<typeof countQuarantine>>;
  readonly items: readonly Quarantined[];
  readonly now: Instant;
}

const show = (terminal: Terminal, { total, counts, items, now }: Found): string => {
  if (total === 0) return 'Nothing is in quarantine.';
  return [
    `${counted(total, 'entry', 'entries')} in quarantine`,
    '',
    renderTable(
      terminal,
      [
        { head: 'count', cell: (row) => String(row.count), align: 'right' },
        { head: 'reason', cell: (row) => terminal.style.warn(row.code) },
        { head: 'from', cell: (row) => row.source },
        { head: 'such as', cell: (row) => printable(row.reason), gives: true },
      ],
      counts,
    ),
    '',
    renderTable(
      terminal,
      [
        { head: 'last seen', cell: (row) => relativeTime(row.lastReceivedAt, now, 'UTC') },
        { head: 'times', cell: (row) => String(row.times), align: 'right' },
        { head: 'where', cell: (row) => printable(whereOf(row)) },
        { head: 'why', cell: (row) => printable(row.reason), gives: true },
      ],
      items,
    ),
  ].join('\n');
};

const whereOf = (row: Quarantined): string =>
  row.file === null ? `${row.source} ${row.eventId}` : `${row.file}:${String(row.line ?? '?')}`;
