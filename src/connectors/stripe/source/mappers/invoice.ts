import type { JsonObject } from '../../../../domain/json.ts';
import {
  customerRef,
  dayOf,
  defineMapper,
  instantOrNull,
  INVOICES,
  NO_CUSTOMER,
  stageAt,
  type MappingContext,
} from '../define.ts';
import { invoiceShape, subscriptionOf, type StripeInvoice } from '../invoice-shape.ts';
import { stripeMoney } from '../money.ts';
import { shortened } from '../shapes.ts';

const STAGES = { draft: 0, open: 100, uncollectible: 300, paid: 400, void: 500 } as const;

export default defineMapper<StripeInvoice>({
  id: 'invoice',
  title: 'Invoices',
  reads: 'invoice',
  schema: invoiceShape,
  progress: ({ status, attempt_count: attempts }) =>
    STAGES[status ?? 'draft'] + Math.min(attempts ?? 0, 99),
  map: (invoice, { isDeletion }, context) => {
    const ref = customerRef(invoice.customer);
    if (ref === null) return { ignored: NO_CUSTOMER };
    const key = invoice.id ?? null;
    // What is only announced is read by `upcoming-invoice`.
    if (key === null || key.startsWith('upcoming_in_')) return { changes: [] };
    const links = [{ source: INVOICES, externalId: key }];
    const payload = { ...fieldsOf(key, invoice, context), ...(isDeletion ? GONE : {}), links };
    return { changes: [{ type: 'invoice.changed', key, ref, payload }] };
  },
  past: (invoice, context) => {
    const ref = customerRef(invoice.customer);
    const key = invoice.id ?? null;
    if (ref === null || key === null) return [];
    const whole = fieldsOf(key, invoice, context);
    return stagesOf(invoice).map(({ seconds, ...stage }) => ({
      type: 'invoice.changed',
      key,
      ref,
      payload: { ...whole, ...stage },
      at: stageAt(seconds, STAGES[stage.status]),
    }));
  },
});

/** Only a draft can be deleted: nobody ever owed it. */
const GONE = { status: 'void', nextAttemptAt: null };

const fieldsOf = (key: string, invoice: StripeInvoice, { zone }: MappingContext): JsonObject => {
  const money = (value: number | null | undefined) =>
    value === null || value === undefined ? null : { ...stripeMoney(value, invoice.currency) };
  const issued =
    invoice.status_transitions?.finalized_at ?? invoice.effective_at ?? invoice.created;
  const { collection_method: collection, billing } = invoice;
  return {
    invoiceId: key,
    number: shortened(invoice.number),
    subscriptionId: subscriptionOf(invoice),
    status: invoice.status ?? 'draft',
    amountDue: money(invoice.amount_due),
    amountPaid: money(invoice.amount_paid),
    amountRemaining: money(invoice.amount_remaining),
    total: money(invoice.total),
    issuedOn: dayOf(issued, zone),
    // What is collected automatically is due when it is issued.
    dueOn: dayOf(invoice.due_date ?? issued, zone),
    paidAt: instantOrNull(invoice.status_transitions?.paid_at),
    failedAttempts: failuresOf(invoice),
    collection: (collection ?? billing) === 'send_invoice' ? 'by_invoice' : 'automatic',
    nextAttemptAt: instantOrNull(invoice.next_payment_attempt),
    billingReason: shortened(invoice.billing_reason),
    periodStartsAt: instantOrNull(invoice.period_start),
    periodEndsAt: instantOrNull(invoice.period_end),
  };
};

/** Of the attempts at a paid invoice all but the last one failed. */
const failuresOf = ({ attempt_count: attempts, status }: StripeInvoice): number =>
  Math.max(0, (attempts ?? 0) - (status === 'paid' ? 1 : 0));

const stagesOf = (invoice: StripeInvoice) => {
  const { finalized_at, marked_uncollectible_at, paid_at, voided_at } =
    invoice.status_transitions ?? {};
  const zero = { ...stripeMoney(0, invoice.currency) };
  const unpaid = {
    paidAt: null,
    amountPaid: zero,
    amountRemaining: { ...stripeMoney(invoice.amount_due, invoice.currency) },
  };
  const reached = [
    { seconds: invoice.created, status: 'draft' as const, failedAttempts: 0, ...unpaid },
    { seconds: finalized_at, status: 'open' as const, failedAttempts: 0, ...unpaid },
    { seconds: marked_uncollectible_at, status: 'uncollectible' as const, ...unpaid },
    { seconds: paid_at, status: 'paid' as const },
    { seconds: voided_at, status: 'void' as const, ...unpaid },
  ];
  return reached.flatMap((stage) =>
    typeof stage.seconds === 'number' ? [{ ...stage, seconds: stage.seconds }] : [],
  );
};
