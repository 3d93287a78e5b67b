import { z } from 'zod';
import { customerRef, defineMapper, NO_CUSTOMER } from '../define.ts';
import { lastDayOf } from '../card-expiry.ts';
import { expandable, id, shortened, text } from '../shapes.ts';

const details = z
  .looseObject({
    brand: text,
    last4: text,
    country: text,
    exp_month: z.number().int().nullish(),
    exp_year: z.number().int().nullish(),
  })
  .nullish();

const paymentMethod = z.looseObject({
  id,
  customer: expandable,
  type: z.string().min(1),
  card: details,
  sepa_debit: details,
  us_bank_account: details,
  bacs_debit: details,
});

type StripePaymentMethod = z.infer<typeof paymentMethod>;

/** What an event of detachment says of whom it was detached from. */
const formerly = z.looseObject({ customer: expandable });

export default defineMapper<StripePaymentMethod>({
  id: 'payment_method',
  title: 'Payment methods',
  reads: 'payment_method',
  schema: paymentMethod,
  map: (method, { eventType, previous }) => {
    const detached = eventType === 'payment_method.detached';
    const former = formerly.safeParse(previous);
    const ref =
      customerRef(method.customer) ?? (former.success ? customerRef(former.data.customer) : null);
    if (ref === null) return { ignored: NO_CUSTOMER };
    const { card, sepa_debit: sepa, us_bank_account: ach, bacs_debit: bacs } = method;
    const described = card ?? sepa ?? ach ?? bacs;
    const payload = {
      paymentMethodId: method.id,
      status: detached ? 'detached' : 'attached',
      method: method.type,
      brand: shortened(described?.brand),
      last4: shortened(described?.last4),
      country: shortened(described?.country),
      expiresOn: lastDayOf(card?.exp_year, card?.exp_month),
    };
    return { changes: [{ type: 'payment_method.changed', key: method.id, ref, payload }] };
  },
});
