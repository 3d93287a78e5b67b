import { listCases } from '../../src/act/cases/case-store.ts';
import { listDecisions, listProposals } from '../../src/act/settle/read.ts';
import { LIVE, type Case } from '../../src/domain/case.ts';
import type { Verdict } from '../../src/domain/decision.ts';
import type { Score } from '../../src/domain/score.ts';
import type { Instant } from '../../src/domain/time.ts';
import { runLine } from '../../src/jobs/run-line.ts';
import { loadParts } from '../../src/parts.ts';
import { openDatabase } from '../../src/platform/db/open.ts';
import type { OpenDatabase } from '../../src/platform/db/database.ts';
import type { Story } from '../../src/sample/define.ts';
import { installSample, readStories, SAMPLE_TENANT } from '../../src/sample/install.ts';
import { latestScores } from '../../src/sense/assess-store.ts';
import { findAccount } from '../../src/sense/identity/find-account.ts';
import { defineSuite, type EvalKit, type Judged, type SuiteResult } from '../define.ts';
import { judge, type Outcome } from '../judge.ts';

/** A Tuesday morning at Lumenboard; the stories are told up to it. */
const ANCHOR: Instant = '2026-10-13T14:30:00.000Z';

interface StoryResult {
  readonly story: string;
  readonly title: string;
  readonly account: string;
  /** As shown to people: `high 62`. */
  readonly churnRisk: string;
  readonly found: readonly string[];
  readonly verdicts: Readonly<Record<string, readonly Verdict[]>>;
  /** What was expected and did not come true. */
  readonly faults: readonly string[];
}

interface SampleResult {
  readonly stories: readonly StoryResult[];
  /** Cases of accounts about which no story is told. */
  readonly alsoFlagged: readonly {
    readonly account: string;
    readonly playbook: string;
    readonly status: string;
    readonly reasons: readonly string[];
  }[];
  /** Accounts about which no story is told, the ground for the share wrongly flagged. */
  readonly ordinaryAccounts: number;
}

export default defineSuite({
  id: 'sample-company',
  title: 'The planted stories of the sample company, decided by rules',
  mustFail: () => [
    wrong('a story that expects a case and has none', { opens: ['churn-save'] }, NOTHING),
    wrong(
      'an act that was never to be',
      { opens: [], neverActs: ['offer_seats'] },
      { ...NOTHING, verdicts: { offer_seats: ['permit'] } },
    ),
  ],
  run: async ({ onProgress }) => resultOf(await tellStories(onProgress)),
});

const NOTHING: Outcome = { cases: [], verdicts: {} };

const wrong = (title: string, expects: Story['expects'], outcome: Outcome): Judged => ({
  id: title,
  title,
  faults: judge({ expects }, outcome),
});

const resultOf = ({ stories, alsoFlagged, ordinaryAccounts }: SampleResult): SuiteResult => ({
  judged: stories.map(({ story, title, faults, ...shown }) => ({
    id: story,
    title,
    faults,
    shown: {
      account: shown.account,
      'churn risk': shown.churnRisk,
      'found by': shown.found.join(', ') || '—',
      verdicts: verdictsIn(shown.verdicts),
    },
  })),
  scores: {
    storiesComeTrue: stories.filter(({ faults }) => faults.length === 0).length / stories.length,
    ordinaryFlagged: new Set(alsoFlagged.map(({ account }) => account)).size / ordinaryAccounts,
  },
  tables: [
    {
      title: `also flagged, about whom no story is told: ${alsoFlagged.length}`,
      head: ['account', 'playbook', 'status', 'reasons'],
      rows: alsoFlagged.map((one) => [
        one.account,
        one.playbook,
        one.status,
        one.reasons.join('; '),
      ]),
    },
  ],
});

const verdictsIn = (verdicts: StoryResult['verdicts']): string =>
  Object.entries(verdicts)
    .map(([tool, given]) => `${tool}: ${[...new Set(given)].join(', ')}`)
    .join('\n') || '—';

/** Loads the sample company into a database in memory, runs the line once in `rules` mode, and judges every story. */
const tellStories = async (onProgress: EvalKit['onProgress']): Promise<SampleResult> => {
  const parts = await loadParts();
  const db = await openDatabase({});
  try {
    const installed = await installSample(db, parts, ANCHOR, onProgress);
    await runLine({
      models: null,
      db,
      tenantId: SAMPLE_TENANT,
      world: LIVE,
      now: ANCHOR,
      reason: 'eval',
      parts,
      onProgress,
    });
    return await collect(db, await readStories(), installed.accounts);
  } finally {
    await db.close();
  }
};

const collect = (
  db: OpenDatabase,
  stories: readonly Story[],
  accounts: number,
): Promise<SampleResult> =>
  db.withTenant(SAMPLE_TENANT, async (tx) => {
    const cases = await listCases(tx, { world: LIVE.id });
    const proposals = await listProposals(tx, { world: LIVE.id });
    const decisions = await listDecisions(tx, { proposalIds: proposals.map(({ id }) => id) });
    const latest = new Map(decisions.map((decision) => [decision.proposalId, decision.verdict]));
    const outcomeOf = (accountId: string): Outcome => ({
      cases: cases.filter((one) => one.accountId === accountId),
      verdicts: group(
        proposals
          .filter((proposal) => proposal.accountId === accountId)
          .flatMap(({ id, tool }) => {
            const verdict = latest.get(id);
            return verdict === undefined ? [] : [[tool, verdict] as const];
          }),
      ),
    });
    const scores = new Map(
      (await latestScores(tx, { world: LIVE.id })).map((one) => [one.accountId, one.scores]),
    );
    const planted = new Set<string>();
    const results: StoryResult[] = [];
    for (const story of stories) {
      const account = await findAccount(tx, story.account.id);
      if (account === null) throw new Error(`the sample has no account ${story.account.id}`);
      planted.add(account.accountId);
      const outcome = outcomeOf(account.accountId);
      results.push({
        story: story.id,
        title: story.title,
        account: account.name,
        churnRisk: describeChurn(scores.get(account.accountId)?.['churn_risk']),
        found: outcome.cases.map(
          (one) => `${one.playbook}${one.arm === 'holdout' ? ' (held out)' : ''}`,
        ),
        verdicts: outcome.verdicts,
        faults: judge(story, outcome),
      });
    }
    return {
      stories: results,
      alsoFlagged: await nameOthers(
        tx,
        cases.filter((one) => !planted.has(one.accountId)),
      ),
      ordinaryAccounts: accounts - stories.length,
    };
  });

const describeChurn = (score: Score | undefined): string =>
  score === undefined ? 'not rated' : `${score.tier ?? score.status} ${score.value}`;

const nameOthers = async (tx: Parameters<typeof findAccount>[0], cases: readonly Case[]) =>
  Promise.all(
    cases.map(async (one) => ({
      account: (await findAccount(tx, one.accountId))?.name ?? one.accountId,
      playbook: one.playbook,
      status: one.status,
      reasons: one.reasons.map(({ text }) => text),
    })),
  );

const group = (pairs: readonly (readonly [string, Verdict])[]): Record<string, Verdict[]> => {
  const grouped: Record<string, Verdict[]> = {};
  for (const [tool, verdict] of pairs) (grouped[tool] ??= []).push(verdict);
  return grouped;
};
