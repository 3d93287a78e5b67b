import { z } from 'zod';
import { inputError } from '../domain/errors.ts';
import {
  planRetraction,
  retract,
  undoRetraction,
  type RetractionPlan,
} from '../jobs/line/retract.ts';
import { requireRight } from '../platform/auth/rights.ts';
import { counted } from '../platform/terminal/format.ts';
import { renderTable } from '../platform/terminal/table.ts';
import type { Terminal } from '../platform/terminal/terminal.ts';
import { printable } from '../platform/terminal/text.ts';
import {
  listRetractions,
  type Retraction,
  type Selector,
} from '../sense/events/retraction-store.ts';
import { instant } from '../sense/state/fields.ts';
import type { CommandContext } from './context.ts';
import { defineCommand, type Output } from './define.ts';
import { bullet, hints, step } from './layout.ts';
import { runOver } from './run-over.ts';

const input = z.object({
  verb: z.literal('undo').optional(),
  id: z.string().optional(),
  import: z.string().optional(),
  source: z.string().optional(),
  key: z.string().optional(),
  since: instant.optional(),
  reason: z.string().default(''),
  yes: z.boolean().default(false),
});

type Input = z.infer<typeof input>;

export default defineCommand({
  id: 'retract',
  group: 'Decide',
  summary: 'Take back an import, or what a key or source sent; what rests on it is withdrawn',
  arguments: [
    { name: 'verb', description: 'take a retraction back', optional: true, choices: ['undo'] },
    { name: 'id', description: 'with undo: the retraction', optional: true },
  ],
  options: [
    { flags: '--import <id>', description: 'all events of an import' },
    { flags: '--key <id>', description: 'all events that an API key sent' },
    { flags: '--source <source>', description: 'all events of a source, such as `rule by-name`' },
    { flags: '--since <moment>', description: 'of a key or source: accepted from then on' },
    { flags: '--reason <text>', description: 'why; kept in the ledger' },
    { flags: '--yes', description: 'do it; without it you see what it would come to' },
  ],
  examples: [
    'retract',
    'retract --import imp-7f3k2m9qh4tz',
    'retract --key 9hq2 --since 2026-11-20T08:00:00Z --reason "the key leaked" --yes',
    'retract undo ret-1a2b3c4d --reason "it was right after all"',
  ],
  beside: { inServer: 'view' },
  decides: (given) => given.yes || given.verb === 'undo',
  input,
  run: async (context, given) => {
    if (given.verb === 'undo') return undo(context, given);
    const selector = selectorOf(given);
    if (selector === null) return list(context);
    return given.yes ? carryOut(context, given, selector) : preview(context, selector);
  },
});

const selectorOf = (given: Input): Selector | null => {
  const { import: importId, key, since } = given;
  const source = key === undefined ? given.source : `key/${key}`;
  if (importId !== undefined && source !== undefined)
    throw inputError('invalid_input', 'name an import, or a key or source, not both');
  if (importId !== undefined) return { importId };
  return source === undefined ? null : { source, since: since ?? null };
};

const list = async (context: CommandContext): Promise<Output> => {
  const { db } = await context.system();
  const items = await db.withTenant(await context.tenantId(), (tx) => listRetractions(tx));
  return { json: { items }, human: (terminal) => listPage(terminal, items) };
};

const listPage = (terminal: Terminal, items: readonly Retraction[]): string => {
  if (items.length === 0) return 'Nothing was ever retracted.';
  return renderTable(
    terminal,
    [
      { head: 'retraction', cell: (row) => row.id },
      { head: 'when', cell: (row) => row.at.slice(0, 16).replace('T', ' ') },
      { head: 'events', cell: (row) => String(row.events), align: 'right' },
      {
        head: 'of',
        cell: (row) => meant(row),
      },
      { head: 'state', cell: (row) => (row.undoneAt === null ? 'in force' : 'taken back') },
      { head: 'why', cell: (row) => printable(row.reason), gives: true },
    ],
    items,
  );
};

const meant = ({ selector }: Retraction): string => {
  const texts = Object.values(selector).filter((value) => typeof value === 'string');
  return printable(texts.join(' since '));
};

const preview = async (context: CommandContext, selector: Selector): Promise<Output> => {
  const { db } = await context.system();
  const plan = await db.withTenant(await context.tenantId(), (tx) =>
    planRetraction(tx, { selector }),
  );
  return {
    json: { ...plan, retracted: false },
    human: (terminal) =>
      [
        `This would retract ${counted(plan.events, 'event')}, and look anew at ${counted(plan.accountIds.length, 'account')}.`,
        `What ${counted(plan.cases, 'open case')} of them want is withdrawn and thought over.`,
        ...doneLines(terminal, plan),
        '',
        ...(plan.events === 0
          ? ['Nothing is meant that still counts.']
          : hints(terminal, [step('retract … --reason … --yes', 'do it (an admin does)')])),
      ].join('\n'),
  };
};

const carryOut = async (
  context: CommandContext,
  { reason }: Input,
  selector: Selector,
): Promise<Output> => {
  const { db, parts, clock } = await context.system();
  const person = await context.person();
  requireRight(person, 'retract_events');
  const done = await db.withTenant(person.tenantId, (tx) =>
    retract(tx, { selector, person, reason, parts, now: clock.now() }),
  );
  await runOver(context, person.tenantId, done.accountIds, 'retraction');
  return {
    json: { ...done, retracted: true },
    human: (terminal) =>
      [
        `${terminal.style.good('Retracted')}: ${counted(done.events, 'event')} (${done.retractionId}). ${counted(done.accountIds.length, 'account')} scored anew, ${counted(done.withdrawn.length, 'proposal')} withdrawn.`,
        ...doneLines(terminal, done),
        '',
        ...hints(terminal, [step(`retract undo ${done.retractionId} --reason …`, 'take it back')]),
      ].join('\n'),
  };
};

const undo = async (context: CommandContext, { id = '', reason }: Input): Promise<Output> => {
  const { db, parts, clock } = await context.system();
  const person = await context.person();
  requireRight(person, 'retract_events');
  const done = await db.withTenant(person.tenantId, (tx) =>
    undoRetraction(tx, { retractionId: id, person, reason, parts, now: clock.now() }),
  );
  await runOver(context, person.tenantId, done.accountIds, 'retraction');
  return {
    json: done,
    human: ({ style }) =>
      `${style.good('Taken back')}: ${counted(done.events, 'event')} count again, ${counted(done.accountIds.length, 'account')} scored anew.`,
  };
};

const doneLines = (terminal: Terminal, { done }: RetractionPlan): string[] =>
  done.length === 0
    ? []
    : [
        '',
        terminal.style.warn('Done since then, and not to be taken back; see to it yourself:'),
        ...done.flatMap(({ actionId, what }) => bullet(terminal, `${what} (${actionId})`)),
      ];
