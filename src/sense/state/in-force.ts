import type { AccountView } from '../account-view.ts';
import type { Held } from './define.ts';
import subscription, { type Subscription } from './subscription.ts';

/** Whether a subscription is served on a day: from its start until the day before its end. */
export const isServedOn = ({ startedOn, endedOn, status }: Subscription, day: string): boolean =>
  startedOn <= day && (endedOn === undefined ? status !== 'ended' : day < endedOn);

/**
 * The subscriptions that count today. Where several run side by side, `config.subscriptions.overlap` says what that
 * means: `latest`, the one started last counts alone (of two started on one day the one whose id sorts last);
 * `concurrent`, all of them count and their seats and revenue add up. The one started last comes first.
 */
export const subscriptionsInForce = (view: AccountView): readonly Held<Subscription>[] => {
  const served = view
    .current(subscription)
    .filter(({ data }) => isServedOn(data, view.today))
    .sort(latestFirst);
  return view.config.subscriptions.overlap === 'latest' ? served.slice(0, 1) : served;
};

const latestFirst = (a: Held<Subscription>, b: Held<Subscription>): number => {
  if (a.data.startedOn !== b.data.startedOn) return a.data.startedOn > b.data.startedOn ? -1 : 1;
  return a.key > b.key ? -1 : 1;
};
