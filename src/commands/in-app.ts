import { z } from 'zod';
import {
  createInAppKeyRoute,
  createInAppTokenRoute,
  listInAppKeysRoute,
  listInAppMessagesRoute,
  revokeInAppKeyRoute,
  withdrawInAppMessageRoute,
  type InAppMessageShape,
} from '../api/in-app/index.ts';
import { inputError } from '../domain/errors.ts';
import type { Client } from '../platform/http/define.ts';
import { renderTable } from '../platform/terminal/table.ts';
import type { Terminal } from '../platform/terminal/terminal.ts';
import { printable, shorten } from '../platform/terminal/text.ts';
import type { CommandContext } from './context.ts';
import { defineCommand, type Output } from './define.ts';

const VERBS = ['list', 'withdraw', 'keys', 'key', 'revoke', 'token'] as const;

const input = z.object({
  verb: z.enum(VERBS).default('list'),
  target: z.string().optional(),
  account: z.string().optional(),
  contact: z.string().optional(),
  email: z.string().optional(),
  user: z.string().optional(),
});

type Input = z.infer<typeof input>;

export default defineCommand({
  id: 'in-app',
  group: 'Set up',
  summary: 'Messages in your product, and the keys by which it says who is looking',
  arguments: [
    { name: 'verb', description: 'what to do (default: list)', optional: true, choices: VERBS },
    {
      name: 'target',
      description:
        'with withdraw: a message; with key: a name for the new one; with revoke: its id',
      optional: true,
    },
  ],
  options: [
    {
      flags: '--account <id>',
      description: 'with token: our id of the account, or its id elsewhere',
    },
    { flags: '--contact <id>', description: 'with token: the contact who is looking' },
    { flags: '--email <address>', description: 'with token: the address of who is looking' },
    { flags: '--user <id>', description: 'with token: their id in your product (default: trial)' },
  ],
  examples: [
    'in-app',
    'in-app key "our app"',
    'in-app token --account harbor-pine --email dana@harbor-pine.example',
    'in-app withdraw act-7f3k2m9qh4tz',
  ],
  beside: 'api',
  decides: ({ verb }) => verb !== 'list' && verb !== 'keys',
  input,
  run: async (context, given) => act(context, await context.client(), given),
});

const act = async (context: CommandContext, client: Client, given: Input): Promise<Output> => {
  switch (given.verb) {
    case 'list':
      return list(client);
    case 'withdraw':
      await client.call(withdrawInAppMessageRoute, {
        params: { id: targetOf(given, 'which message, by its id') },
        body: {},
      });
      return list(client);
    case 'keys':
      return keys(client);
    case 'revoke':
      await client.call(revokeInAppKeyRoute, {
        params: { id: targetOf(given, 'which key, by its id') },
        body: {},
      });
      return keys(client);
    case 'key':
      return create(client, targetOf(given, 'a name for the key'));
    case 'token':
      return token(context, client, given);
  }
};

const targetOf = ({ target }: Input, what: string): string => {
  if (target === undefined) throw inputError('invalid_input', `say more: ${what}`);
  return target;
};

const list = async (client: Client): Promise<Output> => {
  const answer = await client.call(listInAppMessagesRoute);
  return { json: answer, human: (terminal) => messagesText(terminal, answer.items) };
};

const NAME_WIDTH = 26;

const messagesText = (terminal: Terminal, items: readonly InAppMessageShape[]): string =>
  items.length === 0
    ? 'Nothing was placed in the product yet.'
    : renderTable(
        terminal,
        [
          { head: 'message', cell: (each) => terminal.style.link(each.id) },
          { head: 'account', cell: (each) => shorten(printable(each.accountName), NAME_WIDTH) },
          { head: 'for', cell: (each) => (each.audience === 'account' ? 'all' : each.contactId) },
          { head: 'subject', cell: (each) => printable(each.subject), gives: true },
          { head: 'until', cell: (each) => each.withdrawnAt ?? each.expiresAt },
          { head: 'seen', cell: (each) => String(each.seen), align: 'right' },
          { head: 'dismissed', cell: (each) => String(each.dismissed), align: 'right' },
          { head: 'clicked', cell: (each) => String(each.clicked), align: 'right' },
        ],
        items,
      );

const keys = async (client: Client): Promise<Output> => {
  const answer = await client.call(listInAppKeysRoute);
  return {
    json: answer,
    human: (terminal) =>
      answer.items.length === 0
        ? 'No keys yet; make one with `retinue in-app key <name>`.'
        : renderTable(
            terminal,
            [
              { head: 'key', cell: (key) => key.id },
              { head: 'kid', cell: (key) => key.kid },
              { head: 'name', cell: (key) => printable(key.name) },
              { head: 'state', cell: (key) => (key.revokedAt === null ? 'in force' : 'revoked') },
            ],
            answer.items,
          ),
  };
};

const create = async (client: Client, name: string): Promise<Output> => {
  const made = await client.call(createInAppKeyRoute, { body: { name } });
  return {
    json: made,
    human: (terminal) =>
      [
        `kid     ${terminal.style.strong(made.kid)}`,
        `secret  ${terminal.style.strong(made.secret)}`,
        '',
        'The secret is shown this once, and belongs on your server alone: it signs the tokens that say who is looking',
        '(a JWT by HS256; see docs/in-app.md).',
      ].join('\n'),
  };
};

const token = async (context: CommandContext, client: Client, given: Input): Promise<Output> => {
  const { account, contact, email, user } = given;
  if (account === undefined) throw inputError('invalid_input', 'say more: --account <id>');
  const body = { account, contact, email, ...(user === undefined ? {} : { user }) };
  const made = await client.call(createInAppTokenRoute, { body });
  const base = context.server?.url ?? 'http://127.0.0.1:4180';
  return {
    json: made,
    human: (terminal) =>
      [
        made.token,
        '',
        `Good until ${made.expiresAt}. To see what this user sees, open (with the server running):`,
        `  ${terminal.style.link(`${base}/in-app/example#token=${made.token}`)}`,
      ].join('\n'),
  };
};
