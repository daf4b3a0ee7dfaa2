//! Says a list: the words around it, a page of its rows, and the whole of it as a file.

use super::model::{Column, PAGE_ROWS, Row, View, defuse};
use super::service::{List, Request, groups};
use super::sheet::{ListPage, ListShown, TERMS};
use crate::error::{AppError, Result};
use crate::kpis::model::Part;
use crate::kpis::narrate::scope::scope;
use crate::kpis::query::search_of;
use crate::kpis::sheet::Kpi;
use crate::kpis::words;
use crate::leads::model::Decision;
use crate::period::Instant;
use crate::place::at;
use crate::ui::Meanings;
use crate::ui::says::{Cell, Column as Heading, Link, Order, Table};

/// The columns in their order, with the word above each.
const COLUMNS: [(Column, &str); 10] = [
    (Column::Name, "Lead"),
    (Column::Company, "Company"),
    (Column::Channel, "Channel"),
    (Column::Owner, "Owner"),
    (Column::HandedOver, "Handed over"),
    (Column::FirstTouch, "First touch"),
    (Column::Verdict, "Verdict"),
    (Column::Opportunity, "Opportunity"),
    (Column::Won, "Won"),
    (Column::Lost, "Lost"),
];

/// As many characters of a name stand in a row.
const MOST_NAMED: usize = 60;

/// The address of a list, or of its file.
fn address(path: &str, request: &Request, part: Part, view: &View) -> String {
    let pairs = [question_pairs(request), own_pairs(part, view)].concat();
    at(&format!("{path}?{}", search_of(&pairs)))
}

fn question_pairs(request: &Request) -> Vec<(String, String)> {
    request.query.pairs().into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}

/// What an address of a list says beside the question.
fn own_pairs(part: Part, view: &View) -> Vec<(String, String)> {
    let usual = View::default();
    let mut pairs = vec![("part".to_owned(), part.key().to_owned())];
    if (view.sort, view.descending) != (usual.sort, usual.descending) {
        pairs.push(("sort".into(), view.sort.key().into()));
        pairs.push(("order".into(), if view.descending { "desc" } else { "asc" }.into()));
    }
    if !view.reason.is_empty() {
        pairs.push(("reason".into(), view.reason.clone()));
    }
    if !view.search.is_empty() {
        pairs.push(("search".into(), view.search.clone()));
    }
    if view.page > 1 {
        pairs.push(("page".into(), view.page.to_string()));
    }
    pairs
}

/// The address of the leads behind a number.
pub fn list_address(kpi: Kpi, query: &crate::kpis::query::Query, part: Part) -> String {
    let request = Request { kpi, part, query: query.clone(), view: View::default() };
    address(&format!("/kpis/{kpi}/leads"), &request, part, &request.view)
}

/// The address of the leads that sales turned down for a reason, by its key.
pub fn reason_address(query: &crate::kpis::query::Query, reason: &str) -> String {
    let view = View { reason: reason.to_owned(), ..View::default() };
    let (kpi, part) = (Kpi::FeedbackCoverage, Part::Handovers);
    let request = Request { kpi, part, query: query.clone(), view };
    address(&format!("/kpis/{kpi}/leads"), &request, part, &request.view)
}

/// The page of a list.
pub fn page(request: &Request, list: Option<&List>, meanings: &Meanings) -> ListPage {
    let Some(list) = list.filter(|list| list.board.data.is_some()) else { return ListPage::NoLead };
    let (kpi, view) = (request.kpi, &request.view);
    let path = format!("/kpis/{kpi}/leads");
    let pages = list.rows.len().div_ceil(PAGE_ROWS).max(1);
    let number = view.page.min(pages);
    let first = (number - 1) * PAGE_ROWS;
    let rows: Vec<&Row> = list.rows.iter().skip(first).take(PAGE_ROWS).collect();
    let to_page = |page| address(&path, request, request.part, &View { page, ..view.clone() });
    let whole = View { page: 1, ..view.clone() };
    let link = |&part: &Part| Link {
        text: part_name(part).to_owned(),
        href: address(&path, request, part, &View { page: 1, reason: String::new(), ..view.clone() }),
        current: part == request.part && view.reason.is_empty(),
    };
    let which = match view.reason.as_str() {
        "" => part_name(request.part).to_owned(),
        reason => format!("Turned down, {}", reason_name(reason)),
    };
    let mut own = own_pairs(request.part, &whole);
    let scope = scope(&path, kpi, &own, &list.board);
    own.retain(|(key, _)| key != "search");
    let beside_search = [question_pairs(request), own].concat();
    let file = address(&format!("{path}.csv"), request, request.part, &whole);
    ListPage::Shown(Box::new(ListShown {
        kpi,
        scope,
        title: format!("{which}: {}", words::counted(list.all as u32, "lead", "leads")),
        groups: groups(kpi)
            .iter()
            .map(|(name, parts)| ((*name).to_owned(), parts.iter().map(link).collect()))
            .collect(),
        meaning: {
            let meaning = if view.reason.is_empty() { meaning(request.part) } else { GAVE_REASON };
            let who = if list.named { "" } else { " Who the leads are is for the two teams." };
            format!("{meaning}{}{who}", handovers(list, request.part))
        },
        counted: counted(list, first, rows.len()),
        search: view.search.clone(),
        beside_search,
        table: Table {
            head: COLUMNS.iter().map(|&(column, text)| heading(&path, request, column, text)).collect(),
            rows: rows.into_iter().map(|row| cells(row, list)).collect(),
            ..Table::default()
        },
        earlier: if number > 1 { to_page(number - 1) } else { String::new() },
        later: if number < pages { to_page(number + 1) } else { String::new() },
        raw_csv: format!("{file}&raw=1"),
        csv: file,
        back: at(&format!("/kpis/{kpi}?{}", request.query)),
        meanings: meanings.of(TERMS.iter().map(|(key, _)| *key)),
    }))
}

/// How many handovers stand behind the leads, where that is another number: the page that led here counts those.
fn handovers(list: &List, part: Part) -> String {
    let (follow_up, answers, coverage) = {
        let current = &list.board.answer.current;
        (&current.follow_up, &current.answers, &current.coverage)
    };
    let handovers = match part {
        Part::Handovers => follow_up.handovers,
        Part::Contacted => follow_up.contacted,
        Part::NeverContacted => follow_up.never_contacted,
        Part::TouchedOnTime => follow_up.on_time,
        Part::TouchedLate => follow_up.late,
        Part::OverdueOpen => follow_up.overdue_open,
        Part::NotDue => follow_up.not_due,
        Part::AnsweredOnTime => answers.on_time,
        Part::AnsweredLate => answers.late,
        Part::FeedbackDue => coverage.due,
        Part::WithVerdict => coverage.with_verdict,
        Part::VerdictOnTime => coverage.on_time,
        Part::TurnedDown => coverage.turned_down,
        Part::Good => coverage.good,
        Part::OtherReason => coverage.other,
        Part::Replied => coverage.replied,
        Part::Disputed => coverage.disputed,
        Part::DisputeRuled => coverage.ruled,
        Part::Upheld => coverage.upheld,
        Part::ReplyDue => coverage.reply_due,
        Part::RepliedOnTime => coverage.replied_on_time,
        _ => return String::new(),
    };
    if handovers as usize <= list.all {
        return String::new();
    }
    let handovers = words::counted(handovers, "handover", "handovers");
    format!(" {handovers} are counted, since some leads were handed over more than once; each is listed once.")
}

fn counted(list: &List, first: usize, shown: usize) -> String {
    let leads = |n: usize| words::counted(n as u32, "lead", "leads");
    let found = match list.rows.len() {
        0 if list.all == 0 => return "No lead is counted here in these days.".to_owned(),
        0 if list.named => {
            return format!("None of the {} has this in name, e-mail, company or number.", leads(list.all));
        }
        0 => return format!("None of the {} has this in company or number.", leads(list.all)),
        found if found == list.all => leads(found),
        found => format!("{} of {}", words::count(found as u32), leads(list.all)),
    };
    if shown == list.rows.len() {
        return format!("{found}.");
    }
    format!("{found}, here {} to {}.", words::count(first as u32 + 1), words::count((first + shown) as u32))
}

fn heading(path: &str, request: &Request, column: Column, text: &str) -> Heading {
    let view = &request.view;
    let sorted = view.sort == column;
    // Moments are asked for latest first, words in the order of the alphabet.
    let natural = !matches!(column, Column::Name | Column::Company | Column::Channel | Column::Owner);
    let descending = if sorted { !view.descending } else { natural };
    let href = address(path, request, request.part, &View { sort: column, descending, page: 1, ..view.clone() });
    let order = sorted.then_some(if view.descending { Order::Descending } else { Order::Ascending });
    Heading::words(text).sorted(href, order)
}

fn cells(row: &Row, list: &List) -> Vec<Cell> {
    let zone = &list.zone;
    let text =
        |text: &Option<String>| text.as_deref().map_or(Cell::new("–").quiet(), |text| Cell::new(clipped(text)));
    let moment = |at: Option<Instant>| {
        at.map(|at| zone.local(at)).map_or(Cell::new("–").quiet(), |at| {
            Cell::new(words::local_day(at)).beneath(at.format("%H:%M").to_string())
        })
    };
    let name = row.name.as_ref().or(row.email.as_ref()).or(row.external_id.as_ref());
    let lead = Cell::new(name.map_or_else(|| format!("Lead {}", row.id), |name| clipped(name)));
    // Whoever may not see who the leads are, may not open them either.
    let lead = if list.named { lead.outside(at(&format!("/leads/{}", row.id))) } else { lead };
    vec![
        lead.beneath(row.external_id.as_deref().filter(|_| row.name.is_some()).map(clipped).unwrap_or_default()),
        text(&row.company),
        text(&row.channel),
        text(&row.owner),
        moment(row.handed_over_at),
        moment(row.first_touch_at),
        row.decision
            .map_or(Cell::new("–").quiet(), |decision| Cell::new(decision_name(decision)))
            .beneath(row.reason.as_deref().map(reason_name).unwrap_or_default()),
        moment(row.opportunity_at),
        moment(row.won_at),
        moment(row.lost_at),
    ]
}

/// The whole list as CSV: as on the page, or raw, with keys and instants for machines.
///
/// # Errors
/// None that a person can mend: memory does not run out of disk.
pub fn csv(list: &List, raw: bool) -> Result<Vec<u8>> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let zone = &list.zone;
    let in_zone = |text: &str| format!("{text} ({})", zone.name());
    let head: Vec<String> = if raw {
        let moments = ["handed_over_at", "first_touch_at", "opportunity_at", "won_at", "lost_at"];
        let texts = ["external_id", "email", "name", "company", "channel", "owner"];
        texts.into_iter().chain(["verdict", "reason"]).chain(moments).map(str::to_owned).collect()
    } else {
        let texts = ["Number", "E-mail", "Lead", "Company", "Channel", "Owner", "Verdict", "Reason"].map(str::to_owned);
        let moments = ["Handed over", "First touch", "Opportunity", "Won", "Lost"].map(in_zone);
        texts.into_iter().chain(moments).collect()
    };
    writer.write_record(&head).map_err(|_| AppError::Internal)?;
    for row in &list.rows {
        let moment = |at: Option<Instant>| match at {
            Some(at) if raw => zone.rfc3339(at),
            Some(at) => zone.local(at).format("%Y-%m-%d %H:%M").to_string(),
            None => String::new(),
        };
        let decision = row.decision.map(|decision| if raw { decision.key() } else { decision_name(decision) });
        let reason = row.reason.as_deref().map(|key| if raw { key.to_owned() } else { reason_name(key) });
        let texts = [&row.external_id, &row.email, &row.name, &row.company, &row.channel, &row.owner];
        let texts = texts.into_iter().map(|text| defuse(text.as_deref().unwrap_or_default()));
        let said = [decision.unwrap_or_default().to_owned(), reason.unwrap_or_default()];
        let moments = [row.handed_over_at, row.first_touch_at, row.opportunity_at, row.won_at, row.lost_at].map(moment);
        writer.write_record(texts.chain(said).chain(moments)).map_err(|_| AppError::Internal)?;
    }
    writer.into_inner().map_err(|_| AppError::Internal)
}

/// As much of a name as a row has room for; the files hold the whole.
fn clipped(name: &str) -> String {
    match name.char_indices().nth(MOST_NAMED) {
        Some((end, _)) => format!("{}…", &name[..end]),
        None => name.to_owned(),
    }
}

const fn decision_name(decision: Decision) -> &'static str {
    match decision {
        Decision::Good => "good",
        Decision::Reject => "rejected",
        Decision::Recycle => "recycled",
    }
}

fn reason_name(key: &str) -> String {
    key.replace('_', " ")
}

const fn part_name(part: Part) -> &'static str {
    match part {
        Part::Leads => "All handed over",
        Part::SoFar => "Opportunities so far",
        Part::Mature => "Mature",
        Part::Opportunities => "Opportunities in time",
        Part::Accepted => "Accepted",
        Part::Touched => "Touched",
        Part::Connected => "Connected",
        Part::Opportunity => "Opportunity",
        Part::Won => "Won",
        Part::Handovers => "With a handover",
        Part::Contacted => "Contacted",
        Part::NeverContacted => "Never contacted",
        Part::TouchedOnTime => "On time",
        Part::TouchedLate => "Late",
        Part::OverdueOpen => "Overdue",
        Part::NotDue => "Not due yet",
        Part::AnsweredOnTime => "Answered in time",
        Part::AnsweredLate => "Late or silent",
        Part::FeedbackDue => "Feedback due",
        Part::WithVerdict => "With verdict",
        Part::VerdictOnTime => "Verdict on time",
        Part::TurnedDown => "Turned down",
        Part::Good => "Judged good",
        Part::OtherReason => "Reason “other”",
        Part::Replied => "Answered by marketing",
        Part::Disputed => "Disputed",
        Part::DisputeRuled => "Disputes ruled",
        Part::Upheld => "Ruled for marketing",
        Part::ReplyDue => "Answers due",
        Part::RepliedOnTime => "Answered on time",
        Part::Excluded => "Excluded",
        Part::OutOfOrder => "Out of order",
        Part::OpportunitiesOpened => "Opportunities opened",
        Part::Customers => "Customers won",
    }
}

/// What the leads of a reason have in common.
const GAVE_REASON: &str = "With a handover in the period, and turned down by sales for this reason.";

const fn meaning(part: Part) -> &'static str {
    match part {
        Part::Leads => "Handed over in the period, of any age.",
        Part::SoFar => "Handed over in the period, and an opportunity by now.",
        Part::Mature => "Handed over in the period and old enough to be judged: the denominator of the rate.",
        Part::Opportunities => "Mature, and an opportunity within the agreed days: the numerator of the rate.",
        Part::Accepted => "Mature, and accepted by hand or by silence.",
        Part::Touched => "Mature, and touched at least once.",
        Part::Connected => "Mature, and in two-way contact.",
        Part::Opportunity => "Mature, and an opportunity at whatever age.",
        Part::Won => "Mature, and won.",
        Part::Handovers => "With a handover in the period, each lead once.",
        Part::Contacted => "Touched by sales, or in contact in a way that implies it.",
        Part::NeverContacted => "Nobody of sales has reached out to these leads by now.",
        Part::TouchedOnTime => "First touch at or before its due time.",
        Part::TouchedLate => "First touch after its due time.",
        Part::OverdueOpen => "Untouched, and past the due time: a breach, whether or not somebody has noticed.",
        Part::NotDue => "Untouched, and still in time.",
        Part::AnsweredOnTime => "Accepted, worked on or given a verdict within the agreed time.",
        Part::AnsweredLate => "Answered after the agreed time, or silent past it: the silence accepts the lead.",
        Part::FeedbackDue => "The window for feedback has ended: the denominator of the coverage.",
        Part::WithVerdict => "Feedback was due, and a complete verdict is there: the numerator of the coverage.",
        Part::VerdictOnTime => "A complete verdict within the agreed time.",
        Part::TurnedDown => "Feedback was due, and sales rejected or recycled the lead.",
        Part::Good => "Feedback was due, and sales judged the lead good.",
        Part::OtherReason => "Turned down with the reason “other”.",
        Part::Replied => {
            "Rejected or recycled, and marketing has answered: a reply, something taken over, or a dispute."
        }
        Part::Disputed => "Rejected or recycled, and marketing contests it.",
        Part::DisputeRuled => "Disputed, and both heads have ruled alike.",
        Part::Upheld => "Disputed, and both heads ruled for marketing.",
        Part::ReplyDue => "Rejected or recycled, and answered by marketing or past the time for its answer.",
        Part::RepliedOnTime => "Rejected or recycled, and answered by marketing in the agreed time.",
        Part::Excluded => "Left out of every number by rule: spam, test entries and duplicates.",
        Part::OutOfOrder => "A milestone stands before the one it follows: counted as reached, left out of durations.",
        Part::OpportunitiesOpened => "Became an opportunity in the period, whenever they were handed over.",
        Part::Customers => "Won in the period, whenever they were handed over: the denominator of the cost.",
    }
}
