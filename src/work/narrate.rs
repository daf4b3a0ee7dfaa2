//! Says a lead: who it is, where it came from, its deal, its verdict and the list of reasons, in finished words.

use super::duties::{last_verdict, state};
use super::sheet::{CommentLine, Fact, Judged, NextStep, ReasonLine};
use super::store::{Action, Comment, Void};
use crate::agreement::rules::Rules;
use crate::feedback::reasons::{Proof, ReasonCode, Route};
use crate::feedback::store::Word;
use crate::kpis::narrate::dimension_name;
use crate::kpis::words::{self, Currency};
use crate::leads::derive::Answer;
use crate::leads::model::{Decision, Dimension, EventKind, LeadId, Moment, TouchKind};
use crate::leads::record::{Judged as Said, StoredEvent, StoredLead, Voided};
use crate::people::model::{Account, Team, Visitor};
use crate::people::permission::Action as May;
use crate::period::Instant;
use crate::place::at;
use crate::queue::model::{List, Row};
use crate::queue::question::Question;
use chrono::Datelike;

/// All that is known of a lead.
#[derive(Clone, Copy, Debug)]
pub struct Known<'a> {
    /// With its history.
    pub lead: &'a StoredLead,
    /// As the queue has it.
    pub row: &'a Row,
    /// The agreement.
    pub rules: &'a Rules,
    /// In which money is counted.
    pub currency: &'a Currency,
    /// The list of reasons.
    pub reasons: &'a [ReasonCode],
    /// By whom events were voided.
    pub voids: &'a [Void],
    /// What people voided in the histories of leads that were merged into it, and by whom.
    pub struck: &'a [(LeadId, StoredEvent, Void)],
    /// The sources that told of it.
    pub sources: &'a [(i64, String)],
    /// What was said about its verdicts.
    pub words: &'a [Word],
    /// As of when.
    pub now: Instant,
}

/// Title and company.
pub fn lede(row: &Row) -> String {
    let company = row.company.as_ref().filter(|_| row.name.is_some() || row.email.is_some());
    let parts: Vec<&str> = [row.title.as_ref(), company].into_iter().flatten().map(String::as_str).collect();
    parts.join(", ")
}

/// Addresses, numbers, company, owner.
pub fn who(row: &Row, keys: &[(String, String)]) -> Vec<Fact> {
    let fact = |label: &str, text: &Option<String>, href: String| {
        text.as_ref().map(|text| Fact { label: label.to_owned(), text: text.clone(), href })
    };
    let email = row.email.as_ref().map(|email| format!("mailto:{email}")).unwrap_or_default();
    let phone = row.phone.as_ref().map(|phone| {
        let digits: String = phone.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect();
        format!("tel:{digits}")
    });
    let size = row.size.map(|size| words::count(u32::try_from(size).unwrap_or(u32::MAX)));
    let known = keys.iter().map(|(source, number)| Fact {
        label: format!("In {source}"),
        text: number.clone(),
        href: String::new(),
    });
    let facts = [
        fact("E-mail", &row.email, email),
        fact("Phone", &row.phone, phone.unwrap_or_default()),
        fact("Company", &row.company, String::new()),
        fact("People", &size, String::new()),
    ];
    facts.into_iter().flatten().chain(known).collect()
}

/// Where it came from; each value opens the leads that share it.
pub fn from(known: &Known<'_>) -> Vec<Fact> {
    let of = |dimension: &Dimension| {
        let (_, name) = known.row.values[*dimension as usize].as_ref()?;
        let alike =
            Question { list: List::All, only: vec![(*dimension, vec![Some(name.clone())])], ..Question::default() };
        let label = dimension_name(*dimension).to_owned();
        Some(Fact { label, text: name.clone(), href: alike.address("/leads", &[]) })
    };
    let origin = [Dimension::Channel, Dimension::Campaign, Dimension::Segment, Dimension::Region];
    let captured = known.lead.row.created_at;
    let captured =
        Fact { label: "Captured".to_owned(), text: day_words(captured.at, known.rules), href: String::new() };
    origin.iter().filter_map(of).chain([captured]).collect()
}

/// Its persona, and the address of the rate of the leads that share it.
pub fn persona(row: &Row) -> (String, String) {
    let Some((_, name)) = &row.values[Dimension::Persona as usize] else { return Default::default() };
    let alike = Question { only: vec![(Dimension::Persona, vec![Some(name.clone())])], ..Question::default() };
    (name.clone(), alike.address("/kpis/lead-to-opportunity", &[]))
}

/// What is planned next.
pub fn planned(known: &Known<'_>, action: Option<&Action>, people: &[Account]) -> String {
    let Some(on) = known.lead.row.action_at else { return String::new() };
    let kind = action.map_or("Next action", |action| touch_title(action.kind));
    let note = action.and_then(|action| action.note.as_ref()).map(|note| format!(": {note}")).unwrap_or_default();
    let by = action.and_then(|action| people.iter().find(|account| account.id.0 == action.account));
    let by = by.map(|account| format!(", planned by {}", account.name)).unwrap_or_default();
    format!("{kind} on {}{note}{by}", day_words(on, known.rules))
}

/// The deal.
pub fn deal(known: &Known<'_>) -> String {
    let derived = &known.lead.row.derived;
    let worth =
        |value: Option<i64>| value.map(|minor| format!(", {}", known.currency.exact(minor))).unwrap_or_default();
    let on = |moment: Moment| day_words(moment.at, known.rules);
    match (derived.won_at, derived.lost_at, derived.opportunity_at) {
        (Some(won), _, _) => format!("Won on {}{}", on(won), worth(derived.won_minor)),
        (None, Some(lost), _) => {
            let why = loss(known).map(|key| format!(": {}", reason_name(&key, known.reasons))).unwrap_or_default();
            format!("Lost on {}{}{why}", on(lost), worth(derived.opportunity_minor))
        }
        (None, None, Some(open)) => format!("Opportunity since {}{}", on(open), worth(derived.opportunity_minor)),
        (None, None, None) => String::new(),
    }
}

/// Why the deal was lost, as the first loss says.
fn loss(known: &Known<'_>) -> Option<String> {
    let own = known.lead.events.iter().chain(known.lead.absorbed.iter().map(|(_, event)| event));
    let lost = own.filter(|event| event.kind == EventKind::Lost && event.voided == Voided::No);
    lost.min_by_key(|event| event.moment)?.detail.reason.clone()
}

/// Where the lead goes by its latest verdict, and what the reader can do about that.
pub fn next_step(known: &Known<'_>, visitor: &Visitor) -> Option<NextStep> {
    let event = last_verdict(known)?;
    let stay = known.lead.row.derived.current();
    let route = event.detail.judged.as_ref().and_then(|said| said.route).or(stay.route)?;
    let proof = event.detail.judged.as_ref().and_then(|said| said.proof.clone()).unwrap_or_default();
    let link = |own: &str, words: &str| (at(own), words.to_owned());
    let rules =
        || visitor.may(May::MoveNumbers).then(|| link("/import/quality/rules", "Leave others like it out by rule"));
    let add = || visitor.may(May::AddLeads).then(|| link("/leads/new", "Write that person down"));
    let assign = || visitor.may(May::WorkLeads).then(|| ("#assign".to_owned(), "Assign it".to_owned()));
    let left_out = match (known.lead.row.derived.opportunity_at.is_some(), stay.answer.is_contested()) {
        (true, _) => "It became an opportunity, so it counts in the numbers.",
        (false, true) => "It counts in the numbers while the verdict is contested.",
        (false, false) => "By this verdict it is left out of every number, unless marketing disputes it.",
    };
    let (text, links): (String, Vec<Option<(String, String)>>) = match route {
        Route::Fix => ("Marketing mends it, and hands it over once more.".to_owned(), Vec::new()),
        Route::Remove => (left_out.to_owned(), vec![rules()]),
        Route::Merge => {
            let number = proof.trim_start_matches('#').parse::<i64>().ok().filter(|other| *other != known.lead.id.0);
            let other = number.map(|other| link(&format!("/leads/{other}"), &format!("Look at lead {other}")));
            let may = visitor.may(May::MoveNumbers);
            let whose = if may { "" } else { " The heads of both teams merge leads." };
            let text = format!("{left_out} Merged, both are one lead with one history.{whose}");
            let links = other.into_iter().collect();
            return Some(NextStep { text, links, merge: number.filter(|_| may) });
        }
        Route::RemoveOrPartner => {
            ("It goes to a partner, or a head leaves its like out by rule.".to_owned(), vec![assign(), rules()])
        }
        Route::HandOn => {
            ("It goes to whom it concerns, or a head leaves its like out by rule.".to_owned(), vec![assign(), rules()])
        }
        Route::KeepCompany => ("The company stays; the right person is a lead of their own.".to_owned(), vec![add()]),
        Route::FindDecider => ("It is kept; who decides is a lead of their own.".to_owned(), vec![add()]),
        Route::TagFeature => (
            format!("Counted with what the offer lacks: “{proof}”."),
            vec![Some(link("/feedback/why#features", "All of it"))],
        ),
        Route::Review => ("Both teams look at it in their monthly meeting.".to_owned(), Vec::new()),
        Route::Nurture
        | Route::Nurture180
        | Route::Recycle30
        | Route::Recycle90To180
        | Route::RecycleOnDate
        | Route::Lost => return None,
    };
    Some(NextStep { text, links: links.into_iter().flatten().collect(), merge: None })
}

/// For what a deal can be lost: key and name.
pub fn losses(known: &Known<'_>) -> Vec<(String, String)> {
    let able = known.reasons.iter().filter(|reason| reason.retired_at.is_none() && reason.can_lose());
    // Those that say so come first.
    let (named, others): (Vec<_>, Vec<_>) = able.partition(|reason| reason.route == Route::Lost);
    named.into_iter().chain(others).map(|reason| (reason.key.clone(), reason.name.clone())).collect()
}

/// The verdict on the latest handover.
pub fn verdict(known: &Known<'_>, visitor: &Visitor) -> Option<Judged> {
    let event = last_verdict(known)?;
    let detail = &event.detail;
    let decision = detail.decision?;
    let reason = detail.reason.as_ref().map(|key| reason_name(key, known.reasons));
    let title = match reason {
        Some(reason) => format!("{}: {reason}", decision_words(decision)),
        None => decision_words(decision).to_owned(),
    };
    let by = event.actor.as_ref().map(|by| format!(" by {by}")).unwrap_or_default();
    let said = detail.judged.as_ref().map(|said| judged_words(said, known.rules)).unwrap_or_default();
    let turned_down = decision != Decision::Good;
    let state = state(known);
    let answer = match state {
        Answer { ruled_at: Some(_), upheld: true, .. } => "Disputed; both heads ruled for marketing.",
        Answer { ruled_at: Some(_), .. } => "Disputed; both heads ruled for sales.",
        Answer { disputed_at: Some(_), .. } => "Marketing disputes it; both heads are to rule.",
        Answer { replied_at: Some(_), .. } => "Marketing has answered.",
        _ if turned_down => "Marketing has not answered yet.",
        _ => "",
    };
    let unanswered = state.replied_at.is_none();
    Some(Judged {
        title,
        text: format!("{}{by}.{said}", when_words(event.moment, known.rules, known.now)),
        line: detail.note.clone().unwrap_or_default(),
        lacks: lacks(known),
        answer: answer.to_owned(),
        waits: turned_down && unanswered && visitor.may(May::ReplyToFeedback),
        next: next_step(known, visitor),
    })
}

/// What the verdict on the latest handover lacks; empty where it is complete or there is none.
pub fn lacks(known: &Known<'_>) -> String {
    let Some(event) = last_verdict(known) else { return String::new() };
    let Some(said) = event.detail.judged.as_ref().filter(|said| !said.complete) else { return String::new() };
    let missing = [
        ("whether you saw intent", said.intent.is_none()),
        ("how useful it was", said.usefulness.is_none()),
        ("one line for marketing", event.detail.note.is_none()),
    ];
    let missing: Vec<&str> = missing.into_iter().filter_map(|(what, lacks)| lacks.then_some(what)).collect();
    match missing.split_last() {
        None => String::new(),
        Some((only, [])) => format!("It is not complete yet: it does not say {only}. Give it again with all three."),
        Some((last, others)) => {
            format!(
                "It is not complete yet: it does not say {} and {last}. Give it again with all three.",
                others.join(", ")
            )
        }
    }
}

/// What a verdict says beside decision, reason and line.
pub fn judged_words(said: &Said, rules: &Rules) -> String {
    let parts = [
        said.intent.map(|seen| if seen { "Intent seen".to_owned() } else { "No intent seen".to_owned() }),
        said.usefulness.map(|number| format!("useful {number} of 5")),
        said.more_like_this.then(|| "more like this".to_owned()),
        said.proof.as_ref().map(|proof| format!("proof: {proof}")),
        said.returns_on
            .map(|day| format!("comes back on {}", words::local_day(rules.zone.local(rules.zone.start_of(day))))),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    if parts.is_empty() { String::new() } else { format!(" {}.", parts.join(", ")) }
}

/// What is to be minded before a verdict is given.
pub fn verdict_note(known: &Known<'_>) -> String {
    let derived = &known.lead.row.derived;
    if derived.current().handed_over_at.is_none() {
        return "Nobody has handed this lead over to sales, so there is nothing to judge yet.".to_owned();
    }
    if derived.won_at.is_some() {
        return "It was won, so it is a customer: it can be good, and is not turned down any more.".to_owned();
    }
    if derived.opportunity_at.is_some() {
        return "It became an opportunity, so it was qualified: it can be good or lost, and is not rejected any more. Once \
                it is lost, it can be recycled."
            .to_owned();
    }
    String::new()
}

/// The reasons in use, with whose they are, where the lead goes and what is asked for.
pub fn reasons(known: &Known<'_>) -> Vec<ReasonLine> {
    let start = known.lead.row.derived.current().handed_over_at.unwrap_or_default();
    let agreed = known.rules.in_force_at(start.at).terms.sales.attempts;
    let logged = known.lead.row.derived.attempts;
    let line = |reason: &ReasonCode| {
        let short = reason.proof == Proof::Attempts && logged < agreed;
        let proof = match reason.proof {
            Proof::None => "none".to_owned(),
            Proof::Attempts if short => format!("{agreed} attempts; {logged} logged, so not yet"),
            Proof::Attempts => format!("{agreed} attempts; {logged} logged"),
            other => lower_first(other.words()),
        };
        ReasonLine {
            key: reason.key.clone(),
            name: reason.name.clone(),
            problem: reason.problem.clone(),
            team: team_of(&reason.problem),
            route: reason.route.words().to_owned(),
            proof,
            short,
            typed: if reason.proof.is_typed() { reason.proof.words().to_owned() } else { String::new() },
        }
    };
    known.reasons.iter().filter(|reason| reason.retired_at.is_none()).map(line).collect()
}

/// The team whose problem it is by its first word, where it is one team's.
fn team_of(problem: &str) -> Option<Team> {
    let first = problem.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
    Team::from_key(&first.to_lowercase())
}

fn lower_first(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}

/// A reason as people read it, from the list or from its key.
pub fn reason_name(key: &str, reasons: &[ReasonCode]) -> String {
    let known = reasons.iter().find(|reason| reason.key == key);
    known.map_or_else(|| key.replace('_', " "), |reason| reason.name.clone())
}

/// What a verdict decides, as people read it.
pub const fn decision_words(decision: Decision) -> &'static str {
    match decision {
        Decision::Good => "Good",
        Decision::Reject => "Rejected",
        Decision::Recycle => "Recycled",
    }
}

/// How a touch was made, as people read it.
pub const fn touch_title(kind: TouchKind) -> &'static str {
    match kind {
        TouchKind::Call => "Call",
        TouchKind::Mail => "Mail",
        TouchKind::Meeting => "Meeting",
        TouchKind::Message => "Message",
    }
}

/// The comments.
pub fn comments(comments: &[Comment], people: &[Account], known: &Known<'_>) -> Vec<CommentLine> {
    let line = |comment: &Comment| {
        let account = people.iter().find(|account| account.id.0 == comment.account_id);
        let moment = Moment { at: Instant(u32::try_from(comment.at).unwrap_or_default()), day_only: false };
        CommentLine {
            name: comment.name.clone(),
            team: account.and_then(|account| account.standing.team),
            when: when_words(moment, known.rules, known.now),
            text: comment.text.clone(),
        }
    };
    comments.iter().map(line).collect()
}

/// `3 Mar 2026`.
pub fn day_words(at: Instant, rules: &Rules) -> String {
    words::local_day(rules.zone.local(at))
}

/// `Tue 3 Mar, 09:12`; of another year `3 Mar 2025, 09:12`; without the time where only the day is known.
pub fn when_words(moment: Moment, rules: &Rules, now: Instant) -> String {
    let (then, today) = (rules.zone.local(moment.at), rules.zone.local(now));
    let day = if then.year() == today.year() { then.format("%a %-d %b") } else { then.format("%-d %b %Y") };
    if moment.day_only { day.to_string() } else { format!("{day}, {}", then.format("%H:%M")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whose_a_problem_is_shows_by_its_first_word() {
        assert_eq!(team_of("marketing (form, source)"), Some(Team::Marketing));
        assert_eq!(team_of("sales first"), Some(Team::Sales));
        assert_eq!((team_of("shared"), team_of("nobody"), team_of("")), (None, None, None));
    }

    #[test]
    fn a_reason_that_left_the_list_is_called_by_its_key() {
        assert_eq!(reason_name("no_need", &[]), "no need");
        assert_eq!(lower_first("Which field cannot be right"), "which field cannot be right");
    }
}
