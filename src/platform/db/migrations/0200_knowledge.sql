-- What the house knows in texts: documents, the passages that are found and cited, and their vectors.

create table knowledge_documents (
  tenant_id text not null,
  document_id text not null,
  -- Where it comes from: `program`, or `folder:<name>`; and its key there, such as a path.
  origin text not null,
  source text not null,
  collection text not null check (collection <> ''),
  title text not null,
  content_hash text not null,
  added_at timestamptz not null,
  added_by text not null,
  primary key (tenant_id, document_id),
  unique (tenant_id, origin, source)
);
select protect_tenant_table('knowledge_documents');

create table knowledge_passages (
  tenant_id text not null,
  passage_id text not null,
  document_id text not null,
  ordinal integer not null check (ordinal >= 0),
  heading text not null,
  body text not null,
  words tsvector not null generated always as
    (setweight(to_tsvector('english', heading), 'A') || to_tsvector('english', body)) stored,
  -- Different words, which is how long the passage is to the lexical search.
  word_count integer not null generated always as (length(to_tsvector('english', heading || ' ' || body))) stored,
  primary key (tenant_id, passage_id),
  foreign key (tenant_id, document_id) references knowledge_documents on delete cascade
);
select protect_tenant_table('knowledge_passages');
create index knowledge_passages_by_document on knowledge_passages (tenant_id, document_id, ordinal);
create index knowledge_passages_by_word on knowledge_passages using gin (words);

-- Two vectors a passage: what it is about, and what it says. Of each model its own rows: vectors of different models
-- are never compared, and while a new model is being embedded the old one answers.
create table knowledge_vectors (
  tenant_id text not null,
  passage_id text not null,
  model text not null,
  heading vector not null,
  body vector not null,
  primary key (tenant_id, model, passage_id),
  foreign key (tenant_id, passage_id) references knowledge_passages on delete cascade
);
select protect_tenant_table('knowledge_vectors');
create index knowledge_vectors_by_passage on knowledge_vectors (tenant_id, passage_id);

-- Which model answers searches by meaning; none until everything was embedded once.
create table knowledge_models (
  tenant_id text primary key,
  model text not null,
  since timestamptz not null
);
select protect_tenant_table('knowledge_models');
