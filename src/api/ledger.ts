import { z } from 'zod';
import { searchLedger, type LedgerEntry, type LedgerSearch } from '../act/ledger/ledger.ts';
import { closeNotes } from '../act/ledger/note.ts';
import { toInstant } from '../domain/time.ts';
import { listKeys } from '../platform/auth/keys.ts';
import { findPerson, listPeople } from '../platform/auth/people.ts';
import type { TenantTx } from '../platform/db/database.ts';
import { findAccount } from '../sense/identity/find-account.ts';
import { defineResource, defineRoute } from './define.ts';
import { detailsOf, ledgerSentence } from './ledger-sentences.ts';
import { accountNames } from './names.ts';
import { anyJson, instantText, limitQuery, noParams } from './schemas.ts';

const nameOrId = z.string().min(1).max(300).optional();
const moment = z.union([z.iso.datetime({ offset: true }), z.iso.date()]).optional();

const named = z.object({ id: z.string(), name: z.string().nullable() }).nullable();

const entryShape = z.object({
  entry: z.number().int().describe('its number; the order in which entries were recorded'),
  at: instantText,
  world: z.string(),
  kind: z.string(),
  text: z.string().describe('what happened'),
  details: z.string().describe('the rest of its body, as words'),
  from: z.string().nullable().describe('the network it came from, or `this machine`'),
  person: named,
  key: named,
  account: named,
  caseId: z.string().nullable(),
  subjects: z.record(z.string(), z.string()),
  body: z.record(z.string(), anyJson),
  position: z.number().int().nullable().describe('in the chain; null until it is linked'),
  hash: z.string().nullable(),
});

export type LedgerRow = z.infer<typeof entryShape>;

export const listLedgerRoute = defineRoute({
  id: 'listLedger',
  method: 'get',
  path: '/v1/ledger',
  summary: 'What was decided, done, changed, read and refused: who, when, from where; newest first',
  access: { kind: 'person', right: 'read_ledger' },
  reads: 'records',
  params: noParams,
  query: z.object({
    kind: z
      .string()
      .max(500)
      .optional()
      .describe('only these kinds, with commas between: `key.created,sign_in*`'),
    person: nameOrId.describe('an id or an e-mail address'),
    key: nameOrId.describe('the id of an API key'),
    account: nameOrId.describe('our id, its id elsewhere, or its name'),
    case: nameOrId,
    world: nameOrId.describe('live unless told; `all` for every one'),
    since: moment.describe('from this moment or day (UTC) on'),
    until: moment.describe('up to this moment, or to the beginning of this day (UTC)'),
    before: z.coerce.number().int().positive().optional().describe('the `next` of the page before'),
    limit: limitQuery(1000, 50),
  }),
  body: null,
  response: z.object({
    items: z.array(entryShape),
    next: z.number().int().nullable().describe('ask with it as `before` for older ones'),
  }),
  handle: async ({ services, caller, query }) =>
    services.db.withTenant(caller.tenantId, async (tx) => {
      // What was counted until a moment ago stands there as well.
      await closeNotes(tx, services.now());
      const found = await searchLedger(tx, {
        kinds: (query.kind ?? '').split(',').flatMap((kind) => kind.trim() || []),
        ...(await whoAndWhat(tx, query)),
        world: query.world === 'all' ? undefined : (query.world ?? 'live'),
        keyId: query.key,
        caseId: query.case,
        since: instantOf(query.since),
        until: instantOf(query.until),
        before: query.before,
        limit: query.limit + 1,
      });
      const items = found.slice(0, query.limit);
      return {
        items: await rowsOf(tx, items),
        next: found.length > items.length ? (items.at(-1)?.entryId ?? null) : null,
      };
    }),
});

const instantOf = (text: string | undefined) =>
  text === undefined ? undefined : toInstant(text.length === 10 ? `${text}T00:00:00Z` : text);

/** Whoever is gone is looked for by their id, as it stands in the ledger. */
const whoAndWhat = async (
  tx: TenantTx,
  {
    person,
    account,
  }: { readonly person?: string | undefined; readonly account?: string | undefined },
): Promise<Pick<LedgerSearch, 'personId' | 'accountId'>> => ({
  personId: person?.includes('@') === true ? (await findPerson(tx, person)).id : person,
  accountId:
    account === undefined ? undefined : ((await findAccount(tx, account))?.accountId ?? account),
});

const rowsOf = async (tx: TenantTx, entries: readonly LedgerEntry[]): Promise<LedgerRow[]> => {
  const people = await listPeople(tx);
  const keys = new Map((await listKeys(tx)).map(({ keyId, name }) => [keyId, name]));
  const accounts = await accountNames(
    tx,
    entries.map(({ subjects }) => ({ accountId: subjects.accountId ?? null })),
  );
  const names = new Map(people.map(({ id, name }) => [id, name]));
  const withName = (id: string | undefined, all: ReadonlyMap<string, string>) =>
    id === undefined ? null : { id, name: all.get(id) ?? null };
  return entries.map((entry) => {
    const { subjects, body } = entry;
    const from = body['from'];
    const keyId = subjects.keyId ?? body['keyId'];
    return {
      entry: entry.entryId,
      ...{ at: entry.at, world: entry.world, kind: entry.kind },
      text: ledgerSentence(entry, people),
      details: detailsOf(entry),
      from: typeof from === 'string' ? from : null,
      person: withName(subjects.personId, names),
      key: withName(typeof keyId === 'string' ? keyId : undefined, keys),
      account: withName(subjects.accountId, accounts),
      caseId: subjects.caseId ?? null,
      subjects: { ...subjects },
      body: { ...body },
      ...{ position: entry.position, hash: entry.hash },
    };
  });
};

export default defineResource({
  id: 'ledger',
  title: 'The ledger: what was decided, done, changed, read and refused',
  routes: [listLedgerRoute],
});
