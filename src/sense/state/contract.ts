import { z } from 'zod';
import { defineEntity } from './define.ts';
import { amount, day, identifier, positiveInteger } from './fields.ts';

const whole = z.strictObject({
  contractId: identifier,
  startedOn: day,
  /** The first day after the current term: what `within 90 days` counts to. */
  renewsOn: day,
  autoRenews: z.boolean().optional(),
  noticeDays: positiveInteger.optional(),
  annualValue: amount.optional(),
  /** Absent: active. */
  status: z.enum(['active', 'renewed', 'ended']).optional(),
});

export type Contract = z.infer<typeof whole>;

export default defineEntity({
  kind: 'contract',
  title: 'Contract',
  whole,
  keyField: 'contractId',
});
