-- Who writes back without naming a message of ours is known by the address that we wrote to.
create index outbox_by_recipient on outbox (tenant_id, lower(effect #>> '{recipient,email}'), finished_at)
  where outward and status = 'done';
