import { z } from 'zod';
import { lockAccount } from '../act/settle/store.ts';
import { concludeProposal } from '../act/settle/conclude.ts';
import { recall } from '../act/outbox/recall.ts';
import { listOutbox, loadOutboxRow } from '../act/outbox/store.ts';
import { OUTBOX_STATUSES, type OutboxRow } from '../act/outbox/row.ts';
import { accountNames } from '../api/names.ts';
import { chooseWorld, showingShape, type Showing } from '../api/showing.ts';
import { inputError } from '../domain/errors.ts';
import { requireRight } from '../platform/auth/rights.ts';
import { counted } from '../platform/terminal/format.ts';
import { renderTable } from '../platform/terminal/table.ts';
import type { Terminal } from '../platform/terminal/terminal.ts';
import { printable } from '../platform/terminal/text.ts';
import type { CommandContext } from './context.ts';
import { defineCommand, type Output } from './define.ts';
import { headline, hint, when } from './layout.ts';

const input = z.object({
  verb: z.literal('recall').optional(),
  id: z.string().optional(),
  status: z.enum(OUTBOX_STATUSES).optional(),
  reason: z.string().default('pulled back'),
  limit: z.coerce.number().int().positive().default(50),
});

type Input = z.infer<typeof input>;

export default defineCommand({
  id: 'outbox',
  group: 'Decide',
  summary: 'What goes out, and what became of it; pull something back before it goes',
  arguments: [
    { name: 'verb', description: 'pull one back', optional: true, choices: ['recall'] },
    { name: 'id', description: 'the action to pull back', optional: true },
  ],
  options: [
    { flags: '--status <status>', description: 'which ones', choices: OUTBOX_STATUSES },
    { flags: '--reason <text>', description: 'with recall: why' },
    { flags: '--limit <number>', description: 'at most so many (default: 50)' },
  ],
  examples: [
    'outbox',
    'outbox --status held',
    'outbox recall act-7f3k2m9qh4tz --reason "wrong contact"',
  ],
  beside: (given) => ({ inServer: given.verb === 'recall' ? 'recall' : 'view' }),
  decides: (given) => given.verb === 'recall',
  reads: 'personal_data',
  input,
  run: async (context, given) =>
    given.verb === 'recall' ? pullBack(context, given) : list(context, given),
});

const pullBack = async (context: CommandContext, given: Input): Promise<Output> => {
  const { db } = await context.system();
  const person = await context.person();
  requireRight(person, 'recall');
  const id = given.id ?? '';
  if (id === '')
    throw inputError('invalid_input', 'say which action: `retinue outbox recall <id>`');
  const now = context.clock.now();
  const row = await db.withTenant(person.tenantId, async (tx) => {
    const found = await loadOutboxRow(tx, id);
    const accountId = found?.accountId ?? null;
    if (accountId !== null) await lockAccount(tx, accountId);
    const pulled = await recall(tx, id, person, now, given.reason);
    const { proposalId } = pulled;
    if (proposalId !== null) {
      await concludeProposal(tx, { proposalId, outcome: 'recalled', reason: given.reason, now });
    }
    return pulled;
  });
  return {
    json: { actionId: row.actionId, status: row.status },
    human: (terminal) => `${terminal.style.good('Pulled back')}: ${row.actionId} does not go out.`,
  };
};

const list = async (context: CommandContext, given: Input): Promise<Output> => {
  const { db } = await context.system();
  const tenantId = await context.tenantId();
  const { showing, rows, names } = await db.withTenant(tenantId, async (tx) => {
    const shown = await chooseWorld(tx, context.settings.world ?? undefined, context.clock.now());
    const found = await listOutbox(tx, {
      world: shown.world.id,
      limit: given.limit,
      ...(given.status === undefined ? {} : { status: given.status }),
    });
    return { showing: shown, rows: found, names: await accountNames(tx, found) };
  });
  return {
    json: { showing: showingShape.parse(showing), items: rows },
    human: (terminal) => show(terminal, showing, rows, names),
  };
};

const show = (
  terminal: Terminal,
  shown: Showing,
  rows: readonly OutboxRow[],
  names: ReadonlyMap<string, string>,
): string => {
  const dates = when(shown);
  const head = `${headline(terminal, shown)} · ${counted(rows.length, 'action')}`;
  if (rows.length === 0) return `${head}\n\nNothing has gone out, and nothing waits to.`;
  const held = rows.find(({ status }) => status === 'held' || status === 'ready');
  const table = renderTable(
    terminal,
    [
      { head: 'action', cell: (row) => terminal.style.link(row.actionId) },
      { head: 'status', cell: (row) => statusText(terminal, row) },
      { head: 'port', cell: (row) => row.port },
      { head: 'account', cell: (row) => printable(names.get(row.accountId ?? '') ?? '—') },
      { head: 'when', cell: (row) => dates.at(row.finishedAt ?? row.notBefore) },
      { head: 'what', cell: what, gives: true },
    ],
    rows,
  );
  return [
    head,
    '',
    table,
    ...(held === undefined
      ? []
      : ['', hint(terminal, `outbox recall ${held.actionId}`, 'pull it back')]),
  ].join('\n');
};

const statusText = ({ style }: Terminal, { status }: OutboxRow): string => {
  if (status === 'done') return style.good(status);
  if (status === 'held' || status === 'ready' || status === 'sending') return style.warn(status);
  return status === 'recalled' ? style.faint(status) : style.bad(status);
};

const what = (row: OutboxRow): string => {
  const { message, recipient, task } = row.effect;
  const about = task?.title ?? `“${message?.subject ?? ''}” to ${recipient?.name ?? 'nobody'}`;
  const reason = row.status === 'done' ? undefined : row.reasons.at(-1)?.text;
  return printable(reason === undefined ? about : `${about} — ${reason}`);
};
