-- What the queue asks of a range stands in its index, so that no row of the table is read to count or to page: whether a
-- rule leaves a lead out was missing. These take the place of the former ones.
drop index lead_stage;
drop index lead_silent;
drop index lead_owner;
create index lead_stage on lead (stage, due_at, id, silent_at, gone, excluded, opportunity_at) where stage is not null;
create index lead_silent on lead (silent_at, id, gone, excluded, opportunity_at) where silent_at is not null;
create index lead_owner on lead (owner_id, due_at, id, silent_at, stage, gone, excluded, opportunity_at)
  where stage is not null;

-- How often each reason was given.
create index lead_reason on lead (reason, gone) where reason is not null;
create index handover_reason on handover (reason) where reason is not null;

-- The lists of the feedback loop that hold but some of the verdicts, newest first.
create index lead_event_turned_down on lead_event (at, lead_id, n)
  where kind = 'verdict' and voided_at is null and detail like '%"decision":"re%';
create index lead_event_praised on lead_event (at, lead_id, n)
  where kind = 'verdict' and voided_at is null and detail like '%"more_like_this":true%';
-- What the offer lacks, beside the reasons.
create index lead_event_feature on lead_event (at, lead_id, n)
  where kind = 'verdict' and voided_at is null and detail like '%"route":"tag_feature"%';
-- Those that go by handovers: what waits for an answer, which is counted too, so all that is asked about stands in its
-- index; disputes that are open, and those that were ruled.
drop index lead_unanswered;
create index lead_unanswered on lead (verdict_at, id, gone, handed_over_at, decision, replied_at)
  where decision <> 'good' and replied_at is null;
create index lead_dispute_open on lead (disputed_at, id) where disputed_at is not null and ruled_at is null;
create index handover_dispute_open on handover (disputed_at, lead_id, n)
  where disputed_at is not null and ruled_at is null;
create index lead_dispute_ruled on lead (ruled_at, id) where disputed_at is not null and ruled_at is not null;
create index handover_dispute_ruled on handover (ruled_at, lead_id, n)
  where disputed_at is not null and ruled_at is not null;

-- Up to which moment people were told of what they planned, and of what was late.
create table notice_due (
  id bigint primary key check (id = 1),
  planned bigint not null,
  missed bigint not null
);
