//! What of the library an address asks for.

use super::index::{Facet, Order};
use crate::leads::model::LeadId;
use crate::place::at;

/// The longest search, in letters.
const LONGEST: usize = 200;
/// Values of facets that one address may hold.
const MOST: usize = 60;

/// An address of the library. What cannot be read is left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Question {
    /// Words.
    pub words: String,
    /// As they are written.
    pub exact: bool,
    /// What is wanted of each facet.
    pub only: Vec<(Facet, String)>,
    /// For which lead.
    pub lead: Option<LeadId>,
    /// In which order.
    pub order: Order,
    /// From 1.
    pub page: usize,
    /// What was done on the page before.
    pub done: String,
    /// With which item.
    pub item: String,
}

impl Question {
    /// From the part of an address after its `?`.
    pub fn parse(search: &str) -> Self {
        let mut question = Self { page: 1, ..Self::default() };
        for (key, value) in form_urlencoded::parse(search.as_bytes()) {
            let value = value.trim();
            match &*key {
                "q" => question.words = value.chars().filter(|letter| !letter.is_control()).take(LONGEST).collect(),
                "exact" => question.exact = value == "1",
                "lead" => question.lead = value.parse().ok().map(LeadId),
                "sort" => question.order = Order::from_key(value).unwrap_or_default(),
                "page" => question.page = value.parse().unwrap_or(1).clamp(1, 10_000),
                "done" => question.done = value.to_owned(),
                "item" => question.item = value.to_owned(),
                key => {
                    if let Some(facet) =
                        Facet::from_key(key).filter(|_| !value.is_empty() && question.only.len() < MOST)
                    {
                        let wanted = (facet, value.chars().take(200).collect());
                        if !question.only.contains(&wanted) {
                            question.only.push(wanted);
                        }
                    }
                }
            }
        }
        question
    }

    /// Whether a value of a facet is wanted.
    pub fn has(&self, facet: Facet, value: &str) -> bool {
        self.only.iter().any(|(other, key)| *other == facet && key == value)
    }

    /// Its parts as a form carries them, without words and page.
    pub fn pairs(&self) -> Vec<(String, String)> {
        let mut pairs: Vec<(String, String)> =
            self.only.iter().map(|(facet, value)| (facet.key().to_owned(), value.clone())).collect();
        pairs.extend(self.lead.map(|lead| ("lead".to_owned(), lead.to_string())));
        if self.order != Order::Best {
            pairs.push(("sort".to_owned(), self.order.key().to_owned()));
        }
        pairs
    }

    /// The address at an own path, with some of its parts changed; the first page, unless another is named.
    pub fn address(&self, path: &str, changed: &[(&str, &str)]) -> String {
        at(&self.own(path, changed))
    }

    /// The same as an own path.
    pub fn own(&self, path: &str, changed: &[(&str, &str)]) -> String {
        let words = (!self.words.is_empty()).then(|| ("q".to_owned(), self.words.clone()));
        let exact = self.exact.then(|| ("exact".to_owned(), "1".to_owned()));
        let mut text = form_urlencoded::Serializer::new(String::new());
        for (key, value) in words.into_iter().chain(exact).chain(self.pairs()) {
            if !changed.iter().any(|(other, _)| *other == key) {
                text.append_pair(&key, &value);
            }
        }
        for (key, value) in changed.iter().filter(|(_, value)| !value.is_empty()) {
            text.append_pair(key, value);
        }
        let question = text.finish();
        if question.is_empty() { path.to_owned() } else { format!("{path}?{question}") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_for_stands_in_the_address_and_what_means_nothing_does_not() {
        let asked =
            Question::parse("q=works+council&stage=decision&stage=decision&lead=17&colour=red&page=3&sort=used");
        assert_eq!(asked.only, [(Facet::Stage, "decision".to_owned())]);
        assert_eq!((asked.lead, asked.page, asked.order), (Some(LeadId(17)), 3, Order::Used));
        assert_eq!(asked.own("/content", &[]), "/content?q=works+council&stage=decision&lead=17&sort=used");
        assert_eq!(
            asked.own("/content", &[("lead", ""), ("page", "2")]),
            "/content?q=works+council&stage=decision&sort=used&page=2"
        );
        assert_eq!(Question::parse("").own("/content", &[]), "/content");
    }
}
