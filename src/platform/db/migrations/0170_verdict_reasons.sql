-- The inputs of the reasons that a case had when it was judged: precision is kept for each reason, too.
alter table case_verdicts add column inputs text[] not null default '{}';

-- What the rank was worked out from, as it was then.
alter table cases add column rank_because jsonb;
