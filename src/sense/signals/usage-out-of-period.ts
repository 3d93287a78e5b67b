import { usageOutsideSubscriptions } from '../series/out-of-period.ts';
import { defineSignal, unknown } from './define.ts';
import { fromRecords } from './entity-reading.ts';
import { termsOf } from './subscription-terms.ts';
import subscription from '../state/subscription.ts';

type OutOfPeriod = {
  /** Days with use that no subscription covers. */
  readonly days: number;
  /** Days with any use. */
  readonly of: number;
};

const DAYS = 90;

export default defineSignal<OutOfPeriod>({
  id: 'usage_out_of_period',
  title: 'Usage out of period',
  formula:
    'Days of the last 90 with use on which no subscription ran, out of all days with use: a wrong mapping, a free rider, or dates kept badly',
  unit: 'days',
  needs: ['subscription', 'logins', 'api_calls', 'feature:*'],
  read: (view) => {
    if (!termsOf(view).ever) return unknown('no subscription was ever received');
    const { days, usageDays } = usageOutsideSubscriptions(view, DAYS);
    return fromRecords({ days: days.length, of: usageDays }, view.current(subscription));
  },
});
