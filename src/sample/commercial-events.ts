import type { IncomingEvent } from '../domain/event.ts';
import { accountEvent, at, dayOf, externalId, type Scribe } from './scribe.ts';

/** Who the customer is, and under which ids each system knows it. */
export function* identityEvents(scribe: Scribe): Generator<IncomingEvent> {
  const { account } = scribe;
  yield accountEvent(
    scribe,
    'crm',
    'account.changed',
    account.id,
    at(scribe, account.signedUpDaysAgo),
    {
      accountId: account.id,
      name: account.name,
      domain: `${account.id}.example`,
      industry: account.industry,
      ownerId: account.ownerId,
      signedUpOn: dayOf(scribe, account.signedUpDaysAgo),
      ...(account.zone === undefined ? {} : { zone: account.zone }),
    },
  );
  for (const system of ['billing', 'helpdesk', 'product']) {
    yield accountEvent(
      scribe,
      'crm',
      'link.bound',
      `${account.id}:${system}`,
      at(scribe, account.signedUpDaysAgo),
      {
        source: system,
        externalId: externalId(account, system),
      },
    );
  }
  if (account.churnedDaysAgo !== undefined) {
    yield accountEvent(
      scribe,
      'crm',
      'account.changed',
      `${account.id}:churned`,
      at(scribe, account.churnedDaysAgo),
      {
        accountId: account.id,
        churnedOn: dayOf(scribe, account.churnedDaysAgo),
      },
    );
  }
}

/** Subscription, contract and invoices. */
export function* commercialEvents(scribe: Scribe): Generator<IncomingEvent> {
  const { account } = scribe;
  const mrr = {
    minor: account.seats * scribe.prices.seatPriceMinor[account.planId],
    currency: 'USD',
  };
  const subscriptionId = `sub_${account.id}`;
  yield accountEvent(
    scribe,
    'billing',
    'subscription.changed',
    subscriptionId,
    at(scribe, account.signedUpDaysAgo),
    {
      subscriptionId,
      planId: account.planId,
      seats: account.seats,
      status: 'active',
      mrr,
      startedOn: dayOf(scribe, account.signedUpDaysAgo),
      interval: 'month',
    },
  );
  if (account.churnedDaysAgo !== undefined) {
    yield accountEvent(
      scribe,
      'billing',
      'subscription.changed',
      `${subscriptionId}:ended`,
      at(scribe, account.churnedDaysAgo),
      {
        subscriptionId,
        status: 'ended',
        endedOn: dayOf(scribe, account.churnedDaysAgo),
      },
    );
  }
  if (account.renewsInDays !== undefined) {
    yield accountEvent(
      scribe,
      'crm',
      'contract.changed',
      `ctr_${account.id}`,
      at(scribe, account.signedUpDaysAgo),
      {
        contractId: `ctr_${account.id}`,
        startedOn: dayOf(scribe, 365 - account.renewsInDays),
        renewsOn: dayOf(scribe, -account.renewsInDays),
        autoRenews: false,
        noticeDays: 30,
        annualValue: { minor: mrr.minor * 12, currency: 'USD' },
        status: 'active',
      },
    );
  }
  yield* invoiceEvents(scribe, mrr);
}

function* invoiceEvents(
  scribe: Scribe,
  amountDue: { readonly minor: number; readonly currency: string },
): Generator<IncomingEvent> {
  const { account } = scribe;
  const open = new Set(account.openInvoicesDueDaysAgo ?? []);
  const regular = Array.from({ length: 6 }, (_, index) => 165 - index * 30);
  for (const dueDaysAgo of [...new Set([...regular, ...open])].sort((a, b) => b - a)) {
    if (dueDaysAgo + 14 > account.signedUpDaysAgo || dueDaysAgo < (account.churnedDaysAgo ?? 0))
      continue;
    const invoiceId = `in_${account.id}_${dueDaysAgo}`;
    yield accountEvent(
      scribe,
      'billing',
      'invoice.changed',
      invoiceId,
      at(scribe, dueDaysAgo + 14),
      {
        invoiceId,
        status: 'open',
        amountDue,
        issuedOn: dayOf(scribe, dueDaysAgo + 14),
        dueOn: dayOf(scribe, dueDaysAgo),
      },
    );
    if (open.has(dueDaysAgo)) continue;
    const paidAt = at(scribe, dueDaysAgo + 2);
    yield accountEvent(scribe, 'billing', 'invoice.changed', `${invoiceId}:paid`, paidAt, {
      invoiceId,
      status: 'paid',
      paidAt,
    });
  }
}
