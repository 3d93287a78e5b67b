import { listApprovals, type Approval } from '../../src/act/approvals/read.ts';
import { listCases, type StoredCase } from '../../src/act/cases/case-store.ts';
import { listProposals, type StoredProposal } from '../../src/act/settle/read.ts';
import { listTasks } from '../../src/act/tasks/store.ts';
import type { Task } from '../../src/act/tasks/task.ts';
import { LIVE } from '../../src/domain/case.ts';
import type { Facts } from '../../src/domain/fact.ts';
import type { Person } from '../../src/domain/person.ts';
import type { Scores } from '../../src/domain/score.ts';
import type { TenantConfig } from '../../src/domain/tenant.ts';
import type { Instant } from '../../src/domain/time.ts';
import { runLine } from '../../src/jobs/run-line.ts';
import { loadParts, type Parts } from '../../src/parts.ts';
import { findPerson } from '../../src/platform/auth/people.ts';
import { currentConfig } from '../../src/platform/config/store.ts';
import type { OpenDatabase } from '../../src/platform/db/database.ts';
import type { AccountBlueprint } from '../../src/sample/define.ts';
import { installSample, readStories, SAMPLE_TENANT } from '../../src/sample/install.ts';
import { SAMPLE_ADMIN } from '../../src/sample/people.ts';
import { latestFacts, latestScores } from '../../src/sense/assess-store.ts';
import { listAccounts } from '../../src/sense/identity/account-store.ts';
import { findAccount } from '../../src/sense/identity/find-account.ts';
import type { EvalKit } from '../define.ts';

/** A Tuesday morning at Lumenboard. */
export const SAMPLE_NOW: Instant = '2026-10-13T14:30:00.000Z';

export interface KnownAccount {
  readonly accountId: string;
  readonly name: string;
  readonly facts: Facts;
  readonly scores: Scores;
}

/** The sample company after one run of the line, as the database has it. */
export interface Sample {
  readonly db: OpenDatabase;
  readonly tenantId: string;
  readonly parts: Parts;
  readonly config: TenantConfig;
  readonly person: Person;
  readonly accounts: readonly KnownAccount[];
  /** The planted ones, by the id that the company's own systems know them by. */
  readonly planted: ReadonlyMap<string, KnownAccount & { readonly blueprint: AccountBlueprint }>;
  readonly cases: readonly StoredCase[];
  readonly proposals: readonly StoredProposal[];
  readonly approvals: readonly Approval[];
  readonly tasks: readonly Task[];
}

/** Loads the sample company, runs the line once by rules, and reads out what there is to know of it. */
export const stageSample = async (
  db: OpenDatabase,
  onProgress: EvalKit['onProgress'],
): Promise<Sample> => {
  const parts = await loadParts();
  await installSample(db, parts, SAMPLE_NOW, onProgress);
  await runLine({
    ...{ db, parts, onProgress, models: null, tenantId: SAMPLE_TENANT, world: LIVE },
    ...{ now: SAMPLE_NOW, reason: 'eval' },
  });
  const stories = await readStories();
  return db.withTenant(SAMPLE_TENANT, async (tx) => {
    const facts = await latestFacts(tx, { world: LIVE.id });
    const scores = await latestScores(tx, { world: LIVE.id });
    const accounts = (await listAccounts(tx, { limit: 10_000 })).map(({ accountId, name }) => ({
      ...{ accountId, name },
      facts: facts.find((one) => one.accountId === accountId)?.facts ?? {},
      scores: scores.find((one) => one.accountId === accountId)?.scores ?? {},
    }));
    const planted = new Map<string, KnownAccount & { blueprint: AccountBlueprint }>();
    for (const { account: blueprint } of stories) {
      const found = await findAccount(tx, blueprint.id);
      const known = accounts.find(({ accountId }) => accountId === found?.accountId);
      if (known !== undefined) planted.set(blueprint.id, { ...known, blueprint });
    }
    return {
      ...{ db, parts, accounts, planted, tenantId: SAMPLE_TENANT },
      config: await currentConfig(tx),
      person: await findPerson(tx, SAMPLE_ADMIN.email),
      cases: await listCases(tx, { world: LIVE.id, status: 'open' }),
      proposals: await listProposals(tx, { world: LIVE.id }),
      approvals: await listApprovals(tx, { world: LIVE.id, status: 'pending' }),
      tasks: await listTasks(tx, { world: LIVE.id, status: ['open', 'accepted'] }),
    };
  });
};
