-- Outside systems that are read: which they are, their secrets, how far each was read, and where it differs from us.

create table sources (
  tenant_id text not null,
  source_id text not null check (source_id ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
  system text not null check (system in ('stripe')),
  -- The account in the outside system, where its key may say.
  external_account text,
  livemode boolean not null,
  -- How it is read, in the words of its connector.
  settings jsonb not null,
  created_at timestamptz not null,
  created_by text not null,
  -- To the minute: a busy source must not rewrite its row each time.
  last_received_at timestamptz,
  disconnected_at timestamptz,
  primary key (tenant_id, source_id)
);
select protect_tenant_table('sources');
select allow_lookup('sources');
-- One owner of a source id in all tenants, since the look-up comes before the tenant.
create unique index sources_by_id on sources (source_id);

-- Says whose source it is, and nothing else: the signature is checked inside that tenant.
create function find_source(wanted text) returns text
language sql stable
begin atomic
  select s.tenant_id from public.sources s where s.source_id = wanted;
end;
select protect_lookup('find_source(text)');

-- A secret is a reference to the server's environment, or sealed by a key that is not in the database.
create table source_secrets (
  tenant_id text not null,
  source_id text not null,
  secret_id text not null,
  purpose text not null check (purpose in ('api_key', 'webhook')),
  environment text,
  sealed jsonb,
  -- The last characters, by which a person tells secrets apart.
  hint text not null,
  added_at timestamptz not null,
  added_by text not null,
  retired_at timestamptz,
  primary key (tenant_id, source_id, secret_id),
  foreign key (tenant_id, source_id) references sources on delete cascade,
  check ((environment is null) <> (sealed is null))
);
select protect_tenant_table('source_secrets');

-- How far each type of object was read. The cursor moves in the transaction that accepts what was read.
create table source_reads (
  tenant_id text not null,
  source_id text not null,
  purpose text not null check (purpose in ('backfill', 'reconcile')),
  object_type text not null,
  status text not null check (status in ('waiting', 'running', 'done', 'not_permitted', 'failed')),
  cursor text,
  -- Moves with each page: of two who read the same page, one counts.
  pages integer not null,
  objects bigint not null,
  accepted bigint not null,
  ignored bigint not null,
  quarantined bigint not null,
  differences bigint not null,
  -- What keeps it from going on, and what to do.
  note text,
  begun_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (tenant_id, source_id, purpose, object_type),
  foreign key (tenant_id, source_id) references sources on delete cascade
);
select protect_tenant_table('source_reads');

-- Where what we hold differed from what the outside system said, by object and field.
create table source_differences (
  tenant_id text not null,
  source_id text not null,
  run_at timestamptz not null,
  object_type text not null,
  object_id text not null,
  kind text not null,
  field text not null,
  ours jsonb,
  theirs jsonb,
  -- `corrected`: theirs was accepted. `open`: a person has to look.
  state text not null check (state in ('corrected', 'open')),
  primary key (tenant_id, source_id, run_at, object_type, object_id, kind, field),
  foreign key (tenant_id, source_id) references sources on delete cascade
);
select protect_tenant_table('source_differences');
