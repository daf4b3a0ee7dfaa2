-- Instants are seconds since 1970 (UTC), days are days since 1970 in the workspace's zone, money is minor units.
-- The same file stands in the folder of the other engine; they differ only in how a key is stored.

create table workspace (
  id bigint primary key check (id = 1),
  name text not null,
  zone text not null,
  currency text not null,
  created_at bigint not null
);

-- One row a sequence. 'change' is taken at the beginning of every writing transaction: its row lock is held until
-- the commit, so the order of seq is the order of commits.
create table counter (
  name text not null primary key,
  n bigint not null
);
insert into counter (name, n) values ('change', 0), ('lead', 0), ('dimension_value', 0), ('import', 0), ('spend', 0), ('source', 0);

-- The append-only log: audit trail, history, activity feed and cache version in one. Never a personal value.
create table change (
  seq bigint primary key,
  at bigint not null,
  actor text not null,
  kind text not null,
  entity text not null,
  entity_id bigint,
  detail text not null
);
create index change_entity on change (entity, entity_id, seq);

-- Versions of the agreement; terms is the text as JSON (agreement::model::Terms).
create table agreement_version (
  number bigint primary key,
  starts bigint not null,
  terms text not null,
  signed_at bigint
);

-- Where records come from: a CRM, a spreadsheet.
create table source (
  id bigint primary key,
  name text not null unique
);

create table dimension_value (
  id bigint primary key,
  dimension text not null,
  name text not null,
  -- the import that brought it first, which takes it away when it is undone
  import_id bigint,
  unique (dimension, name)
);

-- Milestones and verdict columns are derived from the events that are not void; nothing else writes them.
-- The dimensions carry no foreign key: to remove one unused value, the database would read all leads once a column.
create table lead (
  id bigint primary key,
  created_at bigint not null,
  company text,
  title text,
  size bigint,
  channel_id bigint,
  campaign_id bigint,
  segment_id bigint,
  region_id bigint,
  persona_id bigint,
  owner_id bigint,
  handed_over_at bigint,
  accepted_at bigint,
  first_touch_at bigint,
  connected_at bigint,
  verdict_at bigint,
  opportunity_at bigint,
  won_at bigint,
  lost_at bigint,
  released_at bigint,
  -- bit n is set where the n-th of the instants above, from created_at (0) to released_at (9), knows only its day
  day_only bigint not null default 0,
  decision text,
  reason text,
  verdict_complete bigint not null default 0,
  opportunity_minor bigint,
  won_minor bigint,
  -- by rule of a head (not by a verdict: that is derived)
  excluded bigint not null default 0,
  -- handovers so far; those after the first have rows of their own
  handovers bigint not null default 0,
  -- events numbered so far
  events bigint not null default 0,
  -- taken back by the undo of the import that brought it; its number stays, so that a log line stays true
  gone bigint not null default 0,
  -- the change that touched it last
  seq bigint not null
);
create index lead_seq on lead (seq);

-- Personal values, shown by role and erasable on request.
create table lead_person (
  lead_id bigint primary key references lead (id),
  name text,
  email text,
  phone text,
  -- trimmed, lower case: what an import joins by
  email_key text
);
create index lead_person_email on lead_person (email_key) where email_key is not null;

-- By which number a source knows a lead.
create table lead_key (
  source_id bigint not null references source (id),
  external_id text not null,
  lead_id bigint not null references lead (id),
  import_id bigint,
  primary key (source_id, external_id)
);
create index lead_key_lead on lead_key (lead_id);

-- The history of a lead. Never deleted, only voided, with who and why; only the undo of an import removes what
-- that import appended.
create table lead_event (
  lead_id bigint not null references lead (id),
  n bigint not null,
  kind text not null,
  at bigint not null,
  day_only bigint not null default 0,
  actor text,
  source_id bigint references source (id),
  import_id bigint,
  -- the thing in the source that the event is about, such as a deal; 'lead' where the row of a lead file says it
  record text,
  -- JSON: what the kind needs (leads::store::Detail)
  detail text,
  voided_at bigint,
  voided_by text,
  void_reason text,
  -- set where an import voided it
  voided_import bigint,
  primary key (lead_id, n)
);

-- Handovers after the first, each with its own milestones.
create table handover (
  lead_id bigint not null references lead (id),
  n bigint not null,
  handed_over_at bigint not null,
  accepted_at bigint,
  first_touch_at bigint,
  connected_at bigint,
  verdict_at bigint,
  released_at bigint,
  -- bits as in lead.day_only
  day_only bigint not null default 0,
  decision text,
  reason text,
  verdict_complete bigint not null default 0,
  primary key (lead_id, n)
);

-- The spend ledger. to_day is inclusive. An import that changes an amount takes the old row out and puts a new one
-- in, so that both stay readable.
create table spend (
  id bigint primary key,
  from_day bigint not null,
  to_day bigint not null,
  channel_id bigint,
  kind text not null,
  team text,
  -- 1 for the first row of a file with these days, channel, kind and team, 2 for the second …
  ordinal bigint not null,
  amount_minor bigint not null,
  source_id bigint references source (id),
  import_id bigint,
  gone bigint not null default 0,
  gone_import bigint,
  seq bigint not null,
  check (from_day <= to_day)
);
create index spend_seq on spend (seq);

-- The journal of imports: one that is 'running' or 'undoing' when the program starts is taken back.
create table import (
  id bigint primary key,
  kind text not null,
  source_id bigint not null references source (id),
  file_name text not null,
  state text not null check (state in ('running', 'complete', 'undoing', 'undone')),
  actor text not null,
  started_at bigint not null,
  ended_at bigint,
  counts text not null
);

-- One row a transaction of an import, written with it: what the undo takes back, newest first. The numbers that a
-- batch gave to new leads and new spend are consecutive.
create table import_batch (
  import_id bigint not null references import (id),
  n bigint not null,
  seq bigint not null,
  first_lead bigint,
  last_lead bigint,
  first_spend bigint,
  last_spend bigint,
  primary key (import_id, n)
);

-- What a lead was before a batch of an import changed it.
create table import_undo (
  import_id bigint not null references import (id),
  batch bigint not null,
  lead_id bigint not null references lead (id),
  -- JSON: its row and handovers
  before text not null,
  -- JSON: its personal values, apart, so that they can be erased with the lead's
  person text,
  primary key (import_id, batch, lead_id)
);
