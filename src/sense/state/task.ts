import { z } from 'zod';
import { defineEntity } from './define.ts';
import { identifier, instant, shortText } from './fields.ts';

const whole = z.strictObject({
  taskId: identifier,
  kind: shortText.min(1),
  status: z.enum(['open', 'accepted', 'done', 'declined', 'closed']),
  at: instant,
  caseId: identifier.optional(),
  /** What the person said came of it, or why it was closed. */
  outcome: shortText.optional(),
});

export type TaskState = z.infer<typeof whole>;

/** What became of a human task, as the outbox's own receipts tell it. */
export default defineEntity({
  kind: 'task',
  title: 'Human task',
  whole,
  keyField: 'taskId',
});
