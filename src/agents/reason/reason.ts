import type { AskKit } from '../../language-models/ask.ts';
import { askModel } from '../../language-models/ask.ts';
import type { Mask } from '../../language-models/mask.ts';
import type { PlannedStep } from '../../playbooks/steps.ts';
import type { ActTool } from '../../tools/act/define.ts';
import type { Reach, ReadInput, ReadTool } from '../../tools/read/define.ts';
import type { Instant } from '../../domain/time.ts';
import type { Case } from '../../domain/case.ts';
import type { Agent } from '../define.ts';
import { caseBrief } from './brief.ts';
import { quotesTexts } from './quoted.ts';
import { think, type Thought } from './think.ts';
import { actSpec, planSpecs } from './tools.ts';

/** One round of a case, as an agent is to reason about it. Nothing in it reaches another account. */
export interface Reasoning {
  readonly mode: 'agent' | 'hybrid';
  readonly agent: Agent;
  readonly agents: readonly Agent[];
  readonly playbook: {
    readonly id: string;
    readonly title: string;
    readonly tools: readonly string[];
  };
  readonly case: Case;
  readonly round: number;
  readonly accountName: string;
  readonly today: string;
  readonly plan: readonly PlannedStep[];
  readonly actTools: readonly ActTool[];
  readonly readTools: readonly ReadTool[];
  readonly input: ReadInput;
  readonly reach: Reach;
  readonly mask: Mask;
  readonly now: Instant;
}

/** Shorter than a round's lease: whoever takes the round over afterwards does not meet us still thinking. */
const PATIENCE_MILLISECONDS = 90_000;

/** Lets the agent of a case think. No transaction may be open: it waits for a model. Never throws for what a model does. */
export const reasonAbout = (kit: AskKit, reasoning: Reasoning): Promise<Thought> => {
  const {
    mode,
    agent,
    agents,
    playbook,
    case: entry,
    round,
    plan,
    actTools,
    mask,
    now,
  } = reasoning;
  const signal = AbortSignal.timeout(PATIENCE_MILLISECONDS);
  const allowed = actTools.filter(
    ({ id }) => agent.tools.includes(id) && playbook.tools.includes(id),
  );
  const handed = mode === 'hybrid' ? plan : null;
  return think({
    ...reasoning,
    others: agents.filter(({ id }) => id !== agent.id),
    brief: caseBrief({ ...reasoning, plan: handed }),
    briefIsUntrusted: quotesTexts(reasoning),
    answers: [...allowed.map(actSpec), ...planSpecs(handed !== null)],
    ask: (by, messages, tools) =>
      askModel(kit, {
        tenantId: entry.tenantId,
        agent: by,
        purpose: { kind: 'case', caseId: entry.id, round, playbook: playbook.id },
        messages,
        tools,
        mask,
        now,
        signal,
      }),
  });
};
