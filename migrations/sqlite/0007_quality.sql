-- Data quality: leads that are one, leads left out by rule, and what people set for many leads at once.

-- The lead that it was merged into. Such a lead is gone from lists and numbers; its row, keys and events stay as its
-- source tells them, and the survivor's milestones are derived from the events of both.
alter table lead add column merged_into bigint;
create index lead_merged on lead (merged_into) where merged_into is not null;
-- bit n is set where a person set the n-th dimension (6: the e-mail), which no import overwrites
alter table lead add column by_hand bigint not null default 0;

-- Findings, each with the leads that have it: those that count, so those with an opportunity whatever a rule says.
create index lead_no_channel on lead (id)
  where channel_id is null and gone = 0 and (excluded = 0 or opportunity_at is not null);
create index lead_no_persona on lead (id)
  where persona_id is null and gone = 0 and (excluded = 0 or opportunity_at is not null);
create index lead_no_owner on lead (id)
  where owner_id is null and gone = 0 and (excluded = 0 or opportunity_at is not null);

-- By what two leads of the same company and name are known (leads::identity::match_key); 0: not worked out yet.
alter table lead_person add column match_key bigint default 0;
create index lead_person_match on lead_person (match_key) where match_key is not null;
-- 1: no mail could be sent to this address
alter table lead_person add column odd_email bigint not null default 0;
create index lead_person_odd on lead_person (lead_id) where odd_email = 1;
-- what the address was before a person corrected it
alter table lead_person add column email_before text;

-- Leads that a person's change concerns where it concerns many. Taken away when that change is taken back.
create table lead_work (
  lead_id bigint not null references lead (id),
  seq bigint not null,
  primary key (lead_id, seq)
) without rowid;
create index lead_work_seq on lead_work (seq);

-- Merges that stand, one row a lead that was merged into another one.
create table lead_merge (
  merged_id bigint primary key references lead (id),
  survivor_id bigint not null references lead (id),
  seq bigint not null,
  at bigint not null,
  actor text not null
) without rowid;
create index lead_merge_survivor on lead_merge (survivor_id);
create index lead_merge_seq on lead_merge (seq);

-- Rules of heads: which leads are left out of every number.
create table exclusion_rule (
  id integer primary key,
  kind text not null,
  -- what it looks for: a domain, a part of a text, the name of a channel
  pattern text not null,
  reason text not null,
  active bigint not null,
  made_by text not null,
  made_at bigint not null,
  -- of the last time that it was switched on or off
  switched_by text,
  switched_at bigint,
  -- the seq of the write that made or switched it, while its leads are still being left out or let in; 0: all are
  spreading bigint not null default 0
);

-- Which leads an active rule leaves out.
create table lead_rule (
  rule_id bigint not null references exclusion_rule (id),
  lead_id bigint not null references lead (id),
  primary key (rule_id, lead_id)
) without rowid;
create index lead_rule_lead on lead_rule (lead_id);

insert into counter (name, n) values ('exclusion_rule', 0);

-- How the file called the channel, where that is another name: by it a row is known again once a name of a channel is
-- learned or forgotten.
alter table spend add column written text;
