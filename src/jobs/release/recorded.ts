import type { StoredCase } from '../../act/cases/case-store.ts';
import type { Round } from '../../act/cases/round-store.ts';
import { ceilingOf, lowerOf } from '../../act/autonomy/ladder.ts';
import { actionDigest } from '../../act/settle/action-digest.ts';
import { deliberate } from '../../act/settle/deliberate.ts';
import type { Deliberation, Finding } from '../../act/settle/deliberation.ts';
import type { StoredDecision, StoredProposal } from '../../act/settle/read.ts';
import { previewInputOf, readStanding } from '../../act/settle/standing.ts';
import type { Declarations } from '../../act/guards/define.ts';
import type { Rung } from '../../domain/decision.ts';
import { deriveId } from '../../domain/identifiers.ts';
import type { ProposalDraft } from '../../domain/proposal.ts';
import type { TenantConfig } from '../../domain/tenant.ts';
import type { Parts } from '../../parts.ts';
import type { PastStep, Playbook } from '../../playbooks/define.ts';
import type { PreparedPolicies } from '../../policies/prepare.ts';
import { assessView, type AssessedSituation } from '../../sense/assess-view.ts';
import type { FactSet } from '../../sense/assess-store.ts';
import type { AccountView } from '../../sense/account-view.ts';
import type { Past } from '../../sense/scores/past.ts';

/** A round with everything that was stored of it. */
export interface RecordedRound {
  readonly entry: StoredCase;
  readonly round: Round;
  readonly facts: FactSet;
  /** The account as it was known then. */
  readonly view: AccountView;
  /** What it was rated in the days before. */
  readonly ratedBefore: Past;
  /** Of its round, with what people made of them: revision 0 is what the round filed. */
  readonly proposals: readonly StoredProposal[];
  readonly decisions: readonly StoredDecision[];
  readonly past: readonly PastStep[];
}

/** One side of a comparison: a configuration with the parts that a release pins, and its policy set. */
export interface Side {
  readonly config: TenantConfig;
  readonly policies: PreparedPolicies;
}

/** What all rounds of a replay share. */
export interface ReplayKit {
  readonly parts: Parts;
  readonly declarations: Declarations;
  readonly languages: ReadonlyMap<string, string>;
  readonly suppressed: Deliberation['suppressed'];
  readonly people: Deliberation['people'];
  readonly rung: (config: TenantConfig) => Deliberation['rung'];
  /** Whether both sides rate alike, so that the stored facts and scores hold for both. */
  readonly ratesAlike: boolean;
}

/** What becomes of one step of a recorded round. */
export interface Outcome {
  readonly step: string;
  readonly tool: string;
  readonly verdict: string;
  readonly rules: readonly string[];
  readonly quorum: number;
  readonly approvers: readonly string[];
  /** Digest of what would be done, and to whom. */
  readonly action: string;
}

/** What a side makes of a recorded round, step by step. Pure: the round by itself, without the account's other cases. */
export const replayRound = (kit: ReplayKit, recorded: RecordedRound, side: Side): Outcome[] => {
  const playbook = kit.parts.playbooks.find(({ id }) => id === recorded.entry.playbook);
  if (playbook === undefined) return [];
  const situation = situationOf(kit, recorded, side.config);
  const proposals = draftsOf(playbook, recorded, situation, side.config).flatMap(
    (draft, ordinal) => proposalOf(kit, recorded, situation, side, draft, ordinal) ?? [],
  );
  const { findings } = deliberate(deliberationOf(kit, recorded, situation, side, proposals));
  return findings.map(outcomeOf);
};

const situationOf = (
  { parts, ratesAlike }: ReplayKit,
  { facts, view, ratedBefore }: RecordedRound,
  config: TenantConfig,
): AssessedSituation => {
  if (!ratesAlike) return assessView({ ...parts, config }, view, ratedBefore);
  const stored = { facts: facts.facts, scores: facts.scores, factSetId: facts.factSetId };
  const { accountId, today, now } = view;
  const { history } = ratedBefore;
  return { ...stored, accountId, history, config, today, now, view };
};

type Draft = ProposalDraft & { readonly step: string };

/**
 * A model's output is taken as it was filed, whatever a person made of it afterwards: that was the person's doing, and
 * under either release it would be asked of a person again. A playbook's plan is drawn anew where the playbook still
 * applies.
 */
const draftsOf = (
  playbook: Playbook,
  { entry, round, proposals, past }: RecordedRound,
  situation: AssessedSituation,
  config: TenantConfig,
): readonly Draft[] => {
  const settings = config.playbooks[playbook.id];
  if (settings?.enabled === false) return [];
  const parameters = playbook.parameters.parse(settings?.parameters ?? {});
  const applies =
    round.round === 1
      ? playbook.when(situation, parameters).some(({ subject }) => subject === entry.subject)
      : playbook.clears(entry, situation, parameters) === null;
  if (!applies) return [];
  if (!isOfModel(round)) return playbook.plan(entry, situation, past, parameters).proposals;
  return proposals.filter(asFiled).map(({ tool, args, reason, mandatory, step }) => ({
    tool,
    args,
    reason,
    mandatory,
    step: step ?? tool,
  }));
};

/** A model that proposed nothing has decided too; one that gave no usable answer has not. */
const isOfModel = ({ thought }: Round): boolean => thought !== null && thought.fault === null;

const asFiled = ({ revision }: StoredProposal): boolean => revision === 0;

const proposalOf = (
  { parts, declarations, languages }: ReplayKit,
  { entry, round, proposals }: RecordedRound,
  situation: AssessedSituation,
  { config }: Side,
  draft: Draft,
  ordinal: number,
): StoredProposal | null => {
  const tool = parts.actTools.find(({ id }) => id === draft.tool);
  const args = tool?.args.safeParse(draft.args);
  if (tool === undefined || args?.success !== true) return null;
  const { now } = situation;
  const standing = readStanding({ ...situation, declarations, languages, config, now });
  const preview = tool.preview(args.data, previewInputOf(standing, config, now));
  const stored = proposals.find((one) => asFiled(one) && one.step === draft.step);
  return {
    ...{
      readUntrusted: stored?.readUntrusted ?? false,
      ungrounded: stored?.ungrounded ?? [],
      declined: stored?.declined ?? null,
    },
    ...{
      id: deriveId('replayed', entry.id, round.round, ordinal),
      caseId: entry.id,
      accountId: entry.accountId,
    },
    ...{
      playbook: entry.playbook,
      agent: entry.agent,
      class: entry.class,
      arm: entry.arm,
      urgency: entry.urgency,
    },
    ...{ round: round.round, ordinal, revision: 0, step: draft.step, reason: draft.reason },
    ...{
      tool: tool.id,
      toolVersion: tool.version,
      args: draft.args,
      mandatory: draft.mandatory ?? false,
      preview,
    },
    ...{
      status: 'proposed',
      statusReason: null,
      holdUntil: null,
      drafted: false,
      world: entry.world.id,
    },
    ...{
      proposedAt: now,
      updatedAt: now,
      proposedBy: stored?.proposedBy ?? `rules:${entry.playbook}`,
    },
    actionDigest: actionDigest(tool, draft.args, preview),
  };
};

const deliberationOf = (
  { parts, declarations, languages, suppressed, people, rung }: ReplayKit,
  { entry, decisions }: RecordedRound,
  situation: AssessedSituation,
  { config, policies }: Side,
  proposals: readonly StoredProposal[],
): Deliberation => {
  const { now } = situation;
  const standing = readStanding({ ...situation, declarations, languages, config, now });
  const save = decisions.findLast(({ guards }) => guards['save'] !== undefined)?.guards['save'];
  return {
    ...{
      world: entry.world,
      now,
      config,
      parts,
      policies,
      standing,
      proposals,
      suppressed,
      people,
    },
    guards: {
      ...standing.guards,
      save: save ?? { state: 'clear', reason: 'no save was under way' },
    },
    approvals: new Map(),
    rung: recordedRung(decisions, config, rung(config)),
    openCases: new Set([entry.id]),
  };
};

/** The autonomy that was in force then, where it was recorded; never above the side's ceiling. */
const recordedRung = (
  decisions: readonly StoredDecision[],
  config: TenantConfig,
  current: Deliberation['rung'],
): Deliberation['rung'] => {
  const asked = new Map(
    decisions.map(({ request }) => [
      request['action'] as string,
      (request['context'] as { readonly rung?: Rung } | undefined)?.rung,
    ]),
  );
  return (post) => {
    const then = asked.get(post.action);
    return then === undefined ? current(post) : lowerOf(then, ceilingOf(config.ceiling, post));
  };
};

const outcomeOf = ({ proposal, verdict, reasons, quorum, approvers }: Finding): Outcome => ({
  ...{ step: proposal.step ?? proposal.tool, tool: proposal.tool, action: proposal.actionDigest },
  ...{ verdict, quorum, approvers, rules: reasons.map(({ rule }) => rule) },
});
