import { z } from 'zod';
import { conversationsOf } from '../../graph/reading.ts';
import { dayIn } from '../../domain/time.ts';
import conversations, { shownOf } from '../../tools/read/conversations.ts';
import { defineChatTool, type Source } from '../define.ts';
import { accountView, inTenant, requireNamed } from '../desk.ts';

const args = z.strictObject({ accountId: z.string().min(1).max(200) });

interface TicketLine {
  readonly ticketId: string;
  readonly status: string;
  readonly priority: string | null;
  readonly openedOn: string;
  readonly subject: string | null;
  /** The last words on each side, oldest first. */
  readonly lines: readonly { readonly from: string; readonly on: string; readonly text: string }[];
}

export default defineChatTool<z.infer<typeof args>, { readonly tickets: readonly TicketLine[] }>({
  id: 'account_conversations',
  title: 'What an account wrote to support',
  description: conversations.description,
  args,
  look: ({ accountId }, desk) =>
    inTenant(desk, async (tx) => {
      const account = await requireNamed(tx, accountId);
      const view = await accountView(tx, desk, accountId);
      const shown = view === null ? [] : shownOf(conversationsOf(view), {});
      const { zone } = desk.config;
      return {
        data: {
          tickets: shown.map(({ openedAt, lines, ...ticket }) => ({
            ...ticket,
            openedOn: dayIn(zone, openedAt),
            lines: lines.map(({ from, at, text }) => ({ from, on: dayIn(zone, at), text })),
          })),
        },
        sources: shown.map(({ ticketId, openedAt }): Source => ({
          kind: 'ticket',
          id: ticketId,
          accountId,
          title: `ticket of ${account.name}`,
          at: openedAt,
        })),
        untrusted: true,
        customersWrote: shown.flatMap(({ subject, lines }) => [
          ...(subject === null ? [] : [subject]),
          ...lines.flatMap(({ from, text }) => (from === 'customer' ? [text] : [])),
        ]),
      };
    }),
});
