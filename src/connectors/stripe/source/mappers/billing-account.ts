import { customerRef, defineMapper, instantOf, NO_CUSTOMER } from '../define.ts';
import { customerShape, type StripeCustomer } from '../customer-shape.ts';
import { stripeMoney } from '../money.ts';
import { idOf, shortened } from '../shapes.ts';

export default defineMapper<StripeCustomer>({
  id: 'billing_account',
  title: 'Billing accounts, from customers',
  reads: 'customer',
  schema: customerShape,
  map: (customer, { isDeletion }) => {
    const ref = customerRef(customer.id);
    if (ref === null) return { ignored: NO_CUSTOMER };
    const owed = customer.balance ?? customer.account_balance ?? null;
    const currency = customer.currency ?? null;
    const payload = {
      billingAccountId: customer.id,
      name: shortened(customer.name),
      delinquent: customer.delinquent ?? false,
      balance: owed === null || currency === null ? null : { ...stripeMoney(owed, currency) },
      paymentMethodId:
        idOf(customer.invoice_settings?.default_payment_method) ?? idOf(customer.default_source),
      createdAt: instantOf(customer.created),
      deleted: isDeletion ? true : null,
    };
    return { changes: [{ type: 'billing_account.changed', key: customer.id, ref, payload }] };
  },
  /** That it was there; what it owes came later. */
  past: (customer) => {
    const ref = customerRef(customer.id);
    const at = instantOf(customer.created);
    const payload = {
      billingAccountId: customer.id,
      name: shortened(customer.name),
      createdAt: at,
    };
    return [{ type: 'billing_account.changed', key: customer.id, ref, payload, at }];
  },
});
