import { z } from 'zod';
import {
  getIdentityRoute,
  mergeAccountsRoute,
  setParentRoute,
  splitAccountRoute,
} from '../api/identity.ts';
import type { Identity } from '../api/identity-shapes.ts';
import { inputError } from '../domain/errors.ts';
import { formatMoney } from '../domain/money.ts';
import type { Terminal } from '../platform/terminal/terminal.ts';
import { printable } from '../platform/terminal/text.ts';
import type { CommandContext } from './context.ts';
import { defineCommand, type Output } from './define.ts';
import { bullet, field, hints, section, step } from './layout.ts';
import { conflictLines } from './pages/conflict-lines.ts';

const input = z.object({
  account: z.string().min(1),
  verb: z.enum(['show', 'merge', 'split', 'parent']).default('show'),
  into: z.string().optional(),
  links: z.string().optional(),
  as: z.enum(['account', 'unmatched']).optional(),
  of: z.string().optional(),
  from: z.string().optional(),
  reason: z.string().default(''),
});

type Input = z.infer<typeof input>;

export default defineCommand({
  id: 'account',
  group: 'Decide',
  summary: 'Who an account is: ids, parents, mergers; merge it, split it, set its parent',
  arguments: [
    { name: 'account', description: 'its id, an id elsewhere, or its name' },
    {
      name: 'verb',
      description: 'show it (default), merge it into another, split ids off, set its parent',
      optional: true,
      choices: ['show', 'merge', 'split', 'parent'],
    },
  ],
  options: [
    { flags: '--into <account>', description: 'with merge: the account that goes on' },
    {
      flags: '--links <ids>',
      description: 'with split: the ids to take away, as source:id, separated by commas',
    },
    {
      flags: '--as <what>',
      description: 'with split: an account of their own, or unmatched',
      choices: ['account', 'unmatched'],
    },
    { flags: '--of <account>', description: 'with parent: the parent; `none` takes it back' },
    { flags: '--from <moment>', description: 'from when on it counts (default: always)' },
    { flags: '--reason <text>', description: 'why; kept in the ledger' },
  ],
  examples: [
    'account "Northwind Traders"',
    'account cus_4711 merge --into "Northwind Traders" --reason "bought them"',
    'account "Northwind Traders" split --links stripe:cus_4711 --reason "was a mistake"',
    'account "Northwind UK" parent --of "Northwind Traders" --reason "daughter company"',
  ],
  beside: 'api',
  decides: (given) => given.verb !== 'show',
  input,
  run: async (context, given) => {
    if (given.verb === 'show') return show(context, given.account);
    if (given.reason.trim() === '')
      throw inputError('reason_required', 'say why with --reason; it is kept in the ledger');
    return decide(context, given);
  },
});

const show = async (context: CommandContext, account: string): Promise<Output> => {
  const client = await context.client();
  const identity = await client.call(getIdentityRoute, { params: { id: account } });
  return { json: identity, human: (terminal) => page(terminal, identity) };
};

const decide = async (context: CommandContext, given: Input): Promise<Output> => {
  const client = await context.client();
  const { account, verb, from, reason } = given;
  const params = { id: account };
  const word = { from, reason };
  const answer =
    verb === 'merge'
      ? await client.call(mergeAccountsRoute, {
          params,
          body: { into: wanted(given.into, '--into <account>'), ...word },
        })
      : verb === 'split'
        ? await client.call(splitAccountRoute, {
            params,
            body: { links: linksOf(given.links), as: given.as, ...word },
          })
        : await client.call(setParentRoute, {
            params,
            body: { parent: parentOf(given.of), reason },
          });
  return {
    json: answer,
    human: (terminal) =>
      [
        `${terminal.style.good(DONE[verb])}: ${printable(account)}. Scores and cases follow.`,
        '',
        ...hints(terminal, [
          step(`account ${printable(given.into ?? account)}`, 'how it stands now'),
        ]),
      ].join('\n'),
  };
};

const DONE = { show: '', merge: 'Merged', split: 'Split', parent: 'Parent set' } as const;

const wanted = (value: string | undefined, flag: string): string => {
  if (value !== undefined) return value;
  throw inputError('invalid_input', `say ${flag}`);
};

const parentOf = (of: string | undefined): string | null => {
  const parent = wanted(of, '--of <account>, or --of none');
  return parent === 'none' ? null : parent;
};

const linksOf = (text: string | undefined) =>
  wanted(text, '--links <source:id,…>')
    .split(',')
    .map((each) => {
      const [source = '', ...rest] = each.trim().split(':');
      const externalId = rest.join(':');
      if (source === '' || externalId === '') {
        throw inputError('invalid_input', `\`${each}\` is no id: write it as source:id`);
      }
      return { source, externalId };
    });

const page = (terminal: Terminal, identity: Identity): string => {
  const { account, mergedInto, parent, root, daughters, family, merged, links, conflicts } =
    identity;
  const names = (accounts: readonly { readonly name: string; readonly id: string }[]) =>
    accounts.map(({ name, id }) => printable(`${name} (${id})`)).join(', ');
  return [
    `${terminal.style.strong(printable(account.name))} · ${account.id}`,
    ...(mergedInto === null
      ? []
      : [terminal.style.warn(`merged into ${printable(mergedInto.name)} (${mergedInto.id})`)]),
    '',
    ...(parent === null ? [] : field(terminal, 'parent', names([parent]))),
    ...(parent === null || root.id === parent.id ? [] : field(terminal, 'topmost', names([root]))),
    ...(daughters.length === 0 ? [] : field(terminal, 'daughters', names(daughters))),
    ...(merged.length === 0 ? [] : field(terminal, 'merged', names(merged))),
    ...(family === null ? [] : familyLines(terminal, family)),
    section(terminal, 'Ids'),
    ...(links.length === 0 ? ['  none'] : []),
    ...links.flatMap(({ source, externalId, since }) =>
      bullet(terminal, printable(`${source} ${externalId}, since ${since.slice(0, 10)}`)),
    ),
    ...(conflicts.length === 0
      ? []
      : [section(terminal, 'Told otherwise'), ...conflictLines(terminal, conflicts)]),
  ].join('\n');
};

const familyLines = (terminal: Terminal, { members, arr }: NonNullable<Identity['family']>) => {
  const unknown = members.filter((member) => member.arr === null).length;
  return [
    section(terminal, `Family of ${members.length}, ARR ${formatMoney(arr)}`),
    ...members.flatMap((member) =>
      bullet(
        terminal,
        printable(`${member.name}: ${member.arr === null ? 'not known' : formatMoney(member.arr)}`),
      ),
    ),
    ...(unknown === 0 ? [] : [`  Without ${unknown} of them, whose ARR is not known.`]),
  ];
};
