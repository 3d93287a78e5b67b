import { z } from 'zod';
import { listLedger, type LedgerEntry } from '../act/ledger/ledger.ts';
import type { Json, JsonObject } from '../domain/json.ts';
import { hoursBetween, type Instant } from '../domain/time.ts';
import type { Person } from '../domain/person.ts';
import type { TenantTx } from '../platform/db/database.ts';
import { instantText } from './schemas.ts';

export const timelineShape = z.array(
  z.object({
    at: instantText,
    kind: z.string(),
    text: z.string(),
    entry: z.number().int().describe('number in the ledger'),
    linked: z.boolean().describe('whether the chain holds it already'),
  }),
);

/** Names for the ids that the ledger holds. */
export interface TimelineNames {
  /** What a proposal is about, by its id. */
  readonly proposals: ReadonlyMap<string, string>;
  readonly people: readonly Person[];
}

/** What happened to a case, from its ledger entries, oldest first. */
export const timelineOf = async (
  tx: TenantTx,
  caseId: string,
  names: TimelineNames,
): Promise<z.infer<typeof timelineShape>> =>
  (await listLedger(tx, { caseId })).map((entry) => ({
    at: entry.at,
    kind: entry.kind,
    text: sentenceOf(entry, names),
    entry: entry.entryId,
    linked: entry.position !== null,
  }));

type Sentence = (body: JsonObject, what: string, who: string, at: Instant) => string;

const SENTENCES: Readonly<Record<string, Sentence>> = {
  'case.opened': (body) =>
    `opened by ${text(body['playbook'])}, urgency ${text(body['urgency'])}` +
    (body['arm'] === 'holdout' ? ', held out for comparison: nothing acts' : ''),
  'case.closed': () => 'closed',
  'case.verdict': (body, _what, who) => `judged ${text(body['verdict'])}${by(who)}`,
  'round.void': (body) => `round ${text(body['round'])} void: ${text(body['reason'])}`,
  decision: (body, what) =>
    (VERDICTS[text(body['verdict'])] ?? text(body['verdict'])) +
    `${body['phase'] === 'execute' ? ' once more, just before acting' : ''}: ${what}`,
  approval: (body, what) => `approval ${text(body['what'])}: ${what}`,
  edit: (_body, what, who) => `${who === '' ? 'somebody' : who} edited it: ${what}`,
  vote: (body, what, who) =>
    `${who === '' ? 'somebody' : who} ${body['vote'] === 'reject' ? 'rejected' : 'approved'}: ${what}`,
  enqueued: (body, what, _who, at) => `queued for ${text(body['port'])}${hold(body, at)}: ${what}`,
  effect: (body, what) =>
    `${text(body['port'])} ${text(body['status'])}${body['because'] === null ? '' : ` [${text(body['because'])}]`}: ${what}`,
  'source.asked': (body) =>
    body['answered'] === true
      ? `${text(body['source'])} was asked before acting, and said something new`
      : `${text(body['source'])} was asked before acting and did not answer (${words(text(body['because']))}): what was known decides, by its age`,
  recalled: (body, _what, who) => `pulled back from ${text(body['port'])}${by(who)}`,
  task: (body, _what, who) =>
    `task ${words(text(body['kind']))} for ${text(body['assignee'])}: ${text(body['status'])}${by(who)}`,
};

const VERDICTS: Readonly<Record<string, string>> = {
  permit: 'permitted',
  escalate: 'a person must decide',
  forbid: 'refused',
  hold: 'held',
  draft: 'drafted for a person to send',
};

/** What an entry says happened; its kind in words where there is no sentence for it. */
export const sentenceOf = (entry: LedgerEntry, names: TimelineNames): string => {
  const what = names.proposals.get(entry.subjects.proposalId ?? '') ?? 'a proposal';
  const person = names.people.find(({ id }) => id === entry.subjects.personId);
  const who = person?.name ?? entry.subjects.personId ?? '';
  return SENTENCES[entry.kind]?.(entry.body, what, who, entry.at) ?? words(entry.kind);
};

/** How long it waits, so that a person can pull it back. */
const hold = (body: JsonObject, at: Instant): string => {
  const until = body['notBefore'];
  if (typeof until !== 'string') return '';
  const minutes = hoursBetween(at, until as Instant) * 60;
  if (minutes <= 0) return '';
  return minutes < 2
    ? `, held for ${String(Math.round(minutes * 60))} s`
    : `, held for ${String(Math.round(minutes))} min`;
};

const by = (who: string): string => (who === '' ? '' : ` by ${who}`);
const words = (name: string): string => name.replaceAll(/[._]/g, ' ');
const text = (value: Json | undefined): string =>
  typeof value === 'string' ? value : value === undefined ? '' : JSON.stringify(value);
