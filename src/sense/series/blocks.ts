import { dayNumber, type Day } from '../../domain/time.ts';

/** Days in one stored row of a series. */
export const BLOCK_DAYS = 128;

/** Which block a day lies in. */
export const blockOf = (day: Day): number => Math.floor(dayNumber(day) / BLOCK_DAYS);

/** A day's place within its block, from 0. */
export const placeOf = (day: Day): number => dayNumber(day) - blockOf(day) * BLOCK_DAYS;

/** The number of a block's first day. */
export const firstDayOf = (block: number): number => block * BLOCK_DAYS;
