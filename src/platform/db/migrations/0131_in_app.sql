-- Messages shown within the customer's product, and the keys by which the product says who is looking.

-- The product's server signs tokens for its users with it. Verifying takes the secret itself.
create table in_app_keys (
  tenant_id text not null,
  key_id text not null,
  name text not null check (name <> ''),
  secret text not null,
  created_at timestamptz not null,
  created_by text not null,
  revoked_at timestamptz,
  primary key (tenant_id, key_id)
);
select protect_tenant_table('in_app_keys');
revoke delete, truncate on in_app_keys from retinue_app;

create table in_app_messages (
  tenant_id text not null,
  -- The action of the outbox that placed it.
  message_id text not null,
  -- The business key: the same key is the same message, for ever.
  key text not null,
  account_id text not null,
  case_id text,
  contact_id text not null,
  recipient_email text not null check (recipient_email = lower(recipient_email)),
  audience text not null check (audience in ('contact', 'account')),
  template_id text not null,
  language text not null,
  subject text not null,
  body text not null,
  action_label text,
  action_url text,
  placed_at timestamptz not null,
  expires_at timestamptz not null check (expires_at > placed_at),
  withdrawn_at timestamptz,
  withdrawn_by text,
  -- By whomever first; the contact's touch stands at that moment.
  first_seen_at timestamptz,
  primary key (tenant_id, message_id),
  unique (tenant_id, key),
  check ((action_label is null) = (action_url is null)),
  check ((withdrawn_at is null) = (withdrawn_by is null))
);
select protect_tenant_table('in_app_messages');
create index in_app_messages_shown on in_app_messages (tenant_id, account_id, expires_at) where withdrawn_at is null;

-- What one user did about one message.
create table in_app_receipts (
  tenant_id text not null,
  message_id text not null,
  -- Salted by the tenant and hashed: the product's own user ids stay with the product.
  user_hash text not null,
  seen_at timestamptz,
  dismissed_at timestamptz,
  clicked_at timestamptz,
  primary key (tenant_id, message_id, user_hash),
  foreign key (tenant_id, message_id) references in_app_messages
);
select protect_tenant_table('in_app_receipts');
