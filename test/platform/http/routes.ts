import { z } from 'zod';
import type { Access, Resource, Route } from '../../../src/platform/http/define.ts';

/** What the routes of these tests work with: they only write down that they ran. */
export interface Notes {
  readonly ran: string[];
}

export const route = (
  id: string,
  access: Access,
  more: Partial<Route<Notes>> = {},
): Route<Notes> => ({
  id,
  method: 'post',
  path: `/v1/${id}`,
  summary: id,
  access,
  params: z.object({}),
  query: z.object({}),
  body: z.object({ text: z.string().max(10).optional() }).default({}),
  response: z.object({ ok: z.boolean() }),
  handle: async ({ services }) => {
    services.ran.push(id);
    return { ok: true };
  },
  ...more,
});

export const resource = (...routes: Route<Notes>[]): Resource<Notes> => ({
  id: 'test',
  title: 'Test',
  routes,
});
