import { z } from 'zod';
import type { Score } from '../domain/score.ts';
import { dayText } from './schemas.ts';

export const scoreStatus = z.enum(['known', 'unknown', 'too_young']);

/** A score as lists show it: its number only while it is known. */
export const scoreBrief = z.object({
  value: z.number().nullable().describe('0–100; null while it is not known'),
  tier: z.string().nullable(),
  status: scoreStatus,
  coverage: z.number().int().describe('basis points of weight whose inputs were present'),
});

export type ScoreBrief = z.infer<typeof scoreBrief>;

export const briefOf = (score: Score | undefined): ScoreBrief =>
  score === undefined
    ? { value: null, tier: null, status: 'unknown', coverage: 0 }
    : {
        value: score.status === 'known' ? score.value : null,
        tier: score.tier,
        status: score.status,
        coverage: score.coverage,
      };

export const trendShape = z.array(z.object({ day: dayText, value: z.number().nullable() }));
