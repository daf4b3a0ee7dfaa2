//! How the promises stand in a running month: from counts of the KPI core, pure.
//!
//! # Decided here
//! - **Kept, at risk, broken.** A promise of a share is *kept* while the share so far reaches what was promised, *at risk*
//!   while it does not but could still, *broken* once it could not even if everything that is to come went well. What is
//!   to come is what is open now, and as much as the days that have passed brought, for the working days that remain.
//! - **Nothing measured** is a word, never a share; a promise without an agreed share is measured and not judged.
//! - **Fairness first.** What was not the team's delay is taken out of the broken, and its number is shown.
//! - **The consequence clause** takes leads out of a promise: a late first touch out of marketing's share of qualified
//!   leads, whole; a lead below the criteria out of sales' late first touches, and only out of the late ones, since a
//!   duty of which one was freed can still be done well. The number without the clause stands beside it. Each lead is
//!   under the clause of the version of its handover, and a promised share is the mean of those versions', by leads.

use crate::kpis::words;
use crate::leads::model::Moment;
use crate::period::Instant;

/// The days of the month, as far as somebody works on them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Days {
    /// Working days that have ended.
    pub passed: u32,
    /// Those that remain, today among them.
    pub remaining: u32,
}

/// A promise of a share in counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Share {
    /// Kept.
    pub kept: u32,
    /// Broken, without what was taken out.
    pub broken: u32,
    /// Not decided yet: still in time.
    pub open: u32,
    /// Taken out of the broken: the system's delay, or an absent owner's.
    pub excused: u32,
    /// Taken out by the consequence clause.
    pub freed: u32,
    /// What was promised, in basis points; `None`: no share was.
    pub promised_bp: Option<u32>,
}

/// How a promise stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// As promised so far.
    Kept,
    /// Not so far, and it can still be.
    AtRisk,
    /// It cannot be any more.
    Broken,
    /// Measured, but nothing was promised that it could be held against.
    NotJudged,
    /// Nothing was measured.
    NoData,
}

/// A promise of a share, judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judged {
    /// How it stands.
    pub state: State,
    /// In a word or two: `kept`, `at risk, 2.0 points short`.
    pub word: String,
    /// What is needed; may be empty.
    pub need: String,
}

impl Share {
    /// Decided cases.
    pub const fn decided(&self) -> u32 {
        self.kept + self.broken
    }

    /// Takes cases out of the broken, at most as many as there are.
    #[must_use]
    pub fn excusing(self, cases: u32) -> Self {
        let cases = cases.min(self.broken);
        Self { broken: self.broken - cases, excused: self.excused + cases, ..self }
    }

    /// The same by the consequence clause.
    #[must_use]
    pub fn freeing(self, cases: u32) -> Self {
        let cases = cases.min(self.broken);
        Self { broken: self.broken - cases, freed: self.freed + cases, ..self }
    }

    /// Cases still to be decided in the month: the open ones, and as many as came a working day for those that remain.
    pub fn to_come(&self, days: Days) -> u32 {
        let seen = u64::from(self.decided() + self.open + self.excused + self.freed);
        let more = (seen * u64::from(days.remaining)).checked_div(u64::from(days.passed)).unwrap_or_default();
        self.open.max(u32::try_from(more).unwrap_or(u32::MAX))
    }

    /// How it stands, with what is needed.
    pub fn judge(&self, days: Days) -> Judged {
        let whole = self.decided();
        if whole == 0 {
            let word = if self.excused + self.freed > 0 { "nothing to judge" } else { "nothing was due yet" };
            return Judged { state: State::NoData, word: word.to_owned(), need: String::new() };
        }
        let Some(promised) = self.promised_bp else {
            let (state, word) = (State::NotJudged, "no share promised".to_owned());
            return Judged { state, word, need: String::new() };
        };
        let (kept, promised) = (u64::from(self.kept), u64::from(promised));
        let is_kept = kept * 10_000 >= promised * u64::from(whole);
        let to_come = self.to_come(days);
        let all = u64::from(whole) + u64::from(to_come);
        // Of all cases of the month so many must be kept, and so many of those to come.
        let needed = (promised * all).div_ceil(10_000).saturating_sub(kept);
        if is_kept {
            let may_miss = u64::from(to_come).saturating_sub(needed) as u32;
            let need = match to_come {
                0 => String::new(),
                _ => format!("may miss on {} of the next {}", words::count(may_miss), words::count(to_come)),
            };
            return Judged { state: State::Kept, word: "kept".to_owned(), need };
        }
        let short = short_by(kept, u64::from(whole), promised);
        if needed > u64::from(to_come) {
            let best = words::percent((kept + u64::from(to_come)) as u32, all as u32).unwrap_or_default();
            let need = format!("out of reach this month: best possible {best}");
            return Judged { state: State::Broken, word: format!("broken, {short} short"), need };
        }
        let share = words::percent(needed as u32, to_come).unwrap_or_default();
        let need = match days.remaining {
            0 => format!("needs {share} of the {} that are open", words::count(to_come)),
            days => {
                format!("needs {share} of the next {}: {} a working day", words::count(to_come), a_day(needed, days))
            }
        };
        Judged { state: State::AtRisk, word: format!("at risk, {short} short"), need }
    }
}

/// In percentage points with one decimal, and never 0.0: `2.0 points`.
fn short_by(kept: u64, whole: u64, promised: u64) -> String {
    let missing = promised * whole - kept * 10_000;
    // Tenths of a point are ten basis points.
    let tenths = (missing + 5 * whole) / (10 * whole);
    match tenths {
        0 => "less than 0.1\u{a0}points".to_owned(),
        tenths => format!("{}.{}\u{a0}points", tenths / 10, tenths % 10),
    }
}

/// So many over so many days, with one decimal, rounded up: whoever does so much has done enough.
fn a_day(cases: u64, days: u32) -> String {
    let tenths = (cases * 10).div_ceil(u64::from(days.max(1)));
    format!("{}.{}", tenths / 10, tenths % 10)
}

/// A promise of a number a month in counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Volume {
    /// Done so far.
    pub done: u32,
    /// Promised for the month.
    pub promised: u32,
    /// Due by now: the even pace.
    pub due: u32,
}

impl Volume {
    /// How it stands, with what is needed a working day.
    pub fn judge(&self, days: Days) -> Judged {
        let missing = u64::from(self.promised.saturating_sub(self.done));
        let so_far = match days.passed {
            0 => String::new(),
            passed => format!("; {} so far", a_day(u64::from(self.done), passed)),
        };
        let pace = format!("tick: even pace, {}", words::count(self.due));
        let (state, word, need) = match (missing, days.remaining) {
            (0, _) => (State::Kept, "kept".to_owned(), String::new()),
            (_, 0) => (State::Broken, format!("broken, {} short", words::count(missing as u32)), String::new()),
            (_, remaining) => {
                let need = format!("{pace}. {} a working day needed{so_far}", a_day(missing, remaining));
                match self.due.checked_sub(self.done) {
                    None | Some(0) => (State::Kept, "on course".to_owned(), need),
                    Some(behind) => (State::AtRisk, format!("at risk, {} behind", words::count(behind)), need),
                }
            }
        };
        Judged { state, word, need }
    }
}

/// A broken promise about one lead, with what says whose delay it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Case {
    /// The last second at which it was in time.
    pub due: u32,
    /// When a later import brought what the promise begins with; `None`: it was known at once, or is history.
    pub known_at: Option<Instant>,
    /// Until when it would have been in time had it begun when it was known.
    pub due_from_known: u32,
    /// When it was done, and whether an import told of it: then its source knew of the lead.
    pub done: Option<(Moment, bool)>,
    /// Since when the owner cannot sign in.
    pub owner_left: Option<Instant>,
    /// When the lead was last given to its owner, in place of another one.
    pub given_at: Option<Instant>,
    /// Until when it would have been in time had it begun when it was given.
    pub due_from_given: u32,
}

/// Why a broken promise is not held against its team.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Excuse {
    /// It was known here only after it was due, and then done, or can still be, within the agreed time.
    System,
    /// Its owner had left before it was due.
    Absent,
    /// It came from another owner only after it was due, and was then done, or can still be, within the agreed time.
    Reassigned,
}

impl Case {
    /// Why it is not held against the team; `None`: it is.
    pub fn excuse(&self, now: Instant) -> Option<Excuse> {
        let late_known = self.known_at.is_some_and(|known| known.0 > self.due);
        let in_time = match self.done {
            Some((_, true)) => false,
            Some((done, false)) => done.at.0 <= self.due_from_known,
            None => now.0 <= self.due_from_known,
        };
        if late_known && in_time {
            Some(Excuse::System)
        } else if self.owner_left.is_some_and(|left| left.0 <= self.due) {
            Some(Excuse::Absent)
        } else if self.given_at.is_some_and(|given| self.is_new_to_its_owner(given, now)) {
            Some(Excuse::Reassigned)
        } else {
            None
        }
    }

    /// Given after it was due and before it was done, and done since, or still to be done, in the time that was agreed.
    fn is_new_to_its_owner(&self, given: Instant, now: Instant) -> bool {
        let done = self.done.map_or(now, |(done, _)| done.at);
        given.0 > self.due && given <= done && done.0 <= self.due_from_given
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const DAYS: Days = Days { passed: 10, remaining: 10 };

    fn share(kept: u32, broken: u32, open: u32) -> Share {
        Share { kept, broken, open, promised_bp: Some(9_000), ..Share::default() }
    }

    fn plain(text: &str) -> String {
        text.replace('\u{a0}', " ")
    }

    #[test]
    fn nothing_measured_is_a_word_and_never_a_share() {
        let judged = share(0, 0, 5).judge(DAYS);
        assert_eq!((judged.state, judged.word.as_str()), (State::NoData, "nothing was due yet"));
        let excused = share(0, 3, 0).excusing(3);
        assert_eq!(excused.judge(DAYS).state, State::NoData, "all that was late was not theirs");
    }

    #[test]
    fn a_promise_without_an_agreed_share_is_not_judged() {
        let judged = Share { promised_bp: None, ..share(1, 9, 0) }.judge(DAYS);
        assert_eq!(judged.state, State::NotJudged);
    }

    #[test]
    fn what_is_kept_says_how_many_may_still_be_missed() {
        let judged = share(96, 4, 0).judge(DAYS);
        assert_eq!(judged.state, State::Kept);
        // Of 200 cases 180 must be kept; 96 are, so 84 of the next 100.
        assert_eq!(judged.need, "may miss on 16 of the next 100");
    }

    #[test]
    fn what_is_short_says_what_is_needed_or_that_it_is_out_of_reach() {
        let judged = share(88, 12, 0).judge(DAYS);
        assert_eq!((judged.state, plain(&judged.word).as_str()), (State::AtRisk, "at risk, 2.0 points short"));
        assert_eq!(plain(&judged.need), "needs 92.0 % of the next 100: 9.2 a working day");
        let judged = share(74, 26, 0).judge(Days { passed: 10, remaining: 5 });
        assert_eq!((judged.state, plain(&judged.word).as_str()), (State::Broken, "broken, 16.0 points short"));
        assert_eq!(plain(&judged.need), "out of reach this month: best possible 82.7 %");
    }

    #[test]
    fn on_the_last_day_only_what_is_open_is_to_come() {
        let judged = share(89, 11, 20).judge(Days { passed: 22, remaining: 0 });
        assert_eq!(judged.state, State::AtRisk);
        assert_eq!(plain(&judged.need), "needs 95.0 % of the 20 that are open");
    }

    #[test]
    fn a_volume_says_what_a_working_day_must_bring() {
        let judged = Volume { done: 141, promised: 300, due: 136 }.judge(Days { passed: 10, remaining: 13 });
        assert_eq!((judged.state, judged.word.as_str()), (State::Kept, "on course"));
        assert_eq!(judged.need, "tick: even pace, 136. 12.3 a working day needed; 14.1 so far");
        let judged = Volume { done: 100, promised: 300, due: 136 }.judge(DAYS);
        assert_eq!((judged.state, judged.word.as_str()), (State::AtRisk, "at risk, 36 behind"));
        let judged = Volume { done: 290, promised: 300, due: 300 }.judge(Days { passed: 22, remaining: 0 });
        assert_eq!(judged.word, "broken, 10 short");
        assert_eq!(Volume { done: 300, promised: 300, due: 200 }.judge(DAYS).word, "kept");
    }

    fn case() -> Case {
        let done = Some((Moment { at: Instant(2_000), day_only: false }, false));
        Case {
            due: 1_000,
            known_at: None,
            due_from_known: 0,
            done,
            owner_left: None,
            given_at: None,
            due_from_given: 0,
        }
    }

    #[test]
    fn a_delay_of_the_system_or_of_an_absent_owner_is_not_the_teams() {
        let now = Instant(5_000);
        assert_eq!(case().excuse(now), None);
        let imported_late = Case { known_at: Some(Instant(1_500)), due_from_known: 2_500, ..case() };
        assert_eq!(imported_late.excuse(now), Some(Excuse::System));
        assert_eq!(Case { due_from_known: 1_900, ..imported_late }.excuse(now), None, "and late all the same");
        let of_import = Some((Moment { at: Instant(2_000), day_only: false }, true));
        assert_eq!(Case { done: of_import, ..imported_late }.excuse(now), None, "its source knew of the lead");
        assert_eq!(Case { done: None, ..imported_late }.excuse(Instant(2_000)), Some(Excuse::System));
        assert_eq!(Case { done: None, ..imported_late }.excuse(now), None, "there was time since");
        assert_eq!(Case { owner_left: Some(Instant(900)), ..case() }.excuse(now), Some(Excuse::Absent));
        assert_eq!(Case { owner_left: Some(Instant(1_100)), ..case() }.excuse(now), None);
    }

    #[test]
    fn a_lead_that_came_from_another_owner_is_excused_only_while_the_new_one_is_in_time() {
        let now = Instant(5_000);
        let given = Case { given_at: Some(Instant(1_100)), due_from_given: 2_100, ..case() };
        assert_eq!(given.excuse(now), Some(Excuse::Reassigned), "done at 2,000");
        assert_eq!(Case { due_from_given: 1_900, ..given }.excuse(now), None, "late in the new hands too");
        assert_eq!(Case { given_at: Some(Instant(1_000)), ..given }.excuse(now), None, "not yet due when it was given");
        assert_eq!(Case { given_at: Some(Instant(2_500)), ..given }.excuse(now), None, "given after it was done late");
        let open = Case { done: None, ..given };
        assert_eq!(open.excuse(Instant(2_100)), Some(Excuse::Reassigned), "there is still time");
        assert_eq!(open.excuse(Instant(2_101)), None, "there was time since");
    }

    proptest! {
        /// Playing the month to its end, the best and the worst way, says the same as the rule.
        #[test]
        fn what_is_said_of_the_rest_of_the_month_holds_when_it_is_played_to_its_end(
            kept in 0u32..200, broken in 0u32..200, open in 0u32..50,
            passed in 1u32..22, remaining in 0u32..22, promised in 1u32..=10_000,
        ) {
            let days = Days { passed, remaining };
            let share = Share { kept, broken, open, promised_bp: Some(promised), ..Share::default() };
            prop_assume!(share.decided() > 0);
            let reaches = |kept: u32, all: u32| u64::from(kept) * 10_000 >= u64::from(promised) * u64::from(all);
            let (more, all) = (share.to_come(days), share.decided() + share.to_come(days));
            match share.judge(days).state {
                State::Kept => prop_assert!(reaches(kept, share.decided()) && reaches(kept + more, all)),
                State::AtRisk => prop_assert!(!reaches(kept, share.decided()) && reaches(kept + more, all)),
                State::Broken => prop_assert!(!reaches(kept + more, all)),
                other => prop_assert!(false, "{other:?}"),
            }
        }
    }
}
