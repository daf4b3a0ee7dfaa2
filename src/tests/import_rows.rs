//! What the rows of each kind of file mean.

use doubles::error::Result;
use doubles::import::amounts::Currency;
use doubles::import::dates::{Clock, Order};
use doubles::import::ground::Ground;
use doubles::import::mapping::Wishes;
use doubles::import::model::{EventRecord, Kind, LeadRecord, OutcomeRecord, Rejection, SpendKind, SpendRecord, Team};
use doubles::import::parse::{Options, Parsing};
use doubles::import::reading::ReadingWishes;
use doubles::import::rows::Batch;
use doubles::leads::model::{Decision, Dimension, EventKind, Moment};
use doubles::rates::model::DatedRate;
use doubles::zone::Zone;
use proptest::prelude::*;
use std::path::Path;

/// A file in the making, with what the user says about it.
pub struct Case {
    kind: Kind,
    text: String,
    wishes: Wishes,
    order: Option<Order>,
    zone: &'static str,
    currency: &'static str,
}

/// What became of a file.
pub struct Read {
    pub batch: Batch,
    pub rejected: Vec<Rejection>,
    pub passed_over: u64,
    pub warnings: Vec<String>,
    pub mapping: std::collections::BTreeMap<String, String>,
}

pub fn case(kind: Kind, text: &str) -> Case {
    let wishes = Wishes::default();
    Case { kind, text: text.to_owned(), wishes, order: None, zone: "UTC", currency: "EUR" }
}

fn pair(wish: &str) -> (String, String) {
    let (name, value) = wish.split_once('=').expect("name=value");
    (name.to_owned(), value.to_owned())
}

impl Case {
    pub fn map(mut self, wish: &str) -> Self {
        self.wishes.map.push(pair(wish));
        self
    }

    pub fn set(mut self, wish: &str) -> Self {
        self.wishes.set.push(pair(wish));
        self
    }

    pub fn value(mut self, wish: &str) -> Self {
        self.wishes.values.push(wish.to_owned());
        self
    }

    pub fn rate(mut self, wish: &str) -> Self {
        self.wishes.rates.push(DatedRate::parse(wish).expect("a rate"));
        self
    }

    pub fn currency(mut self, currency: &'static str) -> Self {
        self.currency = currency;
        self
    }

    fn zone(mut self, zone: &'static str) -> Self {
        self.zone = zone;
        self
    }

    fn order(mut self, order: Order) -> Self {
        self.order = Some(order);
        self
    }

    pub fn read(&self) -> Result<Read> {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("file.csv");
        std::fs::write(&path, &self.text).expect("written");
        self.read_file(&path)
    }

    pub fn read_file(&self, path: &Path) -> Result<Read> {
        let zone = Zone::parse(self.zone).expect("a zone");
        let clock = Clock { file: zone, workspace: Zone::utc() };
        let wishes = self.wishes.clone();
        let reading = ReadingWishes::default();
        let options = Options { kind: self.kind, file: path.to_owned(), reading, wishes, order: self.order };
        let ground = Ground::new(clock, Currency::new(self.currency));
        let mut parsing = Parsing::open(&options, &ground)?;
        let mut read = Read {
            batch: Batch::new(self.kind),
            rejected: Vec::new(),
            passed_over: 0,
            warnings: Vec::new(),
            mapping: parsing.mapping(),
        };
        while let Some(parsed) = parsing.next_batch(5_000)? {
            match (&mut read.batch, parsed.batch) {
                (Batch::Leads(all), Batch::Leads(more)) => all.extend(more),
                (Batch::Outcomes(all), Batch::Outcomes(more)) => all.extend(more),
                (Batch::Events(all), Batch::Events(more)) => all.extend(more),
                (Batch::Spend(all), Batch::Spend(more)) => all.extend(more),
                _ => panic!("a batch of another kind"),
            }
            read.rejected.extend(parsed.rejected);
            read.passed_over += parsed.passed_over;
        }
        read.warnings = parsing.warnings();
        Ok(read)
    }

    fn leads(&self) -> Vec<LeadRecord> {
        match self.taken().batch {
            Batch::Leads(records) => records,
            _ => panic!("no leads"),
        }
    }

    fn outcomes(&self) -> Vec<OutcomeRecord> {
        match self.taken().batch {
            Batch::Outcomes(records) => records,
            _ => panic!("no outcomes"),
        }
    }

    fn events(&self) -> Vec<EventRecord> {
        match self.taken().batch {
            Batch::Events(records) => records,
            _ => panic!("no events"),
        }
    }

    pub fn spend(&self) -> Vec<SpendRecord> {
        match self.taken().batch {
            Batch::Spend(records) => records,
            _ => panic!("no spend"),
        }
    }

    /// Reads a file of which every row is taken.
    fn taken(&self) -> Read {
        let read = self.read().expect("readable");
        assert_eq!(read.rejected, [], "every row is taken");
        read
    }

    /// Reads a file of which one row is rejected.
    fn rejection(&self) -> Rejection {
        let mut read = self.read().expect("readable");
        assert_eq!(read.rejected.len(), 1, "{:?}", read.rejected);
        read.rejected.remove(0)
    }

    /// Reads a file that is refused as a whole.
    fn refusal(&self) -> String {
        self.read().err().expect("refused").to_string()
    }
}

fn shown(moment: Moment) -> String {
    let local = Zone::utc().local(moment.at);
    if moment.day_only { local.format("%Y-%m-%d").to_string() } else { local.format("%Y-%m-%d %H:%M").to_string() }
}

fn milestone(lead: &LeadRecord, kind: EventKind) -> Option<Option<String>> {
    lead.milestones.iter().find(|(found, _)| *found == kind).map(|(_, moment)| moment.map(shown))
}

proptest! {
    #[test]
    fn no_file_makes_the_import_panic(
        kind in prop::sample::select(Kind::ALL),
        heading in prop::collection::vec(
            prop::sample::select(vec!["id", "lead_id", "email", "created_at", "won_at", "status", "kind", "at", "date",
                "amount", "tv", "verdict", "reason", "size", "from", "to", "month", "currency"]), 1..6),
        cells in prop::collection::vec("[-0-9a-z/:., $€()@\"]{0,10}|6/12/2024|2024-06-06|1,234|won|good|null", 0..40),
        delimiter in prop::sample::select(vec![",", ";", "\t", "|"]),
        wide in any::<bool>(),
    ) {
        let mut text = heading.join(delimiter);
        for row in cells.chunks(heading.len()) {
            text += "\n";
            text += &row.join(delimiter);
        }
        let case = case(kind, &text);
        let case = if wide && kind == Kind::Spend { case.map("channel=*") } else { case };
        if let Ok(read) = case.read() {
            prop_assert!(read.rejected.iter().all(|rejection| rejection.line > 1 && !rejection.reason.is_empty()));
        }
    }
}

// Leads

#[test]
fn a_lead_row_becomes_a_lead() {
    let lead = &case(
        Kind::Leads,
        "Lead ID,Email,First Name,Last Name,Company,Title,Phone,Employees,Created,Lead Source,Region\n\
         L1, ada@example.com ,Ada,Byron,Engines,Analyst,+44 1,\"1,200\",2024-06-06 08:00,Webinar,NA\n",
    )
    .leads()[0];
    assert_eq!(lead.line, 2);
    assert_eq!(lead.key.external_id.as_deref(), Some("L1"));
    assert_eq!(lead.key.email.as_deref(), Some("ada@example.com"));
    assert_eq!(lead.name.as_deref(), Some("Ada Byron"));
    assert_eq!(lead.size, Some(1200));
    assert_eq!(shown(lead.created_at), "2024-06-06 08:00");
    let dimensions = [(Dimension::Channel, "Webinar".to_owned()), (Dimension::Region, "NA".to_owned())];
    assert_eq!(lead.dimensions, dimensions);
    assert_eq!(lead.verdict, None);
}

#[test]
fn without_a_handover_column_the_handover_is_the_creation() {
    let lead = &case(Kind::Leads, "id,created_at\n1,2024-06-06\n").leads()[0];
    assert_eq!(milestone(lead, EventKind::Handover), Some(Some("2024-06-06".to_owned())));
}

#[test]
fn an_empty_cell_of_a_handover_column_means_not_handed_over() {
    let leads = case(Kind::Leads, "id,created_at,mql_date\n1,2024-06-06,\n2,2024-06-06,2024-06-07\n").leads();
    assert_eq!(milestone(&leads[0], EventKind::Handover), Some(None));
    assert_eq!(milestone(&leads[1], EventKind::Handover), Some(Some("2024-06-07".to_owned())));
}

#[test]
fn a_missing_creation_is_the_earliest_date_of_the_row() {
    let leads = case(Kind::Leads, "id,created_at,mql_date,won_at\n1,,2024-06-07,2024-06-05\n").leads();
    assert_eq!(shown(leads[0].created_at), "2024-06-05");
    let unmapped = case(Kind::Leads, "id,mql_date\n1,2024-06-07\n").leads();
    assert_eq!(shown(unmapped[0].created_at), "2024-06-07");
}

#[test]
fn a_win_without_an_opportunity_opened_at_that_moment() {
    let lead = &case(Kind::Leads, "id,created_at,won_at\n1,2024-06-01,2024-06-05\n").leads()[0];
    assert_eq!(milestone(lead, EventKind::Opportunity), Some(Some("2024-06-05".to_owned())));
    let lost = &case(Kind::Leads, "id,created_at,lost_at\n1,2024-06-01,2024-06-05\n").leads()[0];
    assert_eq!(milestone(lost, EventKind::Opportunity), None);
}

#[test]
fn a_milestone_before_the_handover_is_taken() {
    let lead = &case(Kind::Leads, "id,mql_date,won_at\n1,2024-06-07,2024-06-05\n").leads()[0];
    assert_eq!(milestone(lead, EventKind::Won), Some(Some("2024-06-05".to_owned())));
}

#[test]
fn a_row_without_key_or_without_any_date_is_rejected() {
    let no_key = case(Kind::Leads, "id,email,created_at\n1,,2024-06-06\n-,N/A,2024-06-06\n").rejection();
    assert_eq!((no_key.line, no_key.column.as_deref(), no_key.value.as_deref()), (3, Some("id"), Some("-")));
    let no_date = case(Kind::Leads, "id,created_at\n1,2024-06-06\n2,\n").rejection();
    assert_eq!((no_date.line, no_date.column.as_deref()), (3, Some("created_at")));
    assert!(no_date.reason.contains("no date"));
}

#[test]
fn a_cell_that_cannot_be_read_rejects_its_row_with_column_value_and_reason() {
    let rejection = case(Kind::Leads, "id,Create Date\n1,2024-06-06\n2,soon\n").rejection();
    assert_eq!(rejection.line, 3);
    assert_eq!(rejection.column.as_deref(), Some("Create Date"));
    assert_eq!(rejection.value.as_deref(), Some("soon"));
    assert!(rejection.reason.contains("no date that can be read"));
}

#[test]
fn a_ragged_row_is_rejected_and_the_others_are_taken() {
    let read = case(Kind::Leads, "id,created_at,company\n1,2024-06-06,Acme, Inc\n2,2024-06-06\n3,2024-06-06,Acme\n")
        .read()
        .expect("readable");
    assert_eq!(read.batch.len(), 1);
    assert_eq!(read.rejected.iter().map(|rejection| rejection.line).collect::<Vec<_>>(), [2, 3]);
    assert!(read.rejected[0].reason.contains("4 cells, the heading has 3"));
}

#[test]
fn a_text_that_is_no_address_joins_nothing() {
    let read = case(Kind::Leads, "id,email,created_at\n1,unknown,2024-06-06\n").taken();
    assert!(read.warnings.iter().any(|warning| warning.contains("email: 1 × no e-mail address")));
    let rejection = case(Kind::Leads, "email,created_at\nunknown,2024-06-06\n").rejection();
    assert!(rejection.reason.contains("no e-mail address"));
}

#[test]
fn a_range_of_employees_is_taken_at_its_lower_end_with_a_warning() {
    let case = case(Kind::Leads, "id,created_at,Company size\n1,2024-06-06,51-200\n2,2024-06-06,\"10,000+\"\n");
    assert_eq!(case.leads().iter().map(|lead| lead.size).collect::<Vec<_>>(), [Some(51), Some(10_000)]);
    assert!(case.taken().warnings[0].starts_with("size: 2 × a range"));
}

#[test]
fn a_verdict_needs_a_word_that_is_clear_and_takes_the_latest_date() {
    let text = "id,created_at,mql_date,accepted_at,verdict,reason,note\n\
                1,2024-06-01,2024-06-02,2024-06-03,Disqualified,No budget,asked twice\n\
                2,2024-06-01,2024-06-02,,good,,\n";
    let leads = case(Kind::Leads, text).leads();
    let (verdict, moment) = leads[0].verdict.as_ref().expect("a verdict");
    assert_eq!(verdict.decision, Decision::Reject);
    assert_eq!(verdict.reason.as_deref(), Some("no_budget"));
    assert_eq!(verdict.note.as_deref(), Some("asked twice"));
    assert_eq!(shown(*moment), "2024-06-03");
    assert_eq!(shown(leads[1].verdict.as_ref().expect("a verdict").1), "2024-06-02");
    assert!(case(Kind::Leads, text).taken().warnings[0].starts_with("verdict: 2 × no date of its own"));
    let asked = case(Kind::Leads, "id,created_at,verdict\n1,2024-06-01,Working\n").rejection();
    assert!(asked.reason.contains("--value \"verdict:Working=good\""));
    let told = case(Kind::Leads, "id,created_at,verdict\n1,2024-06-01,Working\n").value("verdict:working=ignore");
    assert_eq!(told.leads()[0].verdict, None);
}

#[test]
fn an_empty_cell_of_a_column_of_verdicts_says_that_there_is_none() {
    let leads = case(Kind::Leads, "id,created_at,verdict\n1,2024-06-06,good\n2,2024-06-06,\n").leads();
    assert_eq!((leads[0].unjudged, leads[1].unjudged), (false, true));
    assert!(!case(Kind::Leads, "id,created_at\n1,2024-06-06\n").leads()[0].unjudged);
}

#[test]
fn an_unknown_reason_is_rejected_with_the_list_of_reasons() {
    let text = "id,created_at,verdict,reason\n1,2024-06-01,reject,Not interested\n";
    let rejection = case(Kind::Leads, text).rejection();
    assert!(
        rejection.reason.contains("--value \"reason:Not interested=other\"") && rejection.reason.contains("no_need")
    );
    let told = case(Kind::Leads, text).value("reason:Not interested=no_need");
    assert_eq!(told.leads()[0].verdict.as_ref().expect("a verdict").0.reason.as_deref(), Some("no_need"));
}

#[test]
fn a_reason_without_a_verdict_is_left_out_with_a_warning() {
    let warnings = case(Kind::Leads, "id,created_at,Unqualified Reason\n1,2024-06-01,Moon\n").taken().warnings;
    assert!(warnings[0].contains("“Unqualified Reason” was left out"));
}

#[test]
fn a_file_whose_headings_lack_what_every_row_needs_is_refused_before_its_first_row() {
    let no_key = case(Kind::Leads, "company,created_at\nAcme,2024-06-06\n").refusal();
    assert!(no_key.contains("No heading names the lead") && no_key.contains("company, created_at"));
    assert!(case(Kind::Leads, "id,first_contact_date\n1,2024-06-06\n").refusal().contains("--map created_at=Heading"));
    assert!(case(Kind::Outcomes, "id,lead_id\n1,2\n").refusal().contains("--map won_at=Heading"));
    assert!(case(Kind::Events, "lead_id,at\n1,2024-06-06\n").refusal().contains("--set kind=touch"));
    assert!(case(Kind::Spend, "date,channel\n2024-06-06,Fair\n").refusal().contains("holds the money"));
    assert!(case(Kind::Spend, "amount,channel\n1,Fair\n").refusal().contains("when the money was spent"));
}

#[test]
fn a_file_with_a_heading_only_is_refused() {
    assert!(case(Kind::Leads, "id,created_at\n , \n").refusal().contains("no row below it"));
}

// Dates of a whole column

#[test]
fn day_and_month_are_asked_for_and_never_guessed() {
    let text = "id,created_at\n1,6/12/2024\n2,7/1/2024\n";
    assert!(case(Kind::Leads, text).refusal().contains("Add --day-first or --month-first"));
    let created = |order| shown(case(Kind::Leads, text).order(order).leads()[0].created_at);
    assert_eq!(created(Order::DayFirst), "2024-12-06");
    assert_eq!(created(Order::MonthFirst), "2024-06-12");
}

#[test]
fn one_date_at_the_end_of_the_file_decides_for_the_first() {
    let leads = case(Kind::Leads, "id,created_at\n1,6/12/2024\n2,25/12/2024\n").leads();
    assert_eq!(shown(leads[0].created_at), "2024-12-06");
}

#[test]
fn times_are_in_the_files_zone_and_doubtful_hours_are_counted() {
    let text = "id,created_at\n1,2024-06-06 12:00\n2,2024-10-27 02:30\n3,2024-03-31 02:30\n4,2024-06-06\n";
    let case = case(Kind::Leads, text).zone("Europe/Berlin");
    let leads = case.leads();
    let created: Vec<_> = leads.iter().map(|lead| shown(lead.created_at)).collect();
    assert_eq!(created, ["2024-06-06 10:00", "2024-10-27 00:30", "2024-03-31 01:30", "2024-06-06"]);
    let warnings = case.taken().warnings;
    assert!(warnings[0].contains("created_at: 1 × a time that the clock of Europe/Berlin showed twice"));
    assert!(warnings[1].contains("never showed"));
}

// Outcomes

#[test]
fn a_win_or_loss_without_an_opportunity_opened_at_that_moment() {
    let text = "lead_id,deal_id,opportunity_at,won_at,lost_at,amount\n\
                1,D1,,2024-06-06,,100\n2,D2,,,2024-06-07,\n3,D3,2024-06-01,,,\n";
    let outcomes = case(Kind::Outcomes, text).outcomes();
    let opened: Vec<_> = outcomes.iter().map(|outcome| outcome.opportunity_at.map(shown)).collect();
    assert_eq!(opened.iter().flatten().collect::<Vec<_>>(), ["2024-06-06", "2024-06-07", "2024-06-01"]);
    assert_eq!(outcomes[0].value_minor, Some(10_000));
    assert_eq!(outcomes[1].value_minor, None);
    assert_eq!(outcomes[2].record.as_deref(), Some("D3"));
}

#[test]
fn a_status_takes_its_own_date_then_the_closing_then_the_rows_other_date() {
    let text = "lead_id,stage,create date,close date\n\
                1,Closed Won,2024-06-01,2024-06-06\n2,Closed Lost,2024-06-02,\n3,Prospecting,2024-06-03,2024-12-31\n";
    let case = case(Kind::Outcomes, text);
    let outcomes = case.outcomes();
    assert_eq!(outcomes[0].won_at.map(shown).as_deref(), Some("2024-06-06"));
    assert_eq!(outcomes[1].lost_at.map(shown).as_deref(), Some("2024-06-02"));
    assert_eq!((outcomes[2].won_at, outcomes[2].lost_at), (None, None));
    assert!(case.taken().warnings.iter().any(|warning| warning.starts_with("status: 1 × no date of its own")));
}

#[test]
fn an_open_status_or_an_empty_cell_denies_a_win_and_a_file_without_either_says_nothing_of_it() {
    let denied = |text: &str| {
        let outcomes = case(Kind::Outcomes, text).outcomes();
        (outcomes[0].not_won, outcomes[0].not_lost)
    };
    assert_eq!(denied("lead_id,status,created_at\n1,open,2024-06-06\n"), (true, true));
    assert_eq!(denied("lead_id,created_at,won_at\n1,2024-06-06,\n"), (true, false));
    assert_eq!(denied("lead_id,created_at,won_at,lost_at\n1,2024-06-06,2024-06-07,\n"), (false, true));
    assert_eq!(denied("lead_id,created_at\n1,2024-06-06\n"), (false, false));
}

#[test]
fn a_status_against_a_date_of_the_row_is_rejected() {
    let rejection = case(Kind::Outcomes, "lead_id,status,won_at\n1,lost,2024-06-06\n").rejection();
    assert!(rejection.reason.contains("contradicts"));
}

#[test]
fn an_unknown_status_is_asked_for() {
    let text = "lead_id,status,created_at\n1,Negotiation,2024-06-06\n2,Draft,2024-06-06\n";
    let asked = case(Kind::Outcomes, text).value("status:Draft=ignore").rejection();
    assert!(asked.reason.contains("--value \"status:Negotiation=open\""));
    let told = case(Kind::Outcomes, text).value("status:Draft=ignore").value("status:Negotiation=open").taken();
    assert_eq!((told.batch.len(), told.passed_over), (1, 1));
}

#[test]
fn a_closing_date_without_a_status_is_left_out() {
    let read = case(Kind::Outcomes, "lead_id,created_at,close date\n1,2024-06-06,2024-07-01\n").taken();
    assert!(read.warnings[0].contains("“close date” was left out"));
}

#[test]
fn amounts_of_another_currency_are_rejected_until_there_are_rates() {
    let text = "lead_id,won_at,amount,currency\n1,2024-06-06,10,EUR\n2,2024-06-06,10,USD\n";
    let rejection = case(Kind::Outcomes, text).rejection();
    assert_eq!((rejection.line, rejection.column.as_deref()), (3, Some("amount")));
    assert!(rejection.reason.contains("USD") && rejection.reason.contains("EUR"));
}

#[test]
fn decimals_and_thousands_are_asked_for_and_never_guessed() {
    let text = "lead_id,won_at,amount\n1,2024-06-06,\"1,234\"\n";
    assert!(case(Kind::Outcomes, text).refusal().contains("--set decimal=point"));
    let value = |wish| case(Kind::Outcomes, text).set(wish).outcomes()[0].value_minor;
    assert_eq!(value("decimal=point"), Some(123_400));
    assert_eq!(value("decimal=comma"), Some(123));
}

// Events

#[test]
fn each_word_of_an_event_file_is_an_event_a_verdict_or_passed_over() {
    let text = "lead_id,status,time,by,note\n\
                1,MQL,2024-06-06 10:00,Mo,\n1,Call,2024-06-06 11:00,Sam,no answer\n\
                1,Rejected,2024-06-07 09:00,Sam,too small\n1,Bounced,2024-06-07 10:00,,\n1,created,2024-06-01,,\n";
    let case = case(Kind::Events, text).value("status:Bounced=ignore");
    let events = case.events();
    let kinds: Vec<_> = events.iter().map(|event| event.kind).collect();
    assert_eq!(kinds, [Some(EventKind::Handover), Some(EventKind::Touch), Some(EventKind::Verdict), None]);
    assert_eq!(events[1].by.as_deref(), Some("Sam"));
    assert_eq!(events[2].verdict.as_ref().map(|verdict| verdict.decision), Some(Decision::Reject));
    assert_eq!(events[2].note.as_deref(), Some("too small"));
    assert!(events[3].moment.day_only);
    assert_eq!(case.taken().passed_over, 1);
}

#[test]
fn an_event_needs_its_time_and_a_word_that_is_known() {
    let rejection = case(Kind::Events, "lead_id,kind,at\n1,touch,\n").rejection();
    assert_eq!(rejection.column.as_deref(), Some("at"));
    let unknown = case(Kind::Events, "lead_id,kind,at\n1,Email,2024-06-06\n").rejection();
    assert!(unknown.reason.contains("--value \"kind:Email=touch\""));
    let verdict = case(Kind::Events, "lead_id,kind,at\n1,verdict,2024-06-06\n").rejection();
    assert!(verdict.reason.contains("what the verdict decides"));
}

#[test]
fn one_kind_can_be_set_for_a_whole_file_of_calls() {
    let events = case(Kind::Events, "contact_id,timestamp\n1,2024-06-06T10:00:00Z\n").set("kind=touch").events();
    assert_eq!(events[0].kind, Some(EventKind::Touch));
}

// Spend

#[test]
fn spend_is_booked_on_days_months_and_ranges() {
    let spans = |text: &str| {
        let spend = case(Kind::Spend, text).spend();
        (spend[0].from.to_string(), spend[0].to.to_string())
    };
    let span = |from: &str, to: &str| (from.to_owned(), to.to_owned());
    assert_eq!(spans("date,amount\n2024-06-06 00:00:00,5\n"), span("2024-06-06", "2024-06-06"));
    assert_eq!(spans("month,amount\nFeb 2024,5\n"), span("2024-02-01", "2024-02-29"));
    assert_eq!(spans("from,to,amount\n2024-06-06,2024-06-08,5\n"), span("2024-06-06", "2024-06-08"));
    let backwards = case(Kind::Spend, "from,to,amount\n2024-06-08,2024-06-06,5\n").rejection();
    assert!(backwards.reason.contains("before the first"));
}

#[test]
fn dates_that_step_by_seven_days_are_offered_as_weeks() {
    let text = "date,amount\n2024-06-03,5\n2024-06-17,5\n2024-06-10,5\n";
    assert!(case(Kind::Spend, text).taken().warnings[0].contains("--set span=week"));
    let week = case(Kind::Spend, text).set("span=week");
    assert_eq!(week.spend()[0].to.to_string(), "2024-06-09");
    for quiet in [week, case(Kind::Spend, text).set("span=day")] {
        assert!(!quiet.taken().warnings.iter().any(|warning| warning.contains("span=week")));
    }
    let daily = case(Kind::Spend, "date,amount\n2024-06-03,5\n2024-06-10,5\n2024-06-11,5\n").taken();
    assert!(!daily.warnings.iter().any(|warning| warning.contains("span=week")));
}

#[test]
fn a_wide_file_has_a_record_for_every_cell_of_a_channel() {
    let text = "date,tv_S,search_S,events,note\n2024-06-03,5,na,event1,\n2024-06-04,,-2.5,na,x\n2024-06-05,,,,y\n";
    let case = case(Kind::Spend, text).map("channel=*").value("channel:tv_S=Television");
    let spend = case.spend();
    let cells: Vec<_> = spend.iter().map(|row| (row.channel.as_deref().unwrap_or(""), row.amount_minor)).collect();
    assert_eq!(cells, [("Television", 500), ("search_S", -250)]);
    let read = case.taken();
    assert_eq!(read.passed_over, 1);
    assert_eq!(read.mapping["channel"], "tv_S, search_S");
    assert!(
        read.warnings
            .iter()
            .any(|warning| warning.contains("No channel, since most of its values are no numbers: “events”"))
    );
}

#[test]
fn a_wide_row_is_taken_whole_or_not_at_all() {
    let text = "date,tv_S,search_S\n2024-06-03,5,6\n2024-06-04,7,lots\n";
    let read = case(Kind::Spend, text).map("channel=*_S").read().expect("readable");
    assert_eq!(read.batch.len(), 2);
    assert_eq!((read.rejected[0].line, read.rejected[0].column.as_deref()), (3, Some("search_S")));
}

#[test]
fn kind_and_team_are_words_and_media_is_what_nobody_says_otherwise() {
    let text = "date,amount,category,team\n2024-06-03,5,Salaries,sales\n";
    let spend = &case(Kind::Spend, text).spend()[0];
    assert_eq!((spend.kind, spend.team), (SpendKind::People, Some(Team::Sales)));
    let read = case(Kind::Spend, "date,amount\n2024-06-03,5\n").taken();
    assert!(read.warnings.iter().any(|warning| warning.contains("everything counts as media")));
    let unknown = case(Kind::Spend, "date,amount,category\n2024-06-03,5,Bananas\n").rejection();
    assert!(unknown.reason.contains("media, agency, tools, events, people"));
}

#[test]
fn amounts_in_micros_are_divided() {
    let text = "date,cost_micros\n2024-06-03,36150000\n";
    let spend = case(Kind::Spend, text).map("amount=cost_micros").set("unit=micros").spend();
    assert_eq!(spend[0].amount_minor, 3_615);
    let warned = case(Kind::Spend, text).map("amount=cost_micros").taken().warnings;
    assert!(warned.iter().any(|warning| warning.contains("--set unit=micros")));
}

#[test]
fn a_pattern_that_no_heading_has_is_refused() {
    let refusal = case(Kind::Spend, "date,tv\n2024-06-03,5\n").map("channel=*_S").refusal();
    assert!(refusal.contains("No heading has the shape “*_S”"));
}

#[test]
fn the_way_that_was_mapped_by_hand_says_when_money_was_spent() {
    let text = "day,Start,End,amount\n2024-06-06,2024-06-01,2024-06-30,5\n";
    let read = case(Kind::Spend, text).taken();
    assert_eq!((read.mapping.get("date").map(String::as_str), read.mapping.get("from")), (Some("day"), None));
    let range = case(Kind::Spend, text).map("from=Start").map("to=End");
    assert_eq!(range.spend()[0].to.to_string(), "2024-06-30");
    assert!(case(Kind::Spend, text).map("from=Start").map("date=day").refusal().contains("map one of the three"));
}

#[test]
fn a_heading_may_state_the_currency_of_its_amounts() {
    let text = "Day,Amount spent (USD)\n2024-06-06,5\n";
    assert_eq!(case(Kind::Spend, text).currency("USD").spend()[0].amount_minor, 500);
    assert!(case(Kind::Spend, text).rejection().reason.contains("in USD"));
}
