-- A release is a version of the configuration with the parts that it pins, by hash, and the build that it needs. Nothing
-- of it ever changes; what is in force is one pointer.

create table artefacts (
  tenant_id text not null,
  -- Of name and body.
  hash text not null check (hash ~ '^[0-9a-f]{64}$'),
  -- `prompt/cs`, `scores/churn_risk`, `playbook/churn-save`, `templates/check-in`
  name text not null,
  body jsonb not null,
  stored_at timestamptz not null,
  primary key (tenant_id, hash)
);
select protect_tenant_table('artefacts');
revoke update, delete, truncate on artefacts from retinue_app;

create table releases (
  tenant_id text not null,
  release integer not null check (release > 0),
  -- Of all that follows but the moment and the maker: the same content is the same release.
  content_hash text not null,
  config_version integer not null,
  build_id text not null,
  -- Hash of the build's own artefacts, by which a build that was never met before is known.
  packaged_hash text not null,
  -- Hash by name.
  artefacts jsonb not null,
  made_at timestamptz not null,
  made_by text not null,
  primary key (tenant_id, release),
  unique (tenant_id, content_hash),
  foreign key (tenant_id, config_version) references config_versions
);
select protect_tenant_table('releases');
revoke update, delete, truncate on releases from retinue_app;

-- What became of releases, in order.
create table release_moves (
  tenant_id text not null,
  ordinal integer not null check (ordinal > 0),
  what text not null check (what in ('applied', 'new_build', 'staged', 'promoted', 'rolled_back', 'canary', 'canary_ended')),
  release integer not null,
  -- What was in force until then.
  previous integer,
  -- Of the configuration in force from then on.
  config_version integer not null,
  canary_basis_points integer,
  reason text,
  moved_at timestamptz not null,
  moved_by text not null,
  primary key (tenant_id, ordinal),
  foreign key (tenant_id, release) references releases,
  foreign key (tenant_id, previous) references releases
);
select protect_tenant_table('release_moves');
revoke update, delete, truncate on release_moves from retinue_app;

create table release_pointers (
  tenant_id text primary key,
  release integer not null,
  -- In force when the pointer was moved: a configuration applied since holds with its own parts until it has a release.
  config_version integer not null,
  canary_release integer,
  canary_basis_points integer check (canary_basis_points between 1 and 10000),
  foreign key (tenant_id, release) references releases,
  foreign key (tenant_id, canary_release) references releases,
  check ((canary_release is null) = (canary_basis_points is null))
);
select protect_tenant_table('release_pointers');

-- Null: decided before there were releases.
alter table decisions add column release integer;
alter table decisions add foreign key (tenant_id, release) references releases;
alter table rounds add column release integer;
alter table rounds add foreign key (tenant_id, release) references releases;
