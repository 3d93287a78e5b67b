import { z } from 'zod';
import { standingNow } from '../../graph/standing-now.ts';
import { defineChatTool, type Source } from '../define.ts';
import { inTenant, requireNamed } from '../desk.ts';

const args = z.strictObject({ accountId: z.string().min(1).max(200) });

interface StandingOf {
  readonly lifecycle: string;
  readonly guards: readonly {
    readonly id: string;
    readonly state: string;
    readonly reason: string;
  }[];
}

export default defineChatTool<z.infer<typeof args>, StandingOf>({
  id: 'account_standing',
  title: 'What keeps an account from being sold or written to',
  description:
    'What keeps one account from being sold or written to at this moment: the guards billing, incident, deletion, touches and ' +
    'conversation, each with its state and reason.',
  args,
  look: ({ accountId }, desk) =>
    inTenant(desk, async (tx) => {
      const account = await requireNamed(tx, accountId);
      const { world, now, config, parts } = desk;
      const standing = await standingNow(tx, { accountId, world, now, config, parts });
      const guards = Object.entries(standing?.guards ?? {});
      return {
        data: {
          lifecycle: standing?.lifecycle ?? 'active',
          guards: guards.map(([id, { state, reason }]) => ({ id, state, reason })),
        },
        sources: guards.map(([id]): Source => ({
          kind: 'guard',
          id,
          accountId,
          title: `${id} guard of ${account.name}`,
          at: now,
        })),
      };
    }),
});
