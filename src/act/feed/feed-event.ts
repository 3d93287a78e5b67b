import { deriveId } from '../../domain/identifiers.ts';
import type { Json, JsonObject } from '../../domain/json.ts';
import type { Instant } from '../../domain/time.ts';
import type { LedgerEntry } from '../ledger/store.ts';

/**
 * One thing that became of a case, a task, a decision, an approval or an action, as others hear of it: by webhook and by
 * the feed, the same under the same `id`. Ids, verdicts and figures, no name and no text of a person: who may know more
 * reads it from the API.
 */
export interface FeedEvent {
  readonly id: string;
  readonly type: FeedEventType;
  readonly timestamp: Instant;
  /** Its place in the order of the feed: later ones have higher numbers, with gaps. */
  readonly position: number;
  readonly data: JsonObject;
}

/** Every type, with what it says. */
export const FEED_EVENT_TYPES = {
  'case.opened': 'a case opened, or opened again',
  'case.updated': 'an open case rests on other reasons than before',
  'case.replanned': 'what a case waited for no longer holds; it is thought over',
  'case.closed': 'a case closed',
  'decision.made': 'a proposal was permitted, escalated, held, drafted or refused',
  'approval.requested': 'people are asked',
  'approval.voted': 'a person voted',
  'approval.used': 'an approval was used up by what it allowed',
  'approval.expired': 'nobody answered in time',
  'approval.void': 'what was to be approved no longer stands',
  'proposal.edited': 'a person changed a proposal',
  'task.opened': 'a person has something to do',
  'task.accepted': 'a person took it on',
  'task.done': 'a person did it',
  'task.declined': 'a person will not do it',
  'task.closed': 'its cause is gone',
  'task.reminded': 'a task is due soon',
  'task.escalated': 'a task is overdue, and went to somebody else',
  'task.reassigned': 'a task went to a deputy, or back',
  'action.queued': 'a permitted action waits in the outbox',
  'action.changed': 'what became of an action: sent, refused, held, unknown …',
  'deal.opened': 'a deal was opened',
  'deal.moved': 'a deal came to another stage, or was changed',
  'message.seen': 'a user saw a message in the product',
  'message.dismissed': 'a user put it away',
  'message.clicked': 'a user followed its button',
  'message.withdrawn': 'it is shown no more: its cause is gone, or a person pulled it back',
  'action.recalled': 'a person or a later decision pulled an action back',
} as const satisfies Readonly<Record<string, string>>;

export type FeedEventType = keyof typeof FEED_EVENT_TYPES;

export const FEED_EVENT_TYPE_NAMES = Object.keys(FEED_EVENT_TYPES) as FeedEventType[];

interface Announcement {
  readonly type: (body: JsonObject) => FeedEventType | null;
  /** The fields of the ledger entry's body that go out; the rest is for auditors. */
  readonly fields: readonly string[];
}

const as = (type: FeedEventType, ...fields: readonly string[]): Announcement => ({
  type: () => type,
  fields,
});

/** By one word of the body: `{status: 'done'}` is `task.done`. A word that has no type of its own goes out under none. */
const by =
  (pick: (body: JsonObject) => Json | undefined, words: Readonly<Record<string, FeedEventType>>) =>
  (body: JsonObject): FeedEventType | null => {
    const word = pick(body);
    return typeof word === 'string' && Object.hasOwn(words, word) ? (words[word] ?? null) : null;
  };

/** What goes out, by kind of ledger entry. A kind that is not here stays in the house. */
const ANNOUNCED: ReadonlyMap<string, Announcement> = new Map(
  Object.entries({
    'case.opened': as('case.opened', 'playbook', 'subject', 'period', 'arm', 'urgency', 'inputs'),
    'case.updated': as('case.updated', 'playbook', 'subject', 'urgency', 'inputs'),
    'round.void': as('case.replanned', 'round'),
    'case.closed': as('case.closed', 'playbook', 'subject', 'rounds'),
    decision: as('decision.made', 'playbook', 'tool', 'phase', 'verdict', 'rules'),
    approval: {
      type: by((body) => body['what'], {
        asked: 'approval.requested',
        consumed: 'approval.used',
        expired: 'approval.expired',
        void: 'approval.void',
      }),
      fields: ['roles', 'quorum'],
    },
    vote: as('approval.voted', 'vote'),
    edit: as('proposal.edited', 'replaces'),
    task: {
      type: by((body) => body['notice'] ?? body['status'], {
        open: 'task.opened',
        accepted: 'task.accepted',
        done: 'task.done',
        declined: 'task.declined',
        closed: 'task.closed',
        reminder: 'task.reminded',
        escalation: 'task.escalated',
        reassignment: 'task.reassigned',
      }),
      fields: ['kind', 'owner', 'assignee', 'due', 'stoodIn'],
    },
    enqueued: as('action.queued', 'port', 'template', 'notBefore'),
    effect: as('action.changed', 'port', 'status', 'attempts', 'because'),
    deal: {
      type: by((body) => body['what'], { opened: 'deal.opened', moved: 'deal.moved' }),
      fields: ['dealId', 'kind', 'from', 'stage', 'standing'],
    },
    in_app: {
      type: by((body) => body['what'], {
        seen: 'message.seen',
        dismissed: 'message.dismissed',
        clicked: 'message.clicked',
        withdrawn: 'message.withdrawn',
      }),
      fields: [],
    },
    recalled: as('action.recalled', 'port'),
  }),
);

export const ANNOUNCED_KINDS: readonly string[] = [...ANNOUNCED.keys()];

/** A linked entry of the ledger as others hear of it; `null` for one that stays in the house. Pure. */
export const feedEventOf = (entry: LedgerEntry): FeedEvent | null => {
  const announcement = ANNOUNCED.get(entry.kind);
  const type = announcement?.type(entry.body) ?? null;
  if (announcement === undefined || type === null || entry.position === null) return null;
  return {
    id: deriveId('evt', entry.tenantId, entry.world, entry.entryId),
    type,
    timestamp: entry.at,
    position: entry.position,
    data: { ...entry.subjects, ...pick(entry.body, announcement.fields) },
  };
};

const pick = (body: JsonObject, fields: readonly string[]): JsonObject =>
  Object.fromEntries(
    fields.flatMap((field) => {
      const value = body[field];
      return value === undefined ? [] : [[field, value]];
    }),
  );

/** Whether a type is among those wanted: `case.opened`, `case.*`; nothing named wants all. Pure. */
export const isWanted = (type: string, wanted: readonly string[]): boolean =>
  wanted.length === 0 ||
  wanted.some((each) => (each.endsWith('.*') ? type.startsWith(each.slice(0, -1)) : each === type));

/** Those of the names and patterns that no type answers to. */
export const unknownTypes = (wanted: readonly string[]): string[] =>
  wanted.filter((each) => !FEED_EVENT_TYPE_NAMES.some((type) => isWanted(type, [each])));
