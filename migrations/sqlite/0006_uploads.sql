-- A file on its way in as the pages have it: uploaded, mapped, checked, run. The file itself lies in the folder
-- `uploads` of the data folder, and goes with its row when it is discarded, or after thirty days.
create table upload (
  id integer primary key,
  -- whose it is, as in form_answer
  who text not null,
  kind text not null,
  source text not null,
  -- IANA name of the zone of its times; null: the workspace's
  zone text,
  -- as the person named it
  file_name text not null,
  -- its name in the folder
  stored text not null,
  bytes bigint not null,
  -- SHA-256 of its content, hexadecimal
  digest text not null,
  -- JSON: the form of its columns as it was sent last
  wishes text not null,
  -- JSON: counts of the last check; null where something was changed since
  checked text,
  -- the last run's number in the journal
  import_id bigint,
  -- what is being done with it, or was when the program died: check or run
  job text,
  -- why the last check or run came to nothing
  problem text,
  uploaded_at bigint not null,
  changed_at bigint not null
);
create index upload_who on upload (who, id);
create index upload_changed on upload (changed_at);

insert into counter (name, n) values ('upload', 0);
