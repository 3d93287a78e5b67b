import { z } from 'zod';
import { listAutonomy, recordAutonomy, rungsInForce } from '../act/autonomy/autonomy.ts';
import { ceilingOf, type AutonomyDecision } from '../act/autonomy/ladder.ts';
import { RUNGS, type Rung } from '../domain/decision.ts';
import { inputError } from '../domain/errors.ts';
import { currentConfig } from '../platform/config/store.ts';
import { listPeople } from '../platform/auth/people.ts';
import { relativeTime } from '../platform/terminal/format.ts';
import { renderTable } from '../platform/terminal/table.ts';
import type { Terminal } from '../platform/terminal/terminal.ts';
import { printable } from '../platform/terminal/text.ts';
import type { CommandContext } from './context.ts';
import { defineCommand } from './define.ts';

const input = z.object({
  post: z.string().optional(),
  rung: z.enum(RUNGS).optional(),
  reason: z.string().default(''),
});

type Input = z.infer<typeof input>;

export default defineCommand({
  id: 'autonomy',
  group: 'Set up',
  summary: 'How much agents may do by themselves; move one playbook’s action on the ladder',
  arguments: [
    {
      name: 'post',
      description: 'playbook/action, such as seat-expansion/offer_seats',
      optional: true,
    },
    { name: 'rung', description: 'how much it may do by itself', optional: true, choices: RUNGS },
  ],
  options: [{ flags: '--reason <text>', description: 'why; required to move' }],
  examples: [
    'autonomy',
    'autonomy seat-expansion/offer_seats approve --reason "two weeks of good drafts"',
  ],
  beside: (given) => ({ inServer: given.rung === undefined ? 'view' : 'set_autonomy' }),
  decides: (given) => given.rung !== undefined,
  input,
  run: async (context, given) => {
    if (given.rung !== undefined) await move(context, given, given.rung);
    const rows = await ladder(context);
    return { json: { items: rows }, human: (terminal) => show(terminal, rows) };
  },
});

const move = async (context: CommandContext, given: Input, rung: Rung): Promise<void> => {
  const { db, parts } = await context.system();
  const person = await context.person();
  const [playbook = '', action = ''] = (given.post ?? '').split('/');
  const known = parts.playbooks.find(({ id }) => id === playbook)?.tools.includes(action) ?? false;
  if (!known) {
    throw inputError(
      'invalid_input',
      `\`${given.post ?? ''}\` is not a playbook and its action; use ${postsOf(parts.playbooks).join(', ')}`,
    );
  }
  await db.withTenant(person.tenantId, async (tx) =>
    recordAutonomy(tx, {
      ...{ playbook, action, rung, person, reason: given.reason },
      config: await currentConfig(tx),
      now: context.clock.now(),
    }),
  );
};

const postsOf = (
  playbooks: readonly { readonly id: string; readonly tools: readonly string[] }[],
) => playbooks.flatMap((playbook) => playbook.tools.map((tool) => `${playbook.id}/${tool}`));

interface LadderRow {
  readonly playbook: string;
  readonly action: string;
  readonly rung: Rung;
  readonly ceiling: Rung;
  readonly decidedBy: string | null;
  readonly reason: string | null;
  readonly measured: boolean | null;
  readonly at: string | null;
  readonly ago: string | null;
}

const ladder = async (context: CommandContext): Promise<LadderRow[]> => {
  const { db, parts } = await context.system();
  return db.withTenant(await context.tenantId(), async (tx) => {
    const config = await currentConfig(tx);
    const rungOf = await rungsInForce(tx, config);
    const decisions = await listAutonomy(tx);
    const names = new Map((await listPeople(tx)).map(({ id, name }) => [id, name]));
    const now = context.clock.now();
    return postsOf(parts.playbooks).map((post) => {
      const [playbook = '', action = ''] = post.split('/');
      const last = decisions.find((each) => each.playbook === playbook && each.action === action);
      return {
        ...{ playbook, action, rung: rungOf({ playbook, action }) },
        ceiling: ceilingOf(config.ceiling, { playbook, action }),
        decidedBy: last === undefined ? null : deciderOf(last, names),
        reason: last?.reason ?? null,
        measured: last === undefined ? null : last.measured !== null,
        at: last?.at ?? null,
        ago: last === undefined ? null : relativeTime(last.at, now, config.zone),
      };
    });
  });
};

const deciderOf = ({ personId }: AutonomyDecision, names: ReadonlyMap<string, string>): string =>
  personId === null ? 'by itself' : (names.get(personId) ?? personId);

const show = (terminal: Terminal, rows: readonly LadderRow[]): string =>
  [
    terminal.style.faint(`lowest first: ${RUNGS.join(' → ')}`),
    '',
    renderTable(
      terminal,
      [
        { head: 'playbook', cell: (row) => row.playbook },
        { head: 'action', cell: (row) => row.action },
        { head: 'rung', cell: (row) => terminal.style.strong(row.rung) },
        { head: 'ceiling', cell: (row) => terminal.style.faint(row.ceiling) },
        { head: 'decided', cell: decided, gives: true },
      ],
      rows,
    ),
  ].join('\n');

const decided = (row: LadderRow): string =>
  row.decidedBy === null
    ? 'never: new ones observe'
    : printable(
        `${row.decidedBy}, ${row.ago ?? ''}${row.measured === true ? '' : ', without measured results'}: ${row.reason ?? ''}`,
      );
