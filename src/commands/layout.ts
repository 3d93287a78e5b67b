import type { z } from 'zod';
import type { showingShape } from '../api/showing.ts';
import { dayIn, type Day, type Instant } from '../domain/time.ts';
import { clockTime, longDay, relativeDay, relativeTime } from '../platform/terminal/format.ts';
import type { Terminal } from '../platform/terminal/terminal.ts';
import { padEnd, widthOf, wrap } from '../platform/terminal/text.ts';

export type Shown = z.infer<typeof showingShape>;

/** `Lumenboard · live`, so that nobody takes a back-test for today. */
export const headline = (terminal: Terminal, shown: Shown): string => {
  const world =
    shown.world.kind === 'live'
      ? terminal.style.good('live')
      : terminal.style.warn(`${shown.world.kind} world ${shown.world.id}`);
  const asOf = shown.asOf === null ? '' : `, as of ${longDay(shown.asOf as Day)}`;
  return `${terminal.style.strong(shown.tenantName)} · ${world}${asOf}`;
};

/** A rule with a title. */
export const section = (terminal: Terminal, title: string): string =>
  `\n${terminal.style.heading(title.toUpperCase())}`;

/** A paragraph that hangs under its bullet. */
export const bullet = (terminal: Terminal, text: string, mark = '•', indent = 2): string[] =>
  wrap(text, terminal.columns, `${' '.repeat(indent)}${mark} `);

/** A labelled line; long values go on under themselves. */
export const field = (
  terminal: Terminal,
  label: string,
  value: string,
  indent = 2,
  width = 14,
): string[] => {
  const head = `${' '.repeat(indent)}${terminal.style.faint(label.padEnd(width))}`;
  return wrap(value, terminal.columns, head, ' '.repeat(widthOf(head)));
};

/** Moments as people say them, from the moment that the answer stands at. */
export const when = (shown: Pick<Shown, 'now' | 'zone'>) => ({
  at: (at: string): string => relativeTime(at as Instant, shown.now as Instant, shown.zone),
  day: (day: string): string => relativeDay(day as Day, today(shown)),
  clock: (at: string): string => clockTime(at as Instant, shown.now as Instant, shown.zone),
});

const today = (shown: Pick<Shown, 'now' | 'zone'>): Day => dayIn(shown.zone, shown.now as Instant);

/** What to type next: a command and what it is for. */
export type Hint = readonly [command: string, what: string];

export const step = (command: string, what: string): Hint => [command, what];

const WIDEST_HINT = 58;

/** What to type next, the purposes in a column. */
export const hints = (terminal: Terminal, all: readonly Hint[]): string[] => {
  const commands = all.map(([command]) => `npx retinue ${command}`);
  const width = Math.min(WIDEST_HINT, Math.max(0, ...commands.map(widthOf)));
  return all.map(
    ([, what], index) =>
      `  ${terminal.style.link(padEnd(commands[index] ?? '', width))}  ${terminal.style.faint(what)}`,
  );
};

export const hint = (terminal: Terminal, command: string, what: string): string =>
  hints(terminal, [[command, what]]).join('');
