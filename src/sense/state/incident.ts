import { z } from 'zod';
import { defineEntity } from './define.ts';
import { identifier, instant, shortText } from './fields.ts';

const whole = z.strictObject({
  incidentId: identifier,
  title: shortText.optional(),
  severity: z.enum(['SEV1', 'SEV2', 'SEV3', 'SEV4']),
  status: z.enum(['investigating', 'identified', 'monitoring', 'resolved']),
  startedAt: instant,
  resolvedAt: instant.optional(),
  /** Affected accounts by our id or external id; absent: all of them. */
  accounts: z.array(identifier).optional(),
});

export type Incident = z.infer<typeof whole>;

export default defineEntity({
  kind: 'incident',
  title: 'Incident',
  whole,
  keyField: 'incidentId',
  tenantWide: true,
});
