import { z } from 'zod';
import { buildOf } from '../act/releases/build.ts';
import { approveRelease, requireCleared } from '../act/releases/clearance.ts';
import { ensureRelease } from '../act/releases/move.ts';
import {
  endCanary,
  promoteRelease,
  requireStaged,
  rollBack,
  startCanary,
  requireRelease,
} from '../act/releases/verbs.ts';
import { inputError } from '../domain/errors.ts';
import type { Person } from '../domain/person.ts';
import { compareReleases, type ReleaseDiff } from '../jobs/release/compare-releases.ts';
import {
  configOfRelease,
  reviewRelease,
  type ReviewRequest,
} from '../jobs/release/review-release.ts';
import { requireRight } from '../platform/auth/rights.ts';
import { releaseStanding } from '../platform/release/release-store.ts';
import type { CommandContext } from './context.ts';
import { defineCommand, type Output } from './define.ts';
import { diffPage, listPage, showPage } from './pages/release-page.ts';
import { listRows, showRows } from './pages/release-rows.ts';

const VERBS = ['list', 'show', 'diff', 'canary', 'approve', 'promote', 'rollback'] as const;

const number = z.coerce.number().int().min(1).optional();

const input = z.object({
  verb: z.enum(VERBS).default('list'),
  release: number,
  other: number,
  share: z
    .string()
    .regex(/^\d{1,3}(\.\d{1,2})?\s?%?$/, 'write a share of the accounts, such as 10 or 2.5%')
    .transform((text) => Math.round(Number(text.replace('%', '')) * 100))
    .pipe(z.int().min(1).max(10_000))
    .optional(),
  end: z.boolean().default(false),
  recorded: z.coerce.number().int().min(0).max(20_000).default(1000),
  reason: z.string().optional(),
  alone: z.string().optional(),
});

type Input = z.infer<typeof input>;

const LOOKS: readonly string[] = ['list', 'show', 'diff'];

export default defineCommand<Input>({
  id: 'release',
  group: 'Set up',
  summary:
    'What decides, as a whole: compare releases, try one on a share, put it in force, go back',
  arguments: [
    { name: 'verb', description: 'what to do (default: list)', optional: true, choices: VERBS },
    { name: 'release', description: 'its number', optional: true },
    { name: 'other', description: 'with diff: the release to compare with', optional: true },
  ],
  options: [
    { flags: '--share <percent>', description: 'with canary: of the accounts, such as 10%' },
    { flags: '--end', description: 'with canary: end the one that is on' },
    {
      flags: '--recorded <number>',
      description: 'newest recorded rounds to replay (default: 1000)',
    },
    { flags: '--reason <text>', description: 'why; kept' },
    {
      flags: '--alone <reason>',
      description: 'where too few people are there to approve: why it is let in all the same; kept',
    },
  ],
  examples: [
    'release list',
    'release diff 3 4',
    'release canary 4 --share 10%',
    'release approve 4',
    'release promote 4',
    'release rollback --reason "too many drafts"',
  ],
  beside: ({ verb }) => ({
    inServer: LOOKS.includes(verb) ? 'view' : verb === 'approve' ? 'approve' : 'apply_config',
  }),
  decides: ({ verb }) => !LOOKS.includes(verb),
  input,
  run: async (context, given) => {
    await haveRelease(context);
    return VERB[given.verb](context, given);
  },
});

/** Where nothing ran since the configuration was applied, it gets its release before anybody looks. */
const haveRelease = async (context: CommandContext): Promise<void> => {
  const { db, parts, clock } = await context.system();
  const build = buildOf(parts);
  await db.withTenant(await context.tenantId(), async (tx) => {
    const { release } = await releaseStanding(tx);
    // A release of another build stays where it is until somebody goes back.
    if (release === null) await ensureRelease(tx, build, clock.now());
  });
};

const list = async (context: CommandContext): Promise<Output> => {
  const rows = await listRows(context);
  return { json: { items: rows }, human: (terminal) => listPage(terminal, rows) };
};

const show = async (context: CommandContext, given: Input): Promise<Output> => {
  const shown = await showRows(context, required(given));
  return { json: shown, human: (terminal) => showPage(terminal, shown) };
};

const required = ({ verb, release }: Input): number => {
  if (release !== undefined) return release;
  throw inputError('invalid_input', `name the release: \`retinue release ${verb} <number>\``);
};

const diff = async (context: CommandContext, given: Input): Promise<Output> => {
  const { db, parts } = await context.system();
  const tenantId = await context.tenantId();
  const first = required(given);
  const sides = await db.withTenant(tenantId, async (tx) => {
    const inForce = (await releaseStanding(tx)).release ?? first;
    const [from, to] = given.other === undefined ? [inForce, first] : [first, given.other];
    return {
      from,
      to,
      before: await configOfRelease(tx, from),
      after: await configOfRelease(tx, to),
    };
  });
  const found = await compareReleases({
    ...{ db, tenantId, parts, before: sides.before, after: sides.after },
    ...{ most: given.recorded, onProgress: context.progress.report },
  });
  return diffOutput(sides.from, sides.to, found);
};

const diffOutput = (from: number, to: number, found: ReleaseDiff): Output => ({
  json: { from, to, ...found },
  human: (terminal) => diffPage(terminal, { from, to, found }),
});

const review = async (
  context: CommandContext,
  given: Input,
  as: ReviewRequest['as'],
): Promise<ReleaseDiff> => {
  const { db, parts } = await context.system();
  return reviewRelease({
    ...{ db, parts, as, tenantId: await context.tenantId(), release: required(given) },
    ...{ most: given.recorded, onProgress: context.progress.report },
  });
};

const signedIn = async (context: CommandContext): Promise<Person> => {
  const person = await context.person();
  requireRight(person, 'apply_config');
  return person;
};

const canary = async (context: CommandContext, given: Input): Promise<Output> => {
  const by = await signedIn(context);
  const { db, parts, clock } = await context.system();
  const mover = moverOf(by, given, context);
  if (given.end) {
    const { id } = await db.withTenant(by.tenantId, (tx) => endCanary(tx, mover));
    return said(
      { release: id },
      `the canary of release ${id} ended; its accounts are under the release in force`,
    );
  }
  const release = required(given);
  if (given.share === undefined)
    throw inputError('invalid_input', 'say how many of the accounts: --share 10%');
  const basisPoints = given.share;
  const { kinds } = await review(context, given, 'canary');
  await db.withTenant(by.tenantId, async (tx) => {
    await requireCleared(tx, { release, kinds, by, alone: given.alone, now: clock.now() });
    await startCanary(tx, buildOf(parts), { release, basisPoints }, mover);
  });
  return said(
    { release, basisPoints },
    `${basisPoints / 100} % of the accounts are under release ${release}; policies and switches stay as they are`,
  );
};

const approve = async (context: CommandContext, given: Input): Promise<Output> => {
  const person = await context.person();
  requireRight(person, 'approve');
  const { db, clock } = await context.system();
  const release = required(given);
  const found = await review(context, given, 'promoted');
  const { voters, needed } = await db.withTenant(person.tenantId, (tx) =>
    approveRelease(tx, { release, kinds: found.kinds, person, now: clock.now() }),
  );
  const names = voters.map(({ name }) => name);
  return said(
    { release, kinds: found.kinds, approvedBy: names, needed },
    [
      `${names.length} of ${needed} have approved what release ${release} would let through:`,
      ...found.kinds.map((kind) => `  ${kind}`),
    ].join('\n'),
  );
};

const promote = async (context: CommandContext, given: Input): Promise<Output> => {
  const by = await signedIn(context);
  const { db, parts, clock } = await context.system();
  const release = required(given);
  await db.withTenant(by.tenantId, async (tx) =>
    requireStaged(tx, await requireRelease(tx, release)),
  );
  const { kinds } = await review(context, given, 'promoted');
  // INVARIANT: what was compared is what is in force, or `promoteRelease` refuses: a configuration that came since is another.
  const made = await db.withTenant(by.tenantId, async (tx) => {
    await requireCleared(tx, { release, kinds, by, alone: given.alone, now: clock.now() });
    return promoteRelease(tx, buildOf(parts), release, moverOf(by, given, context));
  });
  return said(
    { release, configVersion: made.configVersion, kinds },
    `release ${release} is in force, with version ${made.configVersion} of the configuration`,
  );
};

const rollback = async (context: CommandContext, given: Input): Promise<Output> => {
  const by = await signedIn(context);
  const { db, parts } = await context.system();
  const { id } = await db.withTenant(by.tenantId, (tx) =>
    rollBack(tx, buildOf(parts), given.release ?? null, moverOf(by, given, context)),
  );
  return said(
    { release: id },
    `release ${id} is in force again; policies, switches and limits stay as they are`,
  );
};

const moverOf = (by: Person, { reason, alone }: Input, { clock }: CommandContext) => {
  const why = reason ?? alone;
  return { by: by.id, now: clock.now(), ...(why === undefined ? {} : { reason: why }) };
};

const said = (json: object, text: string): Output => ({
  json,
  human: (terminal) => `${terminal.style.good('✓')} ${text}`,
});

const VERB: Readonly<
  Record<(typeof VERBS)[number], (context: CommandContext, given: Input) => Promise<Output>>
> = { list, show, diff, canary, approve, promote, rollback };
