import type { TenantConfig } from '../../domain/tenant.ts';
import {
  addBusinessDays,
  addDays,
  dayIn,
  dayNumber,
  type Day,
  type Instant,
} from '../../domain/time.ts';

export interface TaskDays {
  readonly openedOn: Day;
  readonly dueOn: Day;
  /** The business day before it is due. */
  readonly remindOn: Day;
}

/** Business days are counted in the tenant's zone, without its weekends and holidays. `0` is due today. Pure. */
export const taskDays = (
  config: Pick<TenantConfig, 'zone' | 'holidays'>,
  now: Instant,
  dueBusinessDays: number,
): TaskDays => {
  const openedOn = dayIn(config.zone, now);
  const dueOn = addBusinessDays(openedOn, dueBusinessDays, config.holidays);
  return { openedOn, dueOn, remindOn: businessDayBefore(dueOn, config.holidays) };
};

const businessDayBefore = (day: Day, holidays: readonly Day[]): Day => {
  let current = addDays(day, -1);
  while (isWeekend(current) || holidays.includes(current)) current = addDays(current, -1);
  return current;
};

// 1970-01-01 was a Thursday.
const isWeekend = (day: Day): boolean => (((dayNumber(day) + 3) % 7) + 7) % 7 >= 5;
