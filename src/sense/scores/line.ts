import type { Facts } from '../../domain/fact.ts';
import type { Scores } from '../../domain/score.ts';

/** Where a loss begins to count and where it counts in full, in basis points. */
export interface Scale {
  readonly from: number;
  readonly full: number;
}

/** What one line makes of its inputs: how bad it is, in basis points of the line's weight. */
export type LineReading =
  | {
      readonly known: true;
      /** Proved by what is present; `atMost` differs where part of the input is missing. */
      readonly atLeast: number;
      readonly atMost: number;
      /** Basis points of its input that were present. */
      readonly coverage: number;
      readonly reason: string;
      /** Why `atMost` differs. */
      readonly missing?: string;
    }
  | { readonly known: false; readonly reason: string };

/** One line of a score's receipt. */
export interface Line {
  /** What it is called on the receipt: a fact's id where it reads one. */
  readonly input: string;
  /** Facts that it reads. */
  readonly needs: readonly string[];
  readonly read: (
    inputs: { readonly facts: Facts; readonly scores: Scores },
    scale: Scale,
  ) => LineReading;
}

const WHOLE = 10_000;

/** How bad a loss is on a scale, 0 to 10 000, in a straight line between its two ends. */
export const severityOf = (loss: number, { from, full }: Scale): number => {
  if (loss <= from) return 0;
  return loss >= full ? WHOLE : Math.round(((loss - from) * WHOLE) / (full - from));
};

export const certain = (severity: number, reason: string, coverage = WHOLE): LineReading => ({
  known: true,
  atLeast: severity,
  atMost: severity,
  coverage,
  reason,
});

export const percent = (basisPoints: number): string =>
  `${Math.round(Math.abs(basisPoints) / 100)} %`;

/** `fell 52 %`, `rose 8 %`, `held steady`. */
export const moved = (basisPoints: number): string => {
  if (Math.abs(basisPoints) < 100) return 'held steady';
  return `${basisPoints < 0 ? 'fell' : 'rose'} ${percent(basisPoints)}`;
};
