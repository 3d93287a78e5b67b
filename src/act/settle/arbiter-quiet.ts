import type { ContactRules } from '../../domain/tenant.ts';
import { hourIn, nextLocalHour, weekdayIn, type Instant, type Zone } from '../../domain/time.ts';

type QuietRules = Pick<ContactRules, 'quietFromHour' | 'quietToHour' | 'weekdaysOnly'>;

/**
 * The moment from which a recipient in this zone may be written to; `null` when that is now. Quiet hours run from
 * `quietFromHour` up to `quietToHour`, over midnight when the first is the later; equal hours mean none.
 */
export const quietUntil = (zone: Zone, rules: QuietRules, now: Instant): Instant | null => {
  const onWeekday = !rules.weekdaysOnly || weekdayIn(zone, now) <= 5;
  if (onWeekday && !isQuiet(hourIn(zone, now), rules)) return null;
  const opens = rules.quietFromHour === rules.quietToHour ? 0 : rules.quietToHour;
  return nextLocalHour(zone, now, opens, { weekdaysOnly: rules.weekdaysOnly });
};

const isQuiet = (hour: number, { quietFromHour: from, quietToHour: to }: QuietRules): boolean => {
  if (from === to) return false;
  return from < to ? hour >= from && hour < to : hour >= from || hour < to;
};
