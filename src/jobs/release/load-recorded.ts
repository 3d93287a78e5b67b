import { loadCase } from '../../act/cases/case-store.ts';
import { recentRounds, type Round } from '../../act/cases/round-store.ts';
import { listDecisions, listProposals } from '../../act/settle/read.ts';
import { LIVE } from '../../domain/case.ts';
import type { TenantConfig } from '../../domain/tenant.ts';
import { addDays, dayIn } from '../../domain/time.ts';
import type { Parts } from '../../parts.ts';
import type { TenantTx } from '../../platform/db/database.ts';
import type { AccountView } from '../../sense/account-view.ts';
import { HISTORY_DAYS, pastOfDays } from '../../sense/backfill.ts';
import { loadFactSet } from '../../sense/assess-store.ts';
import { loadAccountViews } from '../../sense/load-accounts.ts';
import { scoresByDay } from '../../sense/score-store.ts';
import type { RecordedRound } from './recorded.ts';

/** Recorded rounds of the live world that came to a set of facts, newest first, in groups of one moment. */
export const roundsByMoment = async (tx: TenantTx, most: number): Promise<Round[][]> => {
  const groups = new Map<string, Round[]>();
  for (const round of await recentRounds(tx, LIVE.id, most)) {
    const group = groups.get(round.openedAt) ?? [];
    groups.set(round.openedAt, [...group, round]);
  }
  return [...groups.values()];
};

/** What was stored of rounds of one moment, with their accounts as they were known then. */
export const loadRecorded = async (
  tx: TenantTx,
  rounds: readonly Round[],
  { parts, config }: { readonly parts: Parts; readonly config: TenantConfig },
): Promise<RecordedRound[]> => {
  const now = rounds[0]?.openedAt;
  if (now === undefined) return [];
  const cases = await Promise.all(rounds.map(({ caseId }) => loadCase(tx, caseId)));
  const accountIds = [...new Set(cases.flatMap((entry) => entry?.accountId ?? []))];
  const views = new Map<string, AccountView>();
  const { entities } = parts;
  const loading = loadAccountViews(tx, { config, entities, now, knownAt: now, accountIds });
  for await (const batch of loading) for (const view of batch) views.set(view.accountId, view);
  const today = dayIn(config.zone, now);
  const span = { from: addDays(today, -HISTORY_DAYS), to: addDays(today, -1) };
  const days = await scoresByDay(tx, { world: LIVE.id, accountIds, ...span });
  const recorded: RecordedRound[] = [];
  for (const [index, round] of rounds.entries()) {
    const entry = cases[index];
    const view = views.get(entry?.accountId ?? '');
    const facts = round.factSetId === null ? null : await loadFactSet(tx, round.factSetId);
    if (entry === null || entry === undefined || view === undefined || facts === null) continue;
    const proposals = await listProposals(tx, { caseId: entry.id });
    const own = proposals.filter((proposal) => proposal.round === round.round);
    recorded.push({
      ...{
        entry,
        round,
        facts,
        view,
        ratedBefore: pastOfDays(days.get(entry.accountId) ?? new Map()),
      },
      proposals: own,
      decisions: await listDecisions(tx, { proposalIds: own.map(({ id }) => id) }),
      past: proposals
        .filter((proposal) => proposal.round < round.round)
        .map(({ tool, step, status, proposedAt }) => ({
          tool,
          step: step ?? tool,
          status,
          at: proposedAt,
        })),
    });
  }
  return recorded;
};
