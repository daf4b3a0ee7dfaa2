//! What happened to a lead, the latest first: its events with who, when and from where, what was said to its verdicts, and
//! what silence did. Nothing is left out but what somebody took back at once.

use super::narrate::{Known, day_words, decision_words, judged_words, reason_name, touch_title, when_words};
use super::sheet::Line;
use super::undo::UNDONE;
use crate::agreement::rules::{Compiled, NEVER};
use crate::feedback::model::WordKind;
use crate::feedback::store::Word;
use crate::kpis::narrate::within;
use crate::kpis::words;
use crate::leads::derive::Milestones;
use crate::leads::model::{EventKind, LeadId, Moment};
use crate::leads::record::{StoredEvent, Voided};
use crate::people::model::Team;
use crate::period::Instant;
use crate::work::apply::Who;
use crate::work::store::Void;
use std::collections::HashMap;

/// Places of lines that share a second: the lead came before all else, what silence did and what was said comes after.
const FIRST: i64 = -1;
const AFTER_EVENTS: i64 = i64::MAX / 2;

/// The lines, the latest first; `who` reads them.
pub fn lines(known: &Known<'_>, who: &Who) -> Vec<Line> {
    let history = History::new(known);
    let mut placed: Vec<((Instant, i64), Line)> = Vec::new();
    placed.push(((known.lead.row.created_at.at, FIRST), captured(known)));
    for event in &known.lead.events {
        if let Some(line) = history.line(event, who) {
            placed.push(((event.moment.at, event.n), line));
        }
    }
    let absorbed = known.lead.absorbed.iter().map(|(lead, event)| (lead, event, None));
    let struck = known.struck.iter().map(|(lead, event, void)| (lead, event, Some(void)));
    placed.extend(
        absorbed
            .chain(struck)
            .map(|(lead, event, void)| ((event.moment.at, FIRST), history.absorbed(*lead, event, void, who))),
    );
    placed.extend(history.silences());
    placed.extend(known.words.iter().map(|word| ((word.at, AFTER_EVENTS + word.id), said(word, known))));
    placed.sort_by_key(|(place, _)| std::cmp::Reverse(*place));
    ahead(known).into_iter().chain(placed.into_iter().map(|(_, line)| line)).collect()
}

/// What has not happened yet: what it waits for, and the day on which it comes back.
fn ahead(known: &Known<'_>) -> Vec<Line> {
    let mut lines = Vec::new();
    let waiting = known.row.clocked(known.now, known.rules);
    if let Some(standing) = waiting.filter(|standing| standing.due != NEVER) {
        let waits = known.row.waits_for(standing, known.rules);
        let is = if standing.is_overdue(known.now) { "was due" } else { "is due" };
        let due = Moment { at: Instant(standing.due), day_only: false };
        let text = format!("{is} {}", when_words(due, known.rules, known.now));
        lines.push(Line {
            when: "now".into(),
            team: Some(Team::Sales),
            title: waits,
            text,
            waits: true,
            ..Line::default()
        });
    }
    if let Some(at) = known.lead.row.derived.returns_at {
        let text = format!("on {}, as its verdict says", day_words(at, known.rules));
        let title = "Comes back to sales".to_owned();
        lines.push(Line { when: "ahead".into(), title, text, waits: true, ..Line::default() });
    }
    lines
}

fn captured(known: &Known<'_>) -> Line {
    let line = Line { team: Some(Team::Marketing), title: "Captured".to_owned(), ..Line::default() };
    timed(line, known.lead.row.created_at, known)
}

fn said(word: &Word, known: &Known<'_>) -> Line {
    let team = word.team.unwrap_or(Team::Marketing);
    let title = match (word.kind, word.in_favour) {
        (WordKind::Reply, _) => "Marketing answered".to_owned(),
        (WordKind::TookOver, _) => "Taken over by marketing".to_owned(),
        (WordKind::Dispute, _) => "Verdict disputed".to_owned(),
        (WordKind::Ruling, Some(winner)) => format!("Ruled for {winner}"),
        (WordKind::Ruling, None) => "Ruled".to_owned(),
    };
    let text = match word.kind {
        WordKind::Ruling => format!("by {}, head of {team}", word.name),
        _ => format!("by {}", word.name),
    };
    let line = Line { team: Some(team), title, text, note: word.text.clone(), ..Line::default() };
    timed(line, Moment { at: word.at, day_only: false }, known)
}

fn timed(line: Line, moment: Moment, known: &Known<'_>) -> Line {
    let when = when_words(moment, known.rules, known.now);
    let local = known.rules.zone.rfc3339(moment.at);
    let datetime = if moment.day_only { local.get(..10).unwrap_or_default().to_owned() } else { local };
    Line { when, datetime, ..line }
}

/// The history, with what an event alone does not say: to which handover it belongs, and which attempt it is.
struct History<'a> {
    known: &'a Known<'a>,
    handovers: HashMap<i64, usize>,
    /// Events that opened a handover.
    opened: Vec<i64>,
    /// Which attempt of its handover a touch is, from 1.
    attempts: HashMap<(LeadId, i64), usize>,
}

impl<'a> History<'a> {
    fn new(known: &'a Known<'a>) -> Self {
        let handovers: HashMap<i64, usize> = known.lead.handovers().into_iter().collect();
        let all: HashMap<(LeadId, i64), usize> =
            known.lead.handovers_of_all().into_iter().map(|(lead, n, handover)| ((lead, n), handover)).collect();
        let own = known.lead.events.iter().map(|event| (known.lead.id, event));
        let absorbed = known.lead.absorbed.iter().map(|(lead, event)| (*lead, event));
        let mut holding: Vec<(LeadId, &StoredEvent)> =
            own.chain(absorbed).filter(|(_, event)| event.voided == Voided::No).collect();
        holding.sort_by_key(|(_, event)| event.moment);
        let number = |lead: LeadId, event: &StoredEvent| all.get(&(lead, event.n)).copied().unwrap_or(1);
        let (mut opened, mut seen) = (Vec::new(), 0);
        let mut counts: HashMap<usize, usize> = HashMap::new();
        let mut attempts = HashMap::new();
        for (lead, event) in holding {
            match event.kind {
                EventKind::Handover if number(lead, event) > seen => {
                    seen = number(lead, event);
                    if lead == known.lead.id {
                        opened.push(event.n);
                    }
                }
                EventKind::Touch => {
                    let count = counts.entry(number(lead, event)).or_default();
                    *count += 1;
                    attempts.insert((lead, event.n), *count);
                }
                _ => {}
            }
        }
        Self { known, handovers, opened, attempts }
    }

    /// The milestones of a handover, from 1.
    fn stay(&self, number: usize) -> Option<&'a Milestones> {
        self.known.lead.row.derived.handover(number)
    }

    /// An event as a line; nothing where it was taken back at once, or stands in another line already.
    fn line(&self, event: &StoredEvent, who: &Who) -> Option<Line> {
        let void = self.known.voids.iter().find(|void| void.n == event.n);
        if event.voided == Voided::ByHand && void.is_some_and(|void| void.reason == UNDONE) {
            return None;
        }
        if event.kind == EventKind::Connected && self.touch_beside(event) {
            return None;
        }
        let number = self.handovers.get(&event.n).copied().unwrap_or(1);
        let (title, what) = self.said(self.known.lead.id, event, number);
        let by = self.by(event);
        let text: Vec<String> = [what, by].into_iter().filter(|part| !part.is_empty()).collect();
        let (standing, late) = self.standing(event, number);
        let owner = if event.kind == EventKind::Handover { Team::Marketing } else { Team::Sales };
        let voided = void.filter(|_| event.voided != Voided::No).map(|void| match event.voided {
            Voided::ByImport => {
                format!("Replaced by a newer import on {}.", day_words(void.at, self.known.rules))
            }
            _ => self.voided_by(void),
        });
        let may_void = event.voided == Voided::No && (who.team == Some(owner) || who.head);
        let line = Line {
            team: Some(owner),
            title,
            text: text.join(", "),
            standing,
            late,
            note: event.detail.note.clone().unwrap_or_default(),
            voided: voided.unwrap_or_default(),
            event: may_void.then_some(event.n),
            ..Line::default()
        };
        Some(timed(line, event.moment, self.known))
    }

    /// What the history of a lead tells that was merged into this one; it is corrected from here.
    fn absorbed(&self, lead: LeadId, event: &StoredEvent, void: Option<&Void>, who: &Who) -> Line {
        let (title, what) = match event.kind {
            EventKind::Handover => ("Handed over".to_owned(), String::new()),
            _ => self.said(lead, event, 1),
        };
        let told = [what, self.by(event), "in a lead that was merged into this one".to_owned()];
        let text: Vec<String> = told.into_iter().filter(|part| !part.is_empty()).collect();
        let owner = if event.kind == EventKind::Handover { Team::Marketing } else { Team::Sales };
        let note = event.detail.note.clone().unwrap_or_default();
        let may_void = void.is_none() && (who.team == Some(owner) || who.head);
        let line = Line {
            team: Some(owner),
            title,
            text: text.join(", "),
            note,
            voided: void.map(|void| self.voided_by(void)).unwrap_or_default(),
            event: may_void.then_some(event.n),
            history: may_void.then_some(lead.0),
            ..Line::default()
        };
        timed(line, event.moment, self.known)
    }

    fn voided_by(&self, void: &Void) -> String {
        format!("Voided by {} on {}: {}", void.by, day_words(void.at, self.known.rules), void.reason)
    }

    /// The contact that was logged with a touch is told with it.
    fn touch_beside(&self, event: &StoredEvent) -> bool {
        self.known.lead.events.iter().any(|other| {
            other.n + 1 == event.n
                && other.kind == EventKind::Touch
                && event.account.is_some()
                && (other.moment, other.account, other.voided) == (event.moment, event.account, event.voided)
        })
    }

    fn said(&self, lead: LeadId, event: &StoredEvent, number: usize) -> (String, String) {
        let detail = &event.detail;
        let worth = detail.value_minor.map(|minor| self.known.currency.exact(minor)).unwrap_or_default();
        let how = detail.touch.map(touch_title);
        match event.kind {
            EventKind::Handover if event.voided != Voided::No => ("Handed over".to_owned(), String::new()),
            EventKind::Handover if self.opened.contains(&event.n) => {
                let again = if number > 1 { "handed over once more" } else { "" };
                (if number > 1 { format!("Handover {number}") } else { "Handover 1".to_owned() }, again.to_owned())
            }
            EventKind::Handover => {
                ("Handed over again".to_owned(), format!("while sales had it, so it stays handover {number}"))
            }
            EventKind::Accepted => ("Accepted".to_owned(), String::new()),
            EventKind::Touch => {
                let title = match self.attempts.get(&(lead, event.n)) {
                    Some(1) => "First touch".to_owned(),
                    Some(attempt) => format!("Attempt {attempt}"),
                    None => "Touch".to_owned(),
                };
                let reached = match detail.reached {
                    Some(true) => "reached",
                    Some(false) => "not reached",
                    None => "",
                };
                let parts = [how.unwrap_or_default().to_lowercase(), reached.to_owned()];
                let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
                (title, parts.join(", "))
            }
            EventKind::Connected => ("Connected".to_owned(), how.unwrap_or_default().to_lowercase()),
            EventKind::Verdict => {
                let reason = detail.reason.as_ref().map(|key| reason_name(key, self.known.reasons)).unwrap_or_default();
                let title = match detail.decision {
                    Some(decision) => format!("Verdict: {}", decision_words(decision).to_lowercase()),
                    None => "Verdict".to_owned(),
                };
                let said = detail.judged.as_ref().map(|said| judged_words(said, self.known.rules)).unwrap_or_default();
                let said = said.trim().trim_end_matches('.').to_owned();
                let parts: Vec<String> = [reason, said].into_iter().filter(|part| !part.is_empty()).collect();
                (title, parts.join("; "))
            }
            EventKind::Opportunity => ("Opportunity opened".to_owned(), worth),
            EventKind::Won => ("Won".to_owned(), worth),
            EventKind::Lost => {
                let why = detail.reason.as_ref().map(|key| reason_name(key, self.known.reasons));
                ("Lost".to_owned(), why.unwrap_or_default())
            }
            EventKind::Freed => ("Taken off its rep’s list".to_owned(), String::new()),
        }
    }

    /// Who did it, and which source told of it.
    fn by(&self, event: &StoredEvent) -> String {
        let source = event.source.and_then(|id| self.known.sources.iter().find(|(other, _)| *other == id));
        match (&event.actor, source) {
            (Some(by), Some((_, source))) => format!("by {by}, from {source}"),
            (Some(by), None) => format!("by {by}"),
            (None, Some((_, source))) => format!("from {source}"),
            (None, None) if event.kind == EventKind::Handover => {
                "by itself, on the day on which it came back".to_owned()
            }
            (None, None) => String::new(),
        }
    }

    /// How long after the handover its answer or first touch came, and whether that was in time; as K3 compares.
    fn standing(&self, event: &StoredEvent, number: usize) -> (String, bool) {
        let nothing = (String::new(), false);
        let Some(stay) = self.stay(number).filter(|_| event.voided == Voided::No) else { return nothing };
        let Some(start) = stay.handed_over_at else { return nothing };
        let rules = self.known.rules;
        let version = rules.in_force_at(start.at);
        let agreed = match event.kind {
            EventKind::Accepted if stay.accepted_at == Some(event.moment) => version.terms.sales.decide,
            EventKind::Touch if stay.first_touch_at == Some(event.moment) => version.terms.sales.first_touch,
            _ => return nothing,
        };
        let due = rules.due(version, start, agreed);
        if due == NEVER || rules.is_before(event.moment, start) {
            return nothing;
        }
        let due = Moment { at: Instant(due), day_only: start.day_only };
        let late = rules.is_before(due, event.moment);
        let word = if late { "late" } else { "on time" };
        let after = match event.moment.day_only || start.day_only {
            true => String::new(),
            false => format!("{} after the handover, ", words::duration(event.moment.at.0.saturating_sub(start.at.0))),
        };
        (format!("{after}{word}"), late)
    }

    /// Handovers that silence accepted, at the agreed time.
    fn silences(&self) -> Vec<((Instant, i64), Line)> {
        let count = self.known.lead.row.derived.handovers();
        let silence = |number: usize| {
            let stay = self.stay(number)?;
            let start = stay.handed_over_at?;
            let version: &Compiled = self.known.rules.in_force_at(start.at);
            let agreed = version.terms.sales.decide;
            let due = self.known.rules.due(version, start, agreed);
            // A deal of an earlier handover answers no later one.
            let derived = &self.known.lead.row.derived;
            let deal = derived.opportunity_at.filter(|deal| number == 1 || deal.at >= start.at);
            let answers =
                [stay.accepted_at, stay.first_touch_at, stay.connected_at, stay.verdict_at, stay.released_at, deal];
            let answered = answers.into_iter().flatten().any(|answer| answer.at.0 <= due);
            if answered || due == NEVER || due > self.known.now.0 {
                return None;
            }
            let line = Line {
                team: Some(Team::Sales),
                title: "Accepted by silence".to_owned(),
                text: format!("nobody answered within {}, as agreed", within(agreed)),
                ..Line::default()
            };
            let at = Moment { at: Instant(due), day_only: start.day_only };
            Some(((at.at, AFTER_EVENTS), timed(line, at, self.known)))
        };
        (1..=count).filter_map(silence).collect()
    }
}
