import { z } from 'zod';
import { CUSTOMERS, defineMapper, instantOf } from '../define.ts';
import { seconds } from '../shapes.ts';

const meterEvent = z.looseObject({
  event_name: z.string().min(1).max(100),
  identifier: z.string().min(1),
  timestamp: seconds,
  payload: z.record(z.string(), z.string()),
});

type StripeMeterEvent = z.infer<typeof meterEvent>;

/** Keys of the payload that a meter uses unless it was made with others. */
const CUSTOMER_KEY = 'stripe_customer_id';
const VALUE_KEY = 'value';

export default defineMapper<StripeMeterEvent>({
  id: 'meter_event',
  title: 'Meter events: usage as it is metered',
  reads: 'billing.meter_event',
  schema: meterEvent,
  map: (given) => {
    const customer = customerOf(given);
    if (customer === null) return { ignored: 'its payload names no customer' };
    const value = Number(given.payload[VALUE_KEY] ?? '1');
    const at = instantOf(given.timestamp);
    const payload = { metric: `metered:${given.event_name}`, quantity: value };
    return {
      changes: [
        {
          type: 'usage.recorded',
          key: given.identifier,
          ref: { source: CUSTOMERS, externalId: customer },
          payload,
          at,
          eventId: `meter-event/${given.event_name}/${given.identifier}`,
        },
      ],
    };
  },
});

const customerOf = ({ payload }: StripeMeterEvent): string | null =>
  payload[CUSTOMER_KEY] ?? Object.values(payload).find((value) => value.startsWith('cus_')) ?? null;
