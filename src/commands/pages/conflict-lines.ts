import type { ConflictShape } from '../../api/identity-shapes.ts';
import type { Terminal } from '../../platform/terminal/terminal.ts';
import { printable } from '../../platform/terminal/text.ts';
import { bullet } from '../layout.ts';

const BECAUSE = {
  declared: 'the source of truth for it',
  person: 'a person entered it',
  newest: 'the newest word; identity.yaml names no source of truth for it',
} as const;

/** A field a line: what holds and why, and what the others say. */
export const conflictLines = (
  terminal: Terminal,
  conflicts: readonly ConflictShape[],
): readonly string[] =>
  conflicts.flatMap(({ field, said, because }) => {
    const [first, ...others] = said;
    if (first === undefined) return [];
    const words = others.map(
      ({ source, value, since }) => `${source} ${text(value)} (since ${since.slice(0, 10)})`,
    );
    return bullet(
      terminal,
      printable(
        `${field}: ${text(first.value)} by ${first.source}, ${BECAUSE[because]}; ${words.join(', ')}`,
      ),
    );
  });

const text = (value: unknown): string =>
  typeof value === 'string' ? `“${value}”` : JSON.stringify(value);
