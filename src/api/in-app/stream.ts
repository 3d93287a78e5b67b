import type { Response } from 'express';
import type { Change, Hub } from '../../act/in-app/hub.ts';
import type { Viewer } from '../../act/in-app/messages.ts';
import { inputError } from '../../domain/errors.ts';

const HEARTBEAT_MILLISECONDS = 20_000;
/** Most ids that a client may bring along; more than are ever shown at once. */
const MOST_KNOWN = 50;

/**
 * Server-sent events for one viewer: `message` with what to show, `withdrawn` with the id of what to take away. The `id`
 * of each is the list of everything shown after it, so that a client which returns with `Last-Event-ID` gets exactly
 * what differs by then, from whichever process answers it.
 */
export const streamChanges = (
  hub: Hub,
  viewer: Viewer,
  lastEventId: string,
  response: Response,
): void => {
  const seat = hub.join({
    viewer,
    knows: readStanding(lastEventId),
    tell: (change) => response.write(textOf(change)),
    over: () => response.end(),
  });
  if (seat === null)
    throw inputError('too_many_requests', 'too many are connected; try again in a minute');
  const heartbeat = setInterval(() => response.write(': still here\n\n'), HEARTBEAT_MILLISECONDS);
  heartbeat.unref();
  response.on('close', () => {
    clearInterval(heartbeat);
    seat();
  });
  response.status(200).set({
    'Content-Type': 'text/event-stream; charset=utf-8',
    'Cache-Control': 'no-store',
    // Proxies that collect answers before passing them on would hold every message back.
    'X-Accel-Buffering': 'no',
  });
  response.flushHeaders();
  response.write('retry: 3000\n\n');
};

const readStanding = (text: string): string[] =>
  text
    .split(' ')
    .filter((id) => /^[\w-]{1,100}$/.test(id))
    .slice(0, MOST_KNOWN);

/**
 * One event each, all under the id of what stands after the last: a connection that breaks between two of them tells the
 * client an id only with the last, so that it asks again for those that it missed.
 */
const textOf = ({ added, withdrawn, standing }: Change): string => {
  const events = [
    ...withdrawn.map((id) => event('withdrawn', { id })),
    // The oldest first, so that the newest ends on top.
    ...added.toReversed().map((message) => event('message', message)),
  ];
  const last = events.pop() ?? '';
  return [...events, `id: ${standing.join(' ')}\n${last}`].join('');
};

const event = (name: string, data: object): string =>
  `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
