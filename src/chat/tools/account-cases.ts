import { z } from 'zod';
import { listCases, type StoredCase } from '../../act/cases/case-store.ts';
import {
  listDecisions,
  listProposals,
  type StoredDecision,
  type StoredProposal,
} from '../../act/settle/read.ts';
import { dayIn } from '../../domain/time.ts';
import { moneyText } from '../../platform/terminal/format.ts';
import { defineChatTool, type Desk, type Source } from '../define.ts';
import { inTenant } from '../desk.ts';

const args = z.strictObject({
  accountId: z.string().min(1).max(200),
  /** Closed ones too. */
  all: z.boolean().default(false),
});

export interface CaseLine {
  readonly caseId: string;
  readonly title: string;
  readonly playbook: string;
  readonly status: string;
  readonly openedOn: string;
  readonly closed: string | null;
  readonly heldOut: boolean;
  readonly atRisk: string;
  readonly reasons: readonly string[];
  readonly proposals: readonly ProposalLine[];
}

export interface ProposalLine {
  readonly proposalId: string;
  readonly tool: string;
  readonly summary: string;
  readonly status: string;
  readonly verdict: string | null;
  /** The rules of the last decision, in words. */
  readonly why: readonly string[];
  readonly on: string;
}

const MOST_CASES = 12;

export default defineChatTool<z.input<typeof args>, { readonly cases: readonly CaseLine[] }>({
  id: 'account_cases',
  title: 'Cases of an account, and what was decided in them',
  description:
    'The cases of one account: why they are open, what was proposed, and why it was permitted, held, escalated or refused.',
  args,
  look: ({ accountId, all }, desk) =>
    inTenant(desk, async (tx) => {
      const found = await listCases(tx, {
        world: desk.world.id,
        accountId,
        limit: MOST_CASES,
        ...(all === true ? {} : { status: 'open' as const }),
      });
      const ids = new Set(found.map(({ id }) => id));
      const proposals = (await listProposals(tx, { accountId, world: desk.world.id })).filter(
        ({ caseId }) => ids.has(caseId),
      );
      const decisions = await listDecisions(tx, { proposalIds: proposals.map(({ id }) => id) });
      const last = new Map(decisions.map((decision) => [decision.proposalId, decision]));
      const lines = found.map((entry) => lineOf(entry, desk, proposals, last));
      return {
        data: { cases: lines },
        sources: lines.flatMap((line) => sourcesOf(line, last, accountId)),
      };
    }),
});

const lineOf = (
  entry: StoredCase,
  { config, parts }: Desk,
  proposals: readonly StoredProposal[],
  last: ReadonlyMap<string, StoredDecision>,
): CaseLine => ({
  caseId: entry.id,
  title: parts.playbooks.find(({ id }) => id === entry.playbook)?.title ?? entry.playbook,
  playbook: entry.playbook,
  status: entry.status,
  openedOn: dayIn(config.zone, entry.openedAt),
  closed: entry.closeReason,
  heldOut: entry.arm === 'holdout',
  atRisk: moneyText(entry.arrAtRisk),
  reasons: entry.reasons.map(({ text }) => text),
  proposals: proposals
    .filter(({ caseId }) => caseId === entry.id)
    .map((proposal) => {
      const decision = last.get(proposal.id);
      return {
        proposalId: proposal.id,
        tool: proposal.tool,
        summary: proposal.preview.summary,
        status: proposal.status,
        verdict: decision?.verdict ?? null,
        why: decision?.reasons.map(({ text }) => text) ?? [],
        on: dayIn(config.zone, decision?.at ?? proposal.proposedAt),
      };
    }),
});

const sourcesOf = (
  line: CaseLine,
  last: ReadonlyMap<string, StoredDecision>,
  accountId: string,
): Source[] => [
  { kind: 'case', id: line.caseId, accountId, title: line.title, at: null },
  ...line.proposals.flatMap(({ proposalId, summary }): Source[] => {
    const decision = last.get(proposalId);
    return decision === undefined
      ? []
      : [{ kind: 'decision', id: decision.id, accountId, title: summary, at: decision.at }];
  }),
];
