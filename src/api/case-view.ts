import { z } from 'zod';
import { listApprovals } from '../act/approvals/read.ts';
import type { StoredCase } from '../act/cases/case-store.ts';
import { listRounds, type Round } from '../act/cases/round-store.ts';
import { listOutbox } from '../act/outbox/store.ts';
import { listDecisions, listProposals } from '../act/settle/read.ts';
import { listTasks } from '../act/tasks/store.ts';
import { listVerdicts, VERDICTS } from '../act/verdicts/verdict-store.ts';
import { callsOfCase } from '../language-models/call-store.ts';
import { modelRulesOf } from '../language-models/rules.ts';
import { sumUsage } from '../language-models/sum-usage.ts';
import type { Parts } from '../parts.ts';
import { listPeople } from '../platform/auth/people.ts';
import { currentConfig } from '../platform/config/store.ts';
import type { TenantTx } from '../platform/db/database.ts';
import { guardShape, guardShapes, guardsOf } from './account-detail.ts';
import { approvalShape, approvalShapeOf } from './approval-rows.ts';
import { caseRows, caseRowShape } from './case-rows.ts';
import {
  decisionShape,
  decisionShapeOf,
  effectShape,
  effectShapeOf,
  proposalShape,
  proposalShapeOf,
} from './proposal-shapes.ts';
import { dayText, instantText } from './schemas.ts';
import { showingShape, type Showing } from './showing.ts';
import { taskShape, taskShapeOf } from './task-shape.ts';
import { timelineOf, timelineShape } from './timeline.ts';
import { usageShape } from './usage-shape.ts';

const roundShape = z.object({
  round: z.number().int(),
  status: z.string(),
  cause: z.string(),
  mode: z.string(),
  note: z.string().nullable(),
  openedAt: instantText,
  closedAt: instantText.nullable(),
  refused: z.array(z.object({ step: z.string(), tool: z.string(), reason: z.string() })),
  plan: z
    .array(
      z.object({
        step: z.string(),
        tool: z.string(),
        mandatory: z.boolean(),
        fate: z.enum(['kept', 'changed', 'declined', 'waits']),
        why: z.string().optional(),
      }),
    )
    .describe('the plan by rules, with what became of each step'),
  thought: z
    .object({
      agent: z.string(),
      model: z.string().nullable(),
      prompt: z.object({ version: z.number().int(), hash: z.string() }),
      calls: z.number().int(),
      inputTokens: z.number().int(),
      outputTokens: z.number().int(),
      rationale: z.string().nullable().describe('the model’s own words; no fact'),
      read: z.array(z.string()),
      untrusted: z.array(z.string()).describe('read tools that gave text of outsiders'),
      consulted: z.array(
        z.object({ agent: z.string(), question: z.string(), answer: z.string().nullable() }),
      ),
      fault: z.object({ fault: z.string(), reason: z.string() }).nullable(),
    })
    .nullable()
    .describe('how a model came to it; null where rules decided unasked'),
});

const proposalStory = proposalShape.extend({
  decisions: z.array(decisionShape).describe('the latest first'),
  approval: approvalShape.nullable(),
  effect: effectShape.nullable(),
  tasks: z.array(taskShape),
});

/** Everything that answers “why?” for one case. */
export const caseViewShape = z.object({
  showing: showingShape,
  case: caseRowShape,
  playbookTitle: z.string(),
  rounds: z.array(roundShape),
  usage: usageShape.describe('what thinking about it took, over all its rounds'),
  proposals: z.array(proposalStory),
  otherTasks: z.array(taskShape),
  verdicts: z
    .array(
      z.object({
        verdict: z.enum(VERDICTS),
        until: dayText.nullable(),
        note: z.string().nullable(),
        person: z.string(),
        at: instantText,
      }),
    )
    .describe('what people said of it, the last one counts'),
  guards: z.array(guardShape),
  timeline: timelineShape,
});

export type CaseView = z.infer<typeof caseViewShape>;

export const caseView = async (
  tx: TenantTx,
  showing: Showing,
  found: StoredCase,
  parts: Parts,
): Promise<CaseView> => {
  const [row] = await caseRows(tx, found.world.id, [found]);
  if (row === undefined) throw new Error(`case \`${found.id}\` cannot be shown`);
  const proposals = await proposalStories(tx, found.id, row.accountName);
  const tasks = await listTasks(tx, { world: found.world.id, caseId: found.id });
  const shown = new Set(proposals.flatMap((proposal) => proposal.tasks.map((task) => task.id)));
  const names = new Map([[found.accountId, row.accountName]]);
  const people = await listPeople(tx);
  const verdicts = await listVerdicts(tx, found.id);
  return {
    showing,
    case: row,
    playbookTitle: parts.playbooks.find(({ id }) => id === found.playbook)?.title ?? found.playbook,
    rounds: (await listRounds(tx, found.id)).map((round) => ({
      ...round,
      refused: [...round.refused],
      plan: [...round.plan],
      thought: thoughtShapeOf(round.thought),
    })),
    usage: await usageOf(tx, found.id),
    proposals,
    otherTasks: tasks.filter((task) => !shown.has(task.id)).map((task) => taskShapeOf(task, names)),
    verdicts: verdicts.map(({ caseId: _, personId, ...said }) => ({
      ...said,
      person: people.find(({ id }) => id === personId)?.name ?? personId,
    })),
    guards: guardShapes(await guardsOf(tx, showing, found.accountId, parts)),
    timeline: await timelineOf(tx, found.id, {
      proposals: new Map(proposals.map(({ id, preview }) => [id, preview.summary])),
      people,
    }),
  };
};

const usageOf = async (tx: TenantTx, caseId: string): Promise<CaseView['usage']> => {
  const config = await currentConfig(tx);
  return sumUsage(await callsOfCase(tx, caseId), modelRulesOf(config), config.currency);
};

const thoughtShapeOf = (thought: Round['thought']): CaseView['rounds'][number]['thought'] =>
  thought === null
    ? null
    : {
        ...thought,
        read: [...thought.read],
        untrusted: [...thought.untrusted],
        consulted: thought.consulted.map((one) => ({ ...one })),
      };

const proposalStories = async (
  tx: TenantTx,
  caseId: string,
  accountName: string,
): Promise<CaseView['proposals']> => {
  const proposals = await listProposals(tx, { caseId });
  const decisions = await listDecisions(tx, { proposalIds: proposals.map(({ id }) => id) });
  const approvals = await listApprovals(tx, { caseId });
  const outbox = await listOutbox(tx, { caseId });
  const tasks = await listTasks(tx, { caseId });
  const people = await listPeople(tx);
  return proposals.map((proposal) => {
    const approval = approvals.findLast(({ proposalId }) => proposalId === proposal.id);
    const effect = outbox.find(({ proposalId }) => proposalId === proposal.id);
    const names = new Map([[proposal.accountId, accountName]]);
    return {
      ...proposalShapeOf(proposal),
      decisions: decisions
        .filter(({ proposalId }) => proposalId === proposal.id)
        .map(decisionShapeOf)
        .toSorted((a, b) => (a.at < b.at ? 1 : -1)),
      approval: approval === undefined ? null : approvalShapeOf(approval, proposal, people),
      effect: effect === undefined ? null : effectShapeOf(effect),
      tasks: tasks
        .filter(({ actionId }) => actionId !== null && actionId === effect?.actionId)
        .map((task) => taskShapeOf(task, names)),
    };
  });
};
