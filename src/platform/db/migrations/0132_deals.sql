-- The deal pipeline: our own, for tenants whose deals live nowhere else.

create table deals (
  tenant_id text not null,
  deal_id text not null,
  account_id text not null,
  -- The case that it came from, and what it is about there: a case has one deal of a kind.
  case_id text not null,
  kind text not null check (kind in ('expansion', 'renewal')),
  name text not null,
  -- A stage of the tenant's files, and what that stage meant when the deal came into it.
  stage text not null,
  standing text not null check (standing in ('open', 'won', 'lost')),
  amount_minor bigint,
  currency text,
  owner_id text,
  close_on date not null,
  -- Once a person has moved it, playbooks leave it alone.
  moved_by_person boolean not null default false,
  opened_at timestamptz not null,
  stage_since timestamptz not null,
  closed_at timestamptz,
  revision integer not null default 1,
  primary key (tenant_id, deal_id),
  unique (tenant_id, case_id, kind),
  check ((amount_minor is null) = (currency is null)),
  check ((standing = 'open') = (closed_at is null))
);
select protect_tenant_table('deals');
revoke delete, truncate on deals from retinue_app;
create index deals_by_account on deals (tenant_id, account_id);
create index deals_open on deals (tenant_id, close_on) where standing = 'open';

create table deal_moves (
  tenant_id text not null,
  deal_id text not null,
  revision integer not null,
  from_stage text,
  to_stage text not null,
  -- A person's id, or the action of the outbox.
  moved_by text not null,
  by_person boolean not null,
  note text,
  at timestamptz not null,
  primary key (tenant_id, deal_id, revision),
  foreign key (tenant_id, deal_id) references deals
);
select protect_tenant_table('deal_moves');
revoke update, delete, truncate on deal_moves from retinue_app;

-- A deal stays in the house, as a task does, and is what was proposed.
do $$
declare
  found text;
begin
  for found in
    select conname from pg_constraint
    where conrelid = 'outbox'::regclass and contype = 'c' and pg_get_constraintdef(oid) like '%outward%'
  loop
    execute format('alter table outbox drop constraint %I', found);
  end loop;
end $$;
alter table outbox add constraint outbox_stays_in check (outward or port in ('tasks', 'deals') or task_id is not null);

create or replace function outbox_authority(entry outbox) returns text language plpgsql stable as $$
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
  if entry.port = 'deals' and entry.effect -> 'deal' is distinct from proposed.preview -> 'deal' then
    return 'the effect is not what was proposed';
  end if;
  if entry.outward <> (entry.port not in ('tasks', 'deals')) then
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

