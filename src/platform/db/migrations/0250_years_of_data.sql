-- What every round or run asks for, and what would otherwise be found by reading all that ever was.

create index account_profiles_by_merger on account_profiles (tenant_id, merged_into) where merged_into is not null;
create index account_profiles_by_parent on account_profiles (tenant_id, parent_source, parent_external_id)
  where parent_source is not null;
create index cases_by_opening on cases (tenant_id, world, opened_at);
