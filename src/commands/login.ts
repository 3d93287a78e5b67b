import { randomBytes } from 'node:crypto';
import { userInfo } from 'node:os';
import { z } from 'zod';
import { recordChange } from '../api/record-change.ts';
import { askForLinkRoute, redeemRoute } from '../api/session.ts';
import { inputError } from '../domain/errors.ts';
import type { Person } from '../domain/person.ts';
import { createPerson, findPerson, listPeople } from '../platform/auth/people.ts';
import { issueLoginLink, redeemLoginLink } from '../platform/auth/login.ts';
import { writeSessionFile } from '../platform/auth/session-file.ts';
import { readToken } from '../platform/auth/token.ts';
import type { TenantTx } from '../platform/db/database.ts';
import { httpClient } from '../platform/http/http-client.ts';
import { longDay } from '../platform/terminal/format.ts';
import type { Day, Instant } from '../domain/time.ts';
import type { CommandContext } from './context.ts';
import { defineCommand } from './define.ts';
import { hint } from './layout.ts';
import { sessionPlace } from './open-context.ts';

const input = z.object({
  link: z.string().optional(),
  as: z.string().optional(),
  name: z.string().optional(),
  email: z.string().optional(),
});

type Input = z.infer<typeof input>;

interface SignedIn {
  readonly sessionToken: string;
  readonly expiresAt: string;
  readonly person: {
    readonly name: string;
    readonly email: string;
    readonly roles: readonly string[];
  };
  readonly tenantId: string;
}

export default defineCommand({
  id: 'login',
  group: 'Start',
  summary: 'Sign in with a one-time link',
  arguments: [
    {
      name: 'link',
      description: 'the link that the server printed; without a server, none is needed',
      optional: true,
    },
  ],
  options: [
    { flags: '--as <person>', description: 'who you are, by e-mail or id, where no server runs' },
    { flags: '--name <name>', description: 'your name, when you are the first person of a tenant' },
    { flags: '--email <email>', description: 'your e-mail address, when you are the first person' },
  ],
  examples: [
    'login http://127.0.0.1:4180/login/rtl_…',
    'login',
    'login --as ada@lumenboard.example',
  ],
  beside: 'api',
  decides: false,
  input,
  run: async (context, given) => {
    const signedIn =
      context.server === null
        ? await signInHere(context, given)
        : await signInThere(context, context.server.url, given);
    const { person, tenantId } = signedIn;
    const path = await writeSessionFile(process.env, sessionPlace(context.settings), {
      token: signedIn.sessionToken,
      personName: person.name,
      expiresAt: signedIn.expiresAt,
    });
    return {
      json: { person, tenantId, expiresAt: signedIn.expiresAt, sessionFile: path },
      human: (terminal) =>
        [
          `${terminal.style.good('Signed in')} to ${tenantId} as ${terminal.style.strong(person.name)} (${person.roles.join(', ')}), until ${longDay(signedIn.expiresAt.slice(0, 10) as Day)} ${signedIn.expiresAt.slice(11, 16)} UTC.`,
          terminal.style.faint(`The session is kept in ${path}, which only you can read.`),
          hint(terminal, 'approvals', 'what waits for you'),
        ].join('\n'),
    };
  },
});

const signInThere = async (
  context: CommandContext,
  url: string,
  input: Input,
): Promise<SignedIn> => {
  const client = httpClient(url, null);
  if (input.link === undefined) {
    const body = { person: input.as, tenant: context.settings.tenant ?? undefined };
    await client.call(askForLinkRoute, { body });
    throw inputError(
      'link_required',
      `the server at ${url} has just printed a one-time link in its window; run \`retinue login <link>\` with it`,
    );
  }
  const answer = await client.call(redeemRoute, { body: { token: tokenIn(input.link) } });
  return { ...answer, tenantId: answer.tenant.id };
};

/** The link as a whole, or its token alone. */
const tokenIn = (link: string): string => {
  const last = link.trim().split('/').at(-1) ?? '';
  if (readToken(last)?.kind === 'login') return last;
  throw inputError(
    'invalid_link',
    'this is not a login link; it looks like http://127.0.0.1:4180/login/rtl_… and stands in what the server printed',
  );
};

/** Nobody else is here: the link is printed and redeemed in one go. */
const signInHere = async (context: CommandContext, input: Input): Promise<SignedIn> => {
  const { db } = await context.system();
  const now = context.clock.now();
  const token =
    input.link === undefined
      ? await db.withTenant(await context.tenantId(), async (tx) => {
          const person = await whoIsIt(tx, input, now);
          return issueLoginLink(tx, person.id, now, randomBytes);
        })
      : tokenIn(input.link);
  if (input.link === undefined)
    context.terminal.remark(`one-time link: ${token.slice(0, 24)}… (used at once)`);
  const signIn = await redeemLoginLink(db, token, now, randomBytes);
  const { person } = signIn;
  await db.withTenant(person.tenantId, (tx) => recordChange(tx, 'sign_in', person, {}, now));
  return { ...signIn, tenantId: signIn.person.tenantId };
};

const whoIsIt = async (tx: TenantTx, input: Input, now: Instant): Promise<Person> => {
  const people = await listPeople(tx);
  if (input.as !== undefined) return findPerson(tx, input.as);
  const [only, ...others] = people;
  if (only === undefined) return firstPerson(tx, input, now);
  if (others.length === 0) return only;
  throw inputError(
    'say_who',
    `say who you are: ${people.map((person) => `--as ${person.email}`).join(', ')}`,
  );
};

/** Whoever opens a new tenant's folder is its first admin. */
const firstPerson = async (
  tx: TenantTx,
  input: { readonly name?: string | undefined; readonly email?: string | undefined },
  now: Instant,
): Promise<Person> => {
  const person = await createPerson(tx, {
    name: input.name ?? userInfo().username,
    email: input.email ?? `${userInfo().username}@localhost.localdomain`,
    roles: ['admin'],
    by: 'local',
    now,
  });
  await recordChange(tx, 'person.add', person, { roles: [...person.roles] }, now);
  return person;
};
