-- What came in, whose it is, and what it adds up to: events, identity, state, series, imports, quarantine.

-- An account as others refer to it and lock it. Nothing here ever changes and nothing refers to it by a foreign key
-- (which would lock it), so that accepting events never waits for a transaction that holds the row: one that does may
-- itself be about to accept. What is known of an account stands beside it.
create table accounts (
  tenant_id text not null,
  account_id text not null,
  -- The link that first named it; its id derives from it.
  root_link_id text not null,
  created_at timestamptz not null,
  primary key (tenant_id, account_id)
);
select protect_tenant_table('accounts');

create table account_profiles (
  tenant_id text not null,
  account_id text not null,
  name text,
  -- The parent company, in the words of the source that names it.
  parent_source text,
  parent_external_id text,
  -- Set when another account took over its last link.
  merged_into text,
  primary key (tenant_id, account_id),
  check ((parent_source is null) = (parent_external_id is null)),
  check (merged_into <> account_id)
);
select protect_tenant_table('account_profiles');
create index account_profiles_by_name on account_profiles (tenant_id, lower(name) text_pattern_ops);

-- Everything that a source gives an id of its own: an account, a subscription, a user. Usage and entities are stored by
-- link, so that merging and splitting accounts never rewrites history.
create table links (
  tenant_id text not null,
  link_id text not null,
  source text not null,
  external_id text not null,
  first_accepted_at timestamptz not null,
  primary key (tenant_id, link_id),
  unique (tenant_id, source, external_id)
);
select protect_tenant_table('links');

-- What was said about whose a link is. A claim on itself (`parent_link_id = link_id`, no event) makes an account.
create table link_claims (
  tenant_id text not null,
  link_id text not null,
  parent_link_id text not null,
  source text not null,
  event_id text not null,
  trust text not null check (trust in ('client', 'server')),
  occurred_at timestamptz not null,
  accepted_at timestamptz not null,
  primary key (tenant_id, link_id, parent_link_id, source, event_id),
  check (trust = 'server' or link_id <> parent_link_id)
);
select protect_tenant_table('link_claims');
create index link_claims_by_parent on link_claims (tenant_id, parent_link_id);

-- What follows from the claims: the account of each link, half-open in time. Rewritten by identity, never by hand.
create table account_links (
  tenant_id text not null,
  link_id text not null,
  valid_from timestamptz not null,
  valid_to timestamptz,
  account_id text not null,
  trust text not null check (trust in ('client', 'server')),
  primary key (tenant_id, link_id, valid_from),
  check (valid_to > valid_from)
);
select protect_tenant_table('account_links');
create index account_links_by_account on account_links (tenant_id, account_id);

-- The only deduplication: an event id is known for as long as the tenant is; nothing prunes it.
-- (PostgreSQL has no unique constraint on a partitioned table without the partition's column.)
create table event_keys (
  tenant_id text not null,
  source text not null,
  event_id text not null,
  accepted_day date not null,
  -- Tells the same event sent again from another one under the same id.
  fingerprint integer not null,
  primary key (tenant_id, source, event_id)
);
select protect_tenant_table('event_keys');

create table events (
  tenant_id text not null,
  -- UTC day of acceptance; partitions are months of it.
  accepted_day date not null,
  source text not null,
  event_id text not null,
  type text not null,
  trust text not null check (trust in ('client', 'server')),
  occurred_at timestamptz not null,
  accepted_at timestamptz not null,
  link_id text,
  -- The entity that it changes, for `<kind>.changed`.
  kind text,
  entity_key text,
  import_id text,
  mapping_version text,
  payload jsonb not null,
  primary key (tenant_id, accepted_day, source, event_id),
  check ((kind is null) = (entity_key is null))
) partition by range (accepted_day);
select protect_tenant_table('events');
-- Of changes of entities only: usage is a hundred times as much, and is read from its series.
create index events_by_entity on events (tenant_id, kind, entity_key) where kind is not null;
create index events_by_link on events (tenant_id, link_id) where kind is not null;

create table events_default partition of events default;
select protect_tenant_table('events_default');

-- Makes the partition of a day's month, and of the month after, so that it is seldom made while others write.
-- Runs as the owner of the table: the application role may create nothing.
create function ensure_event_partitions(day date) returns void
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  month date;
  name text;
begin
  foreach month in array array[date_trunc('month', day)::date, (date_trunc('month', day) + interval '1 month')::date] loop
    name := 'events_' || to_char(month, 'YYYY_MM');
    continue when to_regclass(name) is not null;
    perform pg_advisory_xact_lock(hashtextextended('ensure_event_partitions', 0));
    continue when to_regclass(name) is not null;
    execute format('create table %I partition of events for values from (%L) to (%L)', name, month, month + interval '1 month');
    perform protect_tenant_table(name::regclass);
  end loop;
end
$$;
revoke all on function ensure_event_partitions(date) from public;
grant execute on function ensure_event_partitions(date) to retinue_app;

-- Versions of entities, folded from events: deleted and written again for a key when one of its events comes in.
create table entity_versions (
  tenant_id text not null,
  kind text not null,
  entity_key text not null,
  valid_from timestamptz not null,
  valid_to timestamptz,
  -- Null for the tenant's own entities.
  link_id text,
  data jsonb not null,
  -- Whether it has all that its kind needs; others wait for the rest and are not shown.
  complete boolean not null,
  source text not null,
  trust text not null check (trust in ('client', 'server')),
  accepted_at timestamptz not null,
  primary key (tenant_id, kind, entity_key, valid_from),
  check (valid_to > valid_from)
);
select protect_tenant_table('entity_versions');
create index entity_versions_by_link on entity_versions (tenant_id, link_id);

-- Daily usage: 128 days a row from day 128 × block after 1970-01-01, `null` where nothing was received.
create table usage_series (
  tenant_id text not null,
  link_id text not null,
  metric text not null,
  trust text not null check (trust in ('client', 'server')),
  block integer not null,
  days integer[] not null check (array_length(days, 1) = 128),
  sources text[] not null,
  primary key (tenant_id, link_id, metric, trust, block)
);
select protect_tenant_table('usage_series');

-- Puts amounts into a block's days: levels keep the day's highest, counts add up (and stop at the largest integer).
create function put_days(days integer[], positions integer[], amounts integer[], is_level boolean) returns integer[]
language plpgsql immutable as $$
declare
  result integer[] := days;
  at integer;
begin
  for i in 1 .. array_length(positions, 1) loop
    at := positions[i];
    result[at] := case
      when is_level then greatest(result[at], amounts[i])
      else least(coalesce(result[at], 0)::bigint + amounts[i], 2147483647)
    end;
  end loop;
  return result;
end
$$;

-- Which source spoke of which kind (of entity) or metric, by day of occurrence in the tenant's zone.
create table source_freshness (
  tenant_id text not null,
  kind text not null,
  source text not null,
  trust text not null check (trust in ('client', 'server')),
  day date not null,
  last_occurred_at timestamptz not null,
  last_accepted_at timestamptz not null,
  events bigint not null,
  primary key (tenant_id, kind, source, trust, day)
);
select protect_tenant_table('source_freshness');

-- What could not be accepted. It holds what was sent, so it is kept for a short time only.
create table quarantine (
  tenant_id text not null,
  quarantine_id text not null,
  source text not null,
  event_id text not null,
  type text not null,
  code text not null,
  reason text not null,
  import_id text,
  file text,
  line integer,
  payload jsonb,
  times integer not null default 1,
  first_received_at timestamptz not null,
  last_received_at timestamptz not null,
  expires_at timestamptz not null,
  primary key (tenant_id, quarantine_id)
);
select protect_tenant_table('quarantine');
create index quarantine_by_expiry on quarantine (tenant_id, expires_at);

create table imports (
  tenant_id text not null,
  import_id text not null,
  mapping text not null,
  mapping_version text not null,
  source text not null,
  status text not null check (status in ('running', 'done', 'interrupted')),
  started_at timestamptz not null,
  updated_at timestamptz not null,
  -- What to tell about the data, once it is done.
  quality jsonb,
  primary key (tenant_id, import_id)
);
select protect_tenant_table('imports');

create table import_files (
  tenant_id text not null,
  import_id text not null,
  file text not null,
  status text not null check (status in ('running', 'done', 'refused')),
  -- Rows read and committed: where an interrupted import goes on.
  rows_read bigint not null,
  accepted bigint not null,
  duplicates bigint not null,
  conflicts bigint not null,
  quarantined bigint not null,
  -- The first ten, with lines.
  faults jsonb not null,
  updated_at timestamptz not null,
  primary key (tenant_id, import_id, file),
  foreign key (tenant_id, import_id) references imports on delete cascade
);
select protect_tenant_table('import_files');
