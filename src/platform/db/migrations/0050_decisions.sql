-- What was proposed, what was decided about it and why, who approved, and how much the program may do by itself.

-- ------------------------------------------------------------------------------------------------ proposals

create table proposals (
  tenant_id text not null,
  proposal_id text not null,
  world text not null,
  case_id text not null,
  account_id text not null,
  playbook text not null,
  agent text not null,
  class text not null check (class in ('comply', 'collect', 'save', 'sell', 'inform')),
  arm text not null check (arm in ('treatment', 'holdout')),
  urgency integer not null check (urgency between 0 and 100),
  round integer not null check (round >= 0),
  ordinal integer not null check (ordinal >= 0),
  revision integer not null check (revision >= 0),
  -- The stable name of the step within the plan.
  step text,
  tool text not null,
  -- `null` for a tool that nobody declares: filed so that its refusal is on record.
  tool_version text,
  args jsonb not null,
  reason text not null,
  mandatory boolean not null,
  preview jsonb not null,
  -- Of what would be done and to whom: an approval binds to it.
  action_digest text not null,
  status text not null check (status in ('proposed', 'held', 'pending_approval', 'approved', 'permitted', 'forbidden',
    'superseded', 'rejected', 'expired', 'void', 'done')),
  status_reason text,
  hold_until timestamptz,
  -- A person was handed the draft: what becomes of it is theirs, and is no message of ours.
  drafted boolean not null default false,
  proposed_at timestamptz not null,
  proposed_by text not null,
  updated_at timestamptz not null,
  primary key (tenant_id, proposal_id),
  unique (tenant_id, world, case_id, round, ordinal, revision),
  check (hold_until is null or status in ('held', 'approved'))
);
select protect_tenant_table('proposals');
revoke delete, truncate on proposals from retinue_app;
create index proposals_by_account on proposals (tenant_id, account_id, world, status);
create index proposals_by_case on proposals (tenant_id, case_id);
create index proposals_held on proposals (tenant_id, world, hold_until) where hold_until is not null;

-- What was proposed is not changed: an edit is a new revision.
create function proposals_keep_their_words() returns trigger language plpgsql as $$
begin
  if row(new.tenant_id, new.proposal_id, new.world, new.case_id, new.account_id, new.playbook, new.agent, new.class,
         new.arm, new.urgency, new.round, new.ordinal, new.revision, new.step, new.tool, new.tool_version, new.args,
         new.reason, new.mandatory, new.preview, new.action_digest, new.proposed_at, new.proposed_by)
     is distinct from
     row(old.tenant_id, old.proposal_id, old.world, old.case_id, old.account_id, old.playbook, old.agent, old.class,
         old.arm, old.urgency, old.round, old.ordinal, old.revision, old.step, old.tool, old.tool_version, old.args,
         old.reason, old.mandatory, old.preview, old.action_digest, old.proposed_at, old.proposed_by) then
    raise exception 'proposals: what was proposed is not changed; file a new revision' using errcode = '42501';
  end if;
  if old.status in ('forbidden', 'superseded', 'rejected', 'expired', 'void', 'done') and new.status <> old.status then
    raise exception 'proposals: % is final', old.status using errcode = '42501';
  end if;
  return new;
end $$;
create trigger proposals_keep_their_words before update on proposals
  for each row execute function proposals_keep_their_words();

-- ------------------------------------------------------------------------------------------------ decisions

-- Policy sets as they were evaluated, by hash, so that a decision can be asked again for as long as it is kept.
create table policy_texts (
  tenant_id text not null,
  policy_version text not null,
  schema text not null,
  texts jsonb not null,
  stored_at timestamptz not null,
  primary key (tenant_id, policy_version)
);
select protect_tenant_table('policy_texts');
revoke update, delete, truncate on policy_texts from retinue_app;

-- What the arbiter weighed, by hash: one settling of an account decides about several proposals at once.
create table arbitrations (
  tenant_id text not null,
  arbitration_id text not null,
  input jsonb not null,
  primary key (tenant_id, arbitration_id)
);
select protect_tenant_table('arbitrations');
revoke update, delete, truncate on arbitrations from retinue_app;

create table decisions (
  tenant_id text not null,
  decision_id text not null,
  proposal_id text not null,
  world text not null,
  phase text not null check (phase in ('settle', 'execute')),
  sequence integer not null check (sequence > 0),
  verdict text not null check (verdict in ('permit', 'escalate', 'forbid', 'hold', 'draft')),
  reasons jsonb not null,
  approvers text[] not null,
  quorum integer not null check (quorum >= 0),
  hold_until timestamptz,
  -- Exactly what Cedar was asked, and what it made of it before the arbiter spoke; `{}` and null where it was not asked.
  request jsonb not null,
  policy jsonb,
  policy_version text not null,
  arbitration_id text,
  config_version integer not null,
  build_id text not null,
  fact_set_id text not null,
  guards jsonb not null,
  -- Why the account was settled: a round, a hold that ended, an approval.
  cause text not null,
  at timestamptz not null,
  primary key (tenant_id, decision_id),
  unique (tenant_id, proposal_id, phase, sequence),
  foreign key (tenant_id, proposal_id) references proposals,
  foreign key (tenant_id, policy_version) references policy_texts,
  foreign key (tenant_id, arbitration_id) references arbitrations,
  check ((verdict = 'hold') = (hold_until is not null)),
  check ((verdict = 'escalate') = (quorum > 0))
);
select protect_tenant_table('decisions');
revoke update, delete, truncate on decisions from retinue_app;

-- ------------------------------------------------------------------------------------------------ approvals

create table approvals (
  tenant_id text not null,
  approval_id text not null,
  proposal_id text not null,
  decision_id text not null,
  world text not null,
  account_id text not null,
  case_id text not null,
  status text not null check (status in ('pending', 'approved', 'rejected', 'expired', 'void', 'consumed')),
  status_reason text,
  roles text[] not null check (cardinality(roles) > 0),
  quorum integer not null check (quorum > 0),
  -- The rules that asked for it.
  rules text[] not null,
  -- What it binds to: the action, and the facts that were seen, with their tolerances.
  action_digest text not null,
  bound jsonb not null,
  requested_at timestamptz not null,
  expires_at timestamptz not null,
  decided_at timestamptz,
  -- The transaction that consumed it: an outbox row is only accepted in the same one.
  consumed_xact xid8,
  primary key (tenant_id, approval_id),
  foreign key (tenant_id, proposal_id) references proposals,
  foreign key (tenant_id, decision_id) references decisions,
  check ((status = 'consumed') = (consumed_xact is not null))
);
select protect_tenant_table('approvals');
revoke delete, truncate on approvals from retinue_app;
create unique index approvals_one_open on approvals (tenant_id, proposal_id) where status in ('pending', 'approved');
create index approvals_due on approvals (tenant_id, expires_at) where status in ('pending', 'approved');
create index approvals_by_case on approvals (tenant_id, case_id);

create table approval_votes (
  tenant_id text not null,
  approval_id text not null,
  person_id text not null,
  vote text not null check (vote in ('approve', 'reject')),
  note text,
  -- Held when voting; what the person may do later does not change what they did.
  roles text[] not null,
  at timestamptz not null,
  -- One vote a person.
  primary key (tenant_id, approval_id, person_id),
  foreign key (tenant_id, approval_id) references approvals,
  check (vote = 'approve' or note is not null)
);
select protect_tenant_table('approval_votes');
revoke update, delete, truncate on approval_votes from retinue_app;

-- An approval says yes to what it was asked for, and never becomes anything again once it is used or gone. Approved
-- means that the votes are there, whoever writes the row.
create function approvals_follow() returns trigger language plpgsql as $$
declare
  votes integer;
begin
  if tg_op = 'INSERT' then
    if new.status <> 'pending' then
      raise exception 'approvals: one begins pending' using errcode = '42501';
    end if;
    return new;
  end if;
  if row(new.tenant_id, new.approval_id, new.proposal_id, new.decision_id, new.world, new.account_id, new.case_id,
         new.roles, new.quorum, new.rules, new.action_digest, new.bound, new.requested_at)
     is distinct from
     row(old.tenant_id, old.approval_id, old.proposal_id, old.decision_id, old.world, old.account_id, old.case_id,
         old.roles, old.quorum, old.rules, old.action_digest, old.bound, old.requested_at) then
    raise exception 'approvals: what was asked is not changed' using errcode = '42501';
  end if;
  if new.status <> old.status and not (
       (old.status = 'pending' and new.status in ('approved', 'rejected', 'expired', 'void'))
       or (old.status = 'approved' and new.status in ('consumed', 'expired', 'void'))) then
    raise exception 'approvals: % does not follow %', new.status, old.status using errcode = '42501';
  end if;
  if new.status = 'approved' and old.status = 'pending' then
    select count(*) filter (where v.vote = 'approve') into votes from approval_votes v
      where v.tenant_id = new.tenant_id and v.approval_id = new.approval_id;
    if votes < new.quorum then
      raise exception 'approvals: % of % votes are there', votes, new.quorum using errcode = '42501';
    end if;
  end if;
  return new;
end $$;
create trigger approvals_follow before insert or update on approvals
  for each row execute function approvals_follow();

-- ------------------------------------------------------------------------------------------------ autonomy

-- The rung in force is the newest row of a playbook and action; no row is `observe`.
create table autonomy_decisions (
  tenant_id text not null,
  ordinal integer not null check (ordinal > 0),
  playbook text not null,
  action text not null,
  rung text not null check (rung in ('observe', 'draft', 'approve', 'auto_with_undo', 'auto')),
  previous text not null check (previous in ('observe', 'draft', 'approve', 'auto_with_undo', 'auto')),
  reason text not null check (reason <> ''),
  -- The results that it rests on; null is shown as `without measured results`.
  measured jsonb,
  -- Null: it stepped down by itself.
  person_id text,
  at timestamptz not null,
  primary key (tenant_id, ordinal),
  -- Only a person raises a rung.
  check (person_id is not null or
    array_position(array['observe', 'draft', 'approve', 'auto_with_undo', 'auto'], rung)
      < array_position(array['observe', 'draft', 'approve', 'auto_with_undo', 'auto'], previous))
);
select protect_tenant_table('autonomy_decisions');
revoke update, delete, truncate on autonomy_decisions from retinue_app;
create index autonomy_in_force on autonomy_decisions (tenant_id, playbook, action, ordinal desc);

-- What counts against autonomy, once each.
create table autonomy_troubles (
  tenant_id text not null,
  kind text not null check (kind in ('policy_refusal', 'complaint', 'effect_refused', 'effect_unknown')),
  -- The proposal, action or message that it is about.
  subject text not null,
  playbook text not null,
  action text not null,
  at timestamptz not null,
  primary key (tenant_id, kind, subject)
);
select protect_tenant_table('autonomy_troubles');
revoke update, delete, truncate on autonomy_troubles from retinue_app;
create index autonomy_troubles_recent on autonomy_troubles (tenant_id, playbook, action, at desc);

-- ------------------------------------------------------------------------------------------------ guards

-- An admin's word on whether a guard has an input in this house at all; the newest of a guard counts.
create table guard_declarations (
  tenant_id text not null,
  ordinal integer not null check (ordinal > 0),
  guard text not null,
  applicable boolean not null,
  reason text not null check (reason <> ''),
  person_id text not null,
  at timestamptz not null,
  primary key (tenant_id, ordinal)
);
select protect_tenant_table('guard_declarations');
revoke update, delete, truncate on guard_declarations from retinue_app;
