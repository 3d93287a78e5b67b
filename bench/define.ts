import type { OpenDatabase } from '../src/platform/db/database.ts';

export type DatabaseKind = OpenDatabase['kind'];

/** One line of the table. */
export interface Row {
  readonly what: string;
  readonly figure: string;
  /** What it is held against, measured in the same run. */
  readonly peer: string;
  /** How often the peer goes into it, or the share of the peer that it reaches; `null` where there is no peer. */
  readonly ratio: string | null;
  /** What is aimed at, and whether it was met; `null` where nothing is. */
  readonly aim: { readonly text: string; readonly met: boolean } | null;
}

/** What a measurement is carried out with, in a process of its own. */
export interface Bench {
  readonly on: DatabaseKind;
  /** Small sizes: that it works, in little time. */
  readonly small: boolean;
  /** A fresh, migrated database. Closed (and dropped) after the measurement. */
  readonly open: () => Promise<OpenDatabase>;
  /** Statistics of its tables, as the server gathers them by itself after a while. */
  readonly analyze: () => Promise<void>;
  /** Its address, for a client that the measurement brings along; `null` where it is embedded. */
  readonly url: string | null;
  /** A folder of its own, deleted afterwards. */
  readonly folder: string;
  /** Says what is being done, for who waits. */
  readonly say: (text: string) => void;
}

/** One thing measured, with its peer. One file a member of `bench/measurements`. */
export interface Measurement {
  readonly id: string;
  readonly on: readonly DatabaseKind[];
  readonly measure: (bench: Bench) => Promise<readonly Row[]>;
}

export const defineMeasurement = (measurement: Measurement): Measurement => measurement;
