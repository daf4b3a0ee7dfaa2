-- The content library: what marketing curates, sales shares, and both find missing.

create table content_item (
  id bigint primary key,
  title text not null,
  kind text not null,
  summary text not null default '',
  -- a text that is copied into a mail
  snippet text not null default '',
  -- lists: numbers of personas, keys of stages, objections (keys of reasons, or in the lead's own words), topics; one a line
  personas text not null default '',
  stages text not null default '',
  objections text not null default '',
  topics text not null default '',
  language text not null default '',
  owner_id bigint,
  status text not null,
  -- days since 1970
  released bigint,
  expires bigint,
  -- the day of expiry that its owner was told of
  told_expires bigint,
  -- when somebody last said that it is still right: its approval, or a look at it
  confirmed_at bigint,
  confirmed_by text,
  status_at bigint not null,
  status_by text not null,
  made_at bigint not null,
  made_by text not null,
  made_team text,
  deleted_at bigint,
  deleted_by text,
  -- 1: it came with the sample company, and goes with it
  sample bigint not null default 0,
  seq bigint not null
);
create index content_item_seq on content_item (seq);
create index content_item_expires on content_item (expires) where expires is not null;

-- What an item is: a link or a file. The newest counts, the older ones stay readable.
create table content_version (
  item_id bigint not null references content_item (id),
  n bigint not null,
  link text,
  -- a link as it is told from others
  link_key text,
  file_name text,
  -- its name in the folder of contents
  stored text,
  bytes bigint,
  -- SHA-256, hexadecimal
  digest text,
  media text,
  at bigint not null,
  made_by text not null,
  primary key (item_id, n)
);
create index content_version_digest on content_version (digest) where digest is not null;
create index content_version_link on content_version (link_key) where link_key is not null;

-- Of an item or of a request. No foreign key: see the accounts.
create table content_comment (
  id bigint primary key,
  item_id bigint,
  request_id bigint,
  account_id bigint not null,
  at bigint not null,
  text text not null
);
create index content_comment_item on content_comment (item_id, id) where item_id is not null;
create index content_comment_request on content_comment (request_id, id) where request_id is not null;

-- Shared with a lead.
create table content_use (
  id bigint primary key,
  item_id bigint not null references content_item (id),
  lead_id bigint not null references lead (id),
  account_id bigint not null,
  name text not null,
  at bigint not null,
  gone bigint not null default 0
);
create index content_use_item on content_use (item_id, lead_id) where gone = 0;
create index content_use_lead on content_use (lead_id) where gone = 0;
create index content_use_at on content_use (at) where gone = 0;

create table content_rating (
  item_id bigint not null references content_item (id),
  account_id bigint not null,
  stars bigint not null,
  note text not null default '',
  at bigint not null,
  primary key (item_id, account_id)
);

-- What one change did to many items: to each its own line of history.
create table content_bulk (
  seq bigint not null,
  item_id bigint not null,
  detail text not null,
  primary key (seq, item_id)
);
create index content_bulk_item on content_bulk (item_id, seq);

-- How the newest link of an item was found.
create table content_link (
  item_id bigint primary key references content_item (id),
  link text not null,
  checked_at bigint not null,
  -- blank: it answers
  trouble text not null default '',
  -- since when it has not
  since bigint
);

-- What somebody misses: first a request, then a brief, then a draft.
create table content_request (
  id bigint primary key,
  title text not null,
  state text not null,
  persona_id bigint,
  stage text not null default '',
  objection text not null default '',
  language text not null default '',
  why text not null default '',
  -- the brief: what the reader thinks and does now, and what they shall believe afterwards
  reader text not null default '',
  belief text not null default '',
  owner_id bigint,
  -- a day since 1970
  due bigint,
  -- gap, objection, search, person
  origin text not null,
  search text not null default '',
  asked_by text not null,
  asked_id bigint not null,
  asked_team text,
  at bigint not null,
  state_at bigint not null,
  -- why it was declined
  answer text not null default '',
  item_id bigint references content_item (id),
  deleted_at bigint,
  deleted_by text,
  sample bigint not null default 0,
  seq bigint not null
);
create index content_request_state on content_request (state, due);

create table content_vote (
  request_id bigint not null references content_request (id),
  account_id bigint not null,
  at bigint not null,
  primary key (request_id, account_id)
);

-- Searches that found nothing: without who, and without what could name a person.
create table content_miss (
  words text not null primary key,
  times bigint not null,
  first_at bigint not null,
  last_at bigint not null
);

insert into counter (name, n) values ('content_item', 0), ('content_comment', 0), ('content_use', 0), ('content_request', 0);
