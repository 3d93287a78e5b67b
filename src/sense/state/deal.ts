import { z } from 'zod';
import { defineEntity } from './define.ts';
import { amount, day, identifier, instant, shortText } from './fields.ts';

const whole = z.strictObject({
  dealId: identifier,
  kind: shortText,
  stage: identifier,
  standing: z.enum(['open', 'won', 'lost']),
  amount: amount.optional(),
  ownerId: identifier.optional(),
  closeOn: day.optional(),
  caseId: identifier.optional(),
  at: instant.optional(),
});

export default defineEntity({
  kind: 'deal',
  title: 'Deal',
  whole,
  keyField: 'dealId',
});
