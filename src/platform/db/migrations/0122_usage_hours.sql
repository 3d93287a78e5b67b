-- Hourly use of the metrics that the tenant watches for sudden drops: a fortnight of it, so that a day that is not over
-- is compared with as much of the same day a week ago.

create table usage_hours (
  tenant_id text not null,
  link_id text not null,
  metric text not null,
  trust text not null check (trust in ('client', 'server')),
  hour timestamptz not null,
  amount bigint not null check (amount >= 0),
  primary key (tenant_id, link_id, metric, trust, hour)
);
select protect_tenant_table('usage_hours');
create index usage_hours_by_hour on usage_hours (tenant_id, metric, hour);

-- What all accounts of a tenant did together, at the last look.
create table drop_watches (
  tenant_id text not null,
  metric text not null,
  looked_at timestamptz not null,
  -- The end of the last whole hour of which the source told.
  until timestamptz not null,
  comparable integer not null check (comparable >= 0),
  dropped integer not null check (dropped between 0 and comparable),
  primary key (tenant_id, metric)
);
select protect_tenant_table('drop_watches');
