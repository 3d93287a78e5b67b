import { Decimal } from 'decimal.js';
import { z } from 'zod';
import { customerRef, defineMapper } from '../define.ts';
import { expandable, id } from '../shapes.ts';

/** A summary of Stripe's with the customer that it was asked for, and the month. */
const summary = z.looseObject({
  meter: id,
  customer: expandable,
  month: z
    .string()
    .regex(/^\d{4}-\d{2}$/)
    .nullish(),
  aggregated_value: z.number(),
});

export default defineMapper<z.infer<typeof summary>>({
  id: 'metered_usage',
  title: 'Usage as Stripe has counted it',
  reads: 'billing.meter_event_summary',
  schema: summary,
  map: ({ meter, customer, month, aggregated_value: value }) => {
    const ref = customerRef(customer);
    if (ref === null || month === null || month === undefined) {
      return {
        ignored: 'a summary by itself names no customer: it is read together with the one it is of',
      };
    }
    const key = `${meter}/${ref.externalId}/${month}`;
    const quantity = new Decimal(value).toFixed();
    const payload = { meteredUsageId: key, meterId: meter, month, quantity };
    return { changes: [{ type: 'metered_usage.changed', key, ref, payload }] };
  },
  past: () => [],
});
