import { z } from 'zod';
import { customerRef, defineMapper, NO_CUSTOMER } from '../define.ts';
import { customerShape, type StripeCustomer } from '../customer-shape.ts';
import { shortened } from '../shapes.ts';

const address = z.email();

export default defineMapper<StripeCustomer>({
  id: 'contact',
  title: 'Billing contacts, from customers',
  reads: 'customer',
  schema: customerShape,
  map: (customer, { isDeletion }) => {
    const ref = customerRef(customer.id);
    if (ref === null) return { ignored: NO_CUSTOMER };
    const email = address.safeParse(customer.email?.trim());
    if (!email.success) return { changes: [] };
    const language = /^[a-z]{2}/.exec(customer.preferred_locales?.[0]?.toLowerCase() ?? '')?.[0];
    const payload = {
      contactId: customer.id,
      name: shortened(customer.name) ?? email.data,
      email: email.data,
      role: 'billing',
      language: language ?? null,
      left: isDeletion ? true : null,
    };
    return { changes: [{ type: 'contact.changed', key: customer.id, ref, payload }] };
  },
});
