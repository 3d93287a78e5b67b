-- What people say of cases, and until when a matter is to be left alone.

create table case_verdicts (
  tenant_id text not null,
  case_id text not null,
  -- From 1 on; the last one counts.
  ordinal integer not null,
  world text not null,
  account_id text not null,
  playbook text not null,
  subject text not null,
  verdict text not null check (verdict in ('right', 'wrong', 'known', 'snooze')),
  -- Of a snooze: the first day on which it may come up again.
  until date,
  note text,
  person_id text not null,
  at timestamptz not null,
  primary key (tenant_id, case_id, ordinal),
  foreign key (tenant_id, case_id) references cases,
  check ((verdict = 'snooze') = (until is not null))
);
select protect_tenant_table('case_verdicts');
revoke update, delete, truncate on case_verdicts from retinue_app;
create index case_verdicts_by_account on case_verdicts (tenant_id, world, account_id);

-- Tasks that an owner got lately are counted before each new one.
create index tasks_by_owner on tasks (tenant_id, world, owner_id, opened_at);
