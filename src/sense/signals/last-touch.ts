import { daysBetween, type Day } from '../../domain/time.ts';
import type { Held } from '../state/define.ts';
import touch, { type Touch } from '../state/touch.ts';
import { defineSignal, unknown } from './define.ts';
import { fromRecords } from './entity-reading.ts';
import { dayOf, silenceOf } from './freshness.ts';

type LastTouch = {
  readonly on: Day;
  readonly days: number;
  readonly channel: string;
  readonly direction: string;
};

export default defineSignal<LastTouch>({
  id: 'last_touch',
  title: 'Last contact',
  formula: 'The newest contact with the account, by anyone, in either direction',
  unit: 'contact made',
  needs: ['touch'],
  read: (view) => {
    const held = view
      .current(touch)
      .filter(({ data }) => data.at <= view.now)
      .reduce<Held<Touch> | null>(
        (newest, one) => (newest === null || one.data.at > newest.data.at ? one : newest),
        null,
      );
    if (held === null) return unknown(silenceOf(view, touch.kind) ?? 'no contact is on record');
    const on = dayOf(view.zone, held.data.at);
    const { channel, direction } = held.data;
    return fromRecords(
      { on, days: daysBetween(on, view.today), channel, direction },
      [held],
      view.tenantFreshAt(touch.kind),
    );
  },
});
