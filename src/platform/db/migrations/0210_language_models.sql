-- What language models are asked, what it costs, and what may leave unmasked.

-- What a tenant's day has used. A call is booked before it is made, at the most it may come to, and corrected after: what
-- a dead process had under way stays booked.
create table model_days (
  tenant_id text not null,
  -- In the tenant's zone.
  day date not null,
  tokens bigint not null default 0 check (tokens >= 0),
  -- Billionths of a minor unit of the tenant's currency.
  cost_nano bigint not null default 0 check (cost_nano >= 0),
  primary key (tenant_id, day)
);
select protect_tenant_table('model_days');
revoke delete, truncate on model_days from retinue_app;

create table model_calls (
  tenant_id text not null,
  call_id uuid not null,
  day date not null,
  asked_at timestamptz not null,
  agent text not null,
  model text not null,
  -- Of a round of a case, or of an operator's thread.
  case_id text,
  round integer,
  playbook text,
  thread_id text,
  -- `asked`: under way, or the process died meanwhile.
  status text not null check (status in ('asked', 'answered', 'failed')),
  fault text,
  reason text,
  attempts integer not null default 0 check (attempts >= 0),
  -- Booked before the call; in place of them, once it is over, what was used.
  tokens bigint not null check (tokens >= 0),
  input_tokens integer,
  output_tokens integer,
  is_estimated boolean not null default true,
  cost_nano bigint not null check (cost_nano >= 0),
  latency_ms integer check (latency_ms >= 0),
  -- As they left and came, with placeholders. Pruned after a while; their digests stay.
  request jsonb,
  answer jsonb,
  request_digest text not null,
  answer_digest text,
  primary key (tenant_id, call_id),
  check ((case_id is null) <> (thread_id is null)),
  check ((status = 'failed') = (fault is not null and reason is not null))
);
select protect_tenant_table('model_calls');
revoke delete, truncate on model_calls from retinue_app;
create index model_calls_by_day on model_calls (tenant_id, day, agent);
create index model_calls_by_case on model_calls (tenant_id, case_id, round) where case_id is not null;
create index model_calls_kept on model_calls (tenant_id, asked_at) where request is not null;

-- What leaves as it is, by a decision of two people.
create table model_unmaskings (
  tenant_id text not null,
  unmasking_id uuid not null,
  what text not null check (what in ('names', 'texts')),
  reason text not null,
  status text not null check (status in ('proposed', 'in_force', 'ended')),
  proposed_by text not null,
  proposed_at timestamptz not null,
  approved_by text,
  approved_at timestamptz,
  ended_by text,
  ended_at timestamptz,
  primary key (tenant_id, unmasking_id),
  check (approved_by <> proposed_by),
  check (status <> 'in_force' or approved_by is not null),
  check ((status = 'ended') = (ended_by is not null and ended_at is not null))
);
select protect_tenant_table('model_unmaskings');
revoke delete, truncate on model_unmaskings from retinue_app;
create unique index model_unmaskings_open on model_unmaskings (tenant_id, what) where status <> 'ended';
