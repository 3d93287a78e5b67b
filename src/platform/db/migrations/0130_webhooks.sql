-- Where events go out to: signed webhooks. What goes out stands in the ledger; these rows say to whom, and how far it got.

create table webhook_endpoints (
  tenant_id text not null,
  endpoint_id text not null,
  url text not null,
  description text not null,
  -- `case.*`, `task.opened`; none for every type.
  event_types text[] not null,
  -- Signing is symmetric, so the secret itself has to be kept. After a rotation the one before it signs as well for a while.
  secret text not null,
  previous_secret text,
  previous_until timestamptz,
  status text not null check (status in ('active', 'disabled', 'removed')),
  disabled_at timestamptz,
  disabled_reason text,
  -- Deliveries are written up to this position of the live ledger.
  written_to bigint not null,
  -- Failures since the last answer that was good. While it rests nothing is sent to it.
  failures integer not null default 0 check (failures >= 0),
  failing_since timestamptz,
  rest_until timestamptz,
  -- Fencing: one worker sends to an endpoint at a time. By the database's clock, as it is about processes.
  lease_epoch bigint not null default 0,
  lease_until timestamptz,
  created_at timestamptz not null,
  created_by text not null,
  primary key (tenant_id, endpoint_id),
  check ((previous_secret is null) = (previous_until is null)),
  check ((status = 'disabled') = (disabled_at is not null and disabled_reason is not null))
);
select protect_tenant_table('webhook_endpoints');
revoke delete, truncate on webhook_endpoints from retinue_app;

create table webhook_deliveries (
  tenant_id text not null,
  endpoint_id text not null,
  -- Of the ledger entry that it announces.
  position bigint not null,
  event_id text not null,
  event_type text not null,
  status text not null check (status in ('pending', 'delivered', 'given_up')),
  attempts integer not null default 0 check (attempts >= 0),
  next_attempt_at timestamptz,
  last_attempt_at timestamptz,
  -- `HTTP 503`, `no answer within 15 seconds`; null before the first attempt.
  last_answer text,
  created_at timestamptz not null,
  finished_at timestamptz,
  primary key (tenant_id, endpoint_id, position),
  foreign key (tenant_id, endpoint_id) references webhook_endpoints,
  check ((status = 'pending') = (next_attempt_at is not null)),
  check ((status = 'pending') = (finished_at is null))
);
select protect_tenant_table('webhook_deliveries');
create index webhook_deliveries_due on webhook_deliveries (tenant_id, endpoint_id, next_attempt_at, position)
  where status = 'pending';
create index webhook_deliveries_finished on webhook_deliveries (tenant_id, finished_at) where finished_at is not null;

-- The feed reads the chain of one world by the kinds that it announces.
create index ledger_by_kind on ledger_entries (tenant_id, world, kind, position) where position is not null;
