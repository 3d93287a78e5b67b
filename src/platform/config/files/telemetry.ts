import { z } from 'zod';
import { identifier, percent, text, wholeNumber } from '../fields.ts';

const events = z
  .array(text)
  .default([])
  .describe('Names of `track` events that count towards it. Imports may name the metric itself.');

const metric = z.strictObject({
  id: identifier,
  kind: z
    .enum(['count', 'level'])
    .describe('count: adds up over a day. level: the day’s highest, carried forward.'),
  events,
  property: text.optional().describe('Numeric property of the event to add instead of 1.'),
  limitWindow: z
    .enum(['level', 'month'])
    .optional()
    .describe('How plans.yaml limits it: as a level (default) or per calendar month.'),
  drop: percent
    .optional()
    .describe('Of a count: falling by more than this within a week is looked at at once.'),
});

const feature = z.strictObject({
  id: identifier,
  name: text,
  fromRank: wholeNumber
    .optional()
    .describe('Lowest plan rank that includes it. Default: the lowest plan that lists it.'),
  events,
});

const featureIds = z.array(identifier).min(1, 'must name at least one feature');

const module_ = z.strictObject({
  id: identifier,
  name: text,
  features: featureIds.describe('Features that are sold and learned together.'),
});

const workflow = z.strictObject({
  id: identifier,
  name: text,
  features: featureIds.describe('Features that the work takes, all of them.'),
});

const trialStep = z.strictObject({
  id: identifier,
  name: text,
  metric: identifier
    .optional()
    .describe(
      'A metric above: the sum of a count, or the highest of a level, since the trial began.',
    ),
  feature: identifier.optional().describe('A feature below, instead of a metric.'),
  atLeast: wholeNumber.min(1, 'must be at least 1').default(1),
});

const trial = z.strictObject({
  days: wholeNumber.min(1, 'must be at least 1').default(14).describe('How long a trial lasts.'),
  steps: z
    .array(trialStep)
    .optional()
    .describe(
      'What a customer does in a trial that goes well. Default: 3 logins and a second seat, where those metrics are kept.',
    ),
});

/** The series that the packaged signals read. */
const STANDARD_METRICS: z.input<typeof metric>[] = [
  { id: 'logins', kind: 'count' },
  { id: 'active_users', kind: 'level' },
  { id: 'api_calls', kind: 'count', limitWindow: 'month', drop: '50%' },
  { id: 'seats_used', kind: 'level' },
  { id: 'storage_gb', kind: 'level' },
];

export const telemetryFile = z.strictObject({
  metrics: z
    .array(metric)
    .prefault(STANDARD_METRICS)
    .describe(
      'Daily usage series. The packaged signals read logins, active_users, api_calls, seats_used, storage_gb.',
    ),
  features: z
    .array(feature)
    .default([])
    .describe('Parts of the product. Each has a count metric of its own, `feature:<id>`.'),
  modules: z.array(module_).default([]).describe('Features that are sold and learned together.'),
  workflows: z
    .array(workflow)
    .default([])
    .describe(
      'Critical work of your customers, by the features that it takes. Losing one counts as much as losing use of everything.',
    ),
  trial: trial.prefault({}).describe('How trials go.'),
});
