import { formatMoney, type Money } from '../../domain/money.ts';
import {
  addDays,
  dayIn,
  dayNumber,
  daysBetween,
  epochMilliseconds,
  hoursBetween,
  type Day,
  type Instant,
  type Zone,
} from '../../domain/time.ts';

const BLOCKS = '▁▂▃▄▅▆▇█';
const MISSING = '·';

/** One character a value on a scale from 0 to `top`; `·` where nothing is known. */
export const sparkline = (values: readonly (number | null)[], top = 100): string =>
  values.map((value) => (value === null ? MISSING : block(value / top))).join('');

const block = (part: number): string =>
  BLOCKS[Math.min(BLOCKS.length - 1, Math.max(0, Math.floor(part * BLOCKS.length)))] ?? MISSING;

/** One value a day for the `length` days up to `today`; `null` for days without one. */
export const byDay = (
  points: readonly { readonly day: Day; readonly value: number | null }[],
  today: Day,
  length: number,
): (number | null)[] => {
  const known = new Map(points.map((point) => [point.day, point.value]));
  return Array.from(
    { length },
    (_, index) => known.get(addDays(today, index - length + 1)) ?? null,
  );
};

/** How far a moment lies from now: `just now`, `12 min ago`, `in 3 hours`, `yesterday`, `in 5 days`, `Mar 4, 2025`. */
export const relativeTime = (at: Instant, now: Instant, zone: Zone): string => {
  const hours = hoursBetween(now, at);
  const minutes = Math.round(hours * 60);
  if (Math.abs(minutes) < 1) return 'just now';
  if (Math.abs(minutes) < 60) return phrase(minutes, 'min', 'min');
  if (Math.abs(hours) < 12) return phrase(Math.round(hours), 'hour');
  return relativeDay(dayIn(zone, at), dayIn(zone, now));
};

/** How far a day lies from today; beyond 60 days the date itself. */
export const relativeDay = (day: Day, today: Day): string => {
  const days = daysBetween(today, day);
  if (days === 0) return 'today';
  if (days === 1) return 'tomorrow';
  if (days === -1) return 'yesterday';
  return Math.abs(days) > 60 ? longDay(day) : phrase(days, 'day');
};

const phrase = (count: number, unit: string, units = `${unit}s`): string => {
  const size = Math.abs(count);
  const words = `${String(size)} ${size === 1 ? unit : units}`;
  return count < 0 ? `${words} ago` : `in ${words}`;
};

/** `Mar 4, 2025`. */
export const longDay = (day: Day): string =>
  new Intl.DateTimeFormat('en-US', { dateStyle: 'medium', timeZone: 'UTC' }).format(
    dayNumber(day) * 86_400_000,
  );

/** `Nov 21 14:05` in a zone; the year is told where it is not this one. */
export const clockTime = (at: Instant, now: Instant, zone: Zone): string => {
  const year = at.slice(0, 4) === now.slice(0, 4) ? {} : { year: 'numeric' as const };
  return new Intl.DateTimeFormat('en-US', {
    month: 'short',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    timeZone: zone,
    ...year,
  })
    .format(epochMilliseconds(at))
    .replace(',', '');
};

/** `$48,000` where there are no cents, `$48,000.50` where there are; `—` for none. */
export const moneyText = (amount: Money | null): string =>
  amount === null ? '—' : formatMoney(amount).replace(/[.]00$/, '');

/** Basis points as a percentage: 1250 → `12.5 %`. */
export const percentText = (basisPoints: number): string =>
  `${String(Math.round(basisPoints) / 100)} %`;

export const signed = (points: number): string =>
  points > 0 ? `+${trim(points)}` : points < 0 ? `−${trim(-points)}` : '0';

const trim = (value: number): string => String(Math.round(value * 10) / 10);

/** `1 case`, `3 cases`. */
export const counted = (count: number, one: string, many = `${one}s`): string =>
  `${count.toLocaleString('en-US')} ${count === 1 ? one : many}`;
