-- Roles, tenancy, tenants and worlds.

create extension if not exists vector;

-- Whether we may act as the role. From PostgreSQL 16 on, membership alone is not enough.
create function may_become(wanted text) returns boolean language plpgsql stable as $$
begin
  return pg_has_role(current_user, wanted,
    case when current_setting('server_version_num')::int < 160000 then 'member' else 'set' end);
end
$$;

-- Roles belong to the whole server: another database on it may have made them, or be making them now.
do $$
declare
  wanted text;
begin
  foreach wanted in array array['retinue_app', 'retinue_lookup'] loop
    begin
      if not exists (select from pg_roles where rolname = wanted) then
        execute format('create role %I nologin', wanted);
      end if;
    exception when duplicate_object or unique_violation then
      null;
    end;
  end loop;
  if not may_become('retinue_app') then
    execute format('grant retinue_app to %I', current_user);
  end if;
end
$$;

grant usage on schema public to retinue_app, retinue_lookup;

-- Puts a table under forced row-level security: the application role sees and writes rows of the tenant that is set
-- (`set_config('app.tenant', …, true)`), and none while none is set. The table owner is bound too, superusers are not.
create function protect_tenant_table(target regclass) returns void language plpgsql as $$
begin
  execute format('alter table %s enable row level security', target);
  execute format('alter table %s force row level security', target);
  execute format(
    'create policy tenant on %s using (tenant_id = current_setting(''app.tenant'', true))
       with check (tenant_id = current_setting(''app.tenant'', true))', target);
  execute format('grant select, insert, update, delete on %s to retinue_app', target);
end
$$;

-- Opens a protected table to look-ups that must come before the tenant is known; only functions given to
-- `protect_lookup` read it so.
create function allow_lookup(target regclass) returns void language plpgsql as $$
begin
  execute format('create policy lookup on %s for select to retinue_lookup using (true)', target);
  execute format('grant select on %s to retinue_lookup', target);
end
$$;

-- Makes a function one of the few that see across tenants: it runs as `retinue_lookup` (which may read what
-- `allow_lookup` opened, and write nothing), and only the application role may call it.
create function protect_lookup(target regprocedure) returns void language plpgsql as $$
declare
  -- Only while handing the function over: a member of `retinue_lookup` would see across tenants itself.
  borrowed boolean := not may_become('retinue_lookup');
begin
  execute format('alter function %s security definer', target);
  execute format('alter function %s set search_path = public, pg_temp', target);
  execute format('revoke all on function %s from public', target);
  execute format('grant execute on function %s to retinue_app', target);
  if borrowed then execute format('grant retinue_lookup to %I', current_user); end if;
  grant create on schema public to retinue_lookup;
  execute format('alter function %s owner to retinue_lookup', target);
  revoke create on schema public from retinue_lookup;
  if borrowed then execute format('revoke retinue_lookup from %I', current_user); end if;
end
$$;

revoke all on function
  may_become(text), protect_tenant_table(regclass), allow_lookup(regclass), protect_lookup(regprocedure) from public;

create table tenants (
  tenant_id text primary key check (tenant_id ~ '^[a-z0-9][a-z0-9_-]{0,62}$'),
  name text not null,
  created_at timestamptz not null,
  config_version integer not null default 0 check (config_version >= 0),
  salt text not null,
  is_sample boolean not null default false
);
select protect_tenant_table('tenants');
select allow_lookup('tenants');

create table worlds (
  tenant_id text not null references tenants on delete cascade,
  world text not null,
  kind text not null check (kind in ('live', 'simulated', 'shadow')),
  -- The clock of a simulated world; live ones use the wall clock.
  clock timestamptz,
  as_of timestamptz,
  created_at timestamptz not null,
  primary key (tenant_id, world),
  check ((kind = 'live') = (world = 'live')),
  check ((kind = 'simulated') = (clock is not null))
);
select protect_tenant_table('worlds');

create function list_tenants() returns table (tenant_id text, name text, is_sample boolean)
language sql stable
begin atomic
  select t.tenant_id, t.name, t.is_sample from public.tenants t order by t.tenant_id;
end;
select protect_lookup('list_tenants()');
