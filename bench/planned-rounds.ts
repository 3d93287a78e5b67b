import { dueCases } from '../src/act/cases/case-store.ts';
import { claimRound, openRound, releaseRound, updateRound } from '../src/act/cases/round-store.ts';
import { LIVE } from '../src/domain/case.ts';
import { Desk } from '../src/graph/desk.ts';
import { close } from '../src/graph/nodes/close.ts';
import { gather } from '../src/graph/nodes/gather.ts';
import { propose } from '../src/graph/nodes/propose.ts';
import { settle } from '../src/graph/nodes/settle.ts';
import { afterGather, afterPropose, afterSettle } from '../src/graph/routes.ts';
import type { Step } from '../src/graph/spine.ts';
import type { RoundState } from '../src/graph/state.ts';
import { CURRENT_VERSION } from '../src/graph/versions.ts';
import { runLine } from '../src/jobs/run-line.ts';
import type { OpenDatabase } from '../src/platform/db/database.ts';
import type { Company } from '../test/fixtures/company.ts';
import { foundCrowd, NOW } from '../test/fixtures/crowd.ts';
import type { Bench } from './define.ts';

const STOP = 'its cases are planned';

/** A company each of whose customers has a case that waits for its first round. */
export const planCompany = async (
  bench: Bench,
  db: OpenDatabase,
  accounts: number,
): Promise<Company> => {
  const company = await foundCrowd(
    db,
    { tenantId: 'rounds', accounts, use: 'collapsed' },
    bench.say,
  );
  await bench.analyze();
  const { tenantId, parts } = company;
  bench.say('assessing the accounts and opening their cases');
  const onProgress = ({ label }: { readonly label: string }) => {
    if (label === 'rounds') throw new Error(STOP);
  };
  await runLine({
    db,
    tenantId,
    world: LIVE,
    now: NOW,
    reason: 'bench',
    parts,
    models: null,
    onProgress,
  }).catch((error: unknown) => {
    if (!(error instanceof Error) || error.message !== STOP) throw error;
  });
  await bench.analyze();
  return company;
};

export const casesDue = ({ here }: Company) => here((tx) => dueCases(tx, LIVE.id, NOW));

type DueCase = Awaited<ReturnType<typeof casesDue>>[number];

/** Seconds that each step took, by its name. */
export type StepSeconds = Record<'gather' | 'propose' | 'settle' | 'close', number>;

/** The same functions as the graph calls, one after another, with the same leases and transactions around them. */
export const roundPlainly = async (
  db: OpenDatabase,
  { tenantId, parts }: Company,
  entry: DueCase,
): Promise<StepSeconds> => {
  const took: StepSeconds = { gather: 0, propose: 0, settle: 0, close: 0 };
  const kit = { db, parts, models: null };
  const number = await db.withTenant(tenantId, (tx) =>
    openRound(tx, {
      caseId: entry.id,
      world: LIVE.id,
      cause: 'bench',
      mode: 'rules',
      graphVersion: CURRENT_VERSION,
      configVersion: 1,
      now: NOW,
    }),
  );
  const claimed = await db.withTenant(tenantId, (tx) => claimRound(tx, entry.id, number ?? 0, 120));
  if (claimed === null) throw new Error('the round is held by somebody else');
  const desk = new Desk(NOW, claimed.leaseEpoch);
  let state: RoundState = {
    tenantId,
    world: LIVE.id,
    caseId: entry.id,
    accountId: entry.accountId,
    round: claimed.round,
    graphVersion: CURRENT_VERSION,
    factSetId: null,
    cleared: false,
    filed: [],
    verdicts: {},
    pending: [],
    answered: [],
  };
  const run = async (name: keyof StepSeconds, step: Step): Promise<void> => {
    const start = performance.now();
    state = { ...state, ...(await step(state, desk)) };
    took[name] += (performance.now() - start) / 1000;
  };
  await run('gather', gather(kit));
  if (afterGather(state) === 'propose') await run('propose', propose(kit));
  if (!state.cleared && afterPropose(state) === 'settle') await run('settle', settle(kit));
  if (afterSettle(state) === 'close') await run('close', close(kit));
  else
    await db.withTenant(tenantId, (tx) =>
      updateRound(tx, entry.id, claimed.round, { status: 'waiting' }),
    );
  await db.withTenant(tenantId, (tx) => releaseRound(tx, claimed));
  return took;
};
