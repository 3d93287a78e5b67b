import { z } from 'zod';
import { defineMapper } from '../define.ts';
import { id, shortened, text } from '../shapes.ts';

const product = z.looseObject({ id, name: text });

export default defineMapper<z.infer<typeof product>>({
  id: 'plan',
  title: 'Names of plans, from products',
  reads: 'product',
  schema: product,
  map: (given) => {
    const name = shortened(given.name);
    if (name === null) return { ignored: 'it has no name' };
    // Names alone: prices confer power and come from the tenant's files.
    const payload = { planId: given.id, name };
    return { changes: [{ type: 'plan.changed', key: given.id, ref: null, payload }] };
  },
});
