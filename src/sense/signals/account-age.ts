import type { Day } from '../../domain/time.ts';
import account from '../state/account.ts';
import subscription from '../state/subscription.ts';
import { defineSignal, unknown } from './define.ts';
import { fromRecords } from './entity-reading.ts';
import { daysApart } from './freshness.ts';

export default defineSignal<number>({
  id: 'account_age',
  title: 'Age',
  formula: 'Days since sign-up, the first subscription or the first thing heard, the earliest',
  unit: 'days',
  needs: ['account', 'subscription'],
  read: (view) => {
    const held = [...view.current(account), ...view.current(subscription)];
    const days = [
      ...view.current(account).map(({ data }) => data.signedUpOn),
      ...view.current(subscription).map(({ data }) => data.startedOn),
      view.firstSeen ?? undefined,
    ].filter((day) => day !== undefined && day <= view.today);
    const first = days.reduce<Day | undefined>(
      (least, day) => (day !== undefined && (least === undefined || day < least) ? day : least),
      undefined,
    );
    return first === undefined
      ? unknown('nothing says since when the account exists')
      : fromRecords(daysApart(first, view.today), held);
  },
});
