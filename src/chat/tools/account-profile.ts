import { z } from 'zod';
import { listCases } from '../../act/cases/case-store.ts';
import { listApprovals } from '../../act/approvals/read.ts';
import { defineChatTool } from '../define.ts';
import { inTenant, ratedAccount } from '../desk.ts';
import { factText, ownerText, renewalText, scoreText } from '../fact-text.ts';
import { factSource, scoreSource } from '../sources.ts';

const args = z.strictObject({ accountId: z.string().min(1).max(200) });

const SHOWN = ['plan', 'arr', 'owner', 'seats', 'renewals', 'payment_status'] as const;

interface Profile {
  readonly plan: string;
  readonly arr: string;
  readonly owner: string;
  readonly seats: string;
  readonly renewal: string | null;
  readonly payment: string;
  /** In words, by score id. */
  readonly scores: Readonly<Record<string, string>>;
  readonly openCases: number;
  readonly waitingApprovals: number;
}

export default defineChatTool<z.infer<typeof args>, Profile>({
  id: 'account_profile',
  title: 'An account at a glance',
  description: 'Plan, ARR, owner, next renewal, scores and what is open, of one account.',
  args,
  look: ({ accountId }, desk) =>
    inTenant(desk, async (tx) => {
      const account = await ratedAccount(tx, desk, accountId);
      const { facts, scores, day } = account;
      const world = desk.world.id;
      const cases = await listCases(tx, { world, accountId, status: 'open' });
      const pending = await listApprovals(tx, { world, status: 'pending' });
      return {
        data: {
          plan: factText(facts['plan']),
          arr: factText(facts['arr']),
          owner: ownerText(desk.config, facts['owner']?.value ?? undefined),
          seats: factText(facts['seats']),
          renewal: renewalText(facts),
          payment: factText(facts['payment_status']),
          scores: Object.fromEntries(
            desk.parts.scores.map(({ id }) => [id, scoreText(scores[id])]),
          ),
          openCases: cases.length,
          waitingApprovals: pending.filter((each) => each.accountId === accountId).length,
        },
        sources: [
          ...(day === null
            ? []
            : Object.values(scores).map((score) => scoreSource(account, score, day))),
          ...SHOWN.filter((id) => facts[id] !== undefined).map((id) =>
            factSource(account, id, facts[id]),
          ),
        ],
      };
    }),
});
