import { z } from 'zod';
import type { Day } from '../../domain/time.ts';
import { signed } from '../../platform/terminal/format.ts';
import { explainAccount, type Explanation } from '../../sense/explain.ts';
import { defineChatTool } from '../define.ts';
import { inTenant, requireNamed } from '../desk.ts';
import { scoreSource } from '../sources.ts';

const args = z.strictObject({
  accountId: z.string().min(1).max(200),
  score: z.string().min(1).max(100).default('churn_risk'),
  /** The day to compare with; a week before unless told. */
  since: z.iso.date().optional(),
});

interface Line {
  readonly input: string;
  readonly points: string;
  /** Against the day compared with; `null` where it did not move. */
  readonly change: string | null;
  readonly known: boolean;
  readonly reason: string;
  /** Whether it is one of those that weigh most. */
  readonly primary: boolean;
}

interface Receipt {
  readonly title: string;
  readonly higherIs: 'better' | 'worse';
  readonly day: string;
  readonly status: string;
  readonly value: string;
  readonly tier: string | null;
  readonly since: string | null;
  readonly valueThen: string | null;
  readonly tierThen: string | null;
  readonly change: string | null;
  readonly lines: readonly Line[];
  readonly note: string | null;
}

/** `null`: the account was never rated, or has no such score. */
export default defineChatTool<z.input<typeof args>, Receipt | null>({
  id: 'score_receipt',
  title: 'Receipt of a score',
  description:
    'Why a score (churn_risk, health, renewal_rating) of one account is what it is: the lines that add up to it, and what ' +
    'moved since a day. null where there is none.',
  args,
  look: ({ accountId, score: id = 'churn_risk', since }, desk) =>
    inTenant(desk, async (tx) => {
      const account = await requireNamed(tx, accountId);
      const explained = await explainAccount(tx, {
        accountId,
        world: desk.world.id,
        ...(since === undefined ? {} : { since: since as Day }),
      });
      const score = explained?.scores.find((one) => one.id === id);
      if (explained === null || score === undefined) return { data: null, sources: [] };
      const known = desk.parts.scores.find((one) => one.id === id);
      return {
        data: {
          title: known?.title ?? id,
          higherIs: known?.higherIs ?? 'better',
          day: explained.day,
          since: explained.since,
          ...figuresOf(score),
        },
        sources: [
          scoreSource(account, score, explained.day),
          ...(explained.since === null ? [] : [scoreSource(account, score, explained.since)]),
        ],
      };
    }),
});

const figuresOf = (score: Explanation): Omit<Receipt, 'title' | 'higherIs' | 'day' | 'since'> => ({
  status: score.status,
  value: rounded(score.value),
  tier: score.tier,
  valueThen: score.valueThen === null ? null : rounded(score.valueThen),
  tierThen: score.tierThen,
  change: score.change === null ? null : signed(score.change),
  lines: score.lines.map((line) => ({
    input: line.input,
    points: line.now === null ? '—' : signed(line.now),
    change: line.change === null || line.change === 0 ? null : signed(line.change),
    known: line.known,
    reason: line.reason,
    primary: score.primary.includes(line.input),
  })),
  note: score.note,
});

const rounded = (value: number): string => String(Math.round(value));
