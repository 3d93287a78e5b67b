import { defineSignal, unknown } from './define.ts';
import { fromRecords } from './entity-reading.ts';
import { termsOf } from './subscription-terms.ts';
import type { Subscription } from '../state/subscription.ts';

const WORST_FIRST: readonly Subscription['status'][] = [
  'past_due',
  'paused',
  'trialing',
  'active',
  'ended',
];

export default defineSignal<string>({
  id: 'subscription_status',
  title: 'Subscription status',
  formula:
    'The worst status among the subscriptions that count (past due, paused, trial, active); ended when none is in force',
  unit: 'status',
  needs: ['subscription'],
  read: (view) => {
    const { counted, ever } = termsOf(view);
    if (!ever) return unknown('no subscription was ever received');
    const worst = WORST_FIRST.find((status) => counted.some(({ data }) => data.status === status));
    return fromRecords(worst ?? 'ended', counted);
  },
});
