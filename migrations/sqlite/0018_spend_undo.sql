-- What people hold of a source's rows, and what an import took out: an undo asks for both, row by row.
create index spend_held on spend (source_id, from_day) where held = 1;
create index spend_taken_out on spend (gone_import) where gone_import is not null;
