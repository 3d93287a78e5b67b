-- Identity: what ids are matched by, accounts that are gone, cases that follow their accounts, scores that no longer hold.

-- What the records under a link say that other systems may say too: the normalised name, domains, digests of addresses,
-- ids of other systems. Rewritten from versions, never by hand.
create table link_match_values (
  tenant_id text not null,
  link_id text not null,
  -- `name`, `domain`, `email`, or `key:<name>`.
  kind text not null,
  value text not null,
  primary key (tenant_id, link_id, kind, value)
);
select protect_tenant_table('link_match_values');
create index link_match_values_by_value on link_match_values (tenant_id, kind, value);

create index links_by_external_id on links (tenant_id, external_id);

-- By which rules everything that waits was last looked through.
create table matching_sweeps (
  tenant_id text primary key,
  rules_digest text not null,
  swept_at timestamptz not null
);
select protect_tenant_table('matching_sweeps');

-- An account none of whose ids is left: what had named it was retracted. Kept, because cases and the ledger name it.
alter table account_profiles add column dissolved boolean not null default false;

-- The account for which a case was opened, once the case went over to the one that this was merged into.
alter table cases add column opened_for text;
create index cases_opened_for on cases (tenant_id, opened_for) where opened_for is not null;

-- Scores of days that came to be seen otherwise: an id was bound, accounts were merged or split, events were retracted.
create table superseded_scores (
  tenant_id text not null,
  superseded_at timestamptz not null,
  because text not null,
  world text not null,
  account_id text not null,
  score_id text not null,
  day date not null,
  status text not null,
  value smallint not null,
  supported smallint not null,
  tier text,
  coverage integer not null,
  weights_version text not null,
  at timestamptz not null,
  note text,
  receipt json not null,
  primary key (tenant_id, world, account_id, score_id, day, superseded_at)
);
select protect_tenant_table('superseded_scores');
revoke update, delete, truncate on superseded_scores from retinue_app;
