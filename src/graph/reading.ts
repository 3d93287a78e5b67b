import type { StoredProposal } from '../act/settle/read.ts';
import type { Standing } from '../act/settle/standing.ts';
import type { TenantConfig } from '../domain/tenant.ts';
import { embeddersFor, type EmbedderSettings } from '../knowledge/embedders/embedders.ts';
import { citedPassages } from '../knowledge/cite.ts';
import { maskOf, type Known, type Mask } from '../language-models/mask.ts';
import type { OpenDatabase } from '../platform/db/database.ts';
import type { AssessedSituation } from '../sense/assess.ts';
import conversation from '../sense/state/conversation.ts';
import ticket from '../sense/state/ticket.ts';
import { shownOf } from '../tools/read/conversations.ts';
import type { Conversation, PastProposal, Reach, ReadInput } from '../tools/read/define.ts';

/** What the agents of a round may read, from what is known of its account alone. Pure. */
export const readInputOf = (
  { view, facts, scores }: AssessedSituation,
  { contacts }: Standing,
  past: readonly StoredProposal[],
  config: TenantConfig,
): ReadInput => ({
  facts,
  scores,
  config,
  contacts,
  conversations: conversationsOf(view),
  past: past.map(pastOf).toSorted((a, b) => (a.at < b.at ? 1 : -1)),
});

export const pastOf = ({
  tool,
  step,
  args,
  preview,
  status,
  statusReason,
  proposedAt,
}: StoredProposal): PastProposal => ({
  tool,
  step,
  args,
  summary: preview.summary,
  status,
  statusReason,
  at: proposedAt,
});

/** Tickets of the account, the newest first, with what was written in them. */
export const conversationsOf = (view: AssessedSituation['view']): Conversation[] => {
  const messages = view.current(conversation).map(({ data }) => data);
  return view
    .current(ticket)
    .map(({ data }) => ({
      ticketId: data.ticketId,
      status: data.status,
      priority: data.priority ?? null,
      openedAt: data.openedAt,
      subject: data.subject ?? null,
      lines: [
        ...(data.body === undefined
          ? []
          : [{ from: 'customer' as const, at: data.openedAt, text: data.body }]),
        ...messages
          .filter(({ ticketId }) => ticketId === data.ticketId)
          .toSorted((a, b) => (a.at < b.at ? -1 : 1))
          .map(({ from, at, body }) => ({ from, at, text: body })),
      ],
    }))
    .toSorted((a, b) => (a.openedAt < b.openedAt ? 1 : -1));
};

/** Names, addresses and texts of the account that leave as placeholders. */
export const maskFor = (standing: Standing, { conversations }: ReadInput, config: TenantConfig) =>
  maskOf(knownOf(standing, conversations, config));

const knownOf = (
  { contacts, accountName }: Standing,
  conversations: readonly Conversation[],
  { owners }: TenantConfig,
): Known => ({
  people: [...contacts, ...owners].map(({ name }) => name),
  emails: [...contacts, ...owners].map(({ email }) => email),
  companies: [accountName],
  texts: [...conversations, ...shownOf(conversations, {})].flatMap(customersWords),
});

/** A long text is shown up to a length, and hidden as it is shown as well as whole. */
const customersWords = ({ subject, lines }: Conversation): string[] => [
  ...(subject === null ? [] : [subject]),
  ...lines.flatMap(({ from, text }) => (from === 'customer' ? [text] : [])),
];

/** What came of one account is nothing for another's case. */
const OF_ACCOUNTS = 'outcomes';

/** Look-ups of a round: of its own tenant, and of what belongs to no other account. */
export const reachOf = (
  db: OpenDatabase,
  {
    tenantId,
    embeddings,
    mask,
  }: {
    readonly tenantId: string;
    readonly embeddings?: EmbedderSettings | undefined;
    readonly mask: Mask;
  },
): Reach => ({
  searchKnowledge: async (question, limit) => {
    // The packaged embedder is in the house; a question to any other leaves it.
    const text = embeddings?.model === undefined ? question : mask.hide(question);
    const asked = { text, limit, without: [OF_ACCOUNTS] };
    const { passages } = await citedPassages(db, tenantId, embeddersFor(embeddings), asked);
    return passages.map(({ citation, title, heading, text: passage }) => ({
      ...{ citation, title, heading, text: passage },
    }));
  },
});
