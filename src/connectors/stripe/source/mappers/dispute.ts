import { z } from 'zod';
import type { JsonObject } from '../../../../domain/json.ts';
import { CHARGES, defineMapper, instantOf, instantOrNull } from '../define.ts';
import { stripeMoney } from '../money.ts';
import {
  amount,
  currency,
  expandable,
  id,
  idOf,
  optionalSeconds,
  seconds,
  shortened,
  text,
} from '../shapes.ts';

const dispute = z.looseObject({
  id,
  charge: expandable,
  amount,
  currency,
  created: seconds,
  status: z.enum([
    'warning_needs_response',
    'warning_under_review',
    'warning_closed',
    'needs_response',
    'under_review',
    'won',
    'lost',
    'prevented',
    'charge_refunded',
  ]),
  reason: text,
  evidence_details: z.looseObject({ due_by: optionalSeconds }).nullish(),
  payment_method_details: z
    .looseObject({ card: z.looseObject({ network_reason_code: text }).nullish() })
    .nullish(),
  network_reason_code: text,
});

type StripeDispute = z.infer<typeof dispute>;

const STATUS = {
  warning_needs_response: 'needs_response',
  warning_under_review: 'under_review',
  warning_closed: 'closed',
  needs_response: 'needs_response',
  under_review: 'under_review',
  won: 'won',
  lost: 'lost',
  prevented: 'prevented',
  charge_refunded: 'closed',
} as const;

const STAGES: Readonly<Record<StripeDispute['status'], number>> = {
  warning_needs_response: 0,
  warning_under_review: 100,
  warning_closed: 400,
  needs_response: 200,
  under_review: 300,
  won: 400,
  lost: 400,
  prevented: 400,
  charge_refunded: 400,
};

export default defineMapper<StripeDispute>({
  id: 'dispute',
  title: 'Disputes',
  reads: 'dispute',
  schema: dispute,
  progress: ({ status }) => STAGES[status],
  map: (given) => {
    const paymentId = idOf(given.charge);
    if (paymentId === null) return { ignored: 'it names no charge' };
    const ref = { source: CHARGES, externalId: paymentId };
    const payload = fieldsOf(given);
    return { changes: [{ type: 'dispute.changed', key: given.id, ref, payload }] };
  },
  /** That it was opened; how it ended came later. */
  past: (given) => {
    const paymentId = idOf(given.charge);
    if (paymentId === null) return [];
    const ref = { source: CHARGES, externalId: paymentId };
    const payload = { ...fieldsOf(given), status: 'needs_response' };
    return [{ type: 'dispute.changed', key: given.id, ref, payload, at: instantOf(given.created) }];
  },
});

const fieldsOf = (given: StripeDispute): JsonObject => ({
  disputeId: given.id,
  paymentId: idOf(given.charge),
  amount: { ...stripeMoney(given.amount, given.currency) },
  stage: given.status.startsWith('warning_') ? 'inquiry' : 'dispute',
  status: STATUS[given.status],
  openedAt: instantOf(given.created),
  evidenceDueAt: instantOrNull(given.evidence_details?.due_by),
  reason: shortened(given.reason),
  networkReasonCode: shortened(
    given.payment_method_details?.card?.network_reason_code ?? given.network_reason_code,
  ),
});
