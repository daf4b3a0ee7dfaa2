//! Which leads an address of the queue asks for.
//!
//! `list=touch&owner=Ann&channel=Webinar&channel=(blank)&search=rope&after=1785747600.17`

use super::model::{List, Place};
use crate::error::{AppError, Result};
use crate::kpis::model::Filter;
use crate::kpis::query::{BLANK, FIND};
use crate::leads::model::{Dimension, ValueId};
use crate::leads::store as leads;
use crate::place::at;
use crate::server::db::Tx;

/// Longest text that is searched for, in characters.
const MOST_SEARCHED: usize = 100;
/// As many values of one dimension can be asked for at once.
const MOST_VALUES: usize = 100;
/// Pages back that an address without a script remembers.
const MOST_TRAIL: usize = 40;

/// What is asked. What cannot be read asks for nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// Which list.
    pub list: List,
    /// Only leads with these values, by name; `None` is blank. At most one entry a dimension, in their order.
    pub only: Vec<(Dimension, Vec<Option<String>>)>,
    /// Only leads whose name, e-mail or company holds each of these words.
    pub search: String,
    /// Only what comes after this place.
    pub after: Option<Place>,
    /// Of a fragment: only what comes up to this place.
    pub until: Option<Place>,
    /// The pages before this one, by where they began; the first page needs no entry.
    pub trail: Vec<Place>,
    /// What a long list of values is searched for.
    pub find: Vec<(Dimension, String)>,
    /// What the reader did last, by the number under which it can be taken back.
    pub did: Option<i64>,
}

impl Default for Question {
    fn default() -> Self {
        Self {
            list: List::Waiting,
            only: Vec::new(),
            search: String::new(),
            after: None,
            until: None,
            trail: Vec::new(),
            find: Vec::new(),
            did: None,
        }
    }
}

impl Question {
    /// Reads the part of an address after the `?`.
    pub fn parse(search: &str) -> Self {
        let mut question = Self::default();
        for (key, value) in form_urlencoded::parse(search.as_bytes()) {
            // A form sends its empty fields too.
            if value.is_empty() {
                continue;
            }
            match &*key {
                "list" => question.list = List::from_key(&value).unwrap_or(List::Waiting),
                "search" => question.search = value.trim().chars().take(MOST_SEARCHED).collect(),
                "after" => question.after = Place::parse(&value),
                "until" => question.until = Place::parse(&value),
                "trail" => question.trail = value.split('~').filter_map(Place::parse).collect(),
                "did" => question.did = value.parse().ok(),
                key => match key.strip_prefix(FIND).map(Dimension::from_key) {
                    Some(Some(dimension)) => {
                        question.find.push((dimension, value.chars().take(MOST_SEARCHED).collect()));
                    }
                    Some(None) => {}
                    None => question.add(key, &value),
                },
            }
        }
        question.only.sort_by_key(|(dimension, _)| *dimension);
        question
    }

    fn add(&mut self, key: &str, value: &str) {
        let Some(dimension) = Dimension::from_key(key) else { return };
        let name = (value != BLANK).then(|| value.to_owned());
        match self.only.iter_mut().find(|(known, _)| *known == dimension) {
            Some((_, names)) if names.len() < MOST_VALUES && !names.contains(&name) => names.push(name),
            Some(_) => {}
            None => self.only.push((dimension, vec![name])),
        }
    }

    /// The filter that is meant.
    ///
    /// # Errors
    /// No lead ever had one of the values, or the database does not answer.
    pub async fn filter(&self, tx: &mut Tx) -> Result<Filter> {
        let named: Vec<(Dimension, String)> = self
            .only
            .iter()
            .flat_map(|(dimension, names)| names.iter().flatten().map(|name| (*dimension, name.clone())))
            .collect();
        let known = if named.is_empty() { Vec::new() } else { leads::find_values(tx, &named).await? };
        let mut any_of = Vec::with_capacity(self.only.len());
        for (dimension, names) in &self.only {
            let mut values: Vec<Option<ValueId>> = Vec::with_capacity(names.len());
            for name in names {
                let Some(name) = name else {
                    values.push(None);
                    continue;
                };
                let value = known.iter().find(|((of, called), _)| of == dimension && called == name);
                let (_, value) = value.ok_or_else(|| unknown(*dimension, name))?;
                values.push(Some(*value));
            }
            values.sort();
            any_of.push((*dimension, values));
        }
        Ok(Filter { any_of })
    }

    /// The names asked for in one dimension, as an address writes them.
    pub fn names(&self, dimension: Dimension) -> Vec<&str> {
        let names = self.only.iter().find(|(of, _)| *of == dimension).map(|(_, names)| names.iter());
        names.into_iter().flatten().map(|name| name.as_deref().unwrap_or(BLANK)).collect()
    }

    /// What a list of values is searched for.
    pub fn found(&self, dimension: Dimension) -> &str {
        self.find.iter().find(|(of, _)| *of == dimension).map_or("", |(_, text)| text.as_str())
    }

    /// List, filters and search, without the place in the list: what a saved view holds, and each form of the page takes
    /// along.
    pub fn pairs(&self) -> Vec<(String, String)> {
        let mut pairs = Vec::new();
        if self.list != List::Waiting {
            pairs.push(("list".to_owned(), self.list.key().to_owned()));
        }
        for (dimension, _) in &self.only {
            pairs.extend(self.names(*dimension).into_iter().map(|name| (dimension.key().to_owned(), name.to_owned())));
        }
        if !self.search.is_empty() {
            pairs.push(("search".to_owned(), self.search.clone()));
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
    pub fn with_list(&self, list: List) -> Self {
        Self { list, ..self.clone() }
    }

    /// The address of the page that begins after this place.
    pub fn later(&self, next: Place) -> String {
        let mut trail = self.trail.clone();
        trail.extend(self.after);
        let from = trail.len().saturating_sub(MOST_TRAIL);
        self.turned(Some(next), &trail[from..])
    }

    /// The address of the page before this one; the first one where no other is known.
    pub fn earlier(&self) -> Option<String> {
        self.after?;
        let (last, before) = self.trail.split_last().map_or((None, &[][..]), |(last, before)| (Some(*last), before));
        Some(self.turned(last, before))
    }

    fn turned(&self, after: Option<Place>, trail: &[Place]) -> String {
        let trail: Vec<String> = trail.iter().map(|place| place.text()).collect();
        let mut more: Vec<(&str, String)> = after.map(|place| ("after", place.text())).into_iter().collect();
        if !trail.is_empty() {
            more.push(("trail", trail.join("~")));
        }
        self.address("/leads", &more)
    }

    /// Whether anything narrows the list.
    pub fn is_narrowed(&self) -> bool {
        !self.only.is_empty() || !self.search.is_empty()
    }
}

fn unknown(dimension: Dimension, name: &str) -> AppError {
    let name: String = name.chars().take(60).collect();
    AppError::Invalid(format!("No lead has the {dimension} “{name}”. The filters of the queue list what there is."))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::leads::model::LeadId;

    #[test]
    fn an_address_is_read_and_written_back() {
        let text = "list=touch&channel=Trade+fair&channel=%28blank%29&owner=Ann&search=rope+sons";
        let question = Question::parse(text);
        assert_eq!(question.list, List::Touch);
        assert_eq!(question.names(Dimension::Channel), ["Trade fair", BLANK]);
        assert_eq!((question.search.as_str(), question.text().as_str()), ("rope sons", text));
        assert_eq!(Question::parse("").text(), "");
    }

    #[test]
    fn what_cannot_be_read_asks_for_nothing() {
        assert_eq!(Question::parse("list=nonsense&after=x&utm_source=mail&find-nothing=a&owner="), Question::default());
    }

    #[test]
    fn pages_lead_on_and_back() {
        let place = |due| Place { due, lead: LeadId(due) };
        let first = Question::parse("list=verdict");
        assert_eq!(first.earlier(), None);
        let second = first.later(place(5));
        assert_eq!(second, "/leads?list=verdict&after=5.5");
        let second = Question::parse(second.split_once('?').map_or("", |(_, search)| search));
        let third = second.later(place(9));
        assert_eq!(third, "/leads?list=verdict&after=9.9&trail=5.5");
        let third = Question::parse(third.split_once('?').map_or("", |(_, search)| search));
        assert_eq!(third.earlier().as_deref(), Some("/leads?list=verdict&after=5.5"));
        assert_eq!(second.earlier().as_deref(), Some("/leads?list=verdict"));
    }
}
