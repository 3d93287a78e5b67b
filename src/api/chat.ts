import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { converse, threadNotFound, type ChatEvent } from '../chat/converse.ts';
import type { Desk } from '../chat/define.ts';
import {
  deleteThread,
  insertThread,
  listExchanges,
  listThreads,
  loadThread,
} from '../chat/thread-store.ts';
import { deriveId } from '../domain/identifiers.ts';
import type { Person } from '../domain/person.ts';
import { problemSchema } from '../platform/http/problem.ts';
import { defineResource, defineRoute, type Services } from './define.ts';
import { idParam, instantText, limitQuery, noParams } from './schemas.ts';
import { chooseWorld, worldQuery } from './showing.ts';

/** A thread is its person's own: a key has none, and another person is told that there is no such thread. */
const access = { kind: 'person', right: 'view' } as const;

const threadShape = z.object({
  id: z.string(),
  title: z.string().describe('the first question; empty until one is asked'),
  createdAt: instantText,
  lastAt: instantText,
});

const sourceShape = z.object({
  kind: z
    .string()
    .describe(
      'fact, score, guard, case, decision, proposal, approval, task, action, touch, passage',
    ),
  id: z.string(),
  accountId: z.string().nullable(),
  title: z.string(),
  at: z.string().nullable().describe('how fresh it is: a moment or a day'),
});

const filedShape = z.object({
  tool: z.string(),
  accountId: z.string(),
  caseId: z.string(),
  proposalId: z.string(),
  summary: z.string(),
  status: z.string().describe('where the proposal stood when the answer was given'),
});

const exchangeShape = z.object({
  id: z.string(),
  number: z.number().int(),
  question: z.string(),
  askedAt: instantText,
  status: z.enum(['asked', 'answered', 'stopped', 'failed']),
  answer: z.string().nullable().describe('Markdown without HTML, pictures or foreign links'),
  mode: z.enum(['rules', 'model']).nullable().describe('how it was answered'),
  note: z.string().nullable().describe('why it was answered otherwise than wished'),
  accountId: z.string().nullable().describe('whom it was about'),
  sources: z.array(sourceShape),
  filed: z.array(filedShape).describe('proposals filed for the person who asked'),
  answeredAt: instantText.nullable(),
});

export type ExchangeShape = z.infer<typeof exchangeShape>;

const eventShape = z.union([
  z.object({
    event: z.literal('begun'),
    data: z.object({ threadId: z.string(), exchangeId: z.string() }),
  }),
  z.object({
    event: z.literal('step').describe('what is looked up'),
    data: z.object({ tool: z.string(), text: z.string() }),
  }),
  z.object({
    event: z.literal('token').describe('a piece of the answer'),
    data: z.object({ text: z.string() }),
  }),
  z.object({ event: z.literal('source'), data: sourceShape }),
  z.object({ event: z.literal('done'), data: exchangeShape }),
  z.object({ event: z.literal('problem'), data: problemSchema }),
]);

export const createThreadRoute = defineRoute({
  id: 'createChatThread',
  method: 'post',
  path: '/v1/chat/threads',
  summary: 'Begin a thread of questions of your own',
  access,
  params: noParams,
  query: noParams,
  body: z.strictObject({}).default({}),
  status: 201,
  response: threadShape,
  handle: ({ services, caller }) =>
    services.db.withTenant(caller.tenantId, async (tx) => {
      const now = services.now();
      const threadId = deriveId('thread', caller.tenantId, caller.id, randomUUID());
      await insertThread(tx, { threadId, personId: caller.id }, { title: '', now });
      return { id: threadId, title: '', createdAt: now, lastAt: now };
    }),
});

export const listThreadsRoute = defineRoute({
  id: 'listChatThreads',
  method: 'get',
  path: '/v1/chat/threads',
  summary: 'Your threads, the newest first',
  access,
  params: noParams,
  query: z.object({ limit: limitQuery(500, 50) }),
  body: null,
  response: z.object({ items: z.array(threadShape) }),
  handle: ({ services, caller, query }) =>
    services.db.withTenant(caller.tenantId, async (tx) => ({
      items: await listThreads(tx, caller.id, query.limit),
    })),
});

export const getThreadRoute = defineRoute({
  id: 'getChatThread',
  method: 'get',
  path: '/v1/chat/threads/{id}',
  summary: 'One thread of yours, with every question and answer',
  access,
  params: idParam,
  query: noParams,
  body: null,
  response: threadShape.extend({ exchanges: z.array(exchangeShape).describe('oldest first') }),
  handle: ({ services, caller, params }) =>
    services.db.withTenant(caller.tenantId, async (tx) => {
      const own = { threadId: params.id, personId: caller.id };
      const thread = await loadThread(tx, own);
      if (thread === null) throw threadNotFound(params.id);
      return { ...thread, exchanges: (await listExchanges(tx, own)).map(exchangeOf) };
    }),
});

export const deleteThreadRoute = defineRoute({
  id: 'deleteChatThread',
  method: 'delete',
  path: '/v1/chat/threads/{id}',
  summary: 'Delete a thread of yours; proposals that it filed stand',
  access,
  params: idParam,
  query: noParams,
  body: null,
  response: z.object({ deleted: z.string() }),
  handle: ({ services, caller, params }) =>
    services.db.withTenant(caller.tenantId, async (tx) => {
      const own = { threadId: params.id, personId: caller.id };
      if (!(await deleteThread(tx, own))) throw threadNotFound(params.id);
      return { deleted: params.id };
    }),
});

export const sayRoute = {
  ...defineRoute({
    id: 'sayInChat',
    method: 'post',
    path: '/v1/chat/threads/{id}/messages',
    summary:
      'Ask in a thread of yours; the answer comes as events. What is wished for is proposed, never done',
    access,
    params: idParam,
    query: z.object({ world: worldQuery }),
    body: z.strictObject({
      text: z.string().trim().min(1).max(2000),
      requestId: z
        .string()
        .min(1)
        .max(100)
        .optional()
        .describe(
          'your own name for this question: sent again with it, it is asked and proposed once',
        ),
    }),
    answers: 'events',
    line: eventShape,
    response: z.custom<AsyncIterable<z.infer<typeof eventShape>>>(),
    handle: async ({ services, caller, params, query, body, signal }) => {
      const desk = await deskOf(services, caller, query.world);
      const events = await converse(desk, {
        threadId: params.id,
        text: body.text,
        requestId: body.requestId ?? randomUUID(),
        now: services.now,
        signal,
      });
      return shaped(services, caller, events);
    },
  }),
  line: eventShape,
};

const deskOf = (services: Services, person: Person, world: string | undefined): Promise<Desk> =>
  services.db.withTenant(person.tenantId, async (tx) => {
    const showing = await chooseWorld(tx, world, services.now());
    const { db, parts, embedders } = services;
    const isLive = showing.world.kind === 'live';
    return {
      ...{ db, parts, embedders, person, tenantId: person.tenantId },
      models: isLive ? services.models : null,
      ...{ world: showing.world, now: showing.now, config: showing.config },
    };
  });

/** What was proposed may go on at once, so the worker is woken as after any decision; what was read is on record. */
async function* shaped(
  { wake, accessRecord }: Pick<Services, 'wake' | 'accessRecord'>,
  caller: Person,
  events: AsyncIterable<ChatEvent>,
): AsyncGenerator<z.infer<typeof eventShape>> {
  for await (const told of events) {
    if (told.event !== 'done') {
      yield told;
      continue;
    }
    const { filed, sources, accountId } = told.data;
    if (filed.length > 0) await wake.tick(caller.tenantId);
    await accessRecord.read({
      ...{ what: 'sayInChat', reads: 'personal_data', caller, records: sources.length },
      about: accountId === null ? {} : { accountId },
    });
    yield { event: 'done', data: exchangeOf(told.data) };
  }
}

const exchangeOf = (
  exchange: Awaited<ReturnType<typeof listExchanges>>[number],
): ExchangeShape => ({
  ...exchange,
  sources: [...exchange.sources],
  filed: [...exchange.filed],
});

export default defineResource({
  id: 'chat',
  title: 'Questions and wishes in plain words',
  routes: [createThreadRoute, listThreadsRoute, getThreadRoute, deleteThreadRoute, sayRoute],
});
