-- What waits for somebody: written in the transaction of the change that concerns them.
create table notice (
  id integer primary key,
  account_id bigint not null references account (id),
  -- of the change
  seq bigint not null,
  at bigint not null,
  kind text not null,
  -- who caused it
  actor text not null,
  -- JSON: what the kind needs
  detail text not null,
  read_at bigint
);
create index notice_account on notice (account_id, id);
create index notice_seq on notice (seq);

insert into counter (name, n) values ('notice', 0);
