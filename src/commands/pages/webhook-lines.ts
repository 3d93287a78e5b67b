import type { z } from 'zod';
import type { listDeliveriesRoute, WebhookShape } from '../../api/webhooks.ts';
import { renderTable } from '../../platform/terminal/table.ts';
import type { Terminal } from '../../platform/terminal/terminal.ts';
import { printable, shorten } from '../../platform/terminal/text.ts';
import { hint } from '../layout.ts';

type DeliveryShape = z.infer<typeof listDeliveriesRoute.response>['items'][number];

const URL_WIDTH = 44;

export const webhooksText = (terminal: Terminal, items: readonly WebhookShape[]): string => {
  if (items.length === 0) {
    return `Nobody is told of events yet.\n\n${hint(terminal, 'webhooks add <https address>', 'have them sent somewhere')}`;
  }
  return renderTable(
    terminal,
    [
      { head: 'webhook', cell: (each) => terminal.style.link(each.id) },
      { head: 'goes to', cell: (each) => shorten(printable(each.url), URL_WIDTH) },
      { head: 'events', cell: (each) => each.eventTypes.join(', ') || 'all' },
      { head: 'delivered', cell: (each) => String(each.deliveries.delivered), align: 'right' },
      { head: 'waiting', cell: (each) => String(each.deliveries.pending), align: 'right' },
      { head: 'given up', cell: (each) => String(each.deliveries.givenUp), align: 'right' },
      { head: 'state', cell: (each) => stateOf(terminal, each), gives: true },
    ],
    items,
  );
};

const stateOf = (terminal: Terminal, each: WebhookShape): string => {
  if (each.status === 'disabled')
    return terminal.style.bad(`off: ${printable(each.disabledReason ?? '')}`);
  const answer = printable(each.deliveries.lastAnswer ?? '');
  return each.failures > 0
    ? terminal.style.warn(`failing since ${each.failingSince ?? ''}: ${answer}`)
    : terminal.style.good('in use');
};

export const secretText = (
  terminal: Terminal,
  made: WebhookShape & { readonly secret: string },
  what: 'added' | 'rotated',
): string =>
  [
    terminal.style.strong(made.secret),
    '',
    `This is the signing secret of ${made.id} (${printable(made.url)}). It is shown this once: keep it now.`,
    what === 'rotated'
      ? `Until ${made.oldSecretUntil ?? ''} the secret before signs as well.`
      : 'Receivers verify with any library of the Standard Webhooks specification.',
    '',
    hint(terminal, `webhooks test ${made.id}`, 'send it something now'),
  ].join('\n');

export const deliveriesText = (terminal: Terminal, items: readonly DeliveryShape[]): string =>
  items.length === 0
    ? 'Nothing was sent to it yet.'
    : renderTable(
        terminal,
        [
          { head: 'event', cell: (each) => each.eventId },
          { head: 'type', cell: (each) => each.eventType },
          { head: 'state', cell: (each) => each.status.replace('_', ' ') },
          { head: 'tries', cell: (each) => String(each.attempts), align: 'right' },
          { head: 'last answer', cell: (each) => printable(each.lastAnswer ?? '—'), gives: true },
          { head: 'next try', cell: (each) => each.nextAttemptAt ?? '—' },
        ],
        items,
      );
