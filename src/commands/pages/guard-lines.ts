import type { AccountDetail } from '../../api/account-detail.ts';
import type { Terminal } from '../../platform/terminal/terminal.ts';
import { padEnd, printable, wrap } from '../../platform/terminal/text.ts';

type Guard = AccountDetail['guards'][number];

const MARKS: Readonly<
  Record<Guard['state'], readonly [string, 'good' | 'bad' | 'warn' | 'faint']>
> = {
  clear: ['✓', 'good'],
  blocked: ['✗', 'bad'],
  stale: ['?', 'warn'],
  not_applicable: ['–', 'faint'],
};

const NAME_WIDTH = 13;
const STATE_WIDTH = 15;

/** What stands in the way of acting, a line each: `✗ incident  blocked  SEV1 incident inc-42 open since …`. */
export const guardLines = (terminal: Terminal, guards: readonly Guard[]): string[] =>
  guards.flatMap((guard) => {
    const [mark, tone] = MARKS[guard.state];
    const head = `  ${terminal.style[tone](mark)} ${padEnd(guard.id, NAME_WIDTH)}${padEnd(terminal.style[tone](guard.state.replaceAll('_', ' ')), STATE_WIDTH)}`;
    return wrap(printable(guard.reason), terminal.columns, head);
  });
