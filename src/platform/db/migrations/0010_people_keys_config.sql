-- People, their sign-ins, machine keys, and the versions of a tenant's configuration.

create table people (
  tenant_id text not null,
  person_id text not null,
  name text not null check (name <> ''),
  -- Lower case, so that one person is not two.
  email text not null check (email = lower(email)),
  roles text[] not null
    check (cardinality(roles) > 0 and roles <@ array['viewer', 'operator', 'approver', 'admin']),
  created_at timestamptz not null,
  created_by text not null,
  -- Kept, since decisions name them; they can no longer sign in.
  removed_at timestamptz,
  primary key (tenant_id, person_id),
  unique (tenant_id, email)
);
select protect_tenant_table('people');
revoke delete on people from retinue_app;

-- Only hashes of secrets are stored: who reads the database, or a backup of it, cannot sign in with what is there.
create table login_links (
  tenant_id text not null,
  link_id text not null,
  person_id text not null,
  secret_hash text not null,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  used_at timestamptz,
  primary key (tenant_id, link_id),
  foreign key (tenant_id, person_id) references people
);
select protect_tenant_table('login_links');
create index login_links_by_person on login_links (tenant_id, person_id);

create table sessions (
  tenant_id text not null,
  session_id text not null,
  person_id text not null,
  secret_hash text not null,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  revoked_at timestamptz,
  primary key (tenant_id, session_id),
  foreign key (tenant_id, person_id) references people
);
select protect_tenant_table('sessions');
create index sessions_by_person on sessions (tenant_id, person_id);

create table api_keys (
  tenant_id text not null,
  key_id text not null,
  name text not null check (name <> ''),
  secret_hash text not null,
  scopes text[] not null
    check (cardinality(scopes) > 0 and scopes <@ array['ingest', 'read', 'propose']),
  trust text not null check (trust in ('client', 'server')),
  created_at timestamptz not null,
  created_by text not null,
  expires_at timestamptz,
  revoked_at timestamptz,
  -- To the minute: a key that works hard must not rewrite its row each time.
  last_used_at timestamptz,
  primary key (tenant_id, key_id),
  -- A client key stands in a web page for everyone to read: it may hand in events and nothing else.
  check (trust = 'server' or scopes = array['ingest'])
);
select protect_tenant_table('api_keys');
select allow_lookup('api_keys');
-- One owner of a key id in all tenants, since the look-up comes before the tenant.
create unique index api_keys_by_key on api_keys (key_id);

-- Says whose key it is, and nothing else: the secret is checked inside that tenant.
create function find_api_key(wanted text) returns text
language sql stable
begin atomic
  select k.tenant_id from public.api_keys k where k.key_id = wanted;
end;
select protect_lookup('find_api_key(text)');

create table config_versions (
  tenant_id text not null,
  version integer not null check (version > 0),
  -- Of the files and of what they mean to the build that applied them.
  content_hash text not null,
  files jsonb not null,
  config jsonb not null,
  created_at timestamptz not null,
  created_by text not null,
  primary key (tenant_id, version),
  unique (tenant_id, content_hash)
);
select protect_tenant_table('config_versions');

-- Which version was put in force when, by whom; going back to an earlier one is an entry like any other.
create table config_changes (
  tenant_id text not null,
  ordinal integer not null check (ordinal > 0),
  version integer not null,
  changed_at timestamptz not null,
  changed_by text not null,
  primary key (tenant_id, ordinal),
  foreign key (tenant_id, version) references config_versions
);
select protect_tenant_table('config_changes');

-- Decisions name versions: neither a version nor its history is ever changed.
revoke update, delete on config_versions, config_changes from retinue_app;
