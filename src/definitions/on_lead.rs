//! What the criteria say of one lead, on its page and in the form of its verdict.

use super::fit;
use crate::agreement::criteria::Criterion;
use crate::agreement::rules::Rules;
use crate::error::Result;
use crate::kpis::words;
use crate::leads::model::{Fit, LeadId};
use crate::period::Instant;
use crate::server::db::Tx;
use crate::ui::says::{Status, StatusKind};

/// The criteria of the version in force on the day of a lead's handover, and what each says of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OnLead {
    /// Each with its key, in plain language, and what was found.
    pub lines: Vec<(String, String, Fit)>,
    /// Since when they are in force.
    pub since: String,
}

/// What the criteria say of a lead, by the version in force at an instant.
///
/// # Errors
/// The database does not answer.
pub async fn on_lead(tx: &mut Tx, rules: &Rules, lead: LeadId, at: Instant) -> Result<OnLead> {
    let version = &rules.versions()[fit::version_at(rules, at)];
    let criteria = &version.terms.criteria;
    let Some(found) = fit::of_lead(tx, lead, criteria).await? else { return Ok(OnLead::default()) };
    let line = |(criterion, fit): (&Criterion, Fit)| (criterion.key.clone(), criterion.words(), fit);
    Ok(OnLead { lines: criteria.iter().zip(found.each).map(line).collect(), since: words::day(version.starts) })
}

impl OnLead {
    /// How many were found so.
    pub fn count(&self, fit: Fit) -> usize {
        self.lines.iter().filter(|(.., found)| *found == fit).count()
    }

    /// `5 of 6 met`.
    pub fn summary(&self) -> String {
        let unknown = match self.count(Fit::Unknown) {
            0 => String::new(),
            n => format!(", {n} cannot be told"),
        };
        format!("{} of {} met{unknown}", self.count(Fit::Yes), self.lines.len())
    }
}

/// What was found, as a mark and a word.
pub fn status(fit: Fit) -> Status {
    match fit {
        Fit::Yes => Status::new(StatusKind::Good, "met"),
        Fit::No => Status::new(StatusKind::Short, "missed"),
        Fit::Unknown => Status::new(StatusKind::Early, "cannot be told"),
    }
}
