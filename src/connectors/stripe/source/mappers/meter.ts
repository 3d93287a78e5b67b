import { z } from 'zod';
import { defineMapper } from '../define.ts';
import { id, shortened, text } from '../shapes.ts';

const meter = z.looseObject({
  id,
  display_name: text,
  event_name: z.string().min(1),
  default_aggregation: z.looseObject({ formula: z.enum(['sum', 'count', 'last', 'max']) }),
  status: z.enum(['active', 'inactive']),
});

export default defineMapper<z.infer<typeof meter>>({
  id: 'meter',
  title: 'Meters of usage',
  reads: 'billing.meter',
  schema: meter,
  map: (given) => {
    const payload = {
      meterId: given.id,
      name: shortened(given.display_name) ?? given.event_name,
      eventName: given.event_name,
      aggregation: given.default_aggregation.formula,
      status: given.status,
    };
    return { changes: [{ type: 'meter.changed', key: given.id, ref: null, payload }] };
  },
});
