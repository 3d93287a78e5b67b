import { z } from 'zod';
import { defineEntity } from './define.ts';
import { amount, day, identifier } from './fields.ts';

const whole = z.strictObject({
  statementId: identifier,
  /** The day as of which finance says so. */
  asOf: day,
  arr: amount,
});

export type FinanceArr = z.infer<typeof whole>;

/** What finance books as ARR of an account: what ours is held against, and nothing acts on. */
export default defineEntity({
  kind: 'finance_arr',
  title: 'ARR as finance states it',
  whole,
  keyField: 'statementId',
});
