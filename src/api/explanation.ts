import { z } from 'zod';
import type { Day } from '../domain/time.ts';
import { inputError } from '../domain/errors.ts';
import type { Parts } from '../parts.ts';
import type { TenantTx } from '../platform/db/database.ts';
import { explainAccount } from '../sense/explain.ts';
import { accountDetail, accountDetailShape } from './account-detail.ts';
import { dayText } from './schemas.ts';
import { scoreStatus, trendShape } from './score-shapes.ts';
import type { Showing } from './showing.ts';

const lineShape = z.object({
  input: z.string(),
  points: z.number().nullable().describe('what it adds to the score now'),
  pointsThen: z.number().nullable().describe('what it added on the day compared with'),
  change: z.number().nullable(),
  weight: z.number().describe('the most it could add'),
  known: z.boolean(),
  reason: z.string(),
  reasonThen: z.string().nullable(),
});

const scoreShape = z.object({
  id: z.string(),
  title: z.string(),
  higherIs: z.enum(['better', 'worse']),
  status: scoreStatus,
  value: z.number().nullable(),
  supported: z.number().nullable().describe('from present inputs alone: only it may open a save'),
  tier: z.string().nullable(),
  coverage: z.number().int(),
  change: z.number().nullable().describe('since the day compared with'),
  lines: z.array(lineShape).describe('they add up to the value'),
  missing: z.array(z.string()),
  primary: z.array(z.string()).describe('the inputs that weigh most'),
  trend: trendShape.describe('the last 30 days'),
});

export const explanationShape = accountDetailShape.extend({
  day: dayText,
  since: dayText.nullable(),
  scores: z.array(scoreShape),
});

export type ExplanationAnswer = z.infer<typeof explanationShape>;

export const explanationOf = async (
  tx: TenantTx,
  asked: {
    readonly showing: Showing;
    readonly accountId: string;
    readonly since: string | undefined;
    readonly parts: Parts;
  },
): Promise<ExplanationAnswer> => {
  const { showing, accountId, parts } = asked;
  const explained = await explainAccount(tx, {
    accountId,
    world: showing.world.id,
    ...(asked.since === undefined ? {} : { since: asked.since as Day }),
  });
  if (explained === null) throw notScored(accountId);
  const titles = new Map(parts.scores.map((score) => [score.id, score]));
  return {
    ...(await accountDetail(tx, showing, accountId, parts)),
    day: explained.day,
    since: explained.since,
    scores: explained.scores.map((score) => ({
      ...score,
      title: titles.get(score.id)?.title ?? score.id,
      higherIs: titles.get(score.id)?.higherIs ?? 'better',
      lines: score.lines.map((line) => ({ ...line, points: line.now, pointsThen: line.then })),
      missing: [...score.missing],
      primary: [...score.primary],
      trend: [...score.trend],
    })),
  };
};

const notScored = (accountId: string) =>
  inputError(
    'scores_not_found',
    `account \`${accountId}\` has no scores in this world yet; start a run with \`retinue run\``,
  );
