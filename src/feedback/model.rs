//! A verdict, what makes it complete, and what contradicts the record. Pure.

use super::reasons::{Proof, ReasonCode, Route, return_day};
use crate::error::{AppError, Result};
use crate::leads::model::{Decision, Fit};
use crate::period::Day;
use crate::text_enum;
use std::collections::BTreeMap;

/// Longest line of a verdict, in characters.
pub const MOST_LINE: usize = 300;
/// Longest proof, in characters.
pub const MOST_PROOF: usize = 120;
/// Longest answer to a verdict, in characters.
pub const MOST_ANSWER: usize = 1_000;
/// Criteria that a verdict may speak of, at most.
const MOST_CRITERIA: usize = 50;
/// Fewer words than this in a note that is asked for say nothing.
const FEWEST_WORDS: usize = 3;

text_enum!(
    /// What is said about a verdict.
    WordKind {
        /// Marketing answers.
        Reply = "reply",
        /// Marketing changed something because of it.
        TookOver = "took_over",
        /// Marketing contests it.
        Dispute = "dispute",
        /// A head rules on a dispute.
        Ruling = "ruling",
    }
);

/// The structured feedback of sales on one lead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// Good, reject or recycle.
    pub decision: Decision,
    /// The key of the reason for a rejection or recycling.
    pub reason: Option<String>,
    /// What was found, by the key of a criterion of the agreement.
    pub fit: BTreeMap<String, Fit>,
    /// The lead showed that it wants something.
    pub intent: Option<bool>,
    /// From 1 to 5.
    pub usefulness: Option<u8>,
    /// Marketing should bring more of these.
    pub more_like_this: bool,
    /// One line for marketing.
    pub line: String,
    /// What the reason asks for.
    pub proof: String,
    /// The day on which a recycled lead comes back.
    pub returns_on: Option<Day>,
}

/// What the record says about the lead that is judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Record {
    /// It was handed over.
    pub handed_over: bool,
    /// It became an opportunity, or was won.
    pub has_opportunity: bool,
    /// A deal is open.
    pub is_open: bool,
    /// It was won.
    pub is_won: bool,
    /// Both sides spoke since the latest handover.
    pub reached: bool,
    /// Touches since the latest handover.
    pub attempts: u32,
    /// As many as the agreement asks for before “unreachable”.
    pub attempts_agreed: u32,
    /// The day, in the workspace's zone.
    pub today: Day,
}

/// What a verdict amounts to that does not contradict the record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judgement {
    /// What is still missing, in words; empty: it is complete, as K4 counts it.
    pub missing: Vec<&'static str>,
    /// The day on which a recycled lead comes back.
    pub returns_on: Option<Day>,
}

impl Judgement {
    /// All that a verdict needs is there.
    pub fn is_complete(&self) -> bool {
        self.missing.is_empty()
    }
}

impl Verdict {
    /// One that says nothing but its decision.
    pub fn new(decision: Decision) -> Self {
        Self {
            decision,
            reason: None,
            fit: BTreeMap::new(),
            intent: None,
            usefulness: None,
            more_like_this: false,
            line: String::new(),
            proof: String::new(),
            returns_on: None,
        }
    }

    /// From the fields of a form: `decision`, `reason`, `fit.<criterion>` (yes, no, unknown), `intent` (yes, no),
    /// `usefulness`, `more`, `line`, `proof`, `returns` (a day). What goes with a reason is left out of a good one.
    ///
    /// # Errors
    /// A field does not say what it should, or is too long; the sentence names it.
    pub fn parse<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Self> {
        let invalid = |sentence: &str| AppError::Invalid(sentence.to_owned());
        let mut decision = None;
        let mut verdict = Self::new(Decision::Good);
        for (key, value) in pairs {
            let value = value.trim();
            match key {
                "decision" => decision = Decision::from_key(value),
                "reason" => verdict.reason = (!value.is_empty()).then(|| value.to_owned()),
                "intent" => verdict.intent = ["no", "yes"].iter().position(|word| *word == value).map(|yes| yes == 1),
                "usefulness" if value.is_empty() => {}
                "usefulness" => {
                    let number = value.parse().ok().filter(|number| (1..=5).contains(number));
                    let sentence = "How useful the lead was is a number from 1 to 5.";
                    verdict.usefulness = Some(number.ok_or_else(|| invalid(sentence))?);
                }
                "more" => verdict.more_like_this = !value.is_empty(),
                "line" => verdict.line = value.to_owned(),
                "proof" => verdict.proof = value.to_owned(),
                "returns" if value.is_empty() => {}
                "returns" => {
                    let sentence = "The day on which the lead comes back is a date such as 2026-03-31.";
                    verdict.returns_on = Some(value.parse().map_err(|_| invalid(sentence))?);
                }
                _ => {
                    if let (Some(criterion), Some(fit)) = (key.strip_prefix("fit."), Fit::from_key(value))
                        && verdict.fit.len() < MOST_CRITERIA
                        && criterion.len() <= MOST_PROOF
                    {
                        verdict.fit.insert(criterion.to_owned(), fit);
                    }
                }
            }
        }
        verdict.decision =
            decision.ok_or_else(|| invalid("Choose what happens to this lead: good, reject or recycle."))?;
        verdict.line = one_line("The line for marketing", &verdict.line, MOST_LINE)?;
        verdict.proof = one_line("The proof", &verdict.proof, MOST_PROOF)?;
        if verdict.decision == Decision::Good {
            (verdict.reason, verdict.returns_on) = (None, None);
            verdict.proof.clear();
        }
        Ok(verdict)
    }
}

/// A text on one line, not longer than so many characters.
///
/// # Errors
/// It has several lines or is too long; `what` names it at the beginning of the sentence.
pub fn one_line(what: &str, text: &str, most: usize) -> Result<String> {
    let text = text.trim();
    let (lines, length) = (text.lines().count(), text.chars().count());
    if lines > 1 {
        return Err(AppError::Invalid(format!(
            "{what} is one line; yours has {lines}. Say it in one, and put the rest into a comment."
        )));
    }
    if length > most || text.chars().any(char::is_control) {
        return Err(AppError::Invalid(format!(
            "{what} has at most {most} characters, without control characters; yours has {length}."
        )));
    }
    Ok(text.to_owned())
}

/// Whether a verdict agrees with the record, and what it lacks to be complete. `reason` is the one that it names, as the
/// list has it; `None` where it names none, or the list has no such.
///
/// # Errors
/// It contradicts the record, or what its reason needs is missing: nothing may be saved. The sentence says why.
pub fn judge(verdict: &Verdict, reason: Option<&ReasonCode>, record: &Record) -> Result<Judgement> {
    let refuse = |sentence: String| Err(AppError::Invalid(sentence));
    if !record.handed_over {
        return refuse("This lead was never handed over, so there is nothing to judge yet.".to_owned());
    }
    let lacks = [
        ("whether you saw intent", verdict.intent.is_none()),
        ("how useful it was", verdict.usefulness.is_none()),
        ("one line for marketing", verdict.line.is_empty()),
    ];
    let missing: Vec<_> = lacks.into_iter().filter_map(|(what, lacks)| lacks.then_some(what)).collect();
    if verdict.decision == Decision::Good {
        return Ok(Judgement { missing, returns_on: None });
    }
    if record.is_won {
        return refuse(
            "This lead was won, so it is a customer and is not turned down. If that is wrong, void the win in the \
             history first."
                .to_owned(),
        );
    }
    if verdict.decision == Decision::Recycle && record.is_open {
        return refuse(
            "A deal is open on this lead. Mark it lost, with the reason; then recycle the lead, so that it comes back on \
             its day."
                .to_owned(),
        );
    }
    if verdict.decision == Decision::Reject && record.has_opportunity {
        return refuse(
            "This lead became an opportunity, so that lead was qualified: mark it lost, with the reason.".to_owned(),
        );
    }
    let Some(reason) = reason else {
        return refuse(match &verdict.reason {
            Some(key) => format!("The list has no reason “{key}”. Choose one of the list."),
            None => "A lead is turned down with a reason. Choose one of the list.".to_owned(),
        });
    };
    let name = &reason.name;
    if reason.retired_at.is_some() {
        return refuse(format!("“{name}” was retired by the heads and is not given any more. Choose another reason."));
    }
    if !verdict.line.is_empty() && says_nothing(&verdict.line) {
        return refuse(format!(
            "Your note “{}” says nothing specific. Name what is missing or who decides, so that marketing can change \
             something.",
            verdict.line
        ));
    }
    match reason.proof {
        Proof::Attempts if record.reached => {
            return refuse(format!(
                "“{name}” does not hold: sales reached this lead, as its history says. Choose the reason that you heard, \
                 or void the contact if there was none."
            ));
        }
        Proof::Attempts if record.attempts < record.attempts_agreed => {
            return refuse(format!(
                "“{name}” needs {} attempts by the agreement; this lead has {}. Log the others, or try again.",
                record.attempts_agreed, record.attempts
            ));
        }
        Proof::Note if verdict.line.split_whitespace().count() < FEWEST_WORDS => {
            return refuse(format!(
                "“{name}” needs a note that says something specific: what is missing, or who decides."
            ));
        }
        Proof::Lead if verdict.proof.trim_start_matches('#').parse::<i64>().is_err() => {
            return refuse(format!("“{name}” needs its proof: the number of the other lead."));
        }
        Proof::Date if verdict.decision == Decision::Reject || verdict.returns_on.is_none() => {
            return refuse(format!("“{name}” sends the lead back on a day: recycle it, and name the day."));
        }
        proof if proof.is_typed() && verdict.proof.is_empty() => {
            return refuse(format!("“{name}” needs its proof: {}.", proof.words().to_lowercase()));
        }
        _ => {}
    }
    let returns_on = match verdict.decision {
        Decision::Recycle => Some(return_day(reason, verdict.returns_on, record.today)?),
        _ if reason.route == Route::RecycleOnDate => {
            return refuse(format!("“{name}” sends the lead back on a day: recycle it, and name the day."));
        }
        _ => None,
    };
    Ok(Judgement { missing, returns_on })
}

/// Whether a deal can be lost for a reason, by its key in the list, with what is written beside it.
///
/// # Errors
/// The list has no such reason, it is retired, it is one of those that are known at the door, or it asks for a proof that
/// the note does not give. The sentence says why.
pub fn judge_loss(key: &str, note: &str, list: &[ReasonCode]) -> Result<()> {
    let refuse = |sentence: String| Err(AppError::Invalid(sentence));
    let Some(reason) = list.iter().find(|reason| reason.key == key) else {
        return refuse(match key {
            "" => "A deal is lost for a reason. Choose one of the list.".to_owned(),
            key => format!("The list has no reason “{key}”. Choose one of the list."),
        });
    };
    let name = &reason.name;
    if reason.retired_at.is_some() {
        return refuse(format!("“{name}” was retired by the heads and is not given any more. Choose another reason."));
    }
    if !reason.can_lose() {
        return refuse(format!(
            "“{name}” is known before anybody speaks to a lead, and a lead with a deal was qualified. Choose the reason \
             that you heard."
        ));
    }
    if !note.is_empty() && says_nothing(note) {
        return refuse(format!("Your note “{note}” says nothing specific. Name what was missing, or who decided."));
    }
    let asked = reason.proof.is_typed() || reason.proof == Proof::Note;
    if asked && note.is_empty() {
        return refuse(format!(
            "“{name}” needs its proof: {}. Say it in the note.",
            reason.proof.words().to_lowercase()
        ));
    }
    Ok(())
}

/// Words that carry nothing in a note.
const FILLERS: &[&str] = &[
    "a",
    "an",
    "the",
    "is",
    "are",
    "was",
    "were",
    "it",
    "its",
    "this",
    "that",
    "lead",
    "they",
    "he",
    "she",
    "we",
    "us",
    "our",
    "for",
    "to",
    "at",
    "all",
    "really",
    "just",
    "very",
    "sorry",
    "in",
    "of",
    "i",
    "think",
    "currently",
    "moment",
];

/// What is left of a note that says nothing, its fillers taken out.
const NOTHINGS: &[&str] = &[
    "",
    "no",
    "not",
    "none",
    "na",
    "n",
    "nope",
    "nothing",
    "other",
    "bad",
    "poor",
    "crap",
    "junk",
    "rubbish",
    "useless",
    "fit",
    "not fit",
    "no fit",
    "bad fit",
    "poor fit",
    "not good fit",
    "not right fit",
    "no good fit",
    "doesnt fit",
    "does not fit",
    "not good",
    "no good",
    "not interested",
    "no interest",
    "uninterested",
    "not interesting",
    "not qualified",
    "unqualified",
    "disqualified",
    "not relevant",
    "irrelevant",
    "not suitable",
    "unsuitable",
    "reject",
    "rejected",
    "dead",
    "see above",
    "x",
];

/// Whether a note is one of those that end every loop: “not a fit”, “not interested”.
pub fn says_nothing(note: &str) -> bool {
    let letters = note.to_lowercase().replace(['\'', '’'], "");
    let words = letters.split(|c: char| !c.is_alphanumeric());
    let left: Vec<&str> = words.filter(|word| !word.is_empty() && !FILLERS.contains(word)).collect();
    NOTHINGS.contains(&left.join(" ").as_str())
}

#[cfg(test)]
mod tests {
    use super::super::reasons::When;
    use super::*;
    use crate::period::Instant;

    const RECORD: Record = Record {
        handed_over: true,
        has_opportunity: false,
        is_open: false,
        is_won: false,
        reached: false,
        attempts: 2,
        attempts_agreed: 5,
        today: Day(20_000),
    };

    fn reason(route: Route, proof: Proof) -> ReasonCode {
        let (key, name, problem) = ("r".into(), "This reason".into(), "shared".into());
        ReasonCode { key, name, when: When::Both, problem, route, proof, place: 1, retired_at: None }
    }

    fn whole(decision: Decision) -> Verdict {
        Verdict {
            reason: Some("r".into()),
            intent: Some(true),
            usefulness: Some(4),
            line: "One hall until the board decides in January.".into(),
            ..Verdict::new(decision)
        }
    }

    #[track_caller]
    fn refused(verdict: &Verdict, reason: Option<&ReasonCode>, record: &Record, says: &str) {
        let sentence = judge(verdict, reason, record).expect_err("it is refused").to_string();
        assert!(sentence.contains(says), "{sentence}");
    }

    #[test]
    fn a_verdict_is_complete_with_intent_usefulness_and_one_line() {
        assert!(judge(&whole(Decision::Good), None, &RECORD).expect("it stands").is_complete());
        let bare = judge(&Verdict::new(Decision::Good), None, &RECORD).expect("it stands");
        assert_eq!(bare.missing.len(), 3, "it stands, and is not complete");
    }

    #[test]
    fn a_rejection_needs_a_reason_that_is_on_the_list_and_in_use() {
        refused(&Verdict::new(Decision::Reject), None, &RECORD, "with a reason");
        refused(&whole(Decision::Reject), None, &RECORD, "no reason “r”");
        let retired = ReasonCode { retired_at: Some(Instant(5)), ..reason(Route::Nurture, Proof::None) };
        refused(&whole(Decision::Reject), Some(&retired), &RECORD, "was retired");
    }

    #[test]
    fn unreachable_with_fewer_touches_than_agreed_is_refused() {
        let unreachable = reason(Route::Recycle30, Proof::Attempts);
        let (verdict, enough) = (whole(Decision::Recycle), Record { attempts: 5, ..RECORD });
        refused(&verdict, Some(&unreachable), &RECORD, "needs 5 attempts by the agreement; this lead has 2");
        let judged = judge(&verdict, Some(&unreachable), &enough).expect("it stands");
        assert_eq!(judged.returns_on, Some(Day(20_030)));
    }

    #[test]
    fn a_lead_that_became_an_opportunity_was_qualified_and_is_lost_not_rejected() {
        let record = Record { has_opportunity: true, ..RECORD };
        let any = reason(Route::Nurture, Proof::None);
        refused(&whole(Decision::Reject), Some(&any), &record, "that lead was qualified: mark it lost");
    }

    #[test]
    fn a_lead_that_was_won_is_not_turned_down_and_one_with_an_open_deal_is_lost_first() {
        let any = reason(Route::Recycle30, Proof::None);
        let open = Record { has_opportunity: true, is_open: true, ..RECORD };
        refused(&whole(Decision::Recycle), Some(&any), &open, "A deal is open on this lead");
        let won = Record { has_opportunity: true, is_won: true, ..RECORD };
        for decision in [Decision::Reject, Decision::Recycle] {
            refused(&whole(decision), Some(&any), &won, "This lead was won");
        }
        let lost = Record { has_opportunity: true, ..RECORD };
        assert!(judge(&whole(Decision::Recycle), Some(&any), &lost).is_ok(), "what was lost may come back");
        assert!(judge(&whole(Decision::Good), None, &won).is_ok());
    }

    #[test]
    fn unreachable_is_refused_for_a_lead_that_was_reached_however_often_it_was_tried() {
        let reached = Record { attempts: 7, reached: true, ..RECORD };
        let unreachable = reason(Route::Recycle30, Proof::Attempts);
        refused(&whole(Decision::Recycle), Some(&unreachable), &reached, "sales reached this lead");
    }

    #[test]
    fn a_reason_that_asks_for_a_day_needs_one_whatever_its_route() {
        let dated = reason(Route::Nurture180, Proof::Date);
        refused(&whole(Decision::Reject), Some(&dated), &RECORD, "recycle it, and name the day");
        refused(&whole(Decision::Recycle), Some(&dated), &RECORD, "recycle it, and name the day");
        let named = Verdict { returns_on: Some(Day(20_100)), ..whole(Decision::Recycle) };
        assert!(judge(&named, Some(&dated), &RECORD).is_ok());
    }

    #[test]
    fn a_deal_is_lost_for_a_reason_of_the_list_that_is_heard_after_contact() {
        let at_the_door = ReasonCode { key: "d".into(), when: When::Door, ..reason(Route::Remove, Proof::None) };
        let retired = ReasonCode { key: "o".into(), retired_at: Some(Instant(5)), ..reason(Route::Lost, Proof::None) };
        let list = [reason(Route::Lost, Proof::Competitor), at_the_door, retired];
        let says = |key: &str, note: &str| judge_loss(key, note, &list).map_err(|error| error.to_string());
        assert_eq!(says("r", "Skuttle"), Ok(()));
        for (key, note, sentence) in [
            ("r", "", "needs its proof: who it was"),
            ("r", "not a fit", "says nothing specific"),
            ("d", "", "before anybody speaks to a lead"),
            ("o", "", "was retired"),
            ("price", "", "no reason “price”"),
            ("", "", "lost for a reason"),
        ] {
            let refused = says(key, note).expect_err("it is refused");
            assert!(refused.contains(sentence), "{refused}");
        }
    }

    #[test]
    fn a_note_that_says_nothing_is_refused_whatever_its_letters() {
        for note in
            ["not a fit", "Not interested!", "NOT A FIT.", "this lead is not really interested", "n/a", "-", "other"]
        {
            assert!(says_nothing(note), "{note}");
            let verdict = Verdict { line: note.into(), ..whole(Decision::Reject) };
            refused(&verdict, Some(&reason(Route::Nurture, Proof::None)), &RECORD, "says nothing specific");
        }
        for note in ["Needs two sites, has one", "not interested in leasing", "No budget before March"] {
            assert!(!says_nothing(note), "{note}");
        }
    }

    #[test]
    fn other_needs_a_note_and_a_proof_that_is_asked_for_must_be_there() {
        let short = Verdict { line: "Fulda".into(), ..whole(Decision::Reject) };
        refused(&short, Some(&reason(Route::Review, Proof::Note)), &RECORD, "needs a note");
        refused(&whole(Decision::Reject), Some(&reason(Route::Fix, Proof::Field)), &RECORD, "which field");
        refused(
            &whole(Decision::Reject),
            Some(&reason(Route::Merge, Proof::Lead)),
            &RECORD,
            "number of the other lead",
        );
        let named = Verdict { proof: "#17".into(), ..whole(Decision::Reject) };
        assert!(judge(&named, Some(&reason(Route::Merge, Proof::Lead)), &RECORD).is_ok());
    }

    #[test]
    fn a_route_on_a_date_recycles_and_what_is_removed_does_not_come_back() {
        let on_date = reason(Route::RecycleOnDate, Proof::Date);
        refused(&whole(Decision::Reject), Some(&on_date), &RECORD, "recycle it, and name the day");
        refused(&whole(Decision::Recycle), Some(&on_date), &RECORD, "name the day");
        refused(&whole(Decision::Recycle), Some(&reason(Route::Remove, Proof::None)), &RECORD, "does not come back");
    }

    #[test]
    fn what_was_never_handed_over_is_not_judged() {
        refused(&whole(Decision::Good), None, &Record { handed_over: false, ..RECORD }, "never handed over");
    }

    #[test]
    fn a_form_is_read_as_it_was_filled_in() {
        let form = [
            ("decision", "recycle"),
            ("reason", "not_now"),
            ("fit.size", "yes"),
            ("fit.sites", "perhaps"),
            ("intent", "no"),
            ("usefulness", "3"),
            ("more", "1"),
            ("line", " January "),
            ("returns", "2026-03-31"),
        ];
        let verdict = Verdict::parse(form).expect("a verdict");
        assert_eq!(verdict.fit, BTreeMap::from([("size".to_owned(), Fit::Yes)]));
        assert_eq!((verdict.intent, verdict.usefulness, verdict.more_like_this), (Some(false), Some(3), true));
        assert_eq!((verdict.line.as_str(), verdict.returns_on), ("January", "2026-03-31".parse().ok()));
    }

    #[test]
    fn a_form_that_cannot_be_meant_is_refused_with_a_sentence() {
        let paste = "line\n".repeat(1_000);
        let long = "x".repeat(MOST_LINE + 1);
        for (form, says) in [
            (vec![("usefulness", "3")], "Choose what happens"),
            (vec![("decision", "good"), ("usefulness", "9")], "from 1 to 5"),
            (vec![("decision", "good"), ("line", &paste)], "yours has 1000"),
            (vec![("decision", "good"), ("line", &long)], "at most 300"),
            (vec![("decision", "recycle"), ("returns", "soon")], "a date such as"),
        ] {
            let sentence = Verdict::parse(form).expect_err("it is refused").to_string();
            assert!(sentence.contains(says), "{sentence}");
        }
    }
}
