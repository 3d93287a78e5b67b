import { z } from 'zod';
import type { StoredCase } from '../act/cases/case-store.ts';
import { listApprovals } from '../act/approvals/read.ts';
import { listTasks } from '../act/tasks/store.ts';
import { CLASSES } from '../domain/case.ts';
import type { TenantTx } from '../platform/db/database.ts';
import { accountNames } from './names.ts';
import { instantText, moneyShape, reasonShape } from './schemas.ts';

export const caseRowShape = z.object({
  id: z.string(),
  accountId: z.string(),
  accountName: z.string(),
  playbook: z.string(),
  class: z.enum(CLASSES),
  agent: z.string(),
  subject: z.string().describe('within the account: a contract id, or `account`'),
  period: z.string(),
  status: z.enum(['waiting', 'open', 'closed']),
  arm: z.enum(['treatment', 'holdout']),
  ownerId: z.string().nullable(),
  urgency: z.number(),
  arrAtRisk: moneyShape.nullable(),
  reasons: z.array(reasonShape),
  rankBecause: z
    .object({
      arrMinor: z.number().int().describe('ARR at risk, minor units of the tenant’s currency'),
      arrAssumed: z.boolean().describe('nobody knows it: the median of the others'),
      urgency: z.number(),
      precision: z.number().int().describe('how often its like is right, basis points'),
      agreed: z.number().int().describe('of its playbook’s cases: right or known'),
      judged: z.number().int().describe('of its playbook’s cases: right, known or wrong'),
    })
    .nullable()
    .describe('ARR × urgency × precision ÷ 50 %: the order in which waiting cases open'),
  round: z.number().int(),
  openedAt: instantText,
  closedAt: instantText.nullable(),
  closeReason: z.string().nullable(),
  nextLookAt: instantText.nullable(),
  waitsFor: z.object({
    approvals: z.number().int().describe('proposals that wait for a person to approve'),
    tasks: z.number().int().describe('human tasks not finished'),
  }),
});

export type CaseRowShape = z.infer<typeof caseRowShape>;

/** Cases as lists show them: with their account's name and what they wait for. */
export const caseRows = async (
  tx: TenantTx,
  world: string,
  cases: readonly StoredCase[],
): Promise<CaseRowShape[]> => {
  const names = await accountNames(tx, cases);
  const waiting = cases.some((each) => each.status === 'open');
  const approvals = waiting ? await listApprovals(tx, { world, status: 'pending' }) : [];
  const tasks = waiting ? await listTasks(tx, { world, status: ['open', 'accepted'] }) : [];
  return cases.map((each) => ({
    ...each,
    reasons: [...each.reasons],
    accountName: names.get(each.accountId) ?? each.accountId,
    waitsFor: {
      approvals: approvals.filter((approval) => approval.caseId === each.id).length,
      tasks: tasks.filter((task) => task.caseId === each.id).length,
    },
  }));
};
