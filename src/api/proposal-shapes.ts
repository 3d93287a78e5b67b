import { z } from 'zod';
import type { OutboxRow } from '../act/outbox/row.ts';
import { CLASSES } from '../domain/case.ts';
import type { Decision } from '../domain/decision.ts';
import type { Preview, Proposal } from '../domain/proposal.ts';
import { anyJson, instantText, moneyShape, ruleShape } from './schemas.ts';

export const decisionShape = z.object({
  id: z.string(),
  verdict: z.enum(['permit', 'escalate', 'forbid', 'hold', 'draft']),
  reasons: z.array(ruleShape),
  approvers: z.array(z.string()),
  quorum: z.number().int(),
  until: instantText.nullable(),
  phase: z.enum(['settle', 'execute']),
  at: instantText,
});

export const decisionShapeOf = (decision: Decision): z.infer<typeof decisionShape> => ({
  ...decision,
  reasons: [...decision.reasons],
  approvers: [...decision.approvers],
});

/** What would be done, worked out without doing it. */
export const previewShape = z.object({
  summary: z.string(),
  port: z.string(),
  outward: z.boolean(),
  category: z.string(),
  recipient: z.object({ contactId: z.string(), name: z.string(), email: z.string() }).nullable(),
  money: moneyShape.nullable().describe('what it puts in play a month'),
  discountBasisPoints: z.number().int(),
  message: z
    .object({
      templateId: z.string(),
      templateVersion: z.string(),
      subject: z.string(),
      text: z.string(),
    })
    .nullable(),
  task: z
    .object({
      kind: z.string(),
      title: z.string(),
      assignee: z.string(),
      dueBusinessDays: z.number().int(),
      reason: z.string(),
      draft: z.string(),
    })
    .nullable(),
  bound: z.record(z.string(), anyJson).describe('the facts that an approval is bound to'),
  problems: z.array(z.string()),
});

export const previewShapeOf = (preview: Preview): z.infer<typeof previewShape> => ({
  ...preview,
  bound: { ...preview.bound },
  problems: [...preview.problems],
});

export const proposalShape = z.object({
  id: z.string(),
  round: z.number().int(),
  ordinal: z.number().int(),
  revision: z.number().int(),
  tool: z.string(),
  arguments: z.record(z.string(), anyJson),
  agent: z.string(),
  class: z.enum(CLASSES),
  reason: z.string(),
  mandatory: z.boolean(),
  status: z.string(),
  statusReason: z.string().nullable(),
  holdUntil: instantText.nullable(),
  proposedAt: instantText,
  proposedBy: z.string(),
  preview: previewShape,
});

export const proposalShapeOf = (proposal: Proposal): z.infer<typeof proposalShape> => ({
  ...proposal,
  arguments: { ...proposal.args },
  preview: previewShapeOf(proposal.preview),
});

/** An effect on its way out, or what became of it. */
export const effectShape = z.object({
  actionId: z.string(),
  port: z.string(),
  status: z.string(),
  reasons: z.array(ruleShape),
  notBefore: instantText,
  attempts: z.number().int(),
  finishedAt: instantText.nullable(),
  receipt: z.record(z.string(), z.string()).nullable(),
});

export const effectShapeOf = (row: OutboxRow): z.infer<typeof effectShape> => ({
  ...row,
  reasons: [...row.reasons],
  receipt: row.receipt === null ? null : { ...row.receipt },
});
