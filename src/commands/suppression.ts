import { z } from 'zod';
import { listSuppressed, suppress, unsuppress } from '../act/outbox/suppression.ts';
import { SUPPRESSION_SCOPES, type Suppression } from '../act/outbox/suppression-store.ts';
import { inputError } from '../domain/errors.ts';
import { requireRight } from '../platform/auth/rights.ts';
import { counted, relativeTime } from '../platform/terminal/format.ts';
import { renderTable } from '../platform/terminal/table.ts';
import type { Terminal } from '../platform/terminal/terminal.ts';
import { printable } from '../platform/terminal/text.ts';
import type { Instant } from '../domain/time.ts';
import type { CommandContext } from './context.ts';
import { defineCommand } from './define.ts';

const input = z.object({
  verb: z.enum(['list', 'add', 'remove']).default('list'),
  address: z.string().optional(),
  category: z.enum(SUPPRESSION_SCOPES).default('all'),
  reason: z.string().trim().default(''),
});

type Input = z.infer<typeof input>;

export default defineCommand({
  id: 'suppression',
  group: 'Set up',
  summary: 'Addresses that are written to no more; put one on the list, or take it off',
  arguments: [
    {
      name: 'verb',
      description: 'what to do',
      optional: true,
      choices: ['list', 'add', 'remove'],
    },
    { name: 'address', description: 'an e-mail address', optional: true },
  ],
  options: [
    {
      flags: '--category <category>',
      description: 'one kind of message only (default: all)',
      choices: SUPPRESSION_SCOPES,
    },
    { flags: '--reason <text>', description: 'why; required to take one off' },
  ],
  examples: [
    'suppression',
    'suppression add dana@acme.example --reason "asked on the phone"',
    'suppression remove dana@acme.example --reason "the mailbox works again"',
  ],
  // Whoever may pull a message back may also stop the next; writing again to who wanted no more takes an admin.
  beside: ({ verb }) => ({ inServer: RIGHTS[verb] }),
  decides: ({ verb }) => verb !== 'list',
  reads: 'personal_data',
  input,
  run: async (context, given) => {
    const changed = given.verb === 'list' ? null : await change(context, given, given.verb);
    const { db } = await context.system();
    const items = await db.withTenant(await context.tenantId(), (tx) => listSuppressed(tx));
    return {
      json: { changed, items },
      human: (terminal) => show(terminal, items, context.clock.now(), changed),
    };
  },
});

const RIGHTS = { list: 'view', add: 'suppress', remove: 'unsuppress' } as const;

const change = async (
  context: CommandContext,
  { address, category, reason }: Input,
  verb: 'add' | 'remove',
): Promise<boolean> => {
  const { db } = await context.system();
  const person = await context.person();
  requireRight(person, RIGHTS[verb]);
  if (address === undefined) throw inputError('invalid_input', 'say which address');
  if (verb === 'remove' && reason === '')
    throw inputError('invalid_input', 'say why it may be written to again: --reason "…"');
  const what = { address, category, reason: reason || 'by hand', by: person.id };
  return db.withTenant(person.tenantId, (tx) =>
    (verb === 'add' ? suppress : unsuppress)(tx, { ...what, now: context.clock.now() }),
  );
};

const show = (
  terminal: Terminal,
  items: readonly Suppression[],
  now: Instant,
  changed: boolean | null,
): string =>
  [
    ...(changed === null ? [] : [changed ? 'Done.' : 'Nothing changed: it was so already.', '']),
    items.length === 0
      ? 'Nobody is on the list.'
      : `${counted(items.length, 'entry', 'entries')}, the newest first`,
    ...(items.length === 0 ? [] : ['', table(terminal, items, now)]),
  ].join('\n');

const table = (terminal: Terminal, items: readonly Suppression[], now: Instant): string =>
  renderTable(
    terminal,
    [
      { head: 'address', cell: (row) => printable(row.hint) },
      { head: 'gets no', cell: (row) => (row.category === 'all' ? 'message' : row.category) },
      { head: 'since', cell: (row) => relativeTime(row.at, now, 'UTC') },
      { head: 'by', cell: (row) => row.by },
      { head: 'why', cell: (row) => printable(row.reason), gives: true },
    ],
    items,
  );
