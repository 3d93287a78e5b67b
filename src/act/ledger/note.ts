import { createHash } from 'node:crypto';
import { LIVE } from '../../domain/case.ts';
import { canonicalJson, type JsonObject } from '../../domain/json.ts';
import { addMilliseconds, epochMilliseconds, fromEpochMilliseconds } from '../../domain/time.ts';
import type { Instant } from '../../domain/time.ts';
import type { TenantTx } from '../../platform/db/database.ts';
import { whereFrom } from '../../platform/origin.ts';
import { record } from './ledger.ts';
import type { LedgerSubjects } from './link.ts';
import { countAgain, countApart, insertNote, takeOver, type Counted } from './note-store.ts';

/**
 * Something about access that may come again and again: the same within one window is one entry of the ledger. Written
 * `at_once`: when it is noted first. Written at the `end`: when its window is over, with how often it came.
 */
export interface AccessNote {
  readonly kind:
    'access.refused' | 'sign_in.refused' | 'personal_data.read' | 'records.read' | 'secret.read';
  readonly subjects: LedgerSubjects;
  /** Ids, codes and names of routes: what counts as the same, together with subjects and place. */
  readonly body: JsonObject;
  readonly per: Window;
  readonly written: 'at_once' | 'end';
  /** Records that were read; fewer than `leastItems` in a window are no entry. */
  readonly items?: number;
  readonly leastItems?: number;
}

type Window = 'minute' | 'hour' | 'day';

const MILLISECONDS: Readonly<Record<Window, number>> = {
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
};

/** Different notes of one kind that one person or key has in a window; whatever is beyond becomes one, and is counted. */
const MOST_APART: Readonly<Record<Window, number>> = { minute: 10, hour: 200, day: 500 };

/** Notes it, in the caller's transaction. Nobody who repeats or varies what they do can flood the ledger. */
export const noteAccess = async (tx: TenantTx, note: AccessNote, at: Instant): Promise<void> => {
  const from = whereFrom();
  const body = from === null ? note.body : { ...note.body, from };
  const fresh = draft(note, note.subjects, body, at);
  if (await countAgain(tx, fresh)) return;
  if ((await countApart(tx, fresh)) < MOST_APART[note.per]) {
    await begin(tx, fresh);
    return;
  }
  const { personId, keyId } = note.subjects;
  const who = { ...(personId && { personId }), ...(keyId && { keyId }) };
  await begin(tx, draft({ ...note, written: 'end' }, who, { what: 'many different' }, at));
};

const draft = (note: AccessNote, subjects: LedgerSubjects, body: JsonObject, at: Instant) => {
  const length = MILLISECONDS[note.per];
  const moment = epochMilliseconds(at);
  const windowStart = fromEpochMilliseconds(moment - (moment % length));
  return {
    ...{ windowStart, windowEnd: addMilliseconds(windowStart, length), subjects, body, at },
    noteKey: createHash('sha256')
      .update(canonicalJson([note.kind, { ...subjects }, body, note.per]))
      .digest('hex'),
    kind: note.kind,
    actor: subjects.personId ?? subjects.keyId ?? '',
    written: note.written === 'at_once',
    items: note.items ?? 0,
    leastItems: note.leastItems ?? 0,
  };
};

const begin = async (tx: TenantTx, note: ReturnType<typeof draft>): Promise<void> => {
  const isFirst = await insertNote(tx, note);
  if (!isFirst || !note.written) return;
  const { kind, subjects, body, at } = note;
  await record(tx, { world: LIVE.id, kind, subjects, body, at });
};

/** Makes entries of the notes whose window is over. Returns how many there were. */
export const closeNotes = async (tx: TenantTx, now: Instant): Promise<number> => {
  const over = await takeOver(tx, now);
  const due = over.filter((note) => !note.written && note.items >= note.leastItems);
  for (const note of due) await write(tx, note);
  return due.length;
};

const write = async (tx: TenantTx, note: Counted): Promise<void> => {
  const { kind, subjects, times, items, firstAt, lastAt } = note;
  const body = {
    ...note.body,
    times,
    ...(items === 0 ? {} : { records: items }),
    ...(times === 1 ? {} : { since: firstAt }),
  };
  await record(tx, { world: LIVE.id, kind, subjects, body, at: lastAt });
};
