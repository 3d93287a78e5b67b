import type { Facts } from '../../domain/fact.ts';
import { canonicalJson } from '../../domain/json.ts';
import type { Preview } from '../../domain/proposal.ts';
import { OVER, type PlannedStep } from '../../playbooks/steps.ts';
import type { PreviewInput } from '../../tools/act/define.ts';
import type { PastProposal } from '../../tools/read/define.ts';
import { admit, type AcceptedDraft, type Admission, type Admitting } from '../admit.ts';
import { ungrounded } from './grounds.ts';
import type { Move } from './move.ts';

/** A draft with what a policy wants to know of how a model came to it. */
export interface ReasonedDraft extends AcceptedDraft {
  readonly ungrounded: readonly string[];
  readonly declined: string | null;
}

/** What proposals are made of: the plan by rules, and what the model emitted. */
export interface Composition extends Admitting {
  readonly mode: 'agent' | 'hybrid';
  readonly plan: readonly PlannedStep[];
  readonly moves: readonly Move[];
  /** The case has read text of outsiders, now or before. */
  readonly readUntrusted: boolean;
  readonly facts: Facts;
  readonly preview: PreviewInput;
  /** What was asked for in earlier rounds of the case. */
  readonly past: readonly PastProposal[];
}

export const previewOf = ({ tool, draft }: AcceptedDraft, { preview }: Composition): Preview =>
  tool.preview(draft.args, preview);

/** Lets through what exists and was not asked for already. */
export const judge = (
  drafts: readonly PlannedStep[],
  composition: Composition,
): { readonly drafts: readonly ReasonedDraft[]; readonly refused: Admission['refused'] } => {
  const { accepted, refused } = admit(drafts, composition);
  const judged = accepted.map((entry) => ({ entry, objection: objectionTo(entry, composition) }));
  return {
    drafts: judged.flatMap(({ entry, objection }) =>
      objection === null
        ? [
            {
              ...entry,
              ungrounded: ungrounded(entry.draft, {
                ...composition,
                contacts: composition.preview.contacts,
              }),
              declined: null,
            },
          ]
        : [],
    ),
    refused: [
      ...refused,
      ...judged.flatMap(({ entry, objection }) =>
        objection === null ? [] : [refusal(entry.draft, objection)],
      ),
    ],
  };
};

const objectionTo = (entry: AcceptedDraft, composition: Composition): string | null => {
  const deed = canonicalJson(entry.draft.args);
  const before = composition.past.find(
    ({ tool, args, status }) =>
      tool === entry.tool.id && OVER.has(status) && canonicalJson(args) === deed,
  );
  if (before !== undefined) return `it was asked for before, and is ${before.status}`;
  const { problems } = previewOf(entry, composition);
  return problems.length === 0 ? null : problems.join('; ');
};

/** What a model says of its reasons is told apart from the facts, and after them. */
export const withRationale = (reason: string, why: string | undefined): string =>
  [reason, why === undefined || why === '' ? '' : `the model’s rationale: “${why}”`]
    .filter((part) => part !== '')
    .join('; ');

export const refusal = (
  { step, tool }: { readonly step: string; readonly tool: string },
  reason: string,
) => ({
  step,
  tool,
  reason,
});
