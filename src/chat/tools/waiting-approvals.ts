import { z } from 'zod';
import { listApprovals } from '../../act/approvals/read.ts';
import { listProposals } from '../../act/settle/read.ts';
import { dayIn } from '../../domain/time.ts';
import { holdsOneOf } from '../../policies/roles.ts';
import { listAccounts } from '../../sense/identity/account-store.ts';
import { defineChatTool, type Source } from '../define.ts';
import { inTenant } from '../desk.ts';

const args = z.strictObject({ accountId: z.string().min(1).max(200).optional() });

export interface ApprovalLine {
  readonly approvalId: string;
  readonly account: string;
  readonly summary: string;
  readonly expiresOn: string;
  /** Whether whoever asks may decide it. */
  readonly mine: boolean;
}

const MOST = 20;

export default defineChatTool<
  z.infer<typeof args>,
  { readonly total: number; readonly items: readonly ApprovalLine[] }
>({
  id: 'waiting_approvals',
  title: 'What waits for a person to approve',
  description:
    'Proposals that wait for an approval, of one account or of all, those asked for first first.',
  args,
  look: ({ accountId }, desk) =>
    inTenant(desk, async (tx) => {
      const pending = (await listApprovals(tx, { world: desk.world.id, status: 'pending' })).filter(
        (each) => accountId === undefined || each.accountId === accountId,
      );
      const shown = pending.slice(0, MOST);
      const proposals = new Map(
        (await listProposals(tx, { ids: shown.map(({ proposalId }) => proposalId) })).map(
          (each) => [each.id, each],
        ),
      );
      const ids = [...new Set(shown.map((each) => each.accountId))];
      const accounts = ids.length === 0 ? [] : await listAccounts(tx, { ids });
      const names = new Map(accounts.map((each) => [each.accountId, each.name]));
      const items = shown.map((each): ApprovalLine => {
        const proposal = proposals.get(each.proposalId);
        return {
          approvalId: each.id,
          account: names.get(each.accountId) ?? each.accountId,
          summary: proposal?.preview.summary ?? 'a proposal',
          expiresOn: dayIn(desk.config.zone, each.expiresAt),
          mine:
            holdsOneOf(desk.person.roles, each.roles) &&
            proposal?.proposedBy !== `person:${desk.person.id}`,
        };
      });
      return {
        data: { total: pending.length, items },
        sources: shown.map(({ id, accountId: of, requestedAt }, index): Source => ({
          kind: 'approval',
          id,
          accountId: of,
          title: items[index]?.summary ?? id,
          at: requestedAt,
        })),
      };
    }),
});
