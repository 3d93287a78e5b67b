-- What minds other than the playbook's own rules leave behind: where an argument comes from, what a case has read of
-- outsiders, which steps of the plan were declined, and when a playbook was taken from its model.

-- The case had read text of outsiders when this was filed.
alter table proposals add column read_untrusted boolean not null default false;
-- Arguments that come neither from the plan nor from a fact.
alter table proposals add column ungrounded text[] not null default '{}';
-- A step of the plan that a model declined, with its reason, and that waits for a person to say so too.
alter table proposals add column declined text;

create or replace function proposals_keep_their_words() returns trigger language plpgsql as $$
begin
  if row(new.tenant_id, new.proposal_id, new.world, new.case_id, new.account_id, new.playbook, new.agent, new.class,
         new.arm, new.urgency, new.round, new.ordinal, new.revision, new.step, new.tool, new.tool_version, new.args,
         new.reason, new.mandatory, new.preview, new.action_digest, new.proposed_at, new.proposed_by,
         new.read_untrusted, new.ungrounded, new.declined)
     is distinct from
     row(old.tenant_id, old.proposal_id, old.world, old.case_id, old.account_id, old.playbook, old.agent, old.class,
         old.arm, old.urgency, old.round, old.ordinal, old.revision, old.step, old.tool, old.tool_version, old.args,
         old.reason, old.mandatory, old.preview, old.action_digest, old.proposed_at, old.proposed_by,
         old.read_untrusted, old.ungrounded, old.declined) then
    raise exception 'proposals: what was proposed is not changed; file a new revision' using errcode = '42501';
  end if;
  if old.status in ('forbidden', 'superseded', 'rejected', 'expired', 'void', 'done') and new.status <> old.status then
    raise exception 'proposals: % is final', old.status using errcode = '42501';
  end if;
  return new;
end $$;

-- The plan by rules, kept beside what was filed, with what became of each step.
alter table rounds add column plan jsonb not null default '[]';
-- Who reasoned and how: model, calls, tokens, its own words, what it read of outsiders, whom it consulted.
alter table rounds add column thought jsonb;
create index rounds_reasoned on rounds (tenant_id, (thought ->> 'model'), opened_at) where thought is not null;

-- A playbook that was taken from its model, because the model declined far more than the rules would have.
create table model_pauses (
  tenant_id text not null,
  pause_id text not null,
  playbook text not null,
  agent text not null,
  model text not null,
  -- Of so many cases with something to decline, in so many something was declined.
  cases integer not null check (cases > 0),
  declined integer not null check (declined between 0 and cases),
  paused_at timestamptz not null,
  lifted_at timestamptz,
  lifted_by text,
  lifted_because text,
  primary key (tenant_id, pause_id),
  check ((lifted_at is null) = (lifted_by is null) and (lifted_at is null) = (lifted_because is null))
);
select protect_tenant_table('model_pauses');
revoke delete, truncate on model_pauses from retinue_app;
create unique index model_pauses_on on model_pauses (tenant_id, playbook) where lifted_at is null;
