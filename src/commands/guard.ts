import { z } from 'zod';
import { declareGuard, guardDeclarations } from '../act/guards/declarations.ts';
import { GUARD_DEFINITIONS } from '../act/guards/definitions.ts';
import { guardInputs } from '../act/guards/guard-inputs.ts';
import { listPeople } from '../platform/auth/people.ts';
import { currentConfig } from '../platform/config/store.ts';
import { relativeTime } from '../platform/terminal/format.ts';
import { renderTable } from '../platform/terminal/table.ts';
import { printable } from '../platform/terminal/text.ts';
import type { CommandContext } from './context.ts';
import { defineCommand } from './define.ts';

const GUARDS = GUARD_DEFINITIONS.map(({ id }) => id);

const input = z.object({
  verb: z.enum(['list', 'declare']).default('list'),
  guard: z.enum(GUARDS as [string, ...string[]]).optional(),
  state: z.enum(['not-applicable', 'applicable']).default('not-applicable'),
  reason: z.string().default(''),
});

type Input = z.infer<typeof input>;

export default defineCommand({
  id: 'guard',
  group: 'Set up',
  summary: 'What keeps agents from acting blindly; declare a guard not applicable in your house',
  arguments: [
    {
      name: 'verb',
      description: 'list them, or declare one',
      optional: true,
      choices: ['list', 'declare'],
    },
    { name: 'guard', description: 'which one', optional: true, choices: GUARDS },
    {
      name: 'state',
      description: 'whether your house has that input (default: not-applicable)',
      optional: true,
      choices: ['not-applicable', 'applicable'],
    },
  ],
  options: [{ flags: '--reason <text>', description: 'why; kept, and shown on each case' }],
  examples: [
    'guard',
    'guard declare touches not-applicable --reason "nobody but Retinue writes to customers"',
  ],
  beside: (given) => ({ inServer: given.verb === 'declare' ? 'declare_guard' : 'view' }),
  decides: (given) => given.verb === 'declare',
  input,
  run: async (context, given) => {
    if (given.verb === 'declare') await declare(context, given);
    const rows = await list(context);
    return {
      json: { items: rows },
      human: (terminal) =>
        renderTable(
          terminal,
          [
            { head: 'guard', cell: (row) => row.guard },
            { head: 'rests on', cell: (row) => row.input },
            { head: 'known up to', cell: (row) => row.heard ?? terminal.style.warn('never') },
            { head: 'may be silent', cell: (row) => row.maxAge },
            { head: 'declared', cell: (row) => printable(row.declared ?? '—'), gives: true },
          ],
          rows,
        ),
    };
  },
});

const declare = async (context: CommandContext, given: Input): Promise<void> => {
  const { db } = await context.system();
  const person = await context.person();
  await db.withTenant(person.tenantId, (tx) =>
    declareGuard(tx, {
      guard: given.guard ?? '',
      applicable: given.state === 'applicable',
      reason: given.reason,
      person,
      now: context.clock.now(),
    }),
  );
};

const list = async (context: CommandContext) => {
  const { db } = await context.system();
  const now = context.clock.now();
  return db.withTenant(await context.tenantId(), async (tx) => {
    const config = await currentConfig(tx);
    const declarations = await guardDeclarations(tx);
    const inputs = await guardInputs(tx, config, now);
    const names = new Map((await listPeople(tx)).map(({ id, name }) => [id, name]));
    return inputs.map(({ definition: { id, input: restsOn }, heardUpTo }) => {
      const declared = declarations[id];
      const hours = config.guards[id]?.maxAgeHours;
      return {
        guard: id,
        input: restsOn,
        heardUpTo,
        heard: heardUpTo === null ? null : relativeTime(heardUpTo, now, config.zone),
        maxAge: hours === undefined ? '—' : `${String(Math.round(hours / 24))} days`,
        declared:
          declared === undefined
            ? null
            : `${declared.applicable ? 'applicable' : 'not applicable'}: ${declared.reason} (${names.get(declared.personId) ?? declared.personId})`,
      };
    });
  });
};
