import { Resolver } from 'node:dns/promises';
import { connect } from 'node:net';
import { z } from 'zod';
import { listPauses } from '../act/minds/pause-store.ts';
import { pauseReason } from '../act/minds/pauses.ts';
import { brakeOn } from '../act/brake/brake-store.ts';
import { describeFinding } from '../act/brake/judge.ts';
import { latestRun } from '../act/cases/run-store.ts';
import { guardDeclarations } from '../act/guards/declarations.ts';
import { guardInputs } from '../act/guards/guard-inputs.ts';
import { checkSenderDomain } from '../connectors/email/sender-domain.ts';
import { RetinueError } from '../domain/errors.ts';
import type { Instant } from '../domain/time.ts';
import type { Outside } from '../outside.ts';
import { listPeople } from '../platform/auth/people.ts';
import { currentConfig } from '../platform/config/store.ts';
import type { TenantTx } from '../platform/db/database.ts';
import { EXIT } from '../platform/terminal/exit-codes.ts';
import { counted, relativeTime } from '../platform/terminal/format.ts';
import type { Terminal } from '../platform/terminal/terminal.ts';
import { padEnd, printable, wrap } from '../platform/terminal/text.ts';
import { countQuarantine } from '../sense/events/quarantine-store.ts';
import { countUnboundLinks } from '../sense/identity/link-store.ts';
import type { CommandContext } from './context.ts';
import { dataFindings } from '../sense/data-quality.ts';
import { defineCommand, type Output } from './define.ts';

interface Finding {
  readonly about: string;
  readonly state: 'good' | 'warn' | 'bad';
  readonly text: string;
}

export default defineCommand({
  id: 'doctor',
  group: 'Set up',
  summary: 'Look for what is not as it should be, and say what to do',
  arguments: [
    {
      name: 'what',
      description:
        'data: whose records are, what is missing, who fell silent, what does not add up',
      optional: true,
      choices: ['data'],
    },
  ],
  options: [],
  examples: ['doctor', 'doctor data', 'doctor data --json'],
  beside: { inServer: 'view' },
  decides: false,
  input: z.object({ what: z.literal('data').optional() }),
  run: async (context, { what }) => {
    if (what === 'data') return lookAtData(context);
    const findings = [...(await machine(context)), ...(await database(context))];
    return {
      json: { items: findings },
      exitCode: findings.some(({ state }) => state === 'bad') ? EXIT.answerIsNo : EXIT.done,
      human: (terminal) => findings.flatMap((finding) => line(terminal, finding)).join('\n'),
    };
  },
});

const lookAtData = async (context: CommandContext): Promise<Output> => {
  const { db, parts } = await context.system();
  const items = await db.withTenant(await context.tenantId(), async (tx) =>
    dataFindings(tx, {
      config: await currentConfig(tx),
      entities: parts.entities,
      now: context.clock.now(),
    }),
  );
  return {
    json: { items },
    exitCode: items.some(({ state }) => state === 'bad') ? EXIT.answerIsNo : EXIT.done,
    human: (terminal) =>
      items
        .flatMap(({ id, state, text, action }) =>
          line(terminal, {
            about: id.replaceAll('_', ' '),
            state,
            text: action === null ? text : `${text} → ${action}`,
          }),
        )
        .join('\n'),
  };
};

const good = (about: string, text: string): Finding => ({ about, state: 'good', text });
const warn = (about: string, text: string): Finding => ({ about, state: 'warn', text });
const bad = (about: string, text: string): Finding => ({ about, state: 'bad', text });

const machine = async ({ settings }: CommandContext): Promise<Finding[]> => [
  good('node', `${process.versions.node}, 20.19 or newer is needed`),
  settings.databaseUrl === null
    ? warn(
        'database',
        `embedded, in ${settings.dataDir}: good for trying out; use PostgreSQL (DATABASE_URL) for what matters`,
      )
    : good('database', 'PostgreSQL, by DATABASE_URL'),
  await mail(settings.outside.smtpUrl ?? null),
];

const mail = async (url: string | null): Promise<Finding> => {
  if (url === null)
    return warn(
      'e-mail',
      'SMTP_URL is not set: messages are kept as .eml files in the data folder',
    );
  if (!URL.canParse(url))
    return bad('e-mail', 'SMTP_URL is not a URL; it looks like smtp://user:password@host:587');
  const { hostname, port, protocol } = new URL(url);
  const at = Number(port === '' ? (protocol === 'smtps:' ? 465 : 587) : port);
  return (await answers(hostname, at))
    ? good('e-mail', `by SMTP to ${hostname}:${String(at)}, which answers`)
    : bad(
        'e-mail',
        `nothing answers at ${hostname}:${String(at)}; check SMTP_URL and the way there`,
      );
};

const PATIENCE_MS = 3_000;

const answers = (host: string, port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ host, port, timeout: PATIENCE_MS });
    const end = (works: boolean) => () => {
      socket.destroy();
      resolve(works);
    };
    socket.once('connect', end(true)).once('error', end(false)).once('timeout', end(false));
  });

const database = async (context: CommandContext): Promise<Finding[]> => {
  try {
    const { db, parts, outside } = await context.system();
    const tenants = await context.tenants();
    const catalogue = `${counted(parts.signals.length, 'signal')}, ${counted(parts.playbooks.length, 'playbook')}, ${counted(parts.actTools.length, 'act tool')}`;
    const found = [good('build', `${parts.buildId}: ${catalogue}`)];
    if (tenants.length === 0)
      return [...found, warn('tenants', 'none yet: `npm start`, or `retinue import`')];
    for (const { id, isSample } of tenants) {
      found.push(...(await db.withTenant(id, (tx) => tenant(tx, context.clock.now()))));
      const sender = await db.withTenant(
        id,
        async (tx) => (await currentConfig(tx)).contact.sender,
      );
      // Nothing of the sample company leaves this machine, and nothing at all does without a mail server.
      const sends = !isSample && context.settings.outside.smtpUrl !== undefined;
      if (sends && sender !== null) found.push(...(await senderDomain(id, sender.email, outside)));
    }
    return found;
  } catch (error) {
    return [bad('database', error instanceof RetinueError ? error.message : String(error))];
  }
};

const DNS_OPTIONS = { timeout: 2_000, tries: 2 };

const senderDomain = async (
  tenantId: string,
  email: string,
  { dkim }: Outside,
): Promise<Finding[]> => {
  const domain = email.slice(email.lastIndexOf('@') + 1).toLowerCase();
  const findings = await checkSenderDomain(domain, dkim ?? null, new Resolver(DNS_OPTIONS));
  return findings.map((finding) => ({ ...finding, about: `${tenantId} ${finding.about}` }));
};

const tenant = async (tx: TenantTx, now: Instant): Promise<Finding[]> => {
  const config = await currentConfig(tx);
  const run = await latestRun(tx);
  const people = await listPeople(tx);
  const quarantined = (await countQuarantine(tx, now)).reduce((sum, { count }) => sum + count, 0);
  const unbound = await countUnboundLinks(tx);
  const about = (what: string) => `${tx.tenantId} ${what}`;
  return [
    run === null
      ? warn(about('run'), 'the line never ran: `retinue run`')
      : run.status === 'failed'
        ? bad(about('run'), `the last run failed: ${run.error ?? 'no reason known'}`)
        : good(
            about('run'),
            `${run.reason} run in world ${run.world} ${relativeTime(run.now, now, config.zone)}`,
          ),
    people.length === 0
      ? warn(about('people'), 'nobody can sign in yet: `retinue login`')
      : good(about('people'), counted(people.length, 'person', 'people')),
    ...(config.contact.sender === null
      ? [warn(about('sender'), 'tenant.yaml names no sender, so nothing can be sent')]
      : []),
    quarantined === 0
      ? good(about('input'), 'nothing is in quarantine')
      : warn(
          about('input'),
          `${counted(quarantined, 'entry', 'entries')} in quarantine: \`retinue quarantine\``,
        ),
    ...(unbound.length === 0
      ? []
      : [
          warn(
            about('ids'),
            `of no account yet: ${listed(unbound)}; their data waits until one is bound`,
          ),
        ]),
    ...(await guards(tx, now)),
    ...(await brake(tx)),
    ...(await modelPauses(tx)),
  ];
};

const modelPauses = async (tx: TenantTx): Promise<Finding[]> =>
  (await listPauses(tx))
    .filter(({ liftedAt }) => liftedAt === null)
    .map((pause) =>
      bad(
        `${tx.tenantId} ${pause.playbook}`,
        `rules decide: ${pauseReason(pause)}. Look into it, then \`retinue agents lift ${pause.playbook} --reason "…"\``,
      ),
    );

const brake = async (tx: TenantTx): Promise<Finding[]> => {
  const on = await brakeOn(tx, 'live');
  if (on === null) return [];
  const text = `outward work is stopped: ${describeFinding(on.finding)}. Check that input, then \`retinue brake lift --reason "…"\``;
  return [bad(`${tx.tenantId} brake`, text)];
};

const listed = (unbound: readonly { source: string; count: number }[]): string =>
  unbound.map(({ source, count }) => `${count} of \`${source}\``).join(', ');

const guards = async (tx: TenantTx, now: Instant): Promise<Finding[]> => {
  const declared = await guardDeclarations(tx);
  const silent = (await guardInputs(tx, await currentConfig(tx), now)).filter(
    ({ definition, fresh }) => !fresh && declared[definition.id]?.applicable !== false,
  );
  if (silent.length === 0)
    return [
      good(`${tx.tenantId} guards`, 'every guard has fresh input or is declared not applicable'),
    ];
  const names = silent.map(({ definition: { id, input } }) => `${id} (no ${input})`).join(', ');
  return [
    warn(
      `${tx.tenantId} guards`,
      `stale, and so closed: ${names}; send the data, or \`retinue guard declare <guard> not-applicable --reason …\``,
    ),
  ];
};

const MARKS = { good: '✓', warn: '!', bad: '✗' } as const;
const NAME_WIDTH = 22;

const line = (terminal: Terminal, { about, state, text }: Finding): string[] =>
  wrap(
    printable(text),
    terminal.columns,
    `${terminal.style[state](MARKS[state])} ${padEnd(about, NAME_WIDTH)}`,
  );
