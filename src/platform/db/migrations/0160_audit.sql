-- The ledger is searched by who and when, and what is noted about access is counted before it becomes an entry.

-- Plain columns, because an operator on jsonb cannot use an index under row-level security.
alter table ledger_entries
  add column person_id text generated always as (subjects ->> 'personId') stored,
  add column key_id text generated always as (coalesce(subjects ->> 'keyId', body ->> 'keyId')) stored;
create index ledger_by_time on ledger_entries (tenant_id, at);
create index ledger_by_person on ledger_entries (tenant_id, person_id, entry_id) where person_id is not null;
create index ledger_by_key on ledger_entries (tenant_id, key_id, entry_id) where key_id is not null;

-- The same refusal, view or read again within its window is counted here; one entry of the ledger comes of it.
create table audit_notes (
  tenant_id text not null,
  -- A digest of kind, subjects and body: what counts as the same.
  note_key text not null,
  window_start timestamptz not null,
  window_end timestamptz not null,
  kind text not null,
  -- The person or key, empty where neither is known: nobody fills more than their share of a window.
  actor text not null,
  subjects jsonb not null,
  body jsonb not null,
  -- Whether its entry was written when it was noted first.
  written boolean not null,
  times integer not null,
  -- Records that were read in all.
  items bigint not null,
  -- Fewer read than this are no entry.
  least_items bigint not null,
  first_at timestamptz not null,
  last_at timestamptz not null,
  primary key (tenant_id, note_key, window_start)
);
select protect_tenant_table('audit_notes');
create index audit_notes_by_end on audit_notes (tenant_id, window_end);
create index audit_notes_by_actor on audit_notes (tenant_id, window_start, kind, actor);

-- An auditor sees everything that was done, and does nothing.
alter table people drop constraint people_roles_check;
alter table people add constraint people_roles_check
  check (
    cardinality(roles) > 0 and roles <@ array['viewer', 'auditor', 'operator', 'approver', 'admin']);
