import { z } from 'zod';
import { factsAsked } from '../../tools/read/account-facts.ts';
import { defineChatTool } from '../define.ts';
import { inTenant, ratedAccount } from '../desk.ts';
import { factText, ownerText } from '../fact-text.ts';
import { factSource } from '../sources.ts';

const args = z.strictObject({
  accountId: z.string().min(1).max(200),
  /** Fact ids; left out, all of them. */
  ids: z.array(z.string().max(100)).max(40).optional(),
});

interface Line {
  readonly id: string;
  readonly title: string;
  readonly text: string;
  /** Whether a server source says the same, so that policy may rest on it. */
  readonly trusted: boolean;
  readonly freshAt: string | null;
}

export default defineChatTool<z.infer<typeof args>, { readonly facts: readonly Line[] }>({
  id: 'account_facts',
  title: 'Facts of an account',
  description:
    'What is known of one account, by fact id, as text. `not known` is unknown, never zero. Ask for the ids that matter.',
  args,
  look: ({ accountId, ids }, desk) =>
    inTenant(desk, async (tx) => {
      const account = await ratedAccount(tx, desk, accountId);
      const titles = new Map(desk.parts.signals.map(({ id, title }) => [id, title]));
      const chosen = factsAsked(account.facts, ids);
      return {
        data: {
          facts: chosen.map(([id, fact]) => ({
            id,
            title: titles.get(id) ?? id.replaceAll('_', ' '),
            text: id === 'owner' ? ownerText(desk.config, fact.value ?? undefined) : factText(fact),
            trusted: fact.trustedValue !== null,
            freshAt: fact.freshAt,
          })),
        },
        sources: ids === undefined ? [] : chosen.map(([id, fact]) => factSource(account, id, fact)),
      };
    }),
});
