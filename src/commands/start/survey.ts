import { listApprovals } from '../../act/approvals/read.ts';
import { listCases, type StoredCase } from '../../act/cases/case-store.ts';
import { listRuns } from '../../act/cases/run-store.ts';
import { listOutbox } from '../../act/outbox/store.ts';
import { listProposals } from '../../act/settle/read.ts';
import { listTasks } from '../../act/tasks/store.ts';
import { accountNames } from '../../api/names.ts';
import { mailRoute } from '../../connectors/email/route.ts';
import { LIVE } from '../../domain/case.ts';
import type { Instant } from '../../domain/time.ts';
import { tickTenant } from '../../jobs/line/tick-tenant.ts';
import { runLine, type RunReport } from '../../jobs/run-line.ts';
import { mindsOf } from '../../outside.ts';
import { currentConfig } from '../../platform/config/store.ts';
import type { TenantTx } from '../../platform/db/database.ts';
import { listTenants, type TenantEntry } from '../../platform/tenant-store.ts';
import type { Progress } from '../../platform/terminal/progress.ts';
import type { InstalledSample } from '../../sample/install.ts';
import type { System } from '../../system.ts';

/** How a tenant's live world stands, for whoever has just started the program. */
export interface Survey {
  readonly tenantId: string;
  readonly name: string;
  readonly zone: string;
  readonly now: Instant;
  /** The latest run over all accounts; `null` before the first. */
  readonly report: RunReport | null;
  /** Whether it was made just now. */
  readonly ranNow: boolean;
  readonly cases: readonly CaseBrief[];
  readonly casesByPlaybook: Readonly<Record<string, number>>;
  readonly waiting: { readonly approvals: number; readonly tasks: number };
  readonly proposals: Readonly<Record<string, number>>;
  readonly outbox: Readonly<Record<string, number>>;
  /** Where its e-mail goes, in words. */
  readonly mail: string;
}

export interface CaseBrief {
  readonly id: string;
  readonly account: string;
  readonly playbook: string;
  readonly urgency: number;
  readonly arrAtRisk: StoredCase['arrAtRisk'];
  readonly reasons: readonly string[];
}

const TOP = 5;

/** Every tenant as it stands. A tenant whose line never ran is run now: the first look at new data. */
export const surveyTenants = async (
  system: System,
  progress: Progress,
  sample: InstalledSample | null,
): Promise<Survey[]> => {
  const surveys: Survey[] = [];
  for (const tenant of await listTenants(system.db)) {
    const isNew = sample?.loaded === true && sample.tenantId === tenant.id;
    surveys.push(await surveyTenant(system, progress, tenant, isNew));
  }
  return surveys;
};

const surveyTenant = async (
  system: System,
  progress: Progress,
  tenant: TenantEntry,
  isNew: boolean,
): Promise<Survey> => {
  const { db } = system;
  const before = isNew ? null : await db.withTenant(tenant.id, latestReport);
  const report = before ?? (await firstRun(system, progress, tenant.id));
  return db.withTenant(tenant.id, async (tx) => ({
    tenantId: tenant.id,
    name: tenant.name,
    now: system.clock.now(),
    report,
    ranNow: before === null,
    mail: mailText(system, tenant),
    ...(await standing(tx)),
  }));
};

const latestReport = async (tx: TenantTx): Promise<RunReport | null> => {
  const runs = await listRuns(tx, { world: LIVE.id });
  const last = runs.find((run) => run.complete && run.status === 'done');
  return (last?.report ?? null) as RunReport | null;
};

const firstRun = async (
  { db, parts, clock, outside }: System,
  progress: Progress,
  tenantId: string,
): Promise<RunReport> => {
  const now = clock.now();
  const line = { db, tenantId, world: LIVE, now, parts, ...mindsOf(outside) };
  const report = await runLine({ ...line, reason: 'start', onProgress: progress.report });
  progress.report({ label: 'carrying out what is due', done: 0 });
  await tickTenant({ ...line, now: clock.now(), outside });
  return report;
};

const standing = async (tx: TenantTx) => {
  const world = LIVE.id;
  const config = await currentConfig(tx);
  const cases = await listCases(tx, { world, status: 'open' });
  const acting = cases.filter(({ arm }) => arm === 'treatment');
  const names = await accountNames(tx, acting.slice(0, TOP));
  const tasks = await listTasks(tx, { world, status: ['open', 'accepted'] });
  return {
    zone: config.zone,
    cases: acting.slice(0, TOP).map((each) => briefOf(each, names)),
    casesByPlaybook: tally(cases.map(({ playbook }) => playbook)),
    waiting: {
      approvals: (await listApprovals(tx, { world, status: 'pending' })).length,
      tasks: tasks.length,
    },
    proposals: tally((await listProposals(tx, { world })).map(({ status }) => status)),
    outbox: tally((await listOutbox(tx, { world })).map(({ port, status }) => `${port} ${status}`)),
  };
};

const briefOf = (each: StoredCase, names: ReadonlyMap<string, string>): CaseBrief => ({
  id: each.id,
  account: names.get(each.accountId) ?? each.accountId,
  playbook: each.playbook,
  urgency: each.urgency,
  arrAtRisk: each.arrAtRisk,
  reasons: each.reasons.map(({ text }) => text),
});

const mailText = ({ outside }: System, tenant: TenantEntry): string => {
  const route = mailRoute({ isSample: tenant.isSample, smtpUrl: outside.smtpUrl });
  if (route.kind === 'folder')
    return `into ${outside.dataDir}/outgoing/${tenant.id}, since ${route.because}`;
  const { hostname, port } = new URL(route.url);
  return `by SMTP to ${hostname}${port === '' ? '' : `:${port}`}`;
};

export const tally = (words: readonly string[]): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1;
  return counts;
};
