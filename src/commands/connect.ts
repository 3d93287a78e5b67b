import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { recordChange } from '../api/record-change.ts';
import { listReads } from '../connectors/source/read-store.ts';
import { fromEnvironment, openSecrets } from '../connectors/source/secrets.ts';
import { getSource } from '../connectors/source/source-store.ts';
import { openStripe } from '../connectors/stripe/source/client.ts';
import { addSecret, saveSource, type GivenSecret } from '../connectors/stripe/source/connect.ts';
import { examineKey, modeOf, type KeyReport } from '../connectors/stripe/source/examine-key.ts';
import { stripeSettings, type StripeSettings } from '../connectors/stripe/source/settings.ts';
import { inputError } from '../domain/errors.ts';
import type { Person } from '../domain/person.ts';
import { addDays, dayIn, toDay } from '../domain/time.ts';
import { inOrder, readSource } from '../jobs/sources/read-source.ts';
import { currentConfig } from '../platform/config/store.ts';
import type { CommandContext } from './context.ts';
import { defineCommand } from './define.ts';
import { connectPage } from './pages/source-lines.ts';

/** How far back invoices and charges are read unless told: a year and the month of its renewal. */
const DEFAULT_DAYS = 400;

const day = z.string().refine(isDay, 'write a day as 2026-01-31');

const input = z.object({
  system: z.enum(['stripe']),
  source: z.string().optional(),
  keyFile: z.string().optional(),
  keyEnv: z.string().optional(),
  webhookSecretFile: z.string().optional(),
  webhookSecretEnv: z.string().optional(),
  since: day.optional(),
  accountMetadata: z.string().min(1).optional(),
  accountNamespace: z.string().min(1).default('segment'),
  url: z.url().optional(),
  read: z.boolean().default(true),
});

type Input = z.infer<typeof input>;

export default defineCommand({
  id: 'connect',
  group: 'Set up',
  summary: 'Connect Stripe, to be read: its key, its webhook secret; reads all there is',
  arguments: [
    { name: 'system', description: 'which system', choices: ['stripe'] },
    {
      name: 'source',
      description: 'a name for it in addresses (default: <tenant>-stripe-test or -live)',
      optional: true,
    },
  ],
  options: [
    {
      flags: '--key-file <file>',
      description: 'a file with a restricted key that only reads; kept sealed',
    },
    {
      flags: '--key-env <name>',
      description: 'or the environment variable of the server that holds it',
    },
    {
      flags: '--webhook-secret-file <file>',
      description: 'a file with the endpoint’s signing secret; kept sealed',
    },
    {
      flags: '--webhook-secret-env <name>',
      description: 'or the environment variable that holds it',
    },
    {
      flags: '--since <day>',
      description: 'read invoices, charges, refunds and disputes from then on (default: 400 days)',
    },
    {
      flags: '--account-metadata <field>',
      description: 'the metadata field of customers that holds your account id',
    },
    {
      flags: '--account-namespace <source>',
      description: 'the source that knows accounts by that id (default: segment)',
    },
    {
      flags: '--url <address>',
      description: 'where Stripe reaches this server, for the address that is printed',
    },
    { flags: '--no-read', description: 'do not read now: a running server does it' },
  ],
  examples: [
    'connect stripe --key-file stripe.key',
    'connect stripe acme-stripe-test --webhook-secret-file endpoint.secret',
    'connect stripe --key-env STRIPE_KEY --webhook-secret-env STRIPE_WEBHOOK_SECRET --since 2025-01-01',
  ],
  beside: { inServer: 'manage_keys' },
  files: [{ field: 'keyFile' }, { field: 'webhookSecretFile' }],
  decides: true,
  input,
  run: async (context, given) => {
    const person = await context.person();
    const key = await secretOf(context, { file: given.keyFile, variable: given.keyEnv });
    const webhook = await secretOf(context, {
      file: given.webhookSecretFile,
      variable: given.webhookSecretEnv,
    });
    if (key === null && webhook === null) throw nothingGiven();
    const sourceId = given.source ?? nameFor(person, key);
    const report = key === null ? null : await connect(context, { given, person, sourceId, key });
    if (webhook !== null) await giveWebhookSecret(context, { person, sourceId, webhook });
    if (given.read && report !== null) await readAll(context, person.tenantId, sourceId);
    const { db } = await context.system();
    const reads = await db.withTenant(person.tenantId, (tx) => listReads(tx, sourceId, 'backfill'));
    const path = `/webhooks/stripe/${sourceId}`;
    const told = {
      sourceId,
      path,
      url: given.url ?? null,
      report,
      reads,
      hasWebhookSecret: webhook !== null,
    };
    return { json: told, human: (terminal) => connectPage(terminal, told) };
  },
});

function isDay(text: string): boolean {
  try {
    return toDay(text) === text;
  } catch {
    return false;
  }
}

const nothingGiven = () =>
  inputError(
    'invalid_input',
    'give a key (--key-file or --key-env), or a signing secret (--webhook-secret-file or --webhook-secret-env)',
  );

/** Secrets come by file or variable, never as words of a command: those stay in the shell's history. */
const secretOf = async (
  context: CommandContext,
  { file, variable }: { readonly file: string | undefined; readonly variable: string | undefined },
): Promise<GivenSecret | null> => {
  if (variable !== undefined) {
    const { outside } = await context.system();
    return { text: fromEnvironment(outside.environment ?? process.env, variable), variable };
  }
  if (file === undefined) return null;
  const text = (await readFile(file, 'utf8')).trim();
  if (text === '' || /\s/.test(text)) {
    throw inputError('invalid_input', `\`${file}\` should hold the secret and nothing else`);
  }
  return { text, variable: null };
};

const nameFor = ({ tenantId }: Person, key: GivenSecret | null): string => {
  if (key === null) throw inputError('invalid_input', 'say which source the signing secret is of');
  return `${tenantId.replaceAll('_', '-')}-stripe-${modeOf(key.text).livemode ? 'live' : 'test'}`;
};

const connect = async (
  context: CommandContext,
  about: {
    readonly given: Input;
    readonly person: Person;
    readonly sourceId: string;
    readonly key: GivenSecret;
  },
): Promise<KeyReport> => {
  const { given, person, sourceId, key } = about;
  const { db, parts, clock, outside } = await context.system();
  const { tenantId, id: by } = person;
  const { zone } = await db.withTenant(tenantId, (tx) => currentConfig(tx));
  const now = clock.now();
  const api = await openStripe({
    key: key.text,
    url: outside.stripeUrl ?? null,
    now: () => clock.now(),
  });
  const report = await examineKey(api, key.text, {
    readers: inOrder(parts.stripeReaders),
    now,
    zone,
  });
  const settings = settingsFrom(given, addDays(dayIn(zone, now), -DEFAULT_DAYS));
  const secrets = openSecrets(db, outside);
  await db.withTenant(tenantId, async (tx) => {
    await saveSource(tx, secrets, { sourceId, key, report, settings, by, now }, randomBytes);
    const body = {
      sourceId,
      system: 'stripe',
      livemode: report.livemode,
      writable: [...report.writable],
    };
    await recordChange(tx, 'source.connected', person, body, now);
  });
  return report;
};

const settingsFrom = (given: Input, since: string): StripeSettings =>
  stripeSettings.parse({
    since: given.since ?? since,
    accountKey:
      given.accountMetadata === undefined
        ? null
        : { metadata: given.accountMetadata, namespace: given.accountNamespace },
  });

const giveWebhookSecret = async (
  context: CommandContext,
  {
    person,
    sourceId,
    webhook,
  }: { readonly person: Person; readonly sourceId: string; readonly webhook: GivenSecret },
): Promise<void> => {
  if (!webhook.text.startsWith('whsec_')) {
    throw inputError('invalid_input', 'a signing secret of Stripe’s begins with `whsec_`');
  }
  const { db, clock, outside } = await context.system();
  const now = clock.now();
  const secrets = openSecrets(db, outside);
  await db.withTenant(person.tenantId, async (tx) => {
    if ((await getSource(tx, sourceId)) === null) {
      throw inputError(
        'source_not_found',
        `no source \`${sourceId}\` is connected: give its key first`,
      );
    }
    const added = { sourceId, purpose: 'webhook' as const, given: webhook, by: person.id, now };
    const secretId = await addSecret(tx, secrets, added, randomBytes);
    await recordChange(tx, 'source.secret_added', person, { sourceId, secretId }, now);
  });
};

const readAll = async (
  context: CommandContext,
  tenantId: string,
  sourceId: string,
): Promise<void> => {
  const { db, parts, clock, outside } = await context.system();
  await readSource(
    {
      ...{
        db,
        parts,
        clock,
        secrets: openSecrets(db, outside),
        stripeUrl: outside.stripeUrl ?? null,
      },
      onProgress: ({ label, done }) => {
        context.progress.report({ label: `reading ${label}`, done });
      },
    },
    tenantId,
    sourceId,
    'backfill',
  );
};
