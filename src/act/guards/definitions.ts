import type { AccountView } from '../../sense/account-view.ts';
import deletionRequest from '../../sense/state/deletion-request.ts';
import incident from '../../sense/state/incident.ts';
import invoice from '../../sense/state/invoice.ts';
import subscription from '../../sense/state/subscription.ts';
import ticket from '../../sense/state/ticket.ts';
import type { GuardDefinition } from './define.ts';

const listed = (what: string, ids: readonly string[]): string | null =>
  ids.length === 0 ? null : `${what} ${ids.slice(0, 3).join(', ')}${ids.length > 3 ? ' …' : ''}`;

const pastDue = (view: AccountView): string | null => {
  const invoices = view
    .current(invoice)
    .filter(
      ({ data }) =>
        data.status === 'uncollectible' || (data.status === 'open' && data.dueOn < view.today),
    )
    .map(({ data }) => data.invoiceId);
  const subscriptions = view
    .current(subscription)
    .filter(({ data }) => data.status === 'past_due')
    .map(({ data }) => data.subscriptionId);
  return listed('past due: invoice', invoices) ?? listed('past due: subscription', subscriptions);
};

const openIncident = (view: AccountView): string | null =>
  listed(
    'open:',
    view
      .current(incident)
      .filter(
        ({ data }) =>
          data.status !== 'resolved' && (data.severity === 'SEV1' || data.severity === 'SEV2'),
      )
      .map(({ data }) => `${data.severity} incident ${data.incidentId}`),
  );

/** A request of one contact silences that contact (`readStanding`), one of the account the whole account. */
const deletion = (view: AccountView): string | null =>
  listed(
    'deletion request',
    view
      .current(deletionRequest)
      .filter(({ data }) => data.contactId === undefined && data.status !== 'withdrawn')
      .map(({ data }) => `${data.requestId} (${data.status})`),
  );

/** A ticket that asks for seats is the opportunity itself and no reason to stay away. */
const openConversation = (view: AccountView): string | null =>
  listed(
    'open ticket',
    view
      .current(ticket)
      .filter(
        ({ data }) =>
          (data.status === 'open' || data.status === 'pending') &&
          data.seatsRequested === undefined,
      )
      .map(({ data }) => data.ticketId),
  );

export const GUARD_DEFINITIONS: readonly GuardDefinition[] = [
  { id: 'billing', input: 'invoices', kinds: ['invoice'], cause: pastDue },
  { id: 'incident', input: 'incidents', kinds: ['incident'], cause: openIncident },
  {
    id: 'deletion',
    input: 'deletion requests',
    kinds: ['deletion_request'],
    cause: deletion,
  },
  { id: 'touches', input: 'touches', kinds: ['touch'], cause: () => null },
  {
    id: 'conversation',
    input: 'tickets',
    kinds: ['ticket', 'conversation'],
    cause: openConversation,
  },
];
