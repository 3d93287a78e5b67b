import { defineSignal, unknown } from './define.ts';
import { limitProvenance, limitUses } from './plan-limits.ts';

export default defineSignal<number>({
  id: 'seat_proximity',
  title: 'Proximity to the seat limit',
  formula: 'Seats used ÷ seats bought, else the plan’s most seats',
  unit: 'basis points',
  needs: ['subscription', 'plan', 'seats_used'],
  read: (view) => {
    const seats = limitUses(view).filter(({ metric }) => metric === 'seats_used');
    const [use] = seats;
    return use === undefined
      ? unknown('the seat limit or the seats used are not known')
      : { value: use.share, ...limitProvenance(seats), coverage: 10_000 };
  },
});
