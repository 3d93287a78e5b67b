import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { inputError } from '../domain/errors.ts';
import { SCOPES } from '../domain/person.ts';
import { addHours } from '../domain/time.ts';
import { createKey, listKeys, revokeKey } from '../platform/auth/keys.ts';
import { relativeTime } from '../platform/terminal/format.ts';
import { renderTable } from '../platform/terminal/table.ts';
import type { Terminal } from '../platform/terminal/terminal.ts';
import { printable } from '../platform/terminal/text.ts';
import type { CommandContext } from './context.ts';
import { defineCommand } from './define.ts';
import { recordChange } from '../api/record-change.ts';

const HOURS_A_DAY = 24;

const input = z.object({
  verb: z.enum(['list', 'create', 'revoke']).default('list'),
  key: z.string().optional(),
  scopes: z
    .string()
    .default('ingest')
    .transform((text) => text.split(',').map((scope) => scope.trim()))
    .pipe(z.array(z.enum(SCOPES))),
  trust: z.enum(['client', 'server']).default('server'),
  expiresInDays: z.coerce.number().int().positive().optional(),
});

type Input = z.infer<typeof input>;

export default defineCommand({
  id: 'keys',
  group: 'Set up',
  summary: 'List API keys; create one, or revoke one',
  arguments: [
    {
      name: 'verb',
      description: 'what to do',
      optional: true,
      choices: ['list', 'create', 'revoke'],
    },
    {
      name: 'key',
      description: 'a name for the new key; the id of the one to revoke',
      optional: true,
    },
  ],
  options: [
    {
      flags: '--scopes <scopes>',
      description: `of ${SCOPES.join(', ')}, with commas between (default: ingest)`,
    },
    {
      flags: '--trust <trust>',
      description: 'client for a browser or an app, server for your own systems (default: server)',
      choices: ['client', 'server'],
    },
    { flags: '--expires-in-days <days>', description: 'when it stops working by itself' },
  ],
  examples: ['keys create backend', 'keys create web --trust client', 'keys revoke 3f9c2d…'],
  beside: { inServer: 'manage_keys' },
  decides: (given) => given.verb !== 'list',
  input,
  run: async (context, given) => {
    if (given.verb === 'create') return create(context, given);
    if (given.verb === 'revoke') await revoke(context, given.key);
    return list(context);
  },
});

const create = async (context: CommandContext, given: Input) => {
  const { db } = await context.system();
  const [by, now] = [await context.person(), context.clock.now()];
  const made = await db.withTenant(by.tenantId, async (tx) => {
    const key = await createKey(
      tx,
      {
        name: given.key ?? '',
        scopes: given.scopes,
        trust: given.trust,
        ...(given.expiresInDays === undefined
          ? {}
          : { expiresAt: addHours(now, given.expiresInDays * HOURS_A_DAY) }),
        by,
        now,
      },
      randomBytes,
    );
    const body = { keyId: key.keyId, scopes: [...given.scopes], trust: given.trust };
    await recordChange(tx, 'key.created', by, body, now);
    return key;
  });
  return {
    json: { ...made, name: given.key, scopes: given.scopes, trust: given.trust },
    human: (terminal: Terminal) =>
      [
        terminal.style.strong(made.secret),
        '',
        `This is the key \`${given.key ?? ''}\` (${given.trust}, ${given.scopes.join(', ')}). It is shown this once: keep it now.`,
        'With a Segment SDK it is the `writeKey`; the `host` is this server.',
      ].join('\n'),
  };
};

const revoke = async (context: CommandContext, keyId: string | undefined): Promise<void> => {
  if (keyId === undefined) throw inputError('invalid_input', 'say which key, by its id');
  const { db } = await context.system();
  const by = await context.person();
  const now = context.clock.now();
  await db.withTenant(by.tenantId, async (tx) => {
    await revokeKey(tx, { keyId, by, now });
    await recordChange(tx, 'key.revoked', by, { keyId }, now);
  });
};

const list = async (context: CommandContext) => {
  const { db } = await context.system();
  const keys = await db.withTenant(await context.tenantId(), (tx) => listKeys(tx));
  const now = context.clock.now();
  return {
    json: { items: keys },
    human: (terminal: Terminal) =>
      keys.length === 0
        ? 'No keys yet; make one with `retinue keys create <name>`.'
        : renderTable(
            terminal,
            [
              { head: 'key', cell: (key) => key.keyId },
              { head: 'name', cell: (key) => printable(key.name) },
              { head: 'trust', cell: (key) => key.trust },
              { head: 'scopes', cell: (key) => key.scopes.join(', ') },
              {
                head: 'last used',
                cell: (key) =>
                  key.lastUsedAt === null ? 'never' : relativeTime(key.lastUsedAt, now, 'UTC'),
              },
              {
                head: 'state',
                cell: (key) =>
                  key.revokedAt !== null
                    ? terminal.style.bad('revoked')
                    : key.expiresAt !== null && key.expiresAt <= now
                      ? terminal.style.warn('expired')
                      : terminal.style.good('in force'),
              },
            ],
            keys,
          ),
  };
};
