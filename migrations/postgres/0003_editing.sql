-- Spend that people write and correct, and forms that count once however often they are sent.

alter table spend add column note text;
-- 1: a person corrected or deleted this imported row. It is gone, and stays what the importer knows, so that no file
-- brings it back.
alter table spend add column held bigint not null default 0;
-- the imported row that this one corrects
alter table spend add column corrects bigint;
-- set while a person's deletion can still be undone
alter table spend add column deleted_at bigint;
alter table spend add column deleted_by text;

-- What a form was answered with, by whom and which form it was: the same form once more is answered the same. Kept
-- for a day.
create table form_answer (
  who text not null,
  form text not null,
  leads_to text not null,
  at bigint not null,
  primary key (who, form)
);
create index form_answer_at on form_answer (at);
