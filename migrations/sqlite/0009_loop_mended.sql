-- What is said about a verdict belongs to that verdict, and where the answers to a handover stand follows from it: a
-- verdict that is voided takes its dispute along, and of leads that are merged and un-merged none is lost.

alter table feedback_word add column verdict_n bigint not null default 0;
update feedback_word set verdict_n = coalesce((select f.verdict_n from feedback as f
    where f.lead_id = feedback_word.lead_id and f.handover = feedback_word.handover), 0);
drop index feedback_word_lead;
alter table feedback_word drop column handover;
create index feedback_word_lead on feedback_word (lead_id, verdict_n, id);

-- Of the first handover: when marketing first answered its verdicts and contested one, when both heads had ruled alike
-- (1: for marketing), and where the lead goes by its latest verdict. Derived, as the milestones are.
alter table lead add column replied_at bigint;
alter table lead add column disputed_at bigint;
alter table lead add column ruled_at bigint;
alter table lead add column upheld bigint not null default 0;
alter table lead add column route text;
-- The same of the later ones.
alter table handover add column replied_at bigint;
alter table handover add column disputed_at bigint;
alter table handover add column ruled_at bigint;
alter table handover add column upheld bigint not null default 0;
alter table handover add column route text;

update lead set (replied_at, disputed_at, ruled_at, upheld) =
    (select f.replied_at, f.disputed_at, f.ruled_at, f.upheld from feedback as f
        where f.lead_id = lead.id and f.handover = 1)
    where exists (select 1 from feedback as f join lead_event as e on e.lead_id = f.lead_id and e.n = f.verdict_n
        where f.lead_id = lead.id and f.handover = 1 and e.voided_at is null);
update handover set (replied_at, disputed_at, ruled_at, upheld) =
    (select f.replied_at, f.disputed_at, f.ruled_at, f.upheld from feedback as f
        where f.lead_id = handover.lead_id and f.handover = handover.n)
    where exists (select 1 from feedback as f join lead_event as e on e.lead_id = f.lead_id and e.n = f.verdict_n
        where f.lead_id = handover.lead_id and f.handover = handover.n and e.voided_at is null);
update lead set route = case reason when 'invalid_data' then 'fix' when 'spam_or_test' then 'remove' else 'merge' end
    where reason in ('invalid_data', 'spam_or_test', 'duplicate');
update handover set route = case reason when 'invalid_data' then 'fix' when 'spam_or_test' then 'remove' else 'merge' end
    where reason in ('invalid_data', 'spam_or_test', 'duplicate');
drop table feedback;

-- What waits for an answer, by its first verdict; what was contested; what the numbers read of the answers.
create index lead_unanswered on lead (verdict_at, id) where decision <> 'good' and replied_at is null;
create index handover_unanswered on handover (verdict_at, lead_id, n) where decision <> 'good' and replied_at is null;
create index lead_disputed on lead (disputed_at, id) where disputed_at is not null;
create index handover_disputed on handover (disputed_at, lead_id, n) where disputed_at is not null;
create index lead_replied on lead (seq) where replied_at is not null;
create index handover_replied on handover (lead_id) where replied_at is not null;

-- Why deals were lost, and what the offer lacks.
create index lead_event_lost on lead_event (at, lead_id, n) where kind = 'lost' and voided_at is null;

-- Which leads come back is derived by another rule now: the queue is counted anew at the next start.
delete from queue_count;
