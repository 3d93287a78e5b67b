import { Temporal } from 'temporal-polyfill';
import {
  fromEpochMilliseconds,
  toInstant,
  type Day,
  type Instant,
  type Zone,
} from '../../domain/time.ts';
import { calendarOf, isCalendarDay } from '../calendar.ts';
import { RowFault } from './row-fault.ts';

/** Reads dates and times of one column, as its format says and its zone means them. Remembers what it has read. */
export interface MomentReader {
  /** A date alone is its first moment. Throws a `RowFault`. */
  readonly instant: (text: string) => Instant;
  /** Of a moment with an offset: the day on which it falls in the zone. Throws a `RowFault`. */
  readonly day: (text: string) => Day;
}

export const momentReader = (zone: Zone, format: string | undefined): MomentReader => {
  const read = readerOf(zone, format);
  return {
    instant: remembered((text) => read(text).instant()),
    day: remembered((text) => read(text).day()),
  };
};

/** What is wrong with a format, or nothing. */
export const formatFault = (format: string): string | null => {
  if (EPOCHS.has(format)) return null;
  const tokens: readonly string[] = format.match(TOKEN) ?? [];
  const letters = format.replaceAll(TOKEN, '').replaceAll(/[^A-Za-z]/g, '');
  if (letters.replaceAll('T', '') !== '') {
    return `\`${format}\` holds letters that stand for nothing: use yyyy MM dd HH mm ss SSS, M d H h without leading zeros, a for AM or PM, Z for the offset`;
  }
  if (new Set(tokens.map(groupOf)).size < tokens.length) {
    return `\`${format}\` names a part of the date twice`;
  }
  const has = (...names: string[]) => names.some((one) => tokens.includes(one));
  return has('yyyy') && has('MM', 'M') && has('dd', 'd')
    ? null
    : `\`${format}\` names no whole date: it needs yyyy, MM and dd`;
};

interface Read {
  readonly instant: () => Instant;
  readonly day: () => Day;
}

type Parts = Readonly<Record<string, string | undefined>>;

const EPOCHS = new Map([
  ['epoch_seconds', 1000],
  ['epoch_milliseconds', 1],
]);

const readerOf = (zone: Zone, format: string | undefined): ((text: string) => Read) => {
  const factor = format === undefined ? undefined : EPOCHS.get(format);
  if (factor !== undefined) return (text) => ofInstant(fromEpoch(text, factor), zone);
  const pattern = format === undefined ? ISO : patternOf(format);
  return (text) => {
    const parts = pattern.exec(text)?.groups;
    if (parts === undefined) throw new RowFault(`\`${text}\` is not ${wanted(format)}`);
    return ofParts(text, parts, zone);
  };
};

const wanted = (format: string | undefined): string =>
  format === undefined ? 'a date or time (2026-01-31, 2026-01-31 10:00)' : `in the form ${format}`;

const fromEpoch = (text: string, factor: number): Instant => {
  const value = Number(text);
  if (!/^-?\d+(\.\d+)?$/.test(text) || Math.abs(value * factor) > 8e15) {
    throw new RowFault(`\`${text}\` is not a number of seconds or milliseconds since 1970`);
  }
  return fromEpochMilliseconds(Math.round(value * factor));
};

const ofInstant = (at: Instant, zone: Zone): Read => ({
  instant: () => at,
  day: () => calendarOf(zone).dayOf(at),
});

const ISO =
  /^(?<year>\d{4})-(?<month>\d{1,2})-(?<day>\d{1,2})(?:[T ]+(?<hour>\d{1,2}):(?<minute>\d{2})(?::(?<second>\d{2})(?:[.,](?<fraction>\d{1,9}))?)?)? ?(?<offset>Z|UTC|[+-]\d{2}(?::?\d{2})?)?$/i;

const TOKEN = /yyyy|MM|M|dd|d|HH|H|hh|h|mm|ss|SSS|a|Z/g;
const GROUPS: Readonly<Record<string, string>> = {
  yyyy: '(?<year>\\d{4})',
  MM: '(?<month>\\d{2})',
  M: '(?<month>\\d{1,2})',
  dd: '(?<day>\\d{2})',
  d: '(?<day>\\d{1,2})',
  HH: '(?<hour>\\d{2})',
  H: '(?<hour>\\d{1,2})',
  hh: '(?<hour>\\d{2})',
  h: '(?<hour>\\d{1,2})',
  mm: '(?<minute>\\d{2})',
  ss: '(?<second>\\d{2})',
  SSS: '(?<fraction>\\d{3})',
  a: '(?<half>[AaPp][Mm])',
  Z: '(?<offset>Z|UTC|[+-]\\d{2}(?::?\\d{2})?)',
};

const groupOf = (token: string): string => /<(\w+)>/.exec(GROUPS[token] ?? '')?.[1] ?? token;

const patternOf = (format: string): RegExp => {
  const escaped = format.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll(TOKEN, (token) => GROUPS[token] ?? token)}$`);
};

const ofParts = (text: string, parts: Parts, zone: Zone): Read => {
  const day = `${parts['year'] ?? ''}-${two(parts['month'])}-${two(parts['day'])}`;
  if (!isCalendarDay(day)) throw new RowFault(`\`${text}\` is not a day of the calendar`);
  const { offset } = parts;
  if (offset === undefined) {
    return {
      day: () => day as Day,
      instant: () => inZone(text, `${day}T${timeOf(text, parts)}`, zone),
    };
  }
  return ofInstant(
    withOffset(text, `${day}T${timeOf(text, parts)}${canonicalOffset(offset)}`),
    zone,
  );
};

const withOffset = (text: string, moment: string): Instant => {
  try {
    return toInstant(moment);
  } catch {
    throw new RowFault(`\`${text}\` has an offset that there is not`);
  }
};

const two = (digits: string | undefined): string => (digits ?? '').padStart(2, '0');

const timeOf = (text: string, { hour, minute, second, fraction, half }: Parts): string => {
  const hours = half === undefined ? Number(hour ?? 0) : hourOfHalf(Number(hour ?? 12), half);
  if (hours > 23 || Number(minute ?? 0) > 59 || Number(second ?? 0) > 59) {
    throw new RowFault(`\`${text}\` is not a time of day`);
  }
  const milliseconds = (fraction ?? '').padEnd(3, '0').slice(0, 3);
  return `${two(String(hours))}:${two(minute ?? '00')}:${two(second ?? '00')}.${milliseconds}`;
};

const hourOfHalf = (hour: number, half: string): number =>
  hour > 12 ? 99 : (hour % 12) + (half.toLowerCase() === 'pm' ? 12 : 0);

const canonicalOffset = (offset: string): string => {
  if (/^(z|utc)$/i.test(offset)) return 'Z';
  const digits = offset.slice(1).replace(':', '').padEnd(4, '0');
  return `${offset[0] ?? '+'}${digits.slice(0, 2)}:${digits.slice(2)}`;
};

const inZone = (text: string, local: string, zone: Zone): Instant => {
  if (zone === 'UTC') return `${local}Z` as Instant;
  try {
    const at = Temporal.PlainDateTime.from(local).toZonedDateTime(zone);
    return fromEpochMilliseconds(at.epochMilliseconds);
  } catch {
    throw new RowFault(`\`${text}\` cannot be placed in ${zone}`);
  }
};

const MOST_REMEMBERED = 20_000;

/** Dates repeat: working each out once is most of the speed of an import. */
const remembered = <T>(read: (text: string) => T): ((text: string) => T) => {
  const known = new Map<string, T>();
  return (text) => {
    const found = known.get(text);
    if (found !== undefined) return found;
    const value = read(text);
    if (known.size >= MOST_REMEMBERED) known.clear();
    known.set(text, value);
    return value;
  };
};
