import { z } from 'zod';
import { day, identifier, text } from '../fields.ts';

const absence = z.strictObject({
  from: day.describe('First day away.'),
  to: day.describe('Last day away.'),
});

const owner = z.strictObject({
  id: identifier.describe('The id by which your CRM names the owner of an account.'),
  name: text,
  email: z.email('is not an e-mail address'),
  role: z
    .enum(['csm', 'account_manager', 'sales', 'executive', 'billing', 'support', 'data'])
    .describe('Which tasks go to this person.'),
  deputy: identifier.optional().describe('Owner who gets the tasks during an absence.'),
  absences: z.array(absence).default([]),
});

export const ownersFile = z.strictObject({
  owners: z.array(owner).default([]).describe('People who own accounts and get tasks.'),
});
