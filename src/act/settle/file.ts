import type { Case } from '../../domain/case.ts';
import { inputError } from '../../domain/errors.ts';
import { deriveId } from '../../domain/identifiers.ts';
import { canonicalJson, type JsonObject } from '../../domain/json.ts';
import type { Preview, ProposalDraft } from '../../domain/proposal.ts';
import type { Instant } from '../../domain/time.ts';
import type { TenantTx } from '../../platform/db/database.ts';
import type { ActTool } from '../../tools/act/define.ts';
import { actionDigest, storable } from './action-digest.ts';
import { insertProposal, lockAccount, selectProposals, type StoredProposal } from './store.ts';

export interface Filing {
  readonly case: Case;
  readonly round: number;
  readonly proposals: readonly {
    readonly draft: ProposalDraft & { readonly step?: string };
    readonly preview: Preview;
    /** Arguments that come neither from the plan nor from a fact; none unless told. */
    readonly ungrounded?: readonly string[];
    /** Why a model declined this step of the plan. */
    readonly declined?: string | null;
  }[];
  /** `rules:<playbook>`, `model:<name>` or `person:<id>`. */
  readonly proposedBy: string;
  /** Whether the case has read text of outsiders; not unless told. */
  readonly readUntrusted?: boolean;
  readonly tools: readonly Pick<ActTool, 'id' | 'version'>[];
  readonly now: Instant;
}

/** More than this is not an argument but a text. */
const LARGEST_ARGUMENTS = 20_000;

/**
 * Files the proposals of a round: records what is asked for, and does nothing else. The first write wins: a round that
 * has proposals keeps them, and they are returned. Whether they may be done is for `settle`; even a proposal of a tool
 * that nobody declares is filed, so that its refusal is on record. Throws `proposal_too_large` and
 * `proposal_unreadable`.
 */
export const fileProposals = async (tx: TenantTx, filing: Filing): Promise<StoredProposal[]> => {
  await lockAccount(tx, filing.case.accountId);
  const place = { world: filing.case.world.id, caseId: filing.case.id, round: filing.round };
  const filed = await selectProposals(tx, place);
  if (filed.length > 0) return filed;
  for (const [ordinal] of filing.proposals.entries()) {
    await insertProposal(tx, entryOf(filing, ordinal));
  }
  return selectProposals(tx, place);
};

const entryOf = (filing: Filing, ordinal: number): StoredProposal => {
  const { case: entry, round, proposedBy, now } = filing;
  const proposal = filing.proposals[ordinal];
  if (proposal === undefined) throw new RangeError(`there is no proposal ${ordinal}`);
  const { draft, preview } = proposal;
  const args = readArgs(draft);
  const tool = filing.tools.find(({ id }) => id === draft.tool);
  const kept = storable(preview as unknown as JsonObject) as unknown as Preview;
  return {
    id: proposalId(entry.world.id, entry.id, { round, ordinal, revision: 0 }),
    world: entry.world.id,
    caseId: entry.id,
    accountId: entry.accountId,
    playbook: entry.playbook,
    agent: entry.agent,
    class: entry.class,
    arm: entry.arm,
    urgency: entry.urgency,
    round,
    ordinal,
    revision: 0,
    step: draft.step ?? null,
    tool: storable(draft.tool),
    toolVersion: tool?.version ?? null,
    args,
    reason: storable(draft.reason),
    mandatory: draft.mandatory === true,
    preview: kept,
    actionDigest: actionDigest({ id: draft.tool, version: tool?.version ?? null }, args, kept),
    status: 'proposed',
    statusReason: null,
    holdUntil: null,
    drafted: false,
    proposedAt: now,
    proposedBy,
    readUntrusted: filing.readUntrusted === true,
    ungrounded: proposal.ungrounded ?? [],
    declined:
      proposal.declined === undefined || proposal.declined === null
        ? null
        : storable(proposal.declined),
    updatedAt: now,
  };
};

/** A proposal's id, from its place in the case: work repeated after a crash finds what it made before. */
export const proposalId = (
  world: string,
  caseId: string,
  place: { readonly round: number; readonly ordinal: number; readonly revision: number },
): string => deriveId('prop', world, caseId, place.round, place.ordinal, place.revision);

const readArgs = (draft: ProposalDraft): JsonObject => {
  const args: unknown = draft.args;
  if (typeof args !== 'object' || args === null || Array.isArray(args)) {
    throw inputError('proposal_unreadable', `the arguments of \`${draft.tool}\` are not an object`);
  }
  const text = canonicalJson(draft.args);
  if (text.length > LARGEST_ARGUMENTS) {
    throw inputError(
      'proposal_too_large',
      `the arguments of \`${draft.tool}\` are longer than ${LARGEST_ARGUMENTS} characters`,
    );
  }
  return storable(JSON.parse(text) as JsonObject);
};
