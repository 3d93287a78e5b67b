import { z } from 'zod';
import { recordChange } from '../api/record-change.ts';
import { listDifferences } from '../connectors/source/difference-store.ts';
import { beginReads, listReads } from '../connectors/source/read-store.ts';
import { listSecrets, retireSecrets } from '../connectors/source/secret-store.ts';
import { openSecrets } from '../connectors/source/secrets.ts';
import type { Source, SecretPurpose } from '../connectors/source/source.ts';
import { getSource, listSources, markDisconnected } from '../connectors/source/source-store.ts';
import { inputError } from '../domain/errors.ts';
import { readSource } from '../jobs/sources/read-source.ts';
import type { TenantTx } from '../platform/db/database.ts';
import type { CommandContext } from './context.ts';
import { defineCommand, type Output } from './define.ts';
import { differencesPage, readsPage, sourcesPage } from './pages/source-lines.ts';

const VERBS = [
  'list',
  'show',
  'backfill',
  'reconcile',
  'differences',
  'retire-secrets',
  'disconnect',
] as const;

const input = z.object({
  verb: z.enum(VERBS).default('list'),
  source: z.string().optional(),
  limit: z.coerce.number().int().positive().default(200),
});

type Input = z.infer<typeof input>;

const READS = new Set<Input['verb']>(['list', 'show', 'differences']);

export default defineCommand({
  id: 'sources',
  group: 'Set up',
  summary: 'Connected systems: how far they were read, and where they differ from us',
  arguments: [
    { name: 'verb', description: 'what to do (default: list)', optional: true, choices: VERBS },
    { name: 'source', description: 'which one, by the id that list shows', optional: true },
  ],
  options: [
    { flags: '--limit <number>', description: 'with differences: at most so many (default: 200)' },
  ],
  examples: [
    'sources',
    'sources show acme-stripe-live',
    'sources reconcile acme-stripe-live',
    'sources differences acme-stripe-live --json',
    'sources retire-secrets acme-stripe-live',
  ],
  beside: ({ verb }) => ({ inServer: READS.has(verb) ? 'view' : 'manage_keys' }),
  decides: ({ verb }) => !READS.has(verb),
  input,
  run: async (context, given) => {
    switch (given.verb) {
      case 'list':
        return list(context);
      case 'show':
        return show(context, given, 'backfill');
      case 'backfill':
      case 'reconcile':
        return read(context, given, given.verb);
      case 'differences':
        return differences(context, given);
      case 'retire-secrets':
        await retire(context, given);
        return list(context);
      case 'disconnect':
        await disconnect(context, given);
        return list(context);
    }
  },
});

const named = async (tx: TenantTx, { source }: Input): Promise<Source> => {
  const found = source === undefined ? null : await getSource(tx, source);
  if (found !== null) return found;
  throw inputError(
    'source_not_found',
    source === undefined
      ? 'say which source, by the id that `retinue sources` lists'
      : `no source \`${source}\` is connected: \`retinue sources\` lists those that are`,
  );
};

const list = async (context: CommandContext): Promise<Output> => {
  const { db } = await context.system();
  const now = context.clock.now();
  const items = await db.withTenant(await context.tenantId(), async (tx) => {
    const rows = [];
    for (const source of await listSources(tx)) {
      const secrets = (await listSecrets(tx, source.sourceId)).filter(
        ({ retiredAt }) => retiredAt === null,
      );
      const count = (purpose: SecretPurpose) =>
        secrets.filter((secret) => secret.purpose === purpose).length;
      const reads = await listReads(tx, source.sourceId, 'backfill');
      const compared = await listReads(tx, source.sourceId, 'reconcile');
      rows.push({
        ...{ ...source, keys: count('api_key'), webhookSecrets: count('webhook') },
        ...{ backfill: reads, reconciliation: compared },
      });
    }
    return rows;
  });
  return { json: { items }, human: (terminal) => sourcesPage(terminal, items, now) };
};

const show = async (
  context: CommandContext,
  given: Input,
  purpose: 'backfill' | 'reconcile',
): Promise<Output> => {
  const { db } = await context.system();
  const shown = await db.withTenant(await context.tenantId(), async (tx) => {
    const source = await named(tx, given);
    return { source, reads: await listReads(tx, source.sourceId, purpose) };
  });
  return { json: shown, human: (terminal) => readsPage(terminal, shown.reads) };
};

/** Begins again, reads to the end, and says what came of it. */
const read = async (
  context: CommandContext,
  given: Input,
  purpose: 'backfill' | 'reconcile',
): Promise<Output> => {
  const { db, parts, clock, outside } = await context.system();
  const tenantId = await context.tenantId();
  const now = clock.now();
  const source = await db.withTenant(tenantId, async (tx) => {
    const found = await named(tx, given);
    const objectTypes = parts.stripeReaders.map(({ id }) => id);
    await beginReads(tx, { sourceId: found.sourceId, purpose, objectTypes, anew: true, now });
    return found;
  });
  const reading = {
    ...{
      db,
      parts,
      clock,
      secrets: openSecrets(db, outside),
      stripeUrl: outside.stripeUrl ?? null,
    },
    onProgress: ({ label, done }: { readonly label: string; readonly done: number }) => {
      context.progress.report({ label: `reading ${label}`, done });
    },
  };
  await readSource(reading, tenantId, source.sourceId, purpose);
  return purpose === 'backfill' ? show(context, given, purpose) : differences(context, given);
};

const differences = async (context: CommandContext, given: Input): Promise<Output> => {
  const { db } = await context.system();
  const found = await db.withTenant(await context.tenantId(), async (tx) => {
    const { sourceId } = await named(tx, given);
    const reads = await listReads(tx, sourceId, 'reconcile');
    const items = await listDifferences(tx, sourceId, { limit: given.limit });
    return { sourceId, reads, items };
  });
  return { json: found, human: (terminal) => differencesPage(terminal, found) };
};

/** Ends the signing secrets but the newest: when Stripe has stopped to sign with them. */
const retire = async (context: CommandContext, given: Input): Promise<void> => {
  const { db } = await context.system();
  const person = await context.person();
  const now = context.clock.now();
  await db.withTenant(person.tenantId, async (tx) => {
    const { sourceId } = await named(tx, given);
    const [newest] = (await listSecrets(tx, sourceId)).filter(
      ({ purpose, retiredAt }) => purpose === 'webhook' && retiredAt === null,
    );
    const retired = await retireSecrets(tx, sourceId, 'webhook', {
      keep: newest?.secretId ?? null,
      now,
    });
    await recordChange(tx, 'source.secrets_retired', person, { sourceId, retired }, now);
  });
};

const disconnect = async (context: CommandContext, given: Input): Promise<void> => {
  const { db } = await context.system();
  const person = await context.person();
  const now = context.clock.now();
  await db.withTenant(person.tenantId, async (tx) => {
    const { sourceId } = await named(tx, given);
    await markDisconnected(tx, sourceId, now);
    for (const purpose of ['api_key', 'webhook'] as const) {
      await retireSecrets(tx, sourceId, purpose, { keep: null, now });
    }
    await recordChange(tx, 'source.disconnected', person, { sourceId }, now);
  });
};
