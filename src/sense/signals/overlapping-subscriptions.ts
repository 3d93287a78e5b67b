import { defineSignal, unknown } from './define.ts';
import { fromRecords } from './entity-reading.ts';
import { termsOf } from './subscription-terms.ts';

type Overlap = {
  readonly inForce: number;
  readonly rule: string;
  readonly counted: readonly string[];
  readonly set_aside: readonly string[];
};

export default defineSignal<Overlap>({
  id: 'overlapping_subscriptions',
  title: 'Overlapping subscriptions',
  formula:
    'Subscriptions in force on the same day, and which of them count by the tenant’s rule (`latest`: the one that started last; `concurrent`: all)',
  unit: 'subscriptions',
  needs: ['subscription'],
  read: (view) => {
    const { counted, setAside, ever } = termsOf(view);
    if (!ever) return unknown('no subscription was ever received');
    const ids = (held: typeof counted) => held.map(({ key }) => key).sort();
    return fromRecords(
      {
        inForce: counted.length + setAside.length,
        rule: view.config.subscriptions.overlap,
        counted: ids(counted),
        set_aside: ids(setAside),
      },
      [...counted, ...setAside],
    );
  },
});
