-- What the mapping of a file is remembered by: its kind, where it came from, and the set of its headings.
create table import_memory (
  kind text not null,
  source text not null,
  -- digest of the headings in their normal form
  shape text not null,
  -- JSON: which column is which field, what its words mean, how its dates were read
  wishes text not null,
  zone text,
  file_name text not null,
  used_at bigint not null,
  used_by text not null,
  primary key (kind, source, shape)
);

-- Other names of channels, for every file of the workspace.
create table channel_alias (
  -- in lower case
  form text not null primary key,
  -- as it was written
  name text not null,
  channel text not null,
  set_at bigint not null,
  set_by text not null
);

-- What one unit of another currency is worth in the workspace's, from a day on until the next rate.
create table exchange_rate (
  currency text not null,
  from_day bigint not null,
  -- an exact decimal number
  rate text not null,
  set_at bigint not null,
  set_by text not null,
  primary key (currency, from_day)
);

-- What an imported amount was before it was exchanged.
alter table spend add column original_minor bigint;
alter table spend add column original_currency text;
alter table spend add column rate text;
