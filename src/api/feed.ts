import { z } from 'zod';
import {
  FEED_EVENT_TYPES,
  FEED_EVENT_TYPE_NAMES,
  unknownTypes,
  type FeedEvent,
} from '../act/feed/feed-event.ts';
import { feedEnd, readFeed } from '../act/feed/read-feed.ts';
import { inputError } from '../domain/errors.ts';
import { defineResource, defineRoute } from './define.ts';
import { anyJson, instantText, limitQuery, noParams } from './schemas.ts';

const eventShape = z.object({
  id: z.string().describe('stable: the `webhook-id` of the same event'),
  type: z.enum(FEED_EVENT_TYPE_NAMES).describe(
    Object.entries(FEED_EVENT_TYPES)
      .map(([type, says]) => `\`${type}\`: ${says}`)
      .join('; '),
  ),
  timestamp: instantText,
  position: z.number().int().describe('its place in the order of the feed'),
  data: z.record(z.string(), anyJson).describe('ids, verdicts and figures'),
});

export const feedRoute = defineRoute({
  id: 'readFeed',
  method: 'get',
  path: '/v1/feed',
  summary:
    'What became of cases, tasks, decisions and actions, oldest first; ask again with `next` as `after`',
  access: { kind: 'reader', right: 'view' },
  reads: 'feed',
  params: noParams,
  query: z.object({
    after: z
      .string()
      .regex(/^(\d{1,15}|end)$/, 'give the `next` of the page before, or `end`')
      .default('0')
      .describe('the `next` of the page before; none: from the very first; `end`: from here on'),
    types: z
      .string()
      .max(1000)
      .optional()
      .describe('only these, with commas between: `case.opened,task.*`'),
    limit: limitQuery(1000, 100),
  }),
  body: null,
  response: z.object({
    items: z.array(eventShape),
    next: z.string().describe('keep it: it is the cursor to ask with next time'),
    more: z.boolean().describe('whether there is more at once'),
  }),
  handle: async ({ services, caller, query }) =>
    services.db.withTenant(caller.tenantId, async (tx) => {
      if (query.after === 'end') return { items: [], next: String(await feedEnd(tx)), more: false };
      const types = typesOf(query.types);
      const page = await readFeed(tx, { after: Number(query.after), types, limit: query.limit });
      return { items: page.items.map(shapeOf), next: String(page.next), more: page.more };
    }),
});

const typesOf = (text: string | undefined): string[] => {
  const types = (text ?? '').split(',').flatMap((type) => type.trim() || []);
  const [unknown] = unknownTypes(types);
  if (unknown === undefined) return types;
  throw inputError(
    'invalid_input',
    `there is no event type \`${unknown}\`; there are ${FEED_EVENT_TYPE_NAMES.join(', ')}`,
  );
};

const shapeOf = (event: FeedEvent) => ({ ...event, data: { ...event.data } });

export default defineResource({
  id: 'feed',
  title: 'What happened, for other programs to follow',
  routes: [feedRoute],
});
