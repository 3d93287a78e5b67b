-- What operators ask in chat, and what they were answered. A thread is its person's own.

create table chat_threads (
  tenant_id text not null,
  thread_id text not null,
  person_id text not null,
  -- The first question, shortened.
  title text not null,
  created_at timestamptz not null,
  last_at timestamptz not null,
  primary key (tenant_id, thread_id)
);
select protect_tenant_table('chat_threads');
create index chat_threads_by_person on chat_threads (tenant_id, person_id, last_at desc);
create index chat_threads_by_age on chat_threads (tenant_id, last_at);
comment on table chat_threads is 'Personal data: the title is what a person wrote, and may name others. Deleted 90 days after the last question.';

-- One row a question, with its answer once there is one.
create table chat_exchanges (
  tenant_id text not null,
  thread_id text not null,
  number integer not null,
  -- Derives from the client's own name for the request: the same request is asked once.
  exchange_id text not null,
  question text not null,
  asked_at timestamptz not null,
  -- `asked` is under way, or was when the process died; `stopped` by its asker; `failed` inside.
  status text not null check (status in ('asked', 'answered', 'stopped', 'failed')),
  -- Markdown of the safe subset.
  answer text,
  mode text check (mode in ('rules', 'model')),
  -- Why it was answered otherwise than wished.
  note text,
  -- Whom it was about: what `them` means in the next question.
  account_id text,
  -- A question that waits for the name of an account: {question, accountIds}.
  choice jsonb,
  sources jsonb not null default '[]',
  requests jsonb not null default '[]',
  answered_at timestamptz,
  primary key (tenant_id, thread_id, number),
  unique (tenant_id, exchange_id),
  foreign key (tenant_id, thread_id) references chat_threads on delete cascade,
  check ((status = 'answered') = (answer is not null))
);
select protect_tenant_table('chat_exchanges');
create index chat_exchanges_by_account on chat_exchanges (tenant_id, account_id) where account_id is not null;
comment on table chat_exchanges is 'Personal data: questions and answers may name contacts. Found by account for erasure; deleted with their thread.';
