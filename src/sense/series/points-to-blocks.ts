import type { UsagePoint } from '../events/usage-points.ts';
import { groupBy } from '../group-by.ts';
import { BLOCK_DAYS, blockOf, placeOf } from './blocks.ts';

/** Points of one link as blocks, the way the database adds them up. */
export const blocksOfPoints = (
  points: readonly UsagePoint[],
): { readonly metric: string; readonly block: number; readonly days: (number | null)[] }[] =>
  [...groupBy(points, ({ metric, day }) => `${blockOf(day)} ${metric}`).values()].flatMap((own) => {
    const [first] = own;
    if (first === undefined) return [];
    const days = new Array<number | null>(BLOCK_DAYS).fill(null);
    for (const { day, quantity, kind } of own) {
      const place = placeOf(day);
      const before = days[place] ?? null;
      days[place] = kind === 'level' ? Math.max(before ?? 0, quantity) : (before ?? 0) + quantity;
    }
    return [{ metric: first.metric, block: blockOf(first.day), days }];
  });
