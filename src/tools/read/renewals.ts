import { z } from 'zod';
import { renewalsOf } from '../act/commercial.ts';
import { defineReadTool } from './define.ts';

const args = z.strictObject({});

export default defineReadTool({
  id: 'renewals',
  title: 'Renewals ahead',
  description:
    'Contracts of the account that renew, the soonest first: day, days until it, value of a year.',
  args,
  read: (_, { facts }) =>
    renewalsOf(facts).map(({ contractId, renewsOn, days, annualValue }) => ({
      contractId,
      renewsOn,
      days,
      annualValue: annualValue === null ? null : { ...annualValue },
    })),
});
