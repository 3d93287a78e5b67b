import type { Change, MappingContext } from '../define.ts';
import { customerRef, defineMapper, NO_CUSTOMER } from '../define.ts';
import { customerShape, type StripeCustomer } from '../customer-shape.ts';
import { shortened } from '../shapes.ts';

/** Addresses that say nothing about whose company somebody belongs to. */
const PRIVATE_DOMAINS = new Set([
  'gmail.com',
  'googlemail.com',
  'outlook.com',
  'hotmail.com',
  'live.com',
  'yahoo.com',
  'icloud.com',
  'me.com',
  'proton.me',
  'protonmail.com',
  'aol.com',
  'gmx.de',
  'gmx.net',
  'web.de',
]);

export default defineMapper<StripeCustomer>({
  id: 'account',
  title: 'Accounts, from customers',
  reads: 'customer',
  schema: customerShape,
  map: (customer, { isDeletion }, context) => {
    const ref = customerRef(customer.id);
    if (ref === null) return { ignored: NO_CUSTOMER };
    if (isDeletion) return { changes: [] };
    const payload = {
      accountId: customer.id,
      name:
        shortened(customer.name) ??
        shortened(customer.description) ??
        shortened(customer.email) ??
        customer.id,
      domain: domainOf(customer.email),
      country: shortened(customer.address?.country),
    };
    const account = { type: 'account.changed', key: customer.id, ref, payload };
    return { changes: [account, ...bindings(customer, context)] };
  },
});

const domainOf = (email: string | null | undefined): string | null => {
  const domain = shortened(email?.split('@')[1]?.toLowerCase());
  return domain === null || PRIVATE_DOMAINS.has(domain) ? null : domain;
};

/** Where the customer's metadata names the account, the customer belongs to that one. */
const bindings = (
  { id, metadata }: StripeCustomer,
  { accountKey }: MappingContext,
): readonly Change[] => {
  if (accountKey === null) return [];
  const externalId = shortened(metadata?.[accountKey.metadata], 300);
  if (externalId === null) return [];
  const ref = { source: accountKey.namespace, externalId };
  const link = { source: 'stripe', externalId: id };
  return [{ type: 'link.bound', key: `${id}/${externalId}`, ref, payload: { ...link } }];
};
