-- How a file was to be read (JSON: import::reading::ReadingWishes), where a person chose that: sheet, delimiter,
-- encoding, line of the heading. The shape is then that of the file as it reads by itself.
alter table import_memory add column reading text;
