-- The shared definitions, and the leads of a period read by their handovers.

-- A term of the glossary. A change makes it another version, which nobody has approved yet; what it was before is in
-- the change log.
create table term (
  id bigint primary key,
  -- its address, which stays when the name changes
  slug text not null unique,
  name text not null,
  -- whose it is to keep right: marketing, sales or both
  owner text not null,
  text text not null,
  example text not null,
  counter_example text not null,
  version bigint not null default 1,
  retired_at bigint
);

-- Which team has approved which version of it, by the hand of its head.
create table term_approval (
  term_id bigint not null references term (id),
  version bigint not null,
  team text not null,
  -- a name, which stays when the account goes
  who text not null,
  at bigint not null,
  primary key (term_id, version, team)
);

insert into term (id, slug, name, owner, text, example, counter_example) values
  (1, 'lead', 'Lead', 'both',
   'A person or company that marketing captured: it left its details, or marketing found it. It is a lead from that moment on, whether anybody has looked at it yet or not.',
   'A logistics manager downloads the checklist for warehouse robots and leaves a name and an e-mail address.',
   'A visitor who read five pages and left nothing. There is nobody to call.'),
  (2, 'qualified-lead', 'Qualified lead', 'both',
   'A lead that meets every criterion that both heads signed. It is checked by the program, lead by lead, under the version of the agreement in force on the day of its handover.',
   'A lead of whom every criterion below is met.',
   'A lead that looks promising but misses one criterion; or one of whom a criterion cannot be told, because a field is blank. Neither counts as qualified.'),
  (3, 'mql', 'MQL (marketing qualified lead)', 'marketing',
   'A lead that marketing has given to sales as qualified. The moment is the handover: the rate, the follow-up time and the feedback coverage count from it.',
   'Marketing hands a lead over on Tuesday at 10:40. From then on sales’ clock runs.',
   'A lead with a high score that still sits with marketing. A score is an opinion; the handover is a fact.'),
  (4, 'handover', 'Handover', 'both',
   'The moment marketing gives a lead to sales as qualified. A lead may be handed over again after recycling, or after a rejection that was repaired; each handover has clocks of its own.',
   'The lead is recycled in March for want of budget and comes back in September: its second handover.',
   'Assigning the lead to another rep. Whose it is has changed, not that it is with sales.'),
  (5, 'sal', 'SAL (sales accepted lead)', 'sales',
   'A handed-over lead that sales takes on. Silence past the agreed time accepts it, dated at that time. Accepting is not a verdict: it says “we will work it”, not “it was good”.',
   'Nobody answers within the agreed working hours: from then on the lead counts as accepted.',
   'A lead that was opened and read. Reading is not accepting.'),
  (6, 'touch', 'Touch', 'sales',
   'One attempt by a human of sales to reach the lead: a call, a mail, a meeting or a message. The first touch stops the follow-up clock, whether anybody answered or not.',
   'A call that goes to voicemail.',
   'The automatic welcome mail. No human of sales sent it.'),
  (7, 'connected', 'Connected', 'sales',
   'The first contact that went both ways: the lead answered.',
   'The lead writes back and asks for a price list.',
   'An out-of-office reply.'),
  (8, 'opportunity', 'Opportunity (SQL)', 'sales',
   'Sales has spoken to the lead and opened a deal: there is a need, somebody who decides, and a next step. Only a lead’s first opportunity counts in the lead-to-opportunity rate.',
   'After the first call sales opens a deal over € 24,000, with a demonstration next week.',
   'A deal opened before anybody spoke to the lead, to keep the pipeline full.'),
  (9, 'customer', 'Customer', 'sales',
   'A lead whose deal was won. A company that buys twice is one customer.',
   'The contract is signed on 14 May: won on that day.',
   'A verbal yes.'),
  (10, 'verdict', 'Verdict', 'sales',
   'The structured feedback of sales on one lead: good, rejected or recycled; which criteria it fitted; whether intent was seen; how useful it was; one line in words. A rejection or recycling gives a reason, and its proof where the reason asks for one.',
   '“Recycle, no budget: the board decides in January.” Usefulness 4.',
   '“Not a fit.” Nobody can change anything because of it, so it is refused.'),
  (11, 'rejected', 'Rejected', 'both',
   'Sales turns a handed-over lead down for good, with a reason. Marketing may answer, change something, or dispute it; both heads rule on a dispute.',
   '“Below the criteria”: eleven people, fifty were agreed.',
   'A lead that became an opportunity. It was qualified; if the deal dies it is lost, with a lost reason.'),
  (12, 'recycled', 'Recycled', 'both',
   'Back to marketing with a date on which it returns. On that day its next handover opens by itself.',
   '“Not now”, returns on 1 September.',
   'A lead that sales stopped calling without saying so. That is an open lead past its time.'),
  (13, 'disqualified', 'Disqualified', 'both',
   'Taken out of the numbers: spam, a test entry or a duplicate, once nobody disputes it, or by a rule of the heads. Never a lead that has an opportunity. What is left out is counted and listed.',
   'An entry by asdf@asdf.asdf.',
   'A lead without budget. It is recycled or rejected, and stays counted.'),
  (14, 'cohort', 'Cohort', 'both',
   'The leads handed over in the same period. What becomes of them is counted for them, however much later it happens, so that a month is judged by its own leads.',
   'A lead of March that becomes an opportunity in May belongs to the cohort of March.',
   'The opportunities of May over the leads of May: two different groups of leads.'),
  (15, 'mature-lead', 'Mature lead', 'both',
   'A lead that was handed over long enough ago to be judged: the agreed horizon, ninety days unless agreed otherwise, has passed. Younger leads are shown hatched and enter no rate.',
   'Handed over on 1 March, horizon of 90 days: mature from 30 May on.',
   'A lead of last week without an opportunity. It has not failed, it is young.'),
  (16, 'lead-to-opportunity-rate', 'Lead-to-opportunity rate', 'both',
   'Of the mature leads of a period, the share that became an opportunity within the horizon. Shown with the interval in which the true rate lies in 95 of 100 cases.',
   '200 leads of the first quarter are mature, 28 became an opportunity in time: 14 %.',
   'Opportunities opened in the quarter over leads created in it. It rises when marketing pauses.'),
  (17, 'follow-up-time', 'Follow-up time', 'sales',
   'From the handover to the first touch, in elapsed and in working time. The headline is the median; leads that nobody has touched yet count as “longer than their age so far”.',
   'Handed over at 16:30, called the next morning at 9:30: 17 hours, and one working hour where work is from 9:00 to 17:00.',
   'The average over only those leads that were called. It hides the ones that never were.'),
  (18, 'feedback-coverage', 'Feedback coverage', 'sales',
   'Of the handovers whose time for a verdict has passed, the share with a complete one.',
   'Forty verdicts were due, thirty-four are complete: 85 %.',
   'Leads whose status was changed without a reason.'),
  (19, 'cac', 'CAC (customer acquisition cost)', 'both',
   'All that was spent to win customers in a period (media, agency, tools, events, the pay and commission of both teams) over the customers won in it.',
   '€ 60,000 spent, twelve customers won: € 5,000 each.',
   'Advertising over leads. It leaves out most of the cost and all of the customers.'),
  (20, 'channel', 'Channel', 'marketing',
   'Where a lead came from, as marketing names it: the first thing that a lead’s numbers are told apart by.',
   '“Trade fair”, “Webinar”, “Paid search”.',
   '“The website”. Nearly every lead passes it; the question is what brought it there.'),
  (21, 'persona', 'Persona', 'both',
   'A kind of person who takes part in buying, with needs, objections and the way they buy. Both teams write it, and marketing answers what sales notes beside it.',
   '“Operations head of a warehouse with two shifts”.',
   'A job title alone. Two people of one title may buy for different reasons.');

insert into counter (name, n) values ('term', 21);

-- The leads of a period against the criteria of a qualified lead.
create index lead_handed_over on lead (handed_over_at) where handed_over_at is not null;
