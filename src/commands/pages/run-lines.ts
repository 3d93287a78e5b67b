import type { RunReport } from '../../jobs/run-line.ts';
import { counted } from '../../platform/terminal/format.ts';
import type { Tone } from '../../platform/terminal/style.ts';
import type { Terminal } from '../../platform/terminal/terminal.ts';
import { field } from '../layout.ts';
import { usageText } from './usage-text.ts';

const TIERS: readonly (readonly [string, string, Tone | null])[] = [
  ['critical', 'critical', 'bad'],
  ['high', 'high', 'bad'],
  ['medium', 'medium', 'warn'],
  ['low', 'low', 'good'],
  ['too_young', 'too young to tell', 'faint'],
  ['unknown', 'not known', 'faint'],
];

/** `3 critical · 12 high · …`, leaving out what there is none of. */
export const tierText = (terminal: Terminal, tiers: Readonly<Record<string, number>>): string =>
  TIERS.flatMap(([id, word, tone]) => {
    const count = tiers[id] ?? 0;
    const text = `${String(count)} ${word}`;
    return count === 0 ? [] : [tone === null ? text : terminal.style[tone](text)];
  }).join(' · ') || 'no account';

/** What a run found and did. */
export const runLines = (terminal: Terminal, report: RunReport): string[] => [
  ...field(
    terminal,
    'accounts',
    `${String(report.assessed)} of ${counted(report.accounts, 'account')} assessed`,
  ),
  ...field(terminal, 'churn risk', tierText(terminal, report.tiers)),
  ...field(
    terminal,
    'cases',
    `${String(report.casesOpened)} opened${byPlaybook(report)}, ${String(report.casesUpdated)} updated, ${String(report.casesClosed)} closed` +
      `, ${String(report.casesWaiting)} wait for their turn, ${String(report.casesHeldOut)} held out`,
  ),
  ...thoughtLines(terminal, report),
  ...field(terminal, 'proposals', countsText(report.proposals)),
  ...field(
    terminal,
    'waits for',
    `${counted(report.approvalsPending, 'approval')}, ${counted(report.tasks, 'task')}`,
  ),
  ...field(terminal, 'outbox', countsText(report.outbox)),
  ...(report.brake === null
    ? []
    : field(terminal, 'stopped', `${terminal.style.bad('nothing goes out')}: ${report.brake}`)),
];

const MOST_CASES = 5;

/** What models took, in all and for the dearest cases; nothing where none was asked. */
const thoughtLines = (terminal: Terminal, { models }: RunReport): string[] => {
  if (models === undefined || models.calls === 0) return [];
  const { cases } = models;
  const more = cases.length - MOST_CASES;
  return [
    ...field(terminal, 'models', `${usageText(models)}, for ${counted(cases.length, 'case')}`),
    ...cases
      .slice(0, MOST_CASES)
      .flatMap((each) => field(terminal, '', `${each.caseId}: ${usageText(each)}`)),
    ...(more > 0
      ? field(terminal, '', `and ${counted(more, 'case')} more: --json names each`)
      : []),
  ];
};

const byPlaybook = (report: RunReport): string => {
  const text = countsText(report.openedByPlaybook);
  return report.casesOpened === 0 ? '' : ` (${text})`;
};

const countsText = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .map(([word, count]) => `${String(count)} ${word.replaceAll('_', ' ')}`)
    .join(', ') || 'none';
