-- The brake on correlated change: what accounts looked like at the last whole run, and the times at which too many of
-- them moved at once.

-- Scalars only, by fact, and tiers by score: what a whole run is compared with. `baseline` stays as it was while the
-- brake is on, so that a broken input does not become the new normal by being seen twice.
alter table assessments add column figures jsonb;
alter table assessments add column baseline jsonb;

create table change_brakes (
  tenant_id text not null,
  brake_id text not null,
  world text not null,
  -- The run in which it came on.
  run_id text not null,
  tripped_at timestamptz not null,
  -- What moved, by how much, and which inputs are suspected.
  finding jsonb not null,
  lifted_at timestamptz,
  -- A person who decided so, or null where a later run looked normal again.
  lifted_by text,
  lifted_because text,
  primary key (tenant_id, brake_id),
  check ((lifted_at is null) = (lifted_because is null))
);
select protect_tenant_table('change_brakes');
revoke delete, truncate on change_brakes from retinue_app;
create unique index change_brakes_on on change_brakes (tenant_id, world) where lifted_at is null;
