import type { ProposalDraft } from '../domain/proposal.ts';
import type { Playbook } from '../playbooks/define.ts';
import type { ActTool } from '../tools/act/define.ts';
import type { Agent } from './define.ts';

/** A draft that may be filed, with the tool that will preview it. */
export interface AcceptedDraft {
  readonly draft: ProposalDraft & { readonly step: string };
  readonly tool: ActTool;
}

/** What was asked for, and what was asked for in vain. */
export interface Admission {
  readonly accepted: readonly AcceptedDraft[];
  readonly refused: readonly {
    readonly step: string;
    readonly tool: string;
    readonly reason: string;
  }[];
}

/** Who asks, in which practice, and what there is to ask for. */
export interface Admitting {
  readonly agent: Pick<Agent, 'id' | 'tools'>;
  readonly playbook: Pick<Playbook, 'id' | 'tools'>;
  readonly tools: readonly ActTool[];
}

/**
 * Lets through what the agent may propose: tools on its own list and on the playbook's, with arguments that fit.
 * The rest is kept with the reason; nothing of it is filed.
 */
export const admit = (
  drafts: readonly (ProposalDraft & { readonly step: string })[],
  input: Admitting,
): Admission => {
  const judged = drafts.map((draft) => judge(draft, input));
  return {
    accepted: judged.flatMap((entry) => ('draft' in entry ? [entry] : [])),
    refused: judged.flatMap((entry) => ('reason' in entry ? [entry] : [])),
  };
};

const judge = (
  draft: ProposalDraft & { readonly step: string },
  { agent, playbook, tools }: Admitting,
): AcceptedDraft | Admission['refused'][number] => {
  const refuse = (reason: string) => ({ step: draft.step, tool: draft.tool, reason });
  const tool = tools.find(({ id }) => id === draft.tool);
  if (tool === undefined) return refuse(`there is no act tool \`${draft.tool}\``);
  if (!agent.tools.includes(tool.id))
    return refuse(`agent \`${agent.id}\` may not propose \`${tool.id}\``);
  if (!playbook.tools.includes(tool.id)) {
    return refuse(`playbook \`${playbook.id}\` does not propose \`${tool.id}\``);
  }
  const parsed = tool.args.safeParse(draft.args);
  if (!parsed.success) {
    const fault = parsed.error.issues[0];
    return refuse(
      `its arguments do not fit: ${fault?.path.join('.') ?? ''} ${fault?.message ?? ''}`.trim(),
    );
  }
  // As the schema reads them, with its defaults filled in: what is filed is what is previewed.
  return { draft: { ...draft, args: parsed.data as ProposalDraft['args'] }, tool };
};
