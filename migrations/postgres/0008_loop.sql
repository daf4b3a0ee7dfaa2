-- Sales works its leads, and every verdict comes back to marketing.

-- Of the latest handover: how often sales tried, and when last. Derived from the events, as the milestones are.
alter table lead add column attempts bigint not null default 0;
alter table lead add column last_touch_at bigint;
-- the day on which a recycled lead comes back, as its first second; null where it does not
alter table lead add column returns_at bigint;
-- when its rep wants to do the next thing
alter table lead add column action_at bigint;
-- What sales owes it next (touch, attempt, verdict), when that is due, and until when its acceptance is awaited. They
-- follow from the milestones and the agreement, are written by every write of the row, and by nothing else but the
-- recount after a change of the agreement. 4294967295 is never.
alter table lead add column stage text;
alter table lead add column due_at bigint;
alter table lead add column silent_at bigint;
-- the change by which a person touched it last, and whose that was
alter table lead add column worked_seq bigint not null default 0;
alter table lead add column worked_by bigint;

create index lead_stage on lead (stage, due_at, id, silent_at, gone) where stage is not null;
create index lead_silent on lead (silent_at, id, gone) where silent_at is not null;
create index lead_owner on lead (owner_id, due_at, id, silent_at, gone) where stage is not null;
create index lead_returns on lead (returns_at) where returns_at is not null;

-- Who did it here; null where a file told of it, or the program itself did it on its day. No foreign key here and below:
-- the people of the sample company go, and what they did stays under their name.
alter table lead_event add column account_id bigint;
-- The feedback loop, newest first.
create index lead_event_verdict on lead_event (at, lead_id, n) where kind = 'verdict' and voided_at is null;

-- What the queue was last counted by, and up to which lead that has come.
create table queue_count (
  id bigint primary key check (id = 1),
  rules text not null,
  up_to bigint not null
);

-- What a rep wants to do next. Beside the lead, since people write names into it.
create table lead_action (
  lead_id bigint primary key references lead (id),
  kind text not null,
  note text,
  account_id bigint not null,
  at bigint not null
);

create table lead_comment (
  id bigint primary key,
  lead_id bigint not null references lead (id),
  account_id bigint not null,
  at bigint not null,
  text text not null,
  gone bigint not null default 0
);
create index lead_comment_lead on lead_comment (lead_id, id);

-- Which value of the dimension owner is whom.
create table owner_account (
  value_id bigint primary key,
  account_id bigint not null
);
create index owner_account_account on owner_account (account_id);

-- What somebody did last, and what leads were before it. Beside the lead, and kept for a day.
create table work_undo (
  id bigint primary key,
  account_id bigint not null,
  at bigint not null,
  seq bigint not null,
  kind text not null,
  undone bigint not null default 0
);
create index work_undo_at on work_undo (at);
create table work_undo_lead (
  undo_id bigint not null references work_undo (id),
  lead_id bigint not null references lead (id),
  before text not null,
  primary key (undo_id, lead_id)
);
create index work_undo_lead_lead on work_undo_lead (lead_id);

-- Why leads are turned down. A reason is never deleted once it was used, only retired.
create table reason (
  key text not null primary key,
  name text not null,
  moment text not null,
  problem text not null,
  route text not null,
  proof text not null,
  place bigint not null,
  retired_at bigint
);
insert into reason (key, name, moment, problem, route, proof, place) values
  ('invalid_data', 'Data that cannot be right', 'door', 'marketing (form, source)', 'fix', 'field', 1),
  ('spam_or_test', 'Spam or a test', 'door', 'marketing', 'remove', 'none', 2),
  ('duplicate', 'Duplicate', 'door', 'both', 'merge', 'lead', 3),
  ('outside_icp', 'Outside our market', 'door', 'marketing (targeting)', 'remove_or_partner', 'criterion', 4),
  ('wrong_person', 'Wrong person', 'both', 'marketing (persona)', 'keep_company', 'role', 5),
  ('existing_customer', 'Customer already', 'door', 'marketing', 'hand_on', 'none', 6),
  ('competitor', 'Competitor', 'door', 'marketing', 'hand_on', 'none', 7),
  ('seller_or_student', 'Seller or student', 'door', 'marketing', 'hand_on', 'none', 8),
  ('below_criteria', 'Below the criteria', 'door', 'marketing (scoring)', 'nurture', 'criterion', 9),
  ('unreachable', 'Unreachable', 'contact', 'sales first', 'recycle_30', 'attempts', 10),
  ('no_need', 'No need', 'contact', 'marketing (message)', 'nurture_180', 'note', 11),
  ('no_budget', 'No budget', 'contact', 'shared', 'recycle_90_180', 'none', 12),
  ('not_now', 'Not now', 'contact', 'nobody', 'recycle_on_date', 'date', 13),
  ('no_authority', 'No authority', 'contact', 'shared', 'find_decider', 'none', 14),
  ('offer_gap', 'The offer lacks something', 'contact', 'product', 'tag_feature', 'feature', 15),
  ('chose_competitor', 'Chose a competitor', 'contact', 'sales, product', 'lost', 'competitor', 16),
  ('other', 'Other', 'both', 'none', 'review', 'note', 17);

-- Marketing's answer to the verdict of one handover, and what came of it. One row a handover that was answered.
create table feedback (
  lead_id bigint not null references lead (id),
  -- 1 for the first handover
  handover bigint not null,
  -- the event that gave the verdict
  verdict_n bigint not null,
  replied_at bigint,
  disputed_at bigint,
  ruled_at bigint,
  -- 1: for marketing
  upheld bigint not null default 0,
  primary key (lead_id, handover)
);
create index feedback_open on feedback (disputed_at) where ruled_at is null and disputed_at is not null;

-- What was said about it: reply, took_over, dispute by marketing, ruling by the heads.
create table feedback_word (
  id bigint primary key,
  lead_id bigint not null references lead (id),
  handover bigint not null,
  kind text not null,
  -- of a ruling: the team whose head it is, and the team for which it rules
  team text,
  in_favour text,
  account_id bigint not null,
  at bigint not null,
  text text not null
);
create index feedback_word_lead on feedback_word (lead_id, handover, id);

-- Kinds of notices that somebody does not want.
create table notice_muted (
  account_id bigint not null,
  kind text not null,
  primary key (account_id, kind)
);

-- Filters of a list that somebody gave a name.
create table saved_view (
  id bigint primary key,
  account_id bigint not null,
  page text not null,
  name text not null,
  query text not null,
  unique (account_id, page, name)
);

insert into counter (name, n) values ('lead_comment', 0), ('work_undo', 0), ('feedback_word', 0), ('saved_view', 0);
