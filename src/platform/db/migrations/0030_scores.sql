-- What was known of accounts and what it was worth: fact sets, the newest assessment, daily scores.

-- Facts and scores of one account at one moment, by the digest of what they say, so that a decision can name exactly
-- what it rested on. Ids and figures only: names and addresses of people are never among the facts.
create table fact_sets (
  tenant_id text not null,
  fact_set_id text not null check (fact_set_id ~ '^facts-[0-9a-f]{64}$'),
  account_id text not null,
  at timestamptz not null,
  config_version integer not null,
  facts jsonb not null,
  scores jsonb not null,
  primary key (tenant_id, fact_set_id)
);
select protect_tenant_table('fact_sets');
create index fact_sets_by_account on fact_sets (tenant_id, account_id, at);

-- The newest assessment of an account in a world: what lists show.
create table assessments (
  tenant_id text not null,
  world text not null,
  account_id text not null,
  day date not null,
  at timestamptz not null,
  fact_set_id text not null,
  primary key (tenant_id, world, account_id),
  foreign key (tenant_id, fact_set_id) references fact_sets
);
select protect_tenant_table('assessments');

-- One score of one account on one day, with its receipt: lines of [input, points, weight, known, reason].
create table score_history (
  tenant_id text not null,
  world text not null,
  account_id text not null,
  score_id text not null,
  day date not null,
  status text not null check (status in ('known', 'unknown', 'too_young')),
  value smallint not null check (value between 0 and 100),
  supported smallint not null check (supported between 0 and 100),
  tier text,
  coverage integer not null check (coverage between 0 and 10000),
  weights_version text not null,
  at timestamptz not null,
  note text,
  -- json: written by the thousand, read whole, never searched.
  receipt json not null,
  primary key (tenant_id, world, account_id, score_id, day),
  check ((tier is null) = (status <> 'known'))
);
select protect_tenant_table('score_history');
