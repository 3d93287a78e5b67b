import { z } from 'zod';
import { identifier, instant } from '../sense/state/fields.ts';
import { defineResource } from './define.ts';
import { accountField, defineReport } from './reports.ts';

export const reportDeletionRequestRoute = defineReport({
  id: 'reportDeletionRequest',
  path: '/v1/deletion-requests',
  summary: 'A request to delete data, or a change of one: nobody sells to who asks to be forgotten',
  subject: 'deletion_request',
  fields: {
    account: accountField,
    requestId: identifier,
    status: z.enum(['received', 'in_progress', 'completed', 'withdrawn']).optional(),
    requestedAt: instant.optional(),
    completedAt: instant.optional(),
    contactId: identifier.optional().describe('the person concerned; absent: the whole account'),
  },
});

export default defineResource({
  id: 'deletion-requests',
  title: 'Requests to delete data',
  routes: [reportDeletionRequestRoute],
});
