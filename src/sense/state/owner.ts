import { z } from 'zod';
import { defineEntity } from './define.ts';
import { identifier, shortText } from './fields.ts';

const whole = z.strictObject({
  ownerId: identifier,
  name: shortText.min(1),
  email: z.email(),
  role: z.enum(['csm', 'account_manager', 'sales', 'executive', 'billing', 'support', 'data']),
  deputy: identifier.optional(),
});

export type OwnerState = z.infer<typeof whole>;

/** People who own accounts, as a source names them. The tenant's files win where both speak. */
export default defineEntity({
  kind: 'owner',
  title: 'Owner',
  whole,
  keyField: 'ownerId',
  tenantWide: true,
});
