-- SQLite lays indexes aside here while a large file comes in with nobody else at work. On PostgreSQL somebody may
-- always be at work, and the table stays empty.
create table index_aside (
  name text not null primary key,
  sql text not null
);
