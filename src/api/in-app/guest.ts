import { fileURLToPath } from 'node:url';
import express, {
  type NextFunction,
  type Request,
  type RequestHandler,
  type Response,
} from 'express';
import { z } from 'zod';
import { noteAccess, type AccessNote } from '../../act/ledger/note.ts';
import type { Hub } from '../../act/in-app/hub.ts';
import { react, REACTIONS, shownNow, type Viewer } from '../../act/in-app/messages.ts';
import { keyNamed, viewerOf } from '../../act/in-app/token.ts';
import { inputError } from '../../domain/errors.ts';
import { currentConfig } from '../../platform/config/store.ts';
import { comingFrom, networkOf } from '../../platform/origin.ts';
import { rateLimit } from '../../platform/http/rate-limit.ts';
import { acceptEvents } from '../../sense/events/accept.ts';
import type { Services } from '../define.ts';
import { streamChanges } from './stream.ts';

type GuestServices = Pick<Services, 'db' | 'parts' | 'now' | 'secrets'>;

const PER_VIEWER = { perSecond: 5, burst: 50 };
const PER_ADDRESS = { perSecond: 1, burst: 30 };

/**
 * What the widget talks to, from any page of the customer's product. It stands apart from the API: its callers are users
 * of the product, whom a token signed by the product's server names, and who see nothing but what is shown to them. The
 * token goes in a header and no cookie exists, so any origin may call.
 */
export const guestApp = (services: GuestServices, hub: Hub): RequestHandler => {
  const app = express.Router();
  const limits = { viewers: rateLimit(PER_VIEWER), refused: rateLimit(PER_ADDRESS) };
  app.use(anyOrigin);
  for (const [path, file] of Object.entries(FILES)) app.get(path, sendWidget(file));
  app.use(async (request, response, next) => {
    viewerIn(response, await identify(services, limits, request));
    next();
  });
  app.get('/messages', async (_request, response) => {
    const viewer = viewerIn(response);
    const [items = []] = await services.db.withTenant(viewer.tenantId, (tx) =>
      shownNow(tx, [viewer], services.now()),
    );
    response.setHeader('Cache-Control', 'no-store').json({ items });
  });
  app.get('/events', (request, response) => {
    streamChanges(hub, viewerIn(response), request.get('last-event-id') ?? '', response);
  });
  app.post('/messages/:id/:reaction', reactTo(services));
  return app;
};

const FILES: Readonly<Record<string, string>> = {
  '/widget.js': 'retinue-in-app.js',
  '/example': 'example.html',
  '/example.js': 'example.js',
};

const sendWidget =
  (file: string): RequestHandler =>
  (_request, response) => {
    // Pages of other origins load the script.
    response.setHeader('Cross-Origin-Resource-Policy', 'cross-origin');
    response.setHeader('Cache-Control', 'public, max-age=300');
    response.sendFile(fileURLToPath(new URL(`./widget/${file}`, import.meta.url)), {
      cacheControl: false,
    });
  };

const anyOrigin = (request: Request, response: Response, next: NextFunction): void => {
  response.setHeader('Access-Control-Allow-Origin', '*');
  if (request.method !== 'OPTIONS') {
    next();
    return;
  }
  response.setHeader('Access-Control-Allow-Methods', 'GET, POST');
  response.setHeader('Access-Control-Allow-Headers', 'Authorization, Last-Event-ID');
  response.setHeader('Access-Control-Max-Age', '7200');
  response.status(204).end();
};

/** Keeps the viewer with the request, or hands back the one that was kept. */
const viewerIn = (response: Response, viewer?: Viewer): Viewer => {
  const locals = response.locals as { viewer?: Viewer };
  if (viewer !== undefined) locals.viewer = viewer;
  if (locals.viewer === undefined) throw noToken();
  return locals.viewer;
};

const identify = async (
  { db, now, secrets: { vault } }: GuestServices,
  limits: Record<'viewers' | 'refused', ReturnType<typeof rateLimit>>,
  request: Request,
): Promise<Viewer> => {
  const [, token] = /^Bearer (\S{1,4000})$/.exec(request.get('authorization') ?? '') ?? [];
  try {
    if (token === undefined) throw noToken();
    const viewer = await viewerOf({ db, vault }, token, now());
    brake(limits.viewers.take(`${viewer.tenantId} ${viewer.userHash}`, now()));
    return viewer;
  } catch (error) {
    brake(limits.refused.take(request.ip ?? 'unknown', now()));
    if (token !== undefined) await noteRefused({ db, now }, request, token);
    throw error;
  }
};

/** Keeps in the ledger that a token was refused whose key is one of ours; any other belongs to no tenant. */
const noteRefused = async (
  { db, now }: Pick<GuestServices, 'db' | 'now'>,
  request: Request,
  token: string,
): Promise<void> => {
  const named = await keyNamed(db, token);
  if (named === null) return;
  const { tenantId, keyId } = named;
  const refused: AccessNote = {
    kind: 'access.refused',
    subjects: { keyId },
    body: { what: 'in-app messages', code: 'in_app_token_invalid', why: 'token invalid' },
    per: 'minute',
    written: 'end',
  };
  await comingFrom(networkOf(request.ip ?? ''), () =>
    db.withTenant(tenantId, (tx) => noteAccess(tx, refused, now())),
  );
};

const noToken = () =>
  inputError(
    'in_app_token_invalid',
    'send the token that the product’s server signed: `Authorization: Bearer …`',
    { status: 401 },
  );

const brake = (waitSeconds: number): void => {
  if (waitSeconds === 0) return;
  throw inputError('too_many_requests', `too many requests; try again in ${waitSeconds} seconds`);
};

const path = z.object({ id: z.string().min(1).max(100), reaction: z.enum(REACTIONS) });

const reactTo =
  ({ db, parts, now }: GuestServices): RequestHandler =>
  async (request, response) => {
    const viewer = viewerIn(response);
    const read = path.safeParse(request.params);
    if (!read.success)
      throw inputError('route_not_found', `a message is ${REACTIONS.join(', ')}, nothing else`);
    const { id: messageId, reaction } = read.data;
    await db.withTenant(viewer.tenantId, async (tx) => {
      const config = await currentConfig(tx);
      await react(tx, {
        ...{ viewer, messageId, reaction, now: now() },
        accept: async (events) => {
          await acceptEvents(tx, events, { now: now(), entities: parts.entities, config });
        },
      });
    });
    response.status(204).end();
  };
