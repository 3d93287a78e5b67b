import { z } from 'zod';
import { chain } from '../act/ledger/ledger.ts';
import { closeNotes } from '../act/ledger/note.ts';
import { verify } from '../act/ledger/verify.ts';
import { listLedgerRoute } from '../api/ledger.ts';
import { inputError } from '../domain/errors.ts';
import { EXIT } from '../platform/terminal/exit-codes.ts';
import type { CommandContext } from './context.ts';
import { defineCommand, type Output } from './define.ts';
import { ledgerPage, verifyPage } from './pages/ledger-page.ts';

const input = z.object({
  verb: z.enum(['list', 'verify']).default('list'),
  kind: z.string().optional(),
  person: z.string().optional(),
  key: z.string().optional(),
  account: z.string().optional(),
  case: z.string().optional(),
  since: z.string().optional(),
  until: z.string().optional(),
  before: z.string().optional(),
  limit: z.string().optional(),
  expect: z
    .string()
    .regex(/^\d+:[0-9a-f]{64}$/, 'it must be position:hash, as verify printed it')
    .optional(),
});

type Input = z.infer<typeof input>;

export default defineCommand({
  id: 'ledger',
  group: 'Prove',
  summary: 'Who did, changed, read or was refused what; recompute the chain of it',
  arguments: [
    {
      name: 'verb',
      description: 'what to do (default: list, which takes an admin or auditor)',
      optional: true,
      choices: ['list', 'verify'],
    },
  ],
  options: [
    {
      flags: '--kind <kinds>',
      description: 'only these, with commas between: sign_in*,key.*,access.refused',
    },
    { flags: '--person <person>', description: 'of one person, by e-mail or id' },
    { flags: '--key <id>', description: 'of one API key' },
    { flags: '--account <account>', description: 'about one account, by id or name' },
    { flags: '--case <id>', description: 'about one case' },
    { flags: '--since <moment>', description: 'from a day or moment (UTC) on' },
    { flags: '--until <moment>', description: 'before a day or moment (UTC)' },
    { flags: '--before <entry>', description: 'older ones than this entry: the next page' },
    { flags: '--limit <number>', description: 'at most so many (default: 50)' },
    {
      flags: '--expect <position:hash>',
      description: 'with verify: a head that you kept from an earlier one; needs --world',
    },
  ],
  examples: [
    'ledger list --since 2026-11-01 --kind "sign_in*,access.refused"',
    'ledger list --person ada@lumenboard.example --json',
    'ledger verify',
    'ledger verify --world live --expect 482:9f2c…',
  ],
  beside: ({ verb }) => (verb === 'list' ? 'api' : { inServer: 'verify_ledger' }),
  decides: false,
  input,
  run: async (context, given) =>
    given.verb === 'list' ? list(context, given) : check(context, given),
});

const list = async (
  context: CommandContext,
  { verb: _verb, expect: _expect, ...query }: Input,
): Promise<Output> => {
  const client = await context.client();
  const world = context.settings.world ?? undefined;
  const page = await client.call(listLedgerRoute, { query: { ...query, world } });
  return { json: page, human: (terminal) => ledgerPage(terminal, page, context.clock.now()) };
};

const check = async (context: CommandContext, { expect }: Input): Promise<Output> => {
  const { db } = await context.system();
  const { world } = context.settings;
  if (expect !== undefined && world === null) {
    throw inputError('invalid_input', 'a head is of one world: add --world live');
  }
  const report = await db.withTenant(await context.tenantId(), async (tx) => {
    // What was committed since the last tick is linked first, so that the report covers it.
    await closeNotes(tx, context.clock.now());
    while ((await chain(tx)).linked > 0);
    return verify(tx, {
      ...(world === null ? {} : { world }),
      ...(expect === undefined ? {} : { expect: headOf(expect) }),
    });
  });
  return {
    json: report,
    exitCode: report.ok ? EXIT.done : EXIT.answerIsNo,
    human: (terminal) => verifyPage(terminal, report),
  };
};

const headOf = (text: string): { readonly position: number; readonly hash: string } => {
  const [position = '0', hash = ''] = text.split(':');
  return { position: Number(position), hash };
};
