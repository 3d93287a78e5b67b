-- What a release would let through that is not let through now, as somebody looked at it, and who approved that.

create table release_reviews (
  tenant_id text not null,
  release integer not null,
  -- Of what is compared with what, and of the kinds of decision that would let more through: a vote is for these and no others.
  review text not null check (review ~ '^[0-9a-f]{64}$'),
  before_release integer,
  config_version integer not null,
  kinds text[] not null,
  reviewed_at timestamptz not null,
  reviewed_by text not null,
  primary key (tenant_id, release, review),
  foreign key (tenant_id, release) references releases
);
select protect_tenant_table('release_reviews');
revoke update, delete, truncate on release_reviews from retinue_app;

create table release_votes (
  tenant_id text not null,
  release integer not null,
  review text not null,
  person_id text not null,
  voted_at timestamptz not null,
  -- One vote a person.
  primary key (tenant_id, release, review, person_id),
  foreign key (tenant_id, release, review) references release_reviews
);
select protect_tenant_table('release_votes');
revoke update, delete, truncate on release_votes from retinue_app;
