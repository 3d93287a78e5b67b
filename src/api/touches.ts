import { z } from 'zod';
import { identifier, instant, shortText } from '../sense/state/fields.ts';
import { defineResource } from './define.ts';
import { accountField, defineReport } from './reports.ts';

export const reportTouchRoute = defineReport({
  id: 'reportTouch',
  path: '/v1/touches',
  summary: 'Contact made with a customer, by anyone: it counts towards the contact caps',
  subject: 'touch',
  fields: {
    account: accountField,
    touchId: identifier,
    at: instant.optional().describe('when contact was made; now unless told'),
    channel: z.enum(['email', 'call', 'meeting', 'in_app', 'letter', 'other']),
    direction: z
      .enum(['out', 'in'])
      .describe('`out`: you reached out, and it counts towards the contact caps'),
    contactId: identifier.optional(),
    by: shortText.optional().describe('who made contact'),
  },
  complete: ({ at, ...touch }, now) => ({ occurredAt: at ?? now, ...touch, at: at ?? now }),
});

export default defineResource({
  id: 'touches',
  title: 'Contact made with customers, by anyone',
  routes: [reportTouchRoute],
});
