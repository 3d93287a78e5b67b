import { verify } from '../../src/act/ledger/verify.ts';
import type { TenantTx } from '../../src/platform/db/database.ts';
import { findAccount } from '../../src/sense/identity/find-account.ts';
import { ACCOUNTS } from './life.ts';

/** What became of the accounts, in words that are the same in every life. */
export type Standing = Readonly<Record<string, unknown>>;

const STANDING: Readonly<Record<string, string>> = {
  cases: 'select playbook, status, round, arm, close_reason from cases where account_id = $1',
  rounds: `select c.playbook, r.round, r.status, r.cause from rounds r join cases c using (tenant_id, case_id)
     where account_id = $1`,
  proposals: `select playbook, round, ordinal, revision, step, tool, status from proposals
     where account_id = $1`,
  // What is tried again is decided again: which decisions there are counts, not how many.
  decisions: `select distinct p.playbook, p.round, p.step, d.phase, d.verdict
     from decisions d join proposals p using (tenant_id, proposal_id) where p.account_id = $1`,
  approvals: `select p.playbook, p.step, a.status from approvals a join proposals p using (tenant_id, proposal_id)
     where p.account_id = $1`,
  outbox: 'select port, template_id, status from outbox where account_id = $1',
  tasks: 'select kind, status from tasks where account_id = $1',
};

export const standingOf = async (tx: TenantTx): Promise<Standing> => {
  const standing: Record<string, unknown> = {};
  for (const name of ACCOUNTS) {
    const account = await findAccount(tx, name);
    for (const [what, select] of Object.entries(STANDING)) {
      const rows = await tx.query(select, [account?.accountId ?? '']);
      standing[`${name}: ${what}`] = rows.map((row) => JSON.stringify(row)).sort();
    }
  }
  return standing;
};

/** Each of these finds nothing in a company that lost nothing and doubled nothing. */
const NEVER: Readonly<Record<string, string>> = {
  'an event is in the log twice':
    'select source, event_id from events group by 1, 2 having count(*) > 1',
  'an event was claimed and not kept': `select source, event_id from event_keys k
     where not exists (select from events e where e.source = k.source and e.event_id = k.event_id)`,
  'an event was quarantined': 'select event_id, code from quarantine',
  'a round was left': `select case_id, round, status, note from rounds where status in ('running', 'failed')`,
  'a round waits for nobody': `select case_id, round, attempts from rounds r where status = 'waiting'
     and not exists (select from approvals a where a.approval_id = any(r.waiting_on) and a.status = 'pending')`,
  'a run was left': `select run_id from runs where status = 'running'`,
  'an effect was left': `select action_id, status from outbox where status in ('held', 'ready', 'sending', 'failed')`,
  'a consequence was left': 'select action_id from outbox where owed',
  'a permitted proposal has no effect': `select proposal_id from proposals p where status = 'permitted'
     and not exists (select from outbox o where o.proposal_id = p.proposal_id)`,
  'an effect happened twice': `select business_key from outbox where status in ('done', 'unknown')
     group by 1 having count(*) > 1`,
  'an approval was used twice': `select approval_id from outbox where approval_id is not null group by 1 having count(*) > 1`,
  'a task was opened twice': `select action_id, kind from tasks where action_id is not null group by 1, 2 having count(*) > 1`,
  'a task that was carried out is not there': `select action_id from outbox o where port = 'tasks' and status = 'done'
     and not exists (select from tasks t where t.action_id = o.action_id)`,
  'a message went out without a receipt': `select action_id from outbox o where port = 'email' and status = 'done'
     and task_id is null and not exists (select from events e where e.source = 'retinue' and e.type = 'touch.changed'
       and e.event_id like '%' || o.action_id || '%')`,
  'a doubt that nobody was told of': `select action_id from outbox o where status = 'unknown' and task_id is null
     and not exists (select from tasks t where t.action_id = o.action_id and t.kind = 'check_delivery')`,
  'a decision is not in the ledger once': `select decision_id from decisions d where (select count(*) from ledger_entries l
     where l.kind = 'decision' and l.subjects ->> 'decisionId' = d.decision_id) <> 1`,
  'the ledger tells a thing twice': `select kind, subjects from ledger_entries group by kind, subjects, body having count(*) > 1`,
};

export interface Evidence {
  readonly told: ReadonlySet<string>;
  /** How often each action's message was received. */
  readonly messages: ReadonlyMap<string, number>;
}

/** What was lost or doubled; nothing, if all is well. */
export const faultsOf = async (tx: TenantTx, { told, messages }: Evidence): Promise<string[]> => {
  const faults: string[] = [];
  for (const [fault, select] of Object.entries(NEVER)) {
    const rows = await tx.query(select);
    if (rows.length > 0)
      faults.push(`${fault}: ${rows.length} of them, such as ${JSON.stringify(rows[0])}`);
  }
  const kept = await tx.query<{ key: string }>(
    `select source || ' ' || event_id as key from events`,
  );
  const keys = new Set(kept.map(({ key }) => key));
  const lost = [...told].filter((key) => !keys.has(key));
  if (lost.length > 0)
    faults.push(`an event was lost: ${lost.length} of them, such as ${lost[0] ?? ''}`);
  return [...faults, ...(await messageFaults(tx, messages)), ...(await ledgerFaults(tx))];
};

const messageFaults = async (
  tx: TenantTx,
  messages: ReadonlyMap<string, number>,
): Promise<string[]> => {
  const rows = await tx.query<{ action_id: string; status: string }>(
    `select action_id, status from outbox where port = 'email'`,
  );
  const known = new Set(rows.map(({ action_id }) => action_id));
  const strangers = [...messages.keys()].filter((actionId) => !known.has(actionId));
  return [
    ...strangers.map((actionId) => `a message went out that nobody decided: ${actionId}`),
    ...rows.flatMap(({ action_id, status }) => {
      const received = messages.get(action_id) ?? 0;
      const allowed = status === 'done' ? [1] : status === 'unknown' ? [0, 1] : [0];
      return allowed.includes(received)
        ? []
        : [`the message of ${action_id} (${status}) was received ${received} times`];
    }),
  ];
};

const ledgerFaults = async (tx: TenantTx): Promise<string[]> => {
  const report = await verify(tx);
  return [
    ...report.faults.map(({ position, problem }) => `ledger, entry ${position}: ${problem}`),
    ...report.chains.flatMap(({ unlinked }) =>
      unlinked === 0 ? [] : [`${unlinked} ledger entries are not linked`],
    ),
    ...(report.chains.length === 1 ? [] : [`${report.chains.length} ledger chains instead of one`]),
  ];
};
