-- What acts and what remembers: human tasks, the outbox with its guard, suppression, volume brakes, the ledger.

-- ------------------------------------------------------------------------------------------------ human tasks

create table tasks (
  tenant_id text not null,
  task_id text not null,
  world text not null,
  -- The business key: the same key is the same task, for ever.
  key text not null,
  -- The action of the outbox that opened it; null when the program itself asks for a check.
  action_id text,
  account_id text,
  case_id text,
  kind text not null,
  title text not null,
  reason text not null,
  draft text not null,
  -- Whose it is by the tenant's files, and who has it now: a deputy while the owner is away, a manager when overdue.
  owner_id text not null,
  assignee_id text not null,
  assignee_email text,
  assigned_because text not null,
  status text not null check (status in ('open', 'accepted', 'done', 'declined', 'closed')),
  opened_at timestamptz not null,
  opened_on date not null,
  due_on date not null,
  remind_on date not null,
  reminded_at timestamptz,
  escalated_at timestamptz,
  accepted_at timestamptz,
  finished_at timestamptz,
  -- The person who accepted or finished it, and whether they stood in for the assignee.
  acted_by text,
  stood_in boolean not null default false,
  outcome text,
  note text,
  revision integer not null default 1,
  primary key (tenant_id, task_id),
  unique (tenant_id, world, key),
  check ((status in ('done', 'declined', 'closed')) = (finished_at is not null))
);
select protect_tenant_table('tasks');
revoke delete, truncate on tasks from retinue_app;
create index tasks_open on tasks (tenant_id, world, due_on) where status in ('open', 'accepted');
create index tasks_by_case on tasks (tenant_id, case_id);
create index tasks_by_account on tasks (tenant_id, account_id);

-- ------------------------------------------------------------------------------------------------ the outbox

create table outbox (
  tenant_id text not null,
  action_id text not null,
  world text not null,
  port text not null,
  business_key text not null,
  account_id text,
  case_id text,
  playbook text,
  proposal_id text,
  decision_id text,
  approval_id text,
  -- For a notice to our own people: the open task that it is about.
  task_id text,
  template_id text,
  outward boolean not null,
  -- Who answers for it in the house, and gets the task when it goes wrong.
  owner_id text,
  effect jsonb not null,
  status text not null check (status in
    ('held', 'ready', 'sending', 'done', 'refused', 'unknown', 'recalled', 'blocked', 'failed')),
  reasons jsonb not null default '[]',
  not_before timestamptz not null,
  attempts integer not null default 0 check (attempts >= 0),
  next_attempt_at timestamptz,
  -- Fencing. Leases run by the database's clock: they are about processes, not about business time.
  lease_epoch bigint not null default 0,
  lease_until timestamptz,
  lease_holder text,
  -- When it was last handed to its port; volume is counted by it.
  started_at timestamptz,
  receipt jsonb,
  -- The effect is recorded, its consequences (receipt event, proposal, case) are not yet.
  owed boolean not null default false,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  finished_at timestamptz,
  primary key (tenant_id, action_id),
  check (outward or port = 'tasks' or task_id is not null)
);
select protect_tenant_table('outbox');
revoke delete, truncate on outbox from retinue_app;

-- One effect for one business key, among those that may happen or may have happened.
create unique index outbox_one_effect on outbox (tenant_id, world, port, business_key)
  where status not in ('refused', 'recalled', 'blocked', 'failed');
create index outbox_due on outbox (tenant_id, world, not_before) where status in ('held', 'ready', 'sending');
create index outbox_owed on outbox (tenant_id, world) where owed;
create index outbox_volume on outbox (tenant_id, world, playbook, template_id, started_at) where started_at is not null;
create index outbox_by_case on outbox (tenant_id, case_id);
create index outbox_by_proposal on outbox (tenant_id, proposal_id);

-- Whether a new row may exist. Runs as the caller, under the caller's row-level security: a decision of another
-- tenant is not there to be found.
create function outbox_authority(entry outbox) returns text language plpgsql stable as $$
declare
  verdict_given text;
  proposed proposals;
begin
  if entry.task_id is not null then
    if entry.proposal_id is not null or entry.decision_id is not null or entry.approval_id is not null or entry.outward then
      return 'a notice belongs to a task and to nothing else';
    end if;
    perform 1 from tasks t
      where t.tenant_id = entry.tenant_id and t.task_id = entry.task_id and t.world = entry.world
        and t.status in ('open', 'accepted') and t.assignee_email is not null
        and entry.effect #>> '{recipient,email}' = t.assignee_email
        and entry.port = 'email' and starts_with(entry.template_id, 'internal.');
    if not found then
      return 'a notice goes to the assignee of an open task alone';
    end if;
    return null;
  end if;

  if entry.proposal_id is null or entry.decision_id is null then
    return 'no decision is named';
  end if;
  select p.* into proposed from proposals p
    where p.tenant_id = entry.tenant_id and p.proposal_id = entry.proposal_id and p.world = entry.world
      and p.account_id = entry.account_id and p.case_id = entry.case_id and p.playbook = entry.playbook;
  if not found then
    return 'there is no such proposal of this account, case and world';
  end if;
  select d.verdict into verdict_given from decisions d
    where d.tenant_id = entry.tenant_id and d.decision_id = entry.decision_id and d.proposal_id = entry.proposal_id
      and d.world = entry.world and d.phase = 'settle';
  if not found then
    return 'there is no such decision of this proposal';
  end if;
  perform 1 from decisions d, decisions later
    where d.tenant_id = entry.tenant_id and d.decision_id = entry.decision_id
      and later.tenant_id = d.tenant_id and later.proposal_id = d.proposal_id and later.phase = 'settle'
      and later.sequence > d.sequence;
  if found then
    return 'a later decision of this proposal stands';
  end if;
  if entry.port <> 'tasks' and (entry.effect -> 'message' is distinct from proposed.preview -> 'message'
     or entry.effect -> 'recipient' is distinct from proposed.preview -> 'recipient') then
    return 'the effect is not what was proposed';
  end if;
  if entry.port = 'tasks' and proposed.preview ->> 'port' = 'tasks'
     and entry.effect -> 'task' is distinct from proposed.preview -> 'task' then
    return 'the effect is not what was proposed';
  end if;
  if entry.port <> proposed.preview ->> 'port' and not (verdict_given = 'draft' and entry.port = 'tasks') then
    return 'the port is not the one that was proposed';
  end if;
  if entry.outward <> (entry.port <> 'tasks') then
    return 'what leaves the house is outward, and nothing else is';
  end if;
  if entry.approval_id is not null then
    perform 1 from approvals a
      where a.tenant_id = entry.tenant_id and a.approval_id = entry.approval_id and a.proposal_id = entry.proposal_id
        and a.world = entry.world and a.status = 'consumed' and a.consumed_xact = pg_current_xact_id();
    if not found then
      return 'the approval was not consumed for this proposal in this transaction';
    end if;
    return null;
  end if;
  if verdict_given = 'permit' or (verdict_given = 'draft' and entry.port = 'tasks') then
    return null;
  end if;
  return format('the decision says %s', verdict_given);
end $$;

create function outbox_may_follow(old_status text, new_status text) returns boolean language sql immutable as $$
  select case old_status
    when 'held' then new_status in ('held', 'ready', 'sending', 'recalled', 'blocked', 'refused', 'failed')
    when 'ready' then new_status in ('held', 'ready', 'sending', 'recalled', 'blocked', 'refused', 'failed')
    when 'sending' then new_status in ('sending', 'held', 'ready', 'done', 'refused', 'unknown', 'blocked', 'failed')
    when 'unknown' then new_status in ('unknown', 'ready', 'done', 'failed')
  end
$$;

create function outbox_guard() returns trigger language plpgsql as $$
declare
  objection text;
begin
  if tg_op = 'INSERT' then
    if new.status not in ('held', 'ready') or new.attempts <> 0 or new.receipt is not null or new.started_at is not null then
      raise exception 'outbox: a row begins held or ready, untried' using errcode = '42501';
    end if;
    objection := outbox_authority(new);
    if objection is not null then
      raise exception 'outbox: %', objection using errcode = '42501';
    end if;
    return new;
  end if;
  if row(new.tenant_id, new.action_id, new.world, new.port, new.business_key, new.account_id, new.case_id, new.playbook,
         new.proposal_id, new.decision_id, new.approval_id, new.task_id, new.template_id, new.outward, new.effect,
         new.created_at)
     is distinct from
     row(old.tenant_id, old.action_id, old.world, old.port, old.business_key, old.account_id, old.case_id, old.playbook,
         old.proposal_id, old.decision_id, old.approval_id, old.task_id, old.template_id, old.outward, old.effect,
         old.created_at) then
    raise exception 'outbox: what was decided is not changed; file a new proposal' using errcode = '42501';
  end if;
  if new.lease_epoch < old.lease_epoch then
    raise exception 'outbox: a lease epoch never goes back' using errcode = '42501';
  end if;
  if old.status in ('done', 'refused', 'recalled', 'blocked', 'failed') then
    if row(new.status, new.receipt, new.reasons, new.attempts, new.finished_at)
       is distinct from row(old.status, old.receipt, old.reasons, old.attempts, old.finished_at) then
      raise exception 'outbox: % is final', old.status using errcode = '42501';
    end if;
  elsif not outbox_may_follow(old.status, new.status) then
    raise exception 'outbox: % does not follow %', new.status, old.status using errcode = '42501';
  end if;
  return new;
end $$;

create trigger outbox_guard before insert or update on outbox for each row execute function outbox_guard();

-- One row for each brake, locked while volume is counted, so that two workers cannot both see the last free place.
create table outbox_brakes (
  tenant_id text not null,
  world text not null,
  playbook text not null,
  template_id text not null,
  checked_at timestamptz not null,
  -- Since when it has been on; null while it is off.
  tripped_at timestamptz,
  primary key (tenant_id, world, playbook, template_id)
);
select protect_tenant_table('outbox_brakes');

-- Addresses that are not written to. The list outlives the erasure of a person, so it holds a keyed hash and a hint
-- that a person recognises, never the address.
create table suppressions (
  tenant_id text not null,
  address_hash text not null,
  hint text not null,
  reason text not null,
  suppressed_by text not null,
  suppressed_at timestamptz not null,
  primary key (tenant_id, address_hash)
);
select protect_tenant_table('suppressions');

-- ------------------------------------------------------------------------------------------------ the ledger

create table ledger_entries (
  tenant_id text not null,
  entry_id bigint generated always as identity,
  world text not null,
  kind text not null,
  at timestamptz not null,
  account_id text,
  case_id text,
  -- Every id that it concerns, by its word: accountId, caseId, proposalId …
  subjects jsonb not null,
  body jsonb not null,
  -- Set once by the chainer.
  position bigint,
  previous_hash text,
  hash text,
  primary key (tenant_id, entry_id),
  check ((position is null) = (hash is null) and (position is null) = (previous_hash is null))
);
select protect_tenant_table('ledger_entries');
create unique index ledger_chain on ledger_entries (tenant_id, world, position) where position is not null;
create index ledger_unlinked on ledger_entries (tenant_id, world, entry_id) where position is null;
create index ledger_by_case on ledger_entries (tenant_id, case_id, entry_id);
create index ledger_by_account on ledger_entries (tenant_id, account_id, entry_id);

-- Where each chain ends; the row is the chainer's lock.
create table ledger_heads (
  tenant_id text not null,
  world text not null,
  position bigint not null,
  hash text not null,
  primary key (tenant_id, world)
);
select protect_tenant_table('ledger_heads');

create function ledger_is_append_only() returns trigger language plpgsql as $$
begin
  if tg_op <> 'UPDATE' then
    raise exception 'ledger: entries are never removed' using errcode = '42501';
  end if;
  if old.position is not null
     or row(new.tenant_id, new.entry_id, new.world, new.kind, new.at, new.account_id, new.case_id, new.subjects, new.body)
        is distinct from
        row(old.tenant_id, old.entry_id, old.world, old.kind, old.at, old.account_id, old.case_id, old.subjects, old.body) then
    raise exception 'ledger: entries are never changed' using errcode = '42501';
  end if;
  return new;
end $$;
create trigger ledger_no_change before update or delete on ledger_entries
  for each row execute function ledger_is_append_only();
create trigger ledger_no_truncate before truncate on ledger_entries
  for each statement execute function ledger_is_append_only();

create function ledger_head_moves_on() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' and new.position >= old.position and new.tenant_id = old.tenant_id and new.world = old.world then
    return new;
  end if;
  raise exception 'ledger: a chain only grows' using errcode = '42501';
end $$;
create trigger ledger_head_no_change before update or delete on ledger_heads
  for each row execute function ledger_head_moves_on();

revoke update, delete, truncate on ledger_entries from retinue_app;
grant update (position, previous_hash, hash) on ledger_entries to retinue_app;
revoke delete, truncate on ledger_heads from retinue_app;

-- The salt of one subject's hashes in the ledger. Erasing the person deletes the salt, and the hashes say nothing more.
create table subject_salts (
  tenant_id text not null,
  subject_id text not null,
  salt text not null,
  primary key (tenant_id, subject_id)
);
select protect_tenant_table('subject_salts');
