import { openSecrets } from '../connectors/source/secrets.ts';
import { beginReads, listReads } from '../connectors/source/read-store.ts';
import type { Source } from '../connectors/source/source.ts';
import { listSources } from '../connectors/source/source-store.ts';
import { dayIn, hourIn } from '../domain/time.ts';
import { currentConfig } from '../platform/config/store.ts';
import { describeError, scoped } from '../platform/log.ts';
import { listTenants } from '../platform/tenant-store.ts';
import { defineJob, type JobContext } from './define.ts';
import { readSource } from './sources/read-source.ts';

/** Local hour of the tenant from which the night's reconciliation is due: before the day's run of the line. */
const DUE_HOUR = 1;

export default defineJob({
  id: 'read-sources',
  title:
    'Read connected systems on, and compare them with us once a night from 01:00 in the tenant’s zone',
  schedule: { everySeconds: 60 },
  lostAfterMinutes: 23 * 60,
  run: async (context) => {
    for (const { id: tenantId } of await listTenants(context.db)) {
      const sources = await context.db.withTenant(tenantId, (tx) => listSources(tx));
      for (const source of sources.filter(({ disconnectedAt }) => disconnectedAt === null)) {
        context.signal.throwIfAborted();
        await readOne(context, tenantId, source);
      }
    }
  },
});

type Context = JobContext & {
  readonly signal: AbortSignal;
  readonly send: (
    job: string,
    data: { readonly tenantId: string; readonly accountIds: string[]; readonly reason: string },
  ) => Promise<void>;
};

const readOne = async (context: Context, tenantId: string, source: Source): Promise<void> => {
  const { db, clock, parts, outside, signal } = context;
  const reading = {
    ...{ db, clock, parts, signal },
    secrets: openSecrets(db, outside),
    stripeUrl: outside.stripeUrl ?? null,
  };
  try {
    const filled = await readSource(reading, tenantId, source.sourceId, 'backfill');
    await beginIfDue(context, tenantId, source);
    const compared = await readSource(reading, tenantId, source.sourceId, 'reconcile');
    const accountIds = [...new Set([...filled, ...compared])].sort();
    if (accountIds.length > 0)
      await context.send('run-line', { tenantId, accountIds, reason: 'ingest' });
  } catch (error) {
    // One source's fault is not the others'; the next minute goes on where this one stopped.
    scoped({ tenantId, job: 'read-sources' }).warn(
      { sourceId: source.sourceId, ...describeError(error) },
      'could not read a source to its end; it goes on',
    );
  }
};

/** Once a night, and not before everything was read once. */
const beginIfDue = async (
  { db, clock, parts }: JobContext,
  tenantId: string,
  { sourceId }: Source,
): Promise<void> => {
  const now = clock.now();
  await db.withTenant(tenantId, async (tx) => {
    const { zone } = await currentConfig(tx);
    const backfill = await listReads(tx, sourceId, 'backfill');
    const [last] = (await listReads(tx, sourceId, 'reconcile'))
      .map(({ begunAt }) => begunAt)
      .sort()
      .reverse();
    const isRead =
      backfill.length > 0 &&
      backfill.every(({ status }) => status !== 'waiting' && status !== 'running');
    const begunToday = [last, backfill[0]?.begunAt].some(
      (at) => at !== undefined && dayIn(zone, at) === dayIn(zone, now),
    );
    if (!isRead || begunToday || hourIn(zone, now) < DUE_HOUR) return;
    const readable = backfill
      .filter(({ status }) => status === 'done')
      .map(({ objectType }) => objectType);
    const objectTypes = parts.stripeReaders
      .map(({ id }) => id)
      .filter((id) => readable.includes(id));
    await beginReads(tx, { sourceId, purpose: 'reconcile', objectTypes, anew: true, now });
  });
};
