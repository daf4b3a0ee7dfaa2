-- What waits for somebody: written in the transaction of the change that concerns them.
create table notice (
  id bigint primary key,
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

-- Tells every process that listens, at the moment of the commit.
create function tell_change() returns trigger language plpgsql as $$
begin
  perform pg_notify('doubles_change', tg_table_schema);
  return null;
end
$$;
create trigger change_tells after insert on change for each row execute function tell_change();
