//! Which verdicts an address of the feedback loop asks for.
//!
//! `which=to_answer&reason=no_need&channel=Webinar&from=2026-03-01&to=2026-04-01&after=1772528400.5.2`; `to` is exclusive.

use super::answers::Sought;
use super::store::{Place, Which};
use crate::error::{AppError, Result};
use crate::leads::model::{Dimension, LeadId};
use crate::period::Day;
use crate::place::at;
use crate::queue::question::Question as Leads;
use crate::server::db::Tx;
use crate::zone::Zone;

/// Longest key of a reason that is asked for, in characters.
const MOST_KEY: usize = 100;

/// What is asked. What cannot be read asks for nothing, but a day that is none is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// Which list.
    pub which: Which,
    /// Which leads; nothing but their values is used.
    pub leads: Leads,
    /// Only verdicts that give this reason, by its key; blank asks for none.
    pub reason: String,
    /// Only verdicts from this day on.
    pub from: String,
    /// Only verdicts before this day.
    pub to: String,
    /// Only what comes after this place.
    pub after: Option<Place>,
    /// What the reader has just done, by its key.
    pub done: String,
}

impl Default for Question {
    fn default() -> Self {
        Self {
            which: Which::All,
            leads: Leads::default(),
            reason: String::new(),
            from: String::new(),
            to: String::new(),
            after: None,
            done: String::new(),
        }
    }
}

impl Question {
    /// Reads the part of an address after the `?`.
    pub fn parse(search: &str) -> Self {
        let leads = Leads { only: Leads::parse(search).only, ..Leads::default() };
        let mut question = Self { leads, ..Self::default() };
        for (key, value) in form_urlencoded::parse(search.as_bytes()) {
            let value: String = value.trim().chars().take(MOST_KEY).collect();
            match &*key {
                "which" => question.which = Which::from_key(&value).unwrap_or(Which::All),
                "reason" => question.reason = value,
                "from" => question.from = value,
                "to" => question.to = value,
                "after" if !value.is_empty() => question.after = Some(Place::parse(&value)),
                "done" => question.done = value,
                _ => {}
            }
        }
        question
    }

    /// What is sought, and the place after which it begins.
    ///
    /// # Errors
    /// A day is none, no lead has a value, or the database does not answer.
    pub async fn sought(&self, tx: &mut Tx, zone: &Zone) -> Result<(Sought, Place)> {
        let (since, until) = (day("from", &self.from)?, day("to", &self.to)?);
        let sought = Sought {
            filter: self.leads.filter(tx).await?,
            reason: (!self.reason.is_empty()).then(|| self.reason.clone()),
            since: since.map(|day| zone.start_of(day)),
        };
        // All that happened before a day comes after its first second, were there a lead before the first.
        let first = until.map_or(Place::NEWEST, |day| Place { at: zone.start_of(day), lead: LeadId(0), n: 0 });
        Ok((sought, self.after.unwrap_or(first)))
    }

    /// All that narrows the list, without the place in it.
    pub fn pairs(&self) -> Vec<(String, String)> {
        let mut pairs = Vec::new();
        if self.which != Which::All {
            pairs.push(("which".to_owned(), self.which.key().to_owned()));
        }
        pairs.extend(self.leads.pairs());
        for (key, value) in [("reason", &self.reason), ("from", &self.from), ("to", &self.to)] {
            if !value.is_empty() {
                pairs.push((key.to_owned(), value.clone()));
            }
        }
        pairs
    }

    /// The same as the part of an address after its `?`.
    pub fn text(&self) -> String {
        form_urlencoded::Serializer::new(String::new()).extend_pairs(self.pairs()).finish()
    }

    /// The own path of this question, with more said beside it.
    pub fn own(&self, path: &str, more: &[(&str, String)]) -> String {
        let mut text = form_urlencoded::Serializer::new(String::new());
        text.extend_pairs(self.pairs()).extend_pairs(more);
        let question = text.finish();
        if question.is_empty() { path.to_owned() } else { format!("{path}?{question}") }
    }

    /// The same as a browser is given it.
    pub fn address(&self, path: &str, more: &[(&str, String)]) -> String {
        at(&self.own(path, more))
    }

    /// The same question about another list.
    pub fn with_which(&self, which: Which) -> Self {
        Self { which, ..self.clone() }
    }

    /// Whether anything but the list narrows it.
    pub fn is_narrowed(&self) -> bool {
        !self.leads.only.is_empty() || [&self.reason, &self.from, &self.to].iter().any(|text| !text.is_empty())
    }

    /// The names asked for in one dimension.
    pub fn names(&self, dimension: Dimension) -> Vec<&str> {
        self.leads.names(dimension)
    }
}

fn day(key: &str, text: &str) -> Result<Option<Day>> {
    if text.is_empty() {
        return Ok(None);
    }
    text.parse().map(Some).map_err(|error| AppError::Invalid(format!("In “{key}”: {error}.")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::period::Instant;

    #[test]
    fn an_address_is_read_and_written_back() {
        let text = "which=to_answer&channel=Trade+fair&reason=no_need&from=2026-03-01&to=2026-04-01";
        let question = Question::parse(&format!("{text}&after=5.6.7&done=reply"));
        assert_eq!(question.which, Which::ToAnswer);
        assert_eq!(question.text(), text, "neither the place nor what was done stays in it");
        assert_eq!(question.after, Some(Place { at: Instant(5), lead: LeadId(6), n: 7 }));
        assert_eq!(question.names(Dimension::Channel), ["Trade fair"]);
        assert!(question.is_narrowed());
    }

    #[test]
    fn what_cannot_be_read_asks_for_nothing() {
        assert_eq!(Question::parse("which=nonsense&utm_source=mail&reason=&list=touch&search=x"), Question::default());
        assert_eq!(Question::default().own("/feedback", &[]), "/feedback");
    }

    #[test]
    fn a_day_that_is_none_is_refused_with_a_sentence() {
        let sentence = day("from", "2026-02-30").expect_err("it is refused").to_string();
        assert!(sentence.contains("In “from”") && sentence.contains("2026-02-30"), "{sentence}");
    }
}
