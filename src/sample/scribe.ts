import type { IncomingEvent, Trust } from '../domain/event.ts';
import type { JsonObject } from '../domain/json.ts';
import {
  addDays,
  addMinutes,
  dayIn,
  startOfDay,
  weekdayIn,
  type Day,
  type Instant,
  type Zone,
} from '../domain/time.ts';
import type { AccountBlueprint, DaysAgo } from './define.ts';

/** When the company's story ends: `now` falls on the anchor day. */
export interface Anchor {
  readonly now: Instant;
  readonly zone: Zone;
}

/** Seat prices in US cents, as on the price list in the tenant's files. */
export interface PriceList {
  readonly seatPriceMinor: Readonly<Record<AccountBlueprint['planId'], number>>;
}

interface CalendarDay {
  readonly day: Day;
  readonly start: Instant;
  readonly noon: Instant;
  readonly isWeekend: boolean;
}

/** Days by how long ago they are; each is worked out once, since zones make it dear. */
export interface Calendar {
  readonly now: Instant;
  readonly on: (daysAgo: DaysAgo) => CalendarDay;
}

export const calendarOf = ({ now, zone }: Anchor): Calendar => {
  const today = dayIn(zone, now);
  const known = new Map<DaysAgo, CalendarDay>();
  return {
    now,
    on: (daysAgo) => {
      const found = known.get(daysAgo);
      if (found !== undefined) return found;
      const day = addDays(today, -daysAgo);
      const start = startOfDay(zone, day);
      const made = {
        day,
        start,
        noon: beforeNow(addMinutes(start, 720), now),
        isWeekend: weekdayIn(zone, start) > 5,
      };
      known.set(daysAgo, made);
      return made;
    },
  };
};

/** The anchor day is not over yet: what it holds happened just before now. */
const beforeNow = (moment: Instant, now: Instant): Instant =>
  moment < now ? moment : addMinutes(now, -1);

/** What it takes to write down an account's events. */
export interface Scribe {
  readonly account: AccountBlueprint;
  readonly calendar: Calendar;
  readonly prices: PriceList;
}

export const at = ({ calendar }: Scribe, daysAgo: DaysAgo, minuteOfDay?: number): Instant => {
  const { start, noon } = calendar.on(daysAgo);
  return minuteOfDay === undefined ? noon : beforeNow(addMinutes(start, minuteOfDay), calendar.now);
};

export const dayOf = ({ calendar }: Scribe, daysAgo: DaysAgo): Day => calendar.on(daysAgo).day;

/** Each system knows the customer by an id of its own; identity links them. */
export const externalId = (account: AccountBlueprint, system: string): string =>
  ({ billing: `cus_${account.id}`, helpdesk: `org_${account.id}`, product: `ws_${account.id}` })[
    system
  ] ?? account.id;

/** The namespace of the ids that a sender uses; the CRM's, where it has none of its own. */
const NAMESPACE: Readonly<Record<string, string>> = {
  billing: 'billing',
  helpdesk: 'helpdesk',
  product: 'product',
  browser: 'product',
};

export const accountEvent = (
  scribe: Scribe,
  source: string,
  type: string,
  key: string,
  occurredAt: Instant,
  payload: JsonObject,
  trust: Trust = 'server',
): IncomingEvent => ({
  eventId: `${type}:${key}`,
  source,
  type,
  occurredAt,
  trust,
  ref: reference(scribe.account, NAMESPACE[source] ?? 'crm'),
  payload,
});

const reference = (account: AccountBlueprint, system: string) => ({
  source: system,
  externalId: externalId(account, system),
});
