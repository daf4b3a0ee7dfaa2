//! What is known of a persona into finished words.

use super::model::{Confirmed, Head, Note, Persona, Wording};
use super::sheet::{NoteLine, Side};
use crate::agreement::model::Within;
use crate::agreement::rules::Rules;
use crate::kpis::words::{count, counted, day, local_day, percent};
use crate::leads::model::Moment;
use crate::people::model::Team;
use crate::period::Instant;
use crate::queue::model::time_left;

/// Promises are counted over so many seconds.
const COUNTED: u32 = 90 * 86_400;

/// Part in buying, segment and size.
pub fn line(head: &Head) -> String {
    let role = head.role.map(|role| role.label().to_owned());
    role.into_iter().chain((!head.segment.is_empty()).then(|| head.segment.clone())).collect::<Vec<_>>().join(". ")
}

/// When a team confirmed it last, and whether that is due.
pub fn confirmed(persona: &Persona, team: Team, now: Instant, rules: &Rules) -> (String, bool) {
    let is_due = persona.due(team) <= now;
    let words = match &persona.confirmed[team as usize] {
        Some(Confirmed { at, by }) => format!("{} by {by}", local_day(rules.zone.local(*at))),
        None => "not yet".to_owned(),
    };
    (words, is_due)
}

/// Where a statement is known from, and of what day that is.
pub fn evidence(says: &Wording) -> String {
    let source = match says.source.as_str() {
        "" => says.evidence.label(),
        source => source,
    };
    format!("{source} · {}", day(says.dated))
}

/// When marketing's answer to an annotation is due; never where nothing is agreed.
pub fn due(note: &Note, rules: &Rules) -> Instant {
    let version = rules.in_force_at(note.at);
    Instant(rules.due(version, Moment { at: note.at, day_only: false }, version.terms.marketing.reply))
}

/// Whether marketing should have answered by now, and has not.
pub fn is_late(note: &Note, now: Instant, rules: &Rules) -> bool {
    note.answer.is_none() && due(note, rules) < now
}

/// An annotation; its words and its lead only where the reader may see leads.
pub fn note(note: &Note, sees: bool, now: Instant, rules: &Rules) -> NoteLine {
    let when = |at: Instant| local_day(rules.zone.local(at));
    let late = is_late(note, now, rules);
    NoteLine {
        id: note.id.0,
        verb: note.kind.verb(),
        by: format!("{}, {}", note.author, when(note.at)),
        text: sees.then(|| note.text.clone()),
        lead: note.lead.filter(|_| sees).map(|lead| lead.0),
        answer: note.answer.as_ref().map(|(answer, at, who, text)| {
            (answer.label(), format!("by {who}, {}", when(*at)), if sees { text.clone() } else { String::new() })
        }),
        age: if note.answer.is_some() { String::new() } else { age(note, now, rules, late) },
        late,
        kind: note.kind.key(),
        persona: Default::default(),
        about: String::new(),
    }
}

fn age(note: &Note, now: Instant, rules: &Rules, late: bool) -> String {
    let days = (rules.zone.day_of(now).0 - rules.zone.day_of(note.at).0).max(0) as u32;
    let open =
        if days == 0 { "Open since today".to_owned() } else { format!("Open for {}", counted(days, "day", "days")) };
    if !late {
        return open;
    }
    let version = rules.in_force_at(note.at);
    let left = time_left(version.terms.marketing.reply, due(note, rules), true, (version, now), rules);
    format!("{open}, {}", left.words.to_lowercase())
}

/// What both teams promised about personas, and how they stand. `here` are the annotations of the page's own persona.
pub fn promises(
    notes: &[Note],
    personas: &[Persona],
    here: Option<&[&Note]>,
    now: Instant,
    rules: &Rules,
) -> [Side; 2] {
    let reply = rules.in_force_at(now).terms.marketing.reply;
    let counts = notes.iter().filter(|note| note.at.0.saturating_add(COUNTED) >= now.0 || note.answer.is_none());
    let (mut in_time, mut due_by_now) = (0, 0);
    for note in counts {
        let due = due(note, rules);
        let answered = note.answer.as_ref().is_some_and(|(_, at, ..)| *at <= due);
        in_time += u32::from(answered);
        due_by_now += u32::from(answered || due < now);
    }
    let open = |notes: &mut dyn Iterator<Item = &Note>| {
        let (mut open, mut late) = (0, 0);
        for note in notes.filter(|note| note.answer.is_none()) {
            open += 1;
            late += u32::from(is_late(note, now, rules));
        }
        (open, late)
    };
    let (waiting, late) = match here {
        Some(here) => open(&mut here.iter().copied()),
        None => open(&mut notes.iter()),
    };
    let place = if here.is_some() { " here" } else { "" };
    let late = if late > 0 { format!(", {} overdue", count(late)) } else { String::new() };
    let marketing = Side {
        promise: format!("Annotations answered within {}", within(reply)),
        figure: percent(in_time, due_by_now).unwrap_or_else(|| "nothing due yet;".to_owned()),
        stand: format!("{}{} open{place}{late}", if due_by_now > 0 { "in time; " } else { "" }, count(waiting)),
        reach: (in_time * 100).checked_div(due_by_now).unwrap_or(0),
    };
    let at_work: Vec<&Persona> = personas.iter().filter(|persona| !persona.is.retired).collect();
    let kept = at_work.iter().filter(|persona| persona.due(Team::Sales) > now).count() as u32;
    let all = at_work.len() as u32;
    let written = here.map(|here| format!("{} written here", counted(here.len() as u32, "annotation", "annotations")));
    let (figure, personas) = match all {
        0 => ("no persona yet".to_owned(), None),
        all => (format!("{} of {}", count(kept), count(all)), Some("personas".to_owned())),
    };
    let sales = Side {
        promise: "Every persona confirmed by sales each quarter".to_owned(),
        figure,
        stand: personas.into_iter().chain(written).collect::<Vec<_>>().join("; "),
        reach: (kept * 100).checked_div(all).unwrap_or(0),
    };
    [marketing, sales]
}

/// How long something may take.
fn within(within: Within) -> String {
    match within {
        Within::WorkingDays(days) => counted(days, "working\u{a0}day", "working\u{a0}days"),
        Within::Working(minutes) => counted(minutes.div_ceil(60), "working\u{a0}hour", "working\u{a0}hours"),
        Within::Elapsed(minutes) => counted(minutes.div_ceil(60), "hour", "hours"),
    }
}

/// The beginning of a text, as one line.
pub fn shortened(text: &str) -> String {
    const MOST: usize = 90;
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= MOST {
        return line;
    }
    let beginning: String = line.chars().take(MOST).collect();
    let whole_words = beginning.rsplit_once(' ').map_or(&*beginning, |(words, _)| words);
    format!("{whole_words}…")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::agreement::model::{Terms, Version};
    use crate::leads::model::LeadId;
    use crate::period::Day;
    use crate::personas::model::{Answer, NoteId, NoteKind, PersonaId, Section, Under};
    use crate::zone::Zone;

    const NOW: Instant = Instant(1_800_000_000);

    fn rules() -> Rules {
        let version = Version { number: 1, starts: Day(0), terms: Terms::defaults("UTC") };
        Rules::new(Zone::utc(), vec![version]).expect("the defaults")
    }

    fn written(days_ago: u32, answered_after: Option<u32>) -> Note {
        let at = Instant(NOW.0 - days_ago * 86_400);
        Note {
            id: NoteId(1),
            persona: PersonaId(1),
            statement: None,
            under: Under { section: Section::Trigger, stage: None },
            kind: NoteKind::Quote,
            lead: Some(LeadId(7)),
            account: 1,
            author: "Owen".into(),
            at,
            text: "Call me on 0171 555".into(),
            answer: answered_after
                .map(|days| (Answer::TakenOver, Instant(at.0 + days * 86_400), "Priya".into(), "Done".into())),
        }
    }

    #[test]
    fn who_may_not_see_leads_reads_that_something_was_said_and_not_what() {
        let rules = rules();
        let seen = note(&written(20, Some(1)), false, NOW, &rules);
        assert_eq!((seen.text, seen.lead, seen.verb), (None, None, "Quotes"));
        assert_eq!(seen.answer.map(|(what, _, words)| (what, words)), Some(("Taken over", String::new())));
        assert_eq!(note(&written(20, None), true, NOW, &rules).lead, Some(7));
    }

    #[test]
    fn an_open_annotation_says_how_long_and_whether_the_answer_is_overdue() {
        let rules = rules();
        let fresh = note(&written(0, None), true, NOW, &rules);
        assert_eq!((&*fresh.age, fresh.late), ("Open since today", false));
        let old = note(&written(20, None), true, NOW, &rules);
        assert!(old.late && old.age.replace('\u{a0}', " ").starts_with("Open for 20 days, overdue by"), "{}", old.age);
    }

    #[test]
    fn a_promise_counts_what_was_due_and_not_what_is_still_in_time() {
        let notes = [written(20, Some(1)), written(20, Some(15)), written(20, None), written(0, None)];
        let [marketing, sales] = promises(&notes, &[], None, NOW, &rules());
        assert_eq!(marketing.figure.replace('\u{a0}', " "), "33.3 %", "one of three that were due");
        assert_eq!(marketing.stand, "in time; 2 open, 1 overdue");
        assert_eq!((marketing.reach, &*sales.figure), (33, "no persona yet"));
        let [marketing, _] = promises(&notes[3..], &[], None, NOW, &rules());
        assert_eq!((&*marketing.figure, &*marketing.stand, marketing.reach), ("nothing due yet;", "1 open", 0));
    }
}
