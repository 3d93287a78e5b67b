import { z } from 'zod';
import { defineEntity } from './define.ts';
import { identifier, instant } from './fields.ts';

const whole = z.strictObject({
  requestId: identifier,
  status: z.enum(['received', 'in_progress', 'completed', 'withdrawn']),
  requestedAt: instant,
  completedAt: instant.optional(),
  contactId: identifier.optional(),
});

export type DeletionRequest = z.infer<typeof whole>;

export default defineEntity({
  kind: 'deletion_request',
  title: 'Data deletion request',
  whole,
  keyField: 'requestId',
});
