import type { Difference } from '../../connectors/source/difference-store.ts';
import type { SourceRead } from '../../connectors/source/read-store.ts';
import type { Source } from '../../connectors/source/source.ts';
import { EVENT_TYPES } from '../../connectors/stripe/source/connect.ts';
import type { KeyReport } from '../../connectors/stripe/source/examine-key.ts';
import { API_VERSION } from '../../connectors/stripe/source/versions.ts';
import { canonicalJson, type Json } from '../../domain/json.ts';
import type { Instant } from '../../domain/time.ts';
import { counted, relativeTime } from '../../platform/terminal/format.ts';
import { renderTable } from '../../platform/terminal/table.ts';
import type { Terminal } from '../../platform/terminal/terminal.ts';
import { printable } from '../../platform/terminal/text.ts';

export interface Connected {
  readonly sourceId: string;
  readonly path: string;
  readonly url: string | null;
  readonly report: KeyReport | null;
  readonly reads: readonly SourceRead[];
  readonly hasWebhookSecret: boolean;
}

/** What was connected, what its key may do, and what is left to do in Stripe. */
export const connectPage = (terminal: Terminal, connected: Connected): string =>
  [
    ...(connected.report === null ? [] : keyLines(terminal, connected.report)),
    ...(connected.reads.length === 0 ? [] : [readsPage(terminal, connected.reads), '']),
    ...(connected.hasWebhookSecret
      ? [
          `The signing secret of \`${connected.sourceId}\` is kept; a former one is good until \`retinue sources retire-secrets ${connected.sourceId}\`.`,
        ]
      : webhookLines(terminal, connected)),
  ].join('\n');

const keyLines = (terminal: Terminal, report: KeyReport): string[] => {
  const { style } = terminal;
  const refused = report.readable.filter(({ allowed }) => !allowed);
  const account = report.account ?? 'not told to this key';
  return [
    `Connected in ${style.strong(report.livemode ? 'live' : 'test')} mode; account: ${account}.`,
    ...(report.writable.length === 0
      ? [style.good('The key only reads.')]
      : [
          style.warn(
            `The key may also change ${report.writable.join(', ')}. Reading needs none of it: make a restricted key that only reads, and connect again.`,
          ),
        ]),
    ...refused.map(({ title, permission }) =>
      style.warn(`${title} are not read: the key lacks “${permission}: Read”.`),
    ),
    '',
  ];
};

const webhookLines = (terminal: Terminal, { sourceId, path, url }: Connected): string[] => [
  'In Stripe, under Developers → Webhooks, add an endpoint:',
  `  address      ${terminal.style.strong(url === null ? `https://<where Stripe reaches this server>${path}` : new URL(path, url).href)}`,
  `  API version  ${API_VERSION}`,
  `  events       ${EVENT_TYPES.join(', ')}`,
  'Then give its signing secret (whsec_…):',
  `  retinue connect stripe ${sourceId} --webhook-secret-file <file>`,
];

const STATUS: Readonly<Record<SourceRead['status'], string>> = {
  waiting: 'waiting',
  running: 'under way',
  done: 'read',
  not_permitted: 'not permitted',
  failed: 'failed',
};

/** How far each type of object was read. */
export const readsPage = (terminal: Terminal, reads: readonly SourceRead[]): string =>
  reads.length === 0
    ? 'Nothing was read yet.'
    : renderTable(
        terminal,
        [
          { head: 'objects', cell: (row) => row.objectType },
          { head: 'state', cell: (row) => colour(terminal, row) },
          { head: 'read', cell: (row) => String(row.objects), align: 'right' },
          { head: 'events', cell: (row) => String(row.accepted), align: 'right' },
          { head: 'ignored', cell: (row) => String(row.ignored), align: 'right' },
          { head: 'quarantined', cell: (row) => String(row.quarantined), align: 'right' },
          { head: 'note', cell: (row) => printable(row.note ?? ''), gives: true },
        ],
        reads,
      );

const colour = ({ style }: Terminal, { status }: SourceRead): string =>
  status === 'done' ? style.good(STATUS[status]) : style.warn(STATUS[status]);

interface ListedSource extends Source {
  readonly keys: number;
  readonly webhookSecrets: number;
  readonly backfill: readonly SourceRead[];
  readonly reconciliation: readonly SourceRead[];
}

/** Every connected system on a line. */
export const sourcesPage = (
  terminal: Terminal,
  items: readonly ListedSource[],
  now: Instant,
): string =>
  items.length === 0
    ? 'Nothing is connected yet: `retinue connect stripe --key-file <file>`.'
    : renderTable(
        terminal,
        [
          { head: 'source', cell: (row) => row.sourceId },
          { head: 'mode', cell: (row) => (row.livemode ? 'live' : 'test') },
          { head: 'state', cell: (row) => stateOf(terminal, row), gives: true },
          {
            head: 'last webhook',
            cell: (row) =>
              row.lastReceivedAt === null ? 'never' : relativeTime(row.lastReceivedAt, now, 'UTC'),
          },
          { head: 'compared', cell: (row) => comparedAt(row, now) },
        ],
        items,
      );

const stateOf = ({ style }: Terminal, row: ListedSource): string => {
  if (row.disconnectedAt !== null) return 'disconnected';
  if (row.keys === 0) return style.bad('no key');
  const troubled = row.backfill.filter(
    ({ status }) => status === 'not_permitted' || status === 'failed',
  );
  const open = row.backfill.filter(({ status }) => status === 'waiting' || status === 'running');
  if (open.length > 0) return style.warn(`reading, ${counted(open.length, 'type')} to go`);
  if (troubled.length > 0) return style.warn(`${counted(troubled.length, 'type')} cannot be read`);
  return row.webhookSecrets === 0
    ? style.warn('read; no signing secret for webhooks')
    : style.good('read');
};

const comparedAt = ({ reconciliation }: ListedSource, now: Instant): string => {
  const [first] = reconciliation;
  if (first === undefined) return 'never';
  const found = reconciliation.reduce((sum, { differences }) => sum + differences, 0);
  return `${relativeTime(first.begunAt, now, 'UTC')}, ${counted(found, 'difference')}`;
};

/** Each difference by object and field, ours beside theirs. */
export const differencesPage = (
  terminal: Terminal,
  {
    items,
    reads,
  }: { readonly items: readonly Difference[]; readonly reads: readonly SourceRead[] },
): string => {
  const unread = reads.filter(({ status }) => status !== 'done');
  const notes = unread.map(({ objectType, status }) =>
    terminal.style.warn(`${objectType}: ${STATUS[status]}`),
  );
  if (reads.length === 0) return 'It was not compared yet: `retinue sources reconcile <source>`.';
  if (items.length === 0) return ['No difference was found.', ...notes].join('\n');
  return [
    renderTable(
      terminal,
      [
        { head: 'found', cell: (row) => row.runAt.slice(0, 16).replace('T', ' ') },
        { head: 'object', cell: (row) => printable(row.objectId) },
        { head: 'of', cell: (row) => row.kind },
        { head: 'field', cell: (row) => row.field },
        { head: 'ours', cell: (row) => said(row.ours), gives: true },
        { head: 'theirs', cell: (row) => said(row.theirs), gives: true },
        {
          head: 'state',
          cell: (row) =>
            row.state === 'corrected'
              ? terminal.style.good('corrected')
              : terminal.style.warn('look at it'),
        },
      ],
      items,
    ),
    ...notes,
  ].join('\n');
};

const said = (value: Json): string =>
  value === null ? '—' : printable(typeof value === 'string' ? value : canonicalJson(value));
