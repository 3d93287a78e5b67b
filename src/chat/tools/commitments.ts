import { z } from 'zod';
import { listOutbox } from '../../act/outbox/store.ts';
import type { OutboxRow } from '../../act/outbox/row.ts';
import { listProposals, type StoredProposal } from '../../act/settle/read.ts';
import { listTasks } from '../../act/tasks/store.ts';
import { dayIn } from '../../domain/time.ts';
import type { TenantTx } from '../../platform/db/database.ts';
import touch from '../../sense/state/touch.ts';
import { defineChatTool, type Desk, type Source } from '../define.ts';
import { accountView, inTenant, requireNamed } from '../desk.ts';
import { ownerText } from '../fact-text.ts';

const args = z.strictObject({ accountId: z.string().min(1).max(200) });

interface Message {
  readonly on: string;
  readonly to: string;
  readonly channel: string;
  /** What was offered or said, in a line. */
  readonly summary: string;
  readonly subject: string | null;
  /** `done`: it went out. `held` and `ready`: it will. */
  readonly status: string;
}

interface Commitments {
  readonly messages: readonly Message[];
  /** Asked for, and not decided or not sent. */
  readonly waiting: readonly { readonly summary: string; readonly status: string }[];
  readonly tasks: readonly {
    readonly title: string;
    readonly who: string;
    readonly dueOn: string;
  }[];
  /** Contact that somebody made, by any way, the newest first. */
  readonly touches: readonly {
    readonly on: string;
    readonly direction: string;
    readonly channel: string;
    readonly by: string | null;
  }[];
}

const SAID: readonly OutboxRow['status'][] = ['done', 'held', 'ready', 'sending', 'unknown'];
const WAITING: readonly StoredProposal['status'][] = [
  'proposed',
  'held',
  'pending_approval',
  'approved',
];
const MOST = 10;

export default defineChatTool<z.infer<typeof args>, Commitments>({
  id: 'commitments',
  title: 'What an account was told and offered, and what is owed to it',
  description:
    'Messages and offers that went to one account or are on their way, what waits for an approval, tasks of ours about it, and ' +
    'when anybody last spoke with it. The whole record of promises that Retinue knows of.',
  args,
  look: ({ accountId }, desk) =>
    inTenant(desk, async (tx) => {
      await requireNamed(tx, accountId);
      const world = desk.world.id;
      const sent = (await listOutbox(tx, { world, accountId, status: SAID })).filter(
        ({ outward }) => outward,
      );
      const proposals = await listProposals(tx, { accountId, world });
      const tasks = await listTasks(tx, { world, accountId, status: ['open', 'accepted'] });
      const touches = await touchesOf(tx, desk, accountId);
      const waiting = proposals.filter(
        ({ status, preview }) => WAITING.includes(status) && preview.outward,
      );
      const summaries = new Map(proposals.map(({ id, preview }) => [id, preview.summary]));
      return {
        data: {
          messages: sent.slice(0, MOST).map((row) => messageOf(row, summaries, desk)),
          waiting: waiting.map(({ preview, status }) => ({ summary: preview.summary, status })),
          tasks: tasks.slice(0, MOST).map(({ title, assigneeId, dueOn }) => ({
            title,
            who: ownerText(desk.config, assigneeId),
            dueOn,
          })),
          touches: touches.map(({ data }) => ({
            on: dayIn(desk.config.zone, data.at),
            direction: data.direction,
            channel: data.channel.replaceAll('_', '-'),
            by: data.by ?? null,
          })),
        },
        sources: [
          ...sent.slice(0, MOST).map((row): Source => ({
            ...source('action', row.actionId, accountId),
            title: summaries.get(row.proposalId ?? '') ?? 'a message',
            at: row.finishedAt ?? row.createdAt,
          })),
          ...waiting.map(({ id, preview, proposedAt }): Source => ({
            ...source('proposal', id, accountId),
            title: preview.summary,
            at: proposedAt,
          })),
          ...tasks.slice(0, MOST).map(({ id, title, openedAt }): Source => ({
            ...source('task', id, accountId),
            title,
            at: openedAt,
          })),
          ...touches.map(({ data }): Source => ({
            ...source('touch', data.touchId, accountId),
            title: `${data.channel} ${data.direction}`,
            at: data.at,
          })),
        ],
      };
    }),
});

const source = (kind: Source['kind'], id: string, accountId: string) => ({ kind, id, accountId });

const messageOf = (
  row: OutboxRow,
  summaries: ReadonlyMap<string, string>,
  { config }: Desk,
): Message => ({
  on: dayIn(config.zone, row.finishedAt ?? row.createdAt),
  to: row.effect.recipient?.name ?? 'nobody',
  channel: row.port.replaceAll('_', '-'),
  summary: summaries.get(row.proposalId ?? '') ?? row.templateId ?? 'a message',
  subject: row.effect.message?.subject ?? null,
  status: row.status,
});

const MOST_TOUCHES = 3;

const touchesOf = async (tx: TenantTx, desk: Desk, accountId: string) =>
  ((await accountView(tx, desk, accountId))?.current(touch) ?? [])
    .toSorted((a, b) => (a.data.at < b.data.at ? 1 : -1))
    .slice(0, MOST_TOUCHES);
