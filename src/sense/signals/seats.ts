import { defineSignal, unknown } from './define.ts';
import { fromRecords } from './entity-reading.ts';
import { seatsBought, termsOf } from './subscription-terms.ts';

export default defineSignal<number>({
  id: 'seats',
  title: 'Seats bought',
  formula: 'Seats of the subscriptions that count, added up',
  unit: 'seats',
  needs: ['subscription'],
  read: (view) => {
    const { counted } = termsOf(view);
    const seats = seatsBought(view);
    return seats === null
      ? unknown(
          counted.length === 0 ? 'no subscription is in force' : 'a subscription gives no seats',
        )
      : fromRecords(seats, counted);
  },
});
