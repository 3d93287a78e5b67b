-- What a person wants no more: everything, or one category of message.
alter table suppressions
  add column category text not null default 'all'
    check (category in ('all', 'service', 'contract', 'marketing'));
alter table suppressions drop constraint suppressions_pkey;
alter table suppressions add primary key (tenant_id, address_hash, category);

-- What came back about messages that we sent, once for each report. No address and no text is kept.
create table mail_feedback (
  tenant_id text not null,
  -- Of the report as it arrived.
  digest text not null,
  kind text not null check (kind in ('bounced', 'delayed', 'complained', 'replied')),
  -- RFC 3463: 5.1.1
  status text,
  address_hash text,
  action_id text,
  account_id text,
  received_at timestamptz not null,
  primary key (tenant_id, digest)
);
create index mail_feedback_by_address on mail_feedback (tenant_id, address_hash, received_at);
select protect_tenant_table('mail_feedback');

-- A report names a message by its Message-ID.
create index outbox_by_message_id on outbox (tenant_id, (receipt ->> 'messageId'))
  where receipt is not null;
