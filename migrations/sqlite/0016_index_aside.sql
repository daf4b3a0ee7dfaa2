-- Indexes that are laid aside while a large file comes in with nobody else at work, as the statements that make them
-- anew. Empty at any other time: whoever opens the file brings them back.
create table index_aside (
  name text not null primary key,
  sql text not null
) without rowid;
