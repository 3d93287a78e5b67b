import { z } from 'zod';
import { inputError } from '../domain/errors.ts';
import { ROLES, type Person, type Role } from '../domain/person.ts';
import {
  createPerson,
  findPerson,
  listPeople,
  removePerson,
  setRoles,
} from '../platform/auth/people.ts';
import { renderTable } from '../platform/terminal/table.ts';
import { printable } from '../platform/terminal/text.ts';
import type { CommandContext } from './context.ts';
import { defineCommand } from './define.ts';
import { recordChange } from '../api/record-change.ts';
import type { TenantTx } from '../platform/db/database.ts';
import type { Instant } from '../domain/time.ts';

const input = z.object({
  verb: z.enum(['list', 'add', 'roles', 'remove']).default('list'),
  person: z.string().optional(),
  name: z.string().optional(),
  roles: z
    .string()
    .transform((text) => text.split(',').map((role) => role.trim()))
    .pipe(z.array(z.enum(ROLES)))
    .optional(),
});

type Input = z.infer<typeof input>;

export default defineCommand({
  id: 'people',
  group: 'Set up',
  summary: 'List people; add one, change their roles, or remove them',
  arguments: [
    {
      name: 'verb',
      description: 'what to do',
      optional: true,
      choices: ['list', 'add', 'roles', 'remove'],
    },
    { name: 'person', description: 'their e-mail address (or id)', optional: true },
  ],
  options: [
    { flags: '--name <name>', description: 'the name of a new person' },
    { flags: '--roles <roles>', description: `of ${ROLES.join(', ')}, with commas between` },
  ],
  examples: ['people', 'people add ada@acme.example --name "Ada Bell" --roles approver'],
  beside: (given) => ({ inServer: given.verb === 'list' ? 'view' : 'manage_people' }),
  decides: (given) => given.verb !== 'list',
  input,
  run: async (context, given) => {
    const { db } = await context.system();
    if (given.verb !== 'list') await change(context, given);
    const people = await db.withTenant(await context.tenantId(), (tx) => listPeople(tx));
    return {
      json: { items: people },
      human: (terminal) =>
        people.length === 0
          ? 'Nobody yet; the first to sign in with `retinue login --name … --email …` is the admin.'
          : renderTable(
              terminal,
              [
                { head: 'name', cell: (person) => printable(person.name) },
                { head: 'e-mail', cell: (person) => printable(person.email) },
                { head: 'roles', cell: (person) => person.roles.join(', ') },
                { head: 'id', cell: (person) => terminal.style.faint(person.id) },
              ],
              people,
            ),
    };
  },
});

const change = async (context: CommandContext, given: Input): Promise<void> => {
  const { db } = await context.system();
  const by = await context.person();
  const now = context.clock.now();
  const who = required(given.person, 'say who, by e-mail address');
  await db.withTenant(by.tenantId, async (tx) => {
    const { id, roles } = await changed(tx, given, who, by, now);
    await recordChange(tx, `person.${given.verb}`, by, { personId: id, roles: [...roles] }, now);
  });
};

const changed = async (
  tx: TenantTx,
  given: Input,
  who: string,
  by: Person,
  now: Instant,
): Promise<Pick<Person, 'id' | 'roles'>> => {
  if (given.verb === 'add') {
    const name = required(given.name, 'give their name: --name "Ada Bell"');
    return createPerson(tx, { name, email: who, roles: rolesOf(given), by, now });
  }
  const { id } = await findPerson(tx, who);
  if (given.verb === 'roles') return setRoles(tx, { personId: id, roles: rolesOf(given), by });
  await removePerson(tx, { personId: id, by, now });
  return { id, roles: [] };
};

const required = (value: string | undefined, message: string): string => {
  if (value !== undefined) return value;
  throw inputError('invalid_input', message);
};

const rolesOf = (given: Input): readonly Role[] => {
  if (given.roles !== undefined) return given.roles;
  throw inputError('invalid_input', `give their roles: --roles ${ROLES.join(' | ')}`);
};
