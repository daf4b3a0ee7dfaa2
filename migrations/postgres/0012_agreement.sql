-- Drafts of the agreement and what becomes of them. At most one is open (state draft or proposed). terms is JSON as in
-- agreement_version; starts is the day that was wished for. At the proposal the text is written down as it will be
-- signed, with its SHA-256; both go when it is sent back.
create table agreement_draft (
  id bigint primary key,
  state text not null check (state in ('draft', 'proposed', 'signed', 'withdrawn')),
  -- the version that it began from
  base bigint not null,
  starts bigint not null,
  -- it takes the place of a version that is signed and not in force yet
  replaces bigint,
  why text not null,
  terms text not null,
  created_at bigint not null,
  created_by text not null,
  proposed_at bigint,
  proposed_by text,
  text text,
  hash text,
  -- when it was signed by both or withdrawn
  ended_at bigint,
  ended_by text,
  -- the version that it became
  version bigint
);

-- Signatures, those that a return to the draft made void too. The name stays when its person leaves.
create table agreement_signature (
  draft_id bigint not null references agreement_draft (id),
  n bigint not null,
  team text not null check (team in ('marketing', 'sales')),
  account_id bigint,
  name text not null,
  -- as what: head of the team, or deputy of its head
  role text not null,
  at bigint not null,
  -- of the text that was signed
  hash text not null,
  voided_at bigint,
  voided_by text,
  primary key (draft_id, n)
);

-- What both teams say about a clause; a blank clause is the whole draft.
create table agreement_comment (
  id bigint primary key,
  draft_id bigint not null references agreement_draft (id),
  clause text not null,
  account_id bigint,
  name text not null,
  team text,
  at bigint not null,
  text text not null
);
create index agreement_comment_draft on agreement_comment (draft_id, id);

-- Who signs for a head who is away.
create table agreement_deputy (
  head_id bigint not null primary key references account (id),
  deputy_id bigint not null references account (id),
  from_day bigint not null,
  -- inclusive
  to_day bigint not null
);

-- A signed version that is not in force yet goes when both heads take it back.
create table agreement_recall (
  version bigint not null,
  team text not null check (team in ('marketing', 'sales')),
  account_id bigint,
  name text not null,
  at bigint not null,
  primary key (version, team)
);

alter table agreement_version add column draft_id bigint;
alter table agreement_version add column text text;
alter table agreement_version add column hash text;
-- it was taken back, or another took its place, before it came into force
alter table agreement_version add column recalled_at bigint;
-- when people were told that it is in force
alter table agreement_version add column told_at bigint;

insert into counter (name, n) values ('agreement_draft', 0), ('agreement_comment', 0);
