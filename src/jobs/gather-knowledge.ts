import { listCases } from '../act/cases/case-store.ts';
import { selectProposals } from '../act/settle/store.ts';
import { LIVE } from '../domain/case.ts';
import { dayIn, type Instant } from '../domain/time.ts';
import { embedPassages } from '../knowledge/embed-passages.ts';
import { embeddersFor } from '../knowledge/embedders/embedders.ts';
import {
  incidentDocument,
  outcomeDocument,
  playbookDocument,
  PROGRAM,
} from '../knowledge/program-documents.ts';
import { saveDocuments, type NewDocument, type Saved } from '../knowledge/save-documents.ts';
import type { Parts } from '../parts.ts';
import { currentConfig } from '../platform/config/store.ts';
import type { TenantTx } from '../platform/db/database.ts';
import { describeError, scoped } from '../platform/log.ts';
import { listTenants } from '../platform/tenant-store.ts';
import { groupBy } from '../sense/group-by.ts';
import incident, { type Incident } from '../sense/state/incident.ts';
import { loadTenantWide } from '../sense/state/version-store.ts';
import { defineJob, type JobContext } from './define.ts';

export default defineJob({
  id: 'gather-knowledge',
  title: 'Playbooks, incidents and outcomes into the knowledge base; embed what is new',
  schedule: { everySeconds: 900 },
  run: async (context) => {
    for (const { id } of await listTenants(context.db)) {
      context.signal.throwIfAborted();
      await gatherFor(context, id, context.signal);
    }
  },
});

const gatherFor = async (
  { db, clock, parts, outside }: JobContext,
  tenantId: string,
  signal: AbortSignal,
): Promise<void> => {
  try {
    const now = clock.now();
    await db.withTenant(tenantId, (tx) => gatherProgramDocuments(tx, parts, now));
    await embedPassages(db, tenantId, embeddersFor(outside.embeddings).wanted, { now, signal });
  } catch (error) {
    signal.throwIfAborted();
    scoped({ tenantId, job: 'gather-knowledge' }).error(
      describeError(error),
      'the knowledge base was not brought up to date; it comes again',
    );
  }
};

/** Makes the program's own documents those of now. */
export const gatherProgramDocuments = async (
  tx: TenantTx,
  parts: Pick<Parts, 'playbooks'>,
  now: Instant,
): Promise<Saved> =>
  saveDocuments(tx, {
    origin: PROGRAM,
    by: PROGRAM,
    now,
    documents: [
      ...parts.playbooks.map(playbookDocument),
      ...(await incidents(tx, now)).map(incidentDocument),
      ...(await outcomes(tx, parts)),
    ],
  });

/** Each as it was told last. */
const incidents = async (tx: TenantTx, now: Instant): Promise<Incident[]> => {
  const versions = await loadTenantWide(tx, [incident.kind], now);
  return [...groupBy(versions, ({ key }) => key).values()].flatMap((told) => {
    const last = told.reduce((newest, one) => (one.validFrom > newest.validFrom ? one : newest));
    return incident.whole.safeParse(last.data).data ?? [];
  });
};

/** So many closed cases are worth reading. */
const MOST_OUTCOMES = 1_000;

const outcomes = async (
  tx: TenantTx,
  { playbooks }: Pick<Parts, 'playbooks'>,
): Promise<NewDocument[]> => {
  const { zone } = await currentConfig(tx);
  const closed = (await listCases(tx, { world: LIVE.id, status: 'closed' }))
    .flatMap((entry) => (entry.closedAt === null ? [] : [{ ...entry, closedAt: entry.closedAt }]))
    .sort((a, b) => (a.closedAt < b.closedAt ? 1 : -1))
    .slice(0, MOST_OUTCOMES);
  const done = groupBy(
    await selectProposals(tx, { world: LIVE.id, statuses: ['done'] }),
    ({ caseId }) => caseId,
  );
  return closed.map((entry) =>
    outcomeDocument({
      caseId: entry.id,
      accountId: entry.accountId,
      playbookTitle: playbooks.find(({ id }) => id === entry.playbook)?.title ?? entry.playbook,
      reasons: [...new Set(entry.reasons.map(({ text }) => text))],
      closedOn: dayIn(zone, entry.closedAt),
      closeReason: entry.closeReason ?? 'no reason is on record',
      done: (done.get(entry.id) ?? []).map(({ tool }) => tool),
    }),
  );
};
