-- Taking back what should not have been said, and hearing again what was refused.

create table retractions (
  tenant_id text not null,
  retraction_id text not null,
  -- What was retracted: {importId} or {source, since}.
  selector jsonb not null,
  reason text not null check (reason <> ''),
  person_id text not null,
  at timestamptz not null,
  events bigint not null,
  accounts bigint not null,
  -- Set when it was taken back.
  undone_at timestamptz,
  undone_by text,
  primary key (tenant_id, retraction_id),
  check ((undone_at is null) = (undone_by is null))
);
select protect_tenant_table('retractions');
revoke delete, truncate on retractions from retinue_app;

-- Retracted events stay where they are and count for nothing from then on.
alter table events add column retracted_at timestamptz;
alter table events add column retraction_id text;
alter table events add check ((retracted_at is null) = (retraction_id is null));
create index events_retracted on events (tenant_id, retraction_id) where retraction_id is not null;
alter table link_claims add column retracted_at timestamptz;
create index link_claims_by_event on link_claims (tenant_id, source, event_id) where source <> '';

-- What it takes to hear an entry again: the whole event, and of an import the row as it stood in the file.
alter table quarantine add column occurred_at timestamptz;
alter table quarantine add column trust text check (trust in ('client', 'server'));
alter table quarantine add column ref_source text;
alter table quarantine add column ref_external_id text;
alter table quarantine add column mapping_version text;
alter table quarantine add column row jsonb;
alter table quarantine add column replayed_at timestamptz;

-- Rows of which no emit wanted anything.
alter table import_files add column left_out bigint not null default 0;
