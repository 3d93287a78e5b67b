import { z } from 'zod';
import { percent, wholeNumber } from '../fields.ts';

const settings = z.strictObject({
  enabled: z.boolean().default(true),
  mode: z
    .enum(['rules', 'agent', 'hybrid'])
    .optional()
    .describe(
      'rules: the playbook’s own plan. hybrid: a model may keep, reorder, soften, word or decline what is not mandatory. agent: it makes its own plan. Left out: hybrid where a model is configured, else rules.',
    ),
  holdout: percent
    .optional()
    .describe('Share of accounts that are watched and left alone, to measure what it changes.'),
  parameters: z
    .record(z.string(), z.json())
    .default({})
    .describe('Settings of the playbook itself; those left out keep its defaults.'),
});

export const playbooksFile = z.strictObject({
  planner: z
    .strictObject({
      newCasesPerOwnerAndWeek: wholeNumber
        .default(10)
        .describe(
          'New cases that one owner gets in a week; the rest wait, the most valuable first.',
        ),
      newTasksPerOwnerAndWeek: wholeNumber
        .min(1, 'must be at least 1')
        .default(40)
        .describe(
          'New tasks that one owner gets in a week; the rest wait, the most valuable first. Compliance and collection never wait.',
        ),
    })
    .prefault({}),
  declines: z
    .strictObject({
      share: percent.describe('Share of cases in which it declined something of the plan.'),
      minCases: wholeNumber.min(1, 'must be at least 1').describe('Cases it takes to judge.'),
    })
    .optional()
    .describe(
      'When a model that declines too much is set aside for a playbook, until a person lifts it: 50% of 20 cases unless told.',
    ),
  playbooks: z
    .record(z.string(), settings)
    .default({})
    .describe('Settings by playbook. One that is left out runs with its defaults.'),
});
