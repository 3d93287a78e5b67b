import { z } from 'zod';
import { customerRef, defineMapper, NO_CUSTOMER } from '../define.ts';
import { lastDayOf } from '../card-expiry.ts';
import { expandable, id, shortened, text } from '../shapes.ts';

const card = z.looseObject({
  id,
  customer: expandable,
  brand: text,
  last4: text,
  country: text,
  exp_month: z.number().int().nullish(),
  exp_year: z.number().int().nullish(),
});

export default defineMapper<z.infer<typeof card>>({
  id: 'card',
  title: 'Cards kept as sources, the way before payment methods',
  reads: 'card',
  schema: card,
  map: (given, { isDeletion }) => {
    const ref = customerRef(given.customer);
    if (ref === null) return { ignored: NO_CUSTOMER };
    const payload = {
      paymentMethodId: given.id,
      status: isDeletion ? 'detached' : 'attached',
      method: 'card',
      brand: shortened(given.brand)?.toLowerCase() ?? null,
      last4: shortened(given.last4),
      country: shortened(given.country),
      expiresOn: lastDayOf(given.exp_year, given.exp_month),
    };
    return { changes: [{ type: 'payment_method.changed', key: given.id, ref, payload }] };
  },
});
