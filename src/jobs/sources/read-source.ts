import { insertDifferences, WHOLE_OBJECT } from '../../connectors/source/difference-store.ts';
import {
  listReads,
  noteRead,
  type ReadPurpose,
  type SourceRead,
} from '../../connectors/source/read-store.ts';
import { listSecrets } from '../../connectors/source/secret-store.ts';
import { readSecret, type Secrets } from '../../connectors/source/secrets.ts';
import { senderOf, type Source } from '../../connectors/source/source.ts';
import { getSource } from '../../connectors/source/source-store.ts';
import { codeOf, openStripe, type StripeApi } from '../../connectors/stripe/source/client.ts';
import type { Reader } from '../../connectors/stripe/source/reader.ts';
import { settingsOf } from '../../connectors/stripe/source/settings.ts';
import { configError, RetinueError } from '../../domain/errors.ts';
import { addDays, dayIn, type Day, type Instant, type Zone } from '../../domain/time.ts';
import type { Parts } from '../../parts.ts';
import type { Clock } from '../../platform/clock.ts';
import { currentConfig } from '../../platform/config/store.ts';
import type { Database, TenantTx } from '../../platform/db/database.ts';
import { recordsOf } from './held-store.ts';
import { noteSecretRead } from './note-secret-read.ts';
import { takePage } from './read-page.ts';

/** What reading a source takes. */
export interface SourceReading {
  readonly db: Database;
  readonly parts: Pick<Parts, 'stripeMappers' | 'stripeReaders' | 'entities'>;
  readonly clock: Clock;
  readonly secrets: Secrets;
  /** Another address for Stripe's API; `null`: Stripe's own. */
  readonly stripeUrl: string | null;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: (step: { readonly label: string; readonly done: number }) => void;
}

/** Days that a reconciliation looks back over what has no end: charges, refunds, disputes, invoices. */
const LOOKS_BACK_DAYS = 120;

/**
 * Reads on what has been begun and is not done, type by type, page by page. What a key may not read is noted and the
 * rest goes on. Returns the accounts of which something new is known. Throws `stripe_failed` where Stripe does not
 * answer: the next call goes on from the same page.
 */
export const readSource = async (
  reading: SourceReading,
  tenantId: string,
  sourceId: string,
  purpose: ReadPurpose,
): Promise<readonly string[]> => {
  const opened = await open(reading, tenantId, sourceId, purpose);
  if (opened === null) return [];
  const accountIds = new Set<string>();
  for (const reader of inOrder(reading.parts.stripeReaders)) {
    const read = opened.reads.find(({ objectType }) => objectType === reader.id);
    if (read === undefined || !['waiting', 'running'].includes(read.status)) continue;
    for (const id of await readType(reading, opened, reader, read)) accountIds.add(id);
    if (reading.signal?.aborted === true) break;
  }
  return [...accountIds];
};

export const inOrder = (readers: readonly Reader[]): Reader[] =>
  readers.toSorted((a, b) => a.order - b.order || (a.id < b.id ? -1 : 1));

interface Opened {
  readonly tenantId: string;
  readonly source: Source;
  readonly reads: readonly SourceRead[];
  readonly api: StripeApi;
  readonly zone: Zone;
}

const open = async (
  { db, secrets, stripeUrl, clock }: SourceReading,
  tenantId: string,
  sourceId: string,
  purpose: ReadPurpose,
): Promise<Opened | null> => {
  const found = await db.withTenant(tenantId, async (tx) => ({
    source: await getSource(tx, sourceId),
    reads: await listReads(tx, sourceId, purpose),
    kept: (await listSecrets(tx, sourceId)).find(
      (secret) => secret.purpose === 'api_key' && secret.retiredAt === null,
    ),
    zone: (await currentConfig(tx)).zone,
  }));
  const { source, reads, kept, zone } = found;
  if (source?.disconnectedAt !== null) return null;
  if (kept === undefined) {
    throw configError(
      'stripe_key_missing',
      `the source \`${sourceId}\` has no key: connect it again`,
    );
  }
  const key = await readSecret(secrets, tenantId, kept);
  await db.withTenant(tenantId, (tx) => noteSecretRead(tx, kept, clock.now()));
  const api = await openStripe({ key, url: stripeUrl, now: () => clock.now() });
  return { tenantId, source, reads, api, zone };
};

const readType = async (
  reading: SourceReading,
  opened: Opened,
  reader: Reader,
  begun: SourceRead,
): Promise<readonly string[]> => {
  const { db } = reading;
  const { tenantId, source, zone } = opened;
  const accountIds = new Set<string>();
  const seen = new Set<string>();
  // What was seen is known to this walk alone, so a reconciliation that was broken off begins the type anew.
  let cursor = begun.purpose === 'reconcile' ? null : begun.cursor;
  let read = begun;
  while (reading.signal?.aborted !== true) {
    const now = reading.clock.now();
    const since = sinceOf(opened, begun, now);
    const outcome = await attempt(() => reader.page(opened.api, { cursor, since, zone, now }));
    if ('fault' in outcome) {
      const again = await settleFault(reading, opened, read, outcome.fault, cursor);
      if (!again) break;
      cursor = null;
      continue;
    }
    const { page } = outcome;
    for (const { id } of page.objects) if (typeof id === 'string') seen.add(id);
    const current = read;
    const result = await db
      .withTenant(tenantId, async (tx) => {
        const taken = await takePage(tx, {
          source,
          read: current,
          page,
          parts: reading.parts,
          now,
        });
        if (!taken.taken) throw new TakenByAnother();
        if (page.next === null && begun.purpose === 'reconcile') {
          await nameMissing(tx, { source, read: current, reader, seen });
        }
        return taken;
      })
      .catch(nothingIfTaken);
    if (result === null) break;
    for (const id of result.accountIds) accountIds.add(id);
    read = { ...read, pages: read.pages + 1, objects: read.objects + page.objects.length };
    reading.onProgress?.({ label: reader.title.toLowerCase(), done: read.objects });
    if (page.next === null) break;
    cursor = page.next;
  }
  return [...accountIds];
};

/** Two workers read the same page: what this one would write is rolled back, and the other one goes on. */
class TakenByAnother extends Error {}

const nothingIfTaken = (error: unknown): null => {
  if (error instanceof TakenByAnother) return null;
  throw error;
};

const sinceOf = ({ source, zone }: Opened, { purpose }: SourceRead, now: Instant): Day | null => {
  const { since } = settingsOf(source);
  if (purpose === 'backfill') return since;
  const recent = addDays(dayIn(zone, now), -LOOKS_BACK_DAYS);
  return since !== null && since > recent ? since : recent;
};

const attempt = async <T>(
  work: () => Promise<T>,
): Promise<{ readonly page: T } | { readonly fault: RetinueError }> => {
  try {
    return { page: await work() };
  } catch (error) {
    if (error instanceof RetinueError) return { fault: error };
    throw error;
  }
};

/** Notes what keeps a type from being read. True where it goes on from its beginning. */
const settleFault = async (
  { db, clock }: SourceReading,
  { tenantId }: Opened,
  read: SourceRead,
  fault: RetinueError,
  cursor: string | null,
): Promise<boolean> => {
  const code = codeOf(fault);
  // The object at which the last page ended has been deleted meanwhile.
  const restart = code === 'stripe_gone' && cursor !== null;
  const status = restart ? 'running' : (FINAL[code ?? ''] ?? 'running');
  await db.withTenant(tenantId, (tx) =>
    noteRead(tx, read, { status, note: restart ? null : fault.message, restart }, clock.now()),
  );
  if (!restart && status === 'running') throw fault;
  return restart;
};

const FINAL: Readonly<Record<string, 'not_permitted' | 'failed'>> = {
  stripe_not_permitted: 'not_permitted',
  stripe_key_refused: 'failed',
  stripe_gone: 'failed',
};

/** What we hold and Stripe no longer lists is named, for a person to look at: a list says nothing of why. */
const nameMissing = async (
  tx: TenantTx,
  {
    source,
    read,
    reader,
    seen,
  }: {
    readonly source: Source;
    readonly read: SourceRead;
    readonly reader: Reader;
    readonly seen: ReadonlySet<string>;
  },
): Promise<void> => {
  if (reader.holds === undefined) return;
  const { kind, isOver } = reader.holds;
  const held = await recordsOf(tx, kind, senderOf(source));
  const missing = held.filter(({ key, data }) => !isOver(data) && !seen.has(key));
  await insertDifferences(
    tx,
    missing.map(({ key }) => ({
      ...{ sourceId: read.sourceId, runAt: read.begunAt, objectType: read.objectType },
      ...{
        objectId: key,
        kind,
        field: WHOLE_OBJECT,
        ours: key,
        theirs: null,
        state: 'open' as const,
      },
    })),
  );
};
