import type { TenantConfig } from '../domain/tenant.ts';
import { addDays, dayIn, daysBetween, type Day, type Instant } from '../domain/time.ts';
import type { TenantTx } from '../platform/db/database.ts';
import type { AccountView } from './account-view.ts';
import { countQuarantine } from './events/quarantine-store.ts';
import { tieOutArr } from './finance/tie-out.ts';
import { loadConflicts } from './identity/conflicts.ts';
import { countBoundLinks, countUnboundLinks } from './identity/link-store.ts';
import { loadAccountViews } from './load-accounts.ts';
import { daysHeard, type DaysHeard } from './series/freshness-store.ts';
import account from './state/account.ts';
import contact from './state/contact.ts';
import contract from './state/contract.ts';
import type { EntityType } from './state/define.ts';
import { subscriptionsInForce } from './state/in-force.ts';

/** One thing about the tenant's data, and what to do about it. */
export interface DataFinding {
  readonly id: string;
  readonly state: 'good' | 'warn' | 'bad';
  readonly text: string;
  /** How many are not as they should be, of how many; for a rate, those that are not. */
  readonly count: number;
  readonly of: number;
  /** What to do; `null` where nothing is to be done. */
  readonly action: string | null;
  /** Some of them, by account id or source. */
  readonly examples: readonly string[];
}

interface Context {
  readonly config: TenantConfig;
  readonly entities: readonly EntityType[];
  readonly now: Instant;
}

/** Looks through the data that everything rests on: whose it is, what is missing, who fell silent, what does not add up. */
export const dataFindings = async (tx: TenantTx, context: Context): Promise<DataFinding[]> => [
  ...(await matching(tx)),
  ...(await missing(tx, context)),
  silence(
    await daysHeard(tx, addDays(dayIn(context.config.zone, context.now), -HISTORY_DAYS)),
    context,
  ),
  await conflicting(tx, context),
  await quarantined(tx, context),
  await tyingOut(tx, context),
];

const EXAMPLES = 5;

const finding = (
  id: string,
  count: number,
  of: number,
  text: string,
  action: string,
  examples: readonly string[] = [],
): DataFinding => ({
  ...{ id, count, of, text },
  state: count === 0 ? 'good' : 'warn',
  action: count === 0 ? null : action,
  examples: examples.slice(0, EXAMPLES),
});

const matching = async (tx: TenantTx): Promise<DataFinding[]> => {
  const unmatched = await countUnboundLinks(tx);
  const waiting = unmatched.reduce((sum, { count }) => sum + count, 0);
  const total = waiting + (await countBoundLinks(tx));
  const rate = total === 0 ? 100 : Math.floor(((total - waiting) * 1000) / total) / 10;
  const sources = unmatched.map(({ source, count }) => `${String(count)} of ${source}`);
  return [
    finding(
      'match_rate',
      waiting,
      total,
      `${String(rate)} % of ${String(total)} ids belong to an account${waiting === 0 ? '' : `; ${sources.slice(0, EXAMPLES).join(', ')} do not`}`,
      'say whose they are (`retinue unmatched`), or declare a rule in identity.yaml',
      sources,
    ),
  ];
};

interface Lacking {
  accounts: number;
  readonly owner: string[];
  readonly strangers: string[];
  readonly contact: string[];
  readonly renewal: string[];
}

const missing = async (tx: TenantTx, context: Context): Promise<DataFinding[]> => {
  const lacking: Lacking = { accounts: 0, owner: [], strangers: [], contact: [], renewal: [] };
  const owners = new Set(context.config.owners.map(({ id }) => id));
  for await (const views of loadAccountViews(tx, context)) {
    for (const view of views) note(lacking, view, owners);
  }
  const { accounts, owner, strangers, contact: contacts, renewal } = lacking;
  return [
    finding(
      'owners',
      owner.length,
      accounts,
      `${String(owner.length)} of ${String(accounts)} paying accounts have no owner`,
      'have the CRM send `ownerId`; their tasks are in nobody’s hands',
      owner,
    ),
    finding(
      'unknown_owners',
      strangers.length,
      accounts,
      `${String(strangers.length)} paying accounts have an owner that owners.yaml does not name`,
      'add them to owners.yaml, or correct the CRM',
      strangers,
    ),
    finding(
      'contacts',
      contacts.length,
      accounts,
      `${String(contacts.length)} of ${String(accounts)} paying accounts have nobody to write to`,
      'send contacts with role and address; nothing goes out to these accounts',
      contacts,
    ),
    finding(
      'renewal_dates',
      renewal.length,
      accounts,
      `${String(renewal.length)} of ${String(accounts)} paying accounts have no renewal date`,
      'send contracts with `renewsOn`; their renewals come as a surprise',
      renewal,
    ),
  ];
};

/** Accounts that pay are what is looked at: nobody renews, or is written to, who left. */
const note = (lacking: Lacking, view: AccountView, owners: ReadonlySet<string>): void => {
  if (subscriptionsInForce(view).length === 0) return;
  lacking.accounts += 1;
  const ownerId = view.current(account)[0]?.data.ownerId;
  if (ownerId === undefined) lacking.owner.push(view.accountId);
  else if (!owners.has(ownerId)) lacking.strangers.push(view.accountId);
  if (!view.current(contact).some(({ data }) => data.left !== true))
    lacking.contact.push(view.accountId);
  const renews = view
    .current(contract)
    .some(({ data }) => (data.status ?? 'active') === 'active' && data.renewsOn >= view.today);
  if (!renews) lacking.renewal.push(view.accountId);
};

const HISTORY_DAYS = 90;
const FEWEST_DAYS = 3;
const PATIENCE = 3;

/**
 * Sources that have been silent for three times their usual interval, and three days at least. The usual interval is the
 * median of the gaps between the days on which one spoke. Pure.
 */
export const silentSources = (heard: readonly DaysHeard[], today: Day): readonly string[] =>
  heard.flatMap(({ source, kind, days }) => {
    const last = days.at(-1);
    if (days.length < FEWEST_DAYS || last === undefined) return [];
    const gaps = days.slice(1).map((day, index) => daysBetween(days[index] ?? day, day));
    const usual = gaps.sort((a, b) => a - b)[Math.floor(gaps.length / 2)] ?? 1;
    const silent = daysBetween(last, today);
    return silent > Math.max(PATIENCE, PATIENCE * usual)
      ? [`${source} of ${kind} for ${String(silent)} days`]
      : [];
  });

const silence = (heard: readonly DaysHeard[], { config, now }: Context): DataFinding => {
  const silent = silentSources(heard, dayIn(config.zone, now));
  return finding(
    'silent_sources',
    silent.length,
    heard.length,
    silent.length === 0
      ? `none of ${String(heard.length)} inputs fell silent`
      : `${String(silent.length)} of ${String(heard.length)} inputs fell silent: ${silent.slice(0, EXAMPLES).join(', ')}`,
    'look at the sender; what rests on them is treated as unknown, and guards close',
    silent,
  );
};

const conflicting = async (tx: TenantTx, { config, now }: Context): Promise<DataFinding> => {
  const conflicts = await loadConflicts(tx, { config, now });
  const open = conflicts.filter(({ because }) => because === 'newest');
  const fields = [...new Set(open.map(({ field }) => field))];
  return finding(
    'conflicts',
    open.length,
    conflicts.length,
    `${String(conflicts.length)} fields are told differently by two systems, ${String(open.length)} of them with no source of truth${fields.length === 0 ? '' : `: ${fields.join(', ')}`}`,
    'name whom to believe under `truth` in identity.yaml (`retinue conflicts`)',
    open.map(({ accountId }) => accountId),
  );
};

const quarantined = async (tx: TenantTx, { now }: Context): Promise<DataFinding> => {
  const counts = await countQuarantine(tx, now);
  const total = counts.reduce((sum, { count }) => sum + count, 0);
  return finding(
    'quarantine',
    total,
    total,
    total === 0 ? 'nothing is in quarantine' : `${String(total)} entries are in quarantine`,
    'correct the sender or the mapping, then `retinue quarantine replay`',
    counts.map(({ source, code, count }) => `${String(count)} ${code} of ${source}`),
  );
};

const tyingOut = async (tx: TenantTx, context: Context): Promise<DataFinding> => {
  const tied = await tieOutArr(tx, context);
  if (tied === null) {
    return {
      ...finding('arr', 1, 1, 'no statement of finance was imported to hold ARR against', ''),
      action: '`retinue import <folder> --mapping mappings/finance-arr.yaml`, then `retinue arr`',
    };
  }
  const open = tied.accounts.filter(({ ties }) => !ties);
  const of = tied.accounts.length;
  return finding(
    'arr',
    open.length,
    of,
    open.length === 0
      ? `ARR ties out with finance as of ${tied.asOf}, over ${String(of)} accounts`
      : `ARR does not tie out with finance as of ${tied.asOf} for ${String(open.length)} of ${String(of)} accounts`,
    '`retinue arr` says where, and why',
    open.map(({ name }) => name),
  );
};
