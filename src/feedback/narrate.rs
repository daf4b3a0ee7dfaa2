//! Says the feed: verdicts, what was said to them, disputes and how they ended, in finished words.

use super::answers::{Entry, began};
use super::model::WordKind;
use super::pareto;
use super::reasons::ReasonCode;
use super::sheet::{Part, VerdictLine, WordLine};
use super::store::{Disputes, Which, Word};
use crate::agreement::rules::Rules;
use crate::kpis::board::Board;
use crate::kpis::model;
use crate::kpis::narrate::within;
use crate::kpis::sheet::Kpi;
use crate::kpis::words;
use crate::leads::model::{Decision, Dimension, Moment};
use crate::listing::narrate::list_address;
use crate::people::model::{Team, Visitor};
use crate::people::permission::Action;
use crate::period::Instant;
use crate::place::at;
use crate::queue;
use crate::queue::model::{Clock, ClockKind, Row, time_left};
use crate::queue::sheet::Dial;
use crate::ui::says::Prose;
use crate::work::apply::Who;

/// The lists of verdicts, in the order in which they stand.
pub const LISTS: [(Which, &str); 6] = [
    (Which::All, "All"),
    (Which::ToAnswer, "Unanswered"),
    (Which::TurnedDown, "Turned down"),
    (Which::Praised, "More like this"),
    (Which::Disputed, "To rule"),
    (Which::Ruled, "Ruled"),
];

impl Part {
    /// Its own path.
    pub const fn path(self) -> &'static str {
        match self {
            Self::Verdicts => "/feedback",
            Self::Why => "/feedback/why",
            Self::Alike => "/feedback/more",
            Self::Returns => "/feedback/returns",
            Self::Reasons => "/feedback/reasons",
        }
    }

    /// As its link says it.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Verdicts => "Verdicts",
            Self::Why => "Why turned down",
            Self::Alike => "Find me more like this",
            Self::Returns => "Coming back",
            Self::Reasons => "List of reasons",
        }
    }

    /// Whether it is about single leads.
    pub const fn shows_leads(self) -> bool {
        matches!(self, Self::Returns)
    }
}

/// How often the loop was closed in time, in the days of a board.
pub fn counter(board: &Board) -> Prose {
    let k = &board.answer.current.coverage;
    let reply = within(board.terms.marketing.reply);
    if k.reply_due == 0 {
        return Prose::plain(format!(
            "Of the leads handed over this month no answer of marketing was due yet; it answers within {reply}."
        ));
    }
    let list = |part| list_address(Kpi::FeedbackCoverage, &board.query, part);
    let answered = words::count(k.replied_on_time);
    let prose = Prose::plain("Loops closed in time this month: ");
    let prose = match k.replied_on_time {
        0 => prose.stress(answered),
        _ => prose.link(answered, list(model::Part::RepliedOnTime)),
    };
    prose
        .say(" of ")
        .link(words::count(k.reply_due), list(model::Part::ReplyDue))
        .say(format!(" verdicts that turn a lead down were answered within {reply}."))
}

/// How disputes ended, and how often both heads said the same without having heard each other.
pub fn rulings(found: &Disputes) -> String {
    if found.all == 0 {
        return String::new();
    }
    let all = words::counted(found.all, "dispute", "disputes");
    let ruled = match found.ruled {
        0 => format!("{all} so far; none is ruled yet."),
        ruled => format!(
            "{all} so far; {} ruled, {} of them for marketing.",
            words::count(ruled),
            words::count(found.upheld)
        ),
    };
    match words::percent(found.agreed, found.both) {
        Some(share) => format!(
            "{ruled} On {} of {} that both heads have ruled on they agreed at the first attempt: {share}.",
            words::count(found.agreed),
            words::count(found.both)
        ),
        None => ruled,
    }
}

/// What stands around the verdicts of a page.
pub struct Around<'a> {
    /// The agreement and the zone.
    pub rules: &'a Rules,
    /// As of when.
    pub now: Instant,
    /// The list of reasons.
    pub reasons: &'a [ReasonCode],
    /// Who reads.
    pub visitor: &'a Visitor,
}

/// A verdict as the page shows it; `row` is the lead as the queue has it.
pub fn line(entry: &Entry, row: Option<&Row>, around: &Around) -> VerdictLine {
    let Entry { lead, verdict, state, words: said, reply, handover, .. } = entry;
    let Around { rules, now, reasons, visitor } = *around;
    let decision = verdict.detail.decision;
    let reason = verdict.detail.reason.as_deref().map(|key| pareto::name(reasons, key));
    // What was said to the latest verdict says nothing about one that it replaced.
    let is_disputed = entry.is_latest && state.disputed_at.is_some();
    let is_ruled = state.ruled_at.is_some();
    let clock = reply.filter(|_| state.replied_at.is_none()).map(|(since, due)| {
        let version = rules.in_force_at(began(lead, verdict, *handover));
        let clock = time_left(version.terms.marketing.reply, Instant(due), due < now.0, (version, now), rules);
        dial((since, Instant(due)), now, clock, rules)
    });
    let may_dispute = decision.is_some_and(|decision| decision != Decision::Good) && entry.is_latest && !is_disputed;
    let answers = [
        (WordKind::Reply, "Reply", true),
        (WordKind::TookOver, "Taken over: we changed something", true),
        (WordKind::Dispute, "Dispute: both heads rule", may_dispute),
    ];
    let may_reply = visitor.may(Action::ReplyToFeedback);
    let answers = answers.into_iter().filter(|(_, _, may)| *may && may_reply);
    let is_head = visitor.may(Action::RuleOnDisputes) && Who::of(visitor).team.is_some();
    let who = verdict.actor.clone().unwrap_or_else(|| "an import".to_owned());
    VerdictLine {
        lead: entry.history.0,
        verdict: verdict.n,
        href: at(&format!("/leads/{}", lead.id)),
        name: row.map_or_else(|| format!("Lead {}", lead.id), queue::narrate::name),
        whose: row.map(whose).unwrap_or_default(),
        decision: match (decision, reason) {
            (Some(Decision::Good), _) => "Good".to_owned(),
            (Some(Decision::Reject), reason) => turned_down("Rejected", reason),
            (Some(Decision::Recycle), reason) => turned_down("Recycled", reason),
            (None, _) => "Judged".to_owned(),
        },
        by: format!("by {who}, {}", when(verdict.moment, rules)),
        note: verdict.detail.note.clone().unwrap_or_default(),
        facts: facts(entry),
        words: said.iter().map(|word| word_line(word, rules)).collect(),
        clock,
        dispute: if is_disputed { dispute(entry, rules) } else { String::new() },
        answers: answers.map(|(kind, words, _)| (kind.key(), words)).collect(),
        may_rule: is_head && is_disputed && !is_ruled,
        typed_answer: None,
        typed_ruling: None,
        typed_key: String::new(),
    }
}

fn turned_down(what: &str, reason: Option<String>) -> String {
    reason.map_or_else(|| what.to_owned(), |reason| format!("{what}: {reason}"))
}

fn whose(row: &Row) -> String {
    let value = |dimension: Dimension| row.values[dimension as usize].as_ref().map(|(_, name)| name.clone());
    let parts = [row.title.clone(), row.company.clone(), value(Dimension::Channel), value(Dimension::Persona)];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// What a verdict says beyond its decision, reason and line.
fn facts(entry: &Entry) -> Vec<String> {
    let Some(judged) = &entry.verdict.detail.judged else { return Vec::new() };
    let mut facts = Vec::new();
    if judged.more_like_this {
        facts.push("more like this, please".to_owned());
    }
    facts.extend(judged.intent.map(|seen| if seen { "intent seen" } else { "no intent seen" }.to_owned()));
    facts.extend(judged.usefulness.map(|number| format!("useful {number} of 5")));
    facts.extend(judged.fit.iter().map(|(criterion, fit)| format!("{}: {fit}", criterion.replace('_', " "))));
    facts.extend(judged.proof.iter().filter(|proof| !proof.is_empty()).map(|proof| format!("proof: {proof}")));
    facts.extend(judged.returns_on.map(|day| format!("comes back on {}", words::day(day))));
    if !judged.complete {
        facts.push("not complete yet".to_owned());
    }
    facts
}

fn word_line(word: &Word, rules: &Rules) -> WordLine {
    let (team, what) = match word.kind {
        WordKind::Reply => (Team::Marketing, "Reply".to_owned()),
        WordKind::TookOver => (Team::Marketing, "Taken over".to_owned()),
        WordKind::Dispute => (Team::Marketing, "Disputed".to_owned()),
        WordKind::Ruling => {
            let of = word.team.unwrap_or(Team::Marketing);
            let winner = word.in_favour.unwrap_or(Team::Marketing);
            (of, format!("The head of {of} rules for {winner}"))
        }
    };
    let by = format!("by {}, {}", word.name, words::local_time(rules.zone.local(word.at)));
    WordLine { team, what, by, text: word.text.clone() }
}

/// How a dispute ended, or for whom it waits.
fn dispute(entry: &Entry, rules: &Rules) -> String {
    let state = &entry.state;
    let day = |at: Instant| words::local_day(rules.zone.local(at));
    if let Some(ruled) = state.ruled_at {
        let winner = if state.upheld { Team::Marketing } else { Team::Sales };
        return format!("Both heads ruled for {winner} on {}.", day(ruled));
    }
    let since = state.disputed_at.map(day).unwrap_or_default();
    let here = |word: &&Word| (word.lead, word.verdict) == (entry.history, entry.verdict.n);
    let latest = |team: Team| {
        entry.words.iter().rev().filter(here).find(|word| word.team == Some(team)).map(|word| word.in_favour)
    };
    match (latest(Team::Marketing), latest(Team::Sales)) {
        (None, None) => format!("Disputed since {since}: it waits for both heads."),
        (Some(_), None) => format!("Disputed since {since}: it waits for the head of sales."),
        (None, Some(_)) => format!("Disputed since {since}: it waits for the head of marketing."),
        (Some(_), Some(_)) => format!("Disputed since {since}: the heads differ. Either may rule again."),
    }
}

/// The clock of an answer that is owed since `given`.
pub fn dial((given, due): (Instant, Instant), now: Instant, clock: Clock, rules: &Rules) -> Dial {
    let gone = match clock.kind {
        ClockKind::Late => 100,
        ClockKind::Stopped => 0,
        _ => u64::from(now.0.saturating_sub(given.0)) * 100 / u64::from(due.0.saturating_sub(given.0).max(1)),
    };
    let until = clock.due.map(|due| format!("due {}", words::local_time(rules.zone.local(due))));
    Dial { kind: clock.kind.key(), words: clock.words, gone: gone.min(100) as u8, due: until.unwrap_or_default() }
}

/// When something happened, as exactly as it is known.
pub fn when(moment: Moment, rules: &Rules) -> String {
    let local = rules.zone.local(moment.at);
    if moment.day_only { words::local_day(local) } else { words::local_time(local) }
}
