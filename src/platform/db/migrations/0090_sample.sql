-- How far the sample company is loaded. Its story is told backwards from the anchor, so a load that was cut off goes on
-- from the same one.
create table sample_loads (
  tenant_id text primary key references tenants on delete cascade,
  anchor timestamptz not null,
  started_at timestamptz not null,
  finished_at timestamptz,
  events integer
);
select protect_tenant_table('sample_loads');
