-- What a recipient chose on the page that our e-mail leads to; the address stands here as on the list of suppressions.
create table contact_preferences (
  tenant_id text not null,
  address_hash text not null,
  language text not null check (language ~ '^[a-z]{2}$'),
  chosen_at timestamptz not null,
  primary key (tenant_id, address_hash)
);
select protect_tenant_table('contact_preferences');
