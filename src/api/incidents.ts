import { z } from 'zod';
import { identifier, instant, shortText } from '../sense/state/fields.ts';
import { defineResource } from './define.ts';
import { defineReport } from './reports.ts';

export const reportIncidentRoute = defineReport({
  id: 'reportIncident',
  path: '/v1/incidents',
  summary: 'An incident of your product, or a change of one: no selling into an open SEV1 or SEV2',
  subject: 'incident',
  fields: {
    incidentId: identifier,
    title: shortText.optional(),
    severity: z.enum(['SEV1', 'SEV2', 'SEV3', 'SEV4']).optional(),
    status: z.enum(['investigating', 'identified', 'monitoring', 'resolved']).optional(),
    startedAt: instant.optional(),
    resolvedAt: instant.optional(),
    accounts: z
      .array(identifier)
      .max(10_000)
      .optional()
      .describe('affected accounts, by our id or an external id; absent: all of them'),
  },
});

export default defineResource({
  id: 'incidents',
  title: 'Incidents of your product',
  routes: [reportIncidentRoute],
});
