import { z } from 'zod';
import type { Metric, TenantConfig } from '../../domain/tenant.ts';
import type { Day } from '../../domain/time.ts';
import { day, identifier } from '../state/fields.ts';

/** The largest amount that a day of a series holds. */
const LARGEST = 2_147_483_647;

/** An amount of a metric on a day. */
export interface UsagePoint {
  readonly metric: string;
  readonly kind: Metric['kind'];
  readonly day: Day;
  readonly quantity: number;
}

/** Of `usage.recorded`. Without a `day` it counts for the day on which it occurred, in the tenant's zone. */
export const usageRecorded = z.strictObject({
  metric: identifier,
  quantity: z.int('a quantity is a whole number; send smaller units').min(0).max(LARGEST),
  day: day.optional(),
});

/** Of `track.received`: as a product sends it. It counts through the metrics of the tenant's files. */
export const trackReceived = z.strictObject({
  event: identifier,
  properties: z.record(z.string(), z.json()).optional(),
});

export type Usage = z.infer<typeof usageRecorded> | z.infer<typeof trackReceived>;

/** What a checked payload adds to the series. */
export const usagePointsOf = (
  usage: Usage,
  occurredOn: Day,
  config: TenantConfig,
): UsagePoint[] => {
  if ('event' in usage) return trackPoints(usage, occurredOn, config);
  const kind = config.metrics.find(({ id }) => id === usage.metric)?.kind ?? 'count';
  return [{ metric: usage.metric, kind, day: usage.day ?? occurredOn, quantity: usage.quantity }];
};

const trackPoints = (
  { event, properties }: z.infer<typeof trackReceived>,
  occurredOn: Day,
  config: TenantConfig,
): UsagePoint[] =>
  config.metrics
    .filter(({ events }) => events.includes(event))
    .flatMap((metric) => {
      const quantity = metric.property === undefined ? 1 : amountOf(properties?.[metric.property]);
      return quantity === null
        ? []
        : [{ metric: metric.id, kind: metric.kind, day: occurredOn, quantity }];
    });

/** A property that is no amount moves nothing; the event itself is kept. Fractions are rounded. */
const amountOf = (value: unknown): number | null => {
  if (typeof value !== 'number' || !Number.isFinite(value) || value < 0) return null;
  return Math.min(Math.round(value), LARGEST);
};
