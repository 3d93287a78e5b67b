-- Cases, their rounds, the runs of the line, and the leases that keep two workers from doing one thing.

create table cases (
  tenant_id text not null,
  case_id text not null,
  world text not null,
  account_id text not null,
  root_account_id text not null,
  playbook text not null,
  class text not null check (class in ('comply', 'collect', 'save', 'sell', 'inform')),
  agent text not null,
  subject text not null,
  period text not null,
  status text not null check (status in ('waiting', 'open', 'closed')),
  arm text not null check (arm in ('treatment', 'holdout')),
  -- Whose attention it takes; null where nobody owns the account.
  owner_id text,
  found_at timestamptz not null,
  opened_at timestamptz not null,
  closed_at timestamptz,
  close_reason text,
  reasons jsonb not null,
  urgency integer not null check (urgency between 0 and 100),
  arr_minor bigint,
  arr_currency text,
  rank bigint not null,
  round integer not null default 0,
  next_look_at timestamptz,
  -- Why it is looked at then; the round opened for it carries it on.
  next_look_cause text,
  updated_at timestamptz not null,
  primary key (tenant_id, case_id),
  check ((arr_minor is null) = (arr_currency is null)),
  check ((status = 'closed') = (closed_at is not null))
);
select protect_tenant_table('cases');

-- An open case is updated, never opened a second time.
create unique index cases_one_open on cases (tenant_id, world, playbook, account_id, subject)
  where status <> 'closed';
create index cases_due on cases (tenant_id, world, next_look_at) where status = 'open';
create index cases_by_account on cases (tenant_id, world, account_id);

-- A round is one graph thread. The row says whose turn it is; the thread only remembers where it stood.
create table rounds (
  tenant_id text not null,
  case_id text not null,
  round integer not null,
  world text not null,
  thread_id text not null,
  graph_version integer not null,
  config_version integer not null,
  status text not null check (status in ('running', 'waiting', 'done', 'void', 'failed')),
  cause text not null,
  mode text not null check (mode in ('rules', 'agent', 'hybrid')),
  note text,
  fact_set_id text,
  -- Drafts as filed, in order, with the step of the plan that each is, and what was refused before filing.
  steps jsonb not null default '[]',
  refused jsonb not null default '[]',
  -- Verdict by proposal id, as settled last.
  verdicts jsonb not null default '{}',
  waiting_on text[] not null default '{}',
  next_look_at timestamptz,
  -- Fencing: a worker that lost its lease holds an older epoch, and its writes are refused.
  lease_epoch bigint not null default 0,
  lease_until timestamptz,
  attempts integer not null default 0,
  -- A failing round is tried again from then on.
  retry_at timestamptz,
  opened_at timestamptz not null,
  closed_at timestamptz,
  -- The graph's own memory of it is deleted.
  forgotten boolean not null default false,
  primary key (tenant_id, case_id, round),
  unique (tenant_id, thread_id),
  foreign key (tenant_id, case_id) references cases
);
select protect_tenant_table('rounds');
create index rounds_unfinished on rounds (tenant_id, world) where status in ('running', 'waiting');

-- The arm is set when an account becomes eligible, before planner and arbiter, and never moves again.
create table experiment_arms (
  tenant_id text not null,
  world text not null,
  experiment text not null,
  root_account_id text not null,
  arm text not null check (arm in ('treatment', 'holdout')),
  holdout_basis_points integer not null check (holdout_basis_points between 0 and 10000),
  eligible_at timestamptz not null,
  primary key (tenant_id, world, experiment, root_account_id)
);
select protect_tenant_table('experiment_arms');

create table runs (
  tenant_id text not null,
  run_id text not null,
  world text not null,
  status text not null check (status in ('running', 'done', 'failed')),
  reason text not null,
  -- Over every account, and not only over those that an import or a batch touched.
  complete boolean not null,
  as_of date,
  -- Business time of the run, then the moments by the clock of the database.
  now timestamptz not null,
  started_at timestamptz not null default now(),
  finished_at timestamptz,
  config_version integer,
  report jsonb,
  error text,
  primary key (tenant_id, run_id)
);
select protect_tenant_table('runs');
create index runs_latest on runs (tenant_id, started_at desc);

-- Leases run by the database's clock: they are about processes, not about business time.
create table leases (
  tenant_id text not null,
  name text not null,
  holder text,
  epoch bigint not null default 0,
  until timestamptz,
  primary key (tenant_id, name)
);
select protect_tenant_table('leases');
