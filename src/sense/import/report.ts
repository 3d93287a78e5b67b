import type { Instant } from '../../domain/time.ts';
import type { FileFault } from './file-fault.ts';

/** What came of rows. One row may give several events, or none. */
export interface ImportCounts {
  readonly rows: number;
  /** New events. */
  readonly accepted: number;
  /** Events that were accepted before, and changed nothing. */
  readonly duplicates: number;
  /** Of the duplicates: how many said something else under a known id, and were not heard. */
  readonly conflicts: number;
  /** Rows and events put aside, each with its line and reason. */
  readonly quarantined: number;
  /** Events left out because they lie in the future. */
  readonly waiting: number;
  /** Rows that the mapping knowingly leaves out: the conditions of none of its emits held. */
  readonly leftOut: number;
}

export interface ImportedFile extends ImportCounts {
  readonly file: string;
  /** The table of the mapping. */
  readonly table: string;
  /** `refused`: nothing, or nothing from some line on, could be read; the first fault says why. */
  readonly status: 'done' | 'refused';
  /** The first ten. */
  readonly faults: readonly FileFault[];
}

export interface QuarantineReason {
  readonly code: string;
  /** Of the first of them. */
  readonly reason: string;
  readonly count: number;
}

/** What to tell about the data. */
export interface ImportQuality {
  readonly totals: ImportCounts;
  readonly quarantined: readonly QuarantineReason[];
  /** Ids of the tenant that nothing has bound to an account so far, by source; what was sent for them waits. */
  readonly unboundLinks: readonly { readonly source: string; readonly count: number }[];
  /** Files of the folder that no table of the mapping names. */
  readonly unusedFiles: readonly string[];
}

export interface ImportReport extends ImportQuality {
  readonly importId: string;
  readonly tenantId: string;
  readonly mapping: string;
  readonly mappingVersion: string;
  readonly source: string;
  readonly startedAt: Instant;
  readonly files: readonly ImportedFile[];
  /** Accounts of which something new is known. */
  readonly accountIds: readonly string[];
}

export const NOTHING: ImportCounts = {
  rows: 0,
  accepted: 0,
  duplicates: 0,
  conflicts: 0,
  quarantined: 0,
  waiting: 0,
  leftOut: 0,
};

export const addCounts = (a: ImportCounts, b: ImportCounts): ImportCounts => ({
  rows: a.rows + b.rows,
  accepted: a.accepted + b.accepted,
  duplicates: a.duplicates + b.duplicates,
  conflicts: a.conflicts + b.conflicts,
  quarantined: a.quarantined + b.quarantined,
  waiting: a.waiting + b.waiting,
  leftOut: a.leftOut + b.leftOut,
});

/** Adds to the count of a code; the reason first given for it stays as the example. */
export const countReason = (
  counts: Map<string, QuarantineReason>,
  { code, reason, count }: QuarantineReason,
): void => {
  const known = counts.get(code);
  counts.set(code, { code, reason: known?.reason ?? reason, count: (known?.count ?? 0) + count });
};
