-- Personas: what both teams believe of their buyers, statement by statement, and which leads are whose.

create table persona (
  id integer primary key,
  -- its address; never changes
  slug text not null unique,
  -- the value of the dimension persona whose leads are its own: it stays when the persona is renamed
  value_id bigint unique,
  name text not null,
  role text not null,
  segment text not null,
  -- accounts; no foreign key, as elsewhere: the people of the sample company go
  marketing_owner bigint,
  sales_owner bigint,
  -- when each team last said that it is still true, and who
  marketing_confirmed_at bigint,
  marketing_confirmed_by text,
  sales_confirmed_at bigint,
  sales_confirmed_by text,
  -- when each owner was last told that this is due
  marketing_reminded_at bigint,
  sales_reminded_at bigint,
  -- its place among the personas: of two whose rules name the same lead, the first has it
  place bigint not null,
  made_at bigint not null,
  retired_at bigint,
  retired_by text,
  -- the persona that it became a part of, which has its leads
  merged_into bigint,
  -- which leads are its own, as people write it (personas::rules::model); blank: none by rule
  rule text not null default '',
  -- of the sample company, with which it goes
  sample bigint not null default 0
);

create table persona_statement (
  id integer primary key,
  persona_id bigint not null references persona (id),
  section text not null,
  -- of the buying journey; blank where the section has none
  stage text not null,
  place bigint not null,
  -- what it says, and what we answer to it: rows of persona_text
  text_id bigint not null,
  answer_id bigint,
  evidence text not null,
  source_id bigint,
  confidence text not null,
  -- a day since 1970
  dated bigint not null,
  -- what of it the leads can contradict (personas::claims); blank: nothing
  claim text not null,
  deleted_at bigint,
  deleted_by text,
  -- the persona that was merged into this one and brought it along: it goes back there when the merge is undone
  came_from bigint
);
create index persona_statement_persona on persona_statement (persona_id, section, place);

-- The words of statements, as they are and were. Beside the change log, which holds their numbers only: people quote
-- buyers, and what they quote can be erased.
create table persona_text (
  id integer primary key,
  statement_id bigint not null,
  text text not null
);
create index persona_text_statement on persona_text (statement_id);

-- What sales wrote beside a statement, or beside a whole section, and what marketing answered.
create table persona_note (
  id integer primary key,
  persona_id bigint not null references persona (id),
  statement_id bigint,
  section text not null,
  stage text not null,
  kind text not null,
  -- the lead that said so
  lead_id bigint,
  account_id bigint not null,
  author text not null,
  at bigint not null,
  text text not null,
  -- taken_over, declined; null while it is open
  answer text,
  answered_at bigint,
  answerer text,
  answer_text text,
  -- as of a statement
  came_from bigint
);
create index persona_note_persona on persona_note (persona_id, id);
create index persona_note_open on persona_note (at) where answer is null;
create index persona_note_lead on persona_note (lead_id) where lead_id is not null;

-- Leads to which a rule or a merge gave their persona, and what they had before.
create table persona_lead (
  lead_id bigint primary key,
  value_id bigint not null,
  from_value bigint
) without rowid;

-- The seq of the write that changed a rule, while leads are still being assigned anew.
create table persona_spread (
  id integer primary key check (id = 1),
  since bigint not null,
  made_by text not null
);

insert into counter (name, n) values ('persona', 0), ('persona_statement', 0), ('persona_text', 0), ('persona_note', 0);
