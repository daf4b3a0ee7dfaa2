//! A term of the glossary: what both teams mean by a word. Pure.

use crate::editing::model::{Field, Values, tidy};
use crate::error::{AppError, Result};
use crate::people::model::{AccountId, Team};
use crate::period::Instant;
use crate::text_enum;

/// The term whose definition is checked lead by lead.
pub const QUALIFIED_LEAD: &str = "qualified-lead";

/// Longest name, in characters.
const MOST_NAME: usize = 60;
/// Longest text, example and counter-example, in characters.
const MOST_TEXT: usize = 1_000;
/// Longest address, in characters.
const MOST_SLUG: usize = 60;
/// Last parts of addresses below the glossary's that are no terms.
const TAKEN: &[&str] = &["add", "approve", "bring-back", "criteria", "new", "retire", "save", "what-if"];

text_enum!(
    /// Whose a term is to keep right.
    Owner {
        /// Marketing's.
        Marketing = "marketing",
        /// Sales'.
        Sales = "sales",
        /// Both teams'.
        Both = "both",
    }
);

/// What can be edited of a term, in the order in which people read it.
pub const FIELDS: &[Field] = &[
    Field::text("name", "Term"),
    Field::text("text", "What it means"),
    Field::text("example", "Example"),
    Field::text("counter", "What it is not"),
    Field::value("owner", "Kept by"),
];

/// What a term says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The word.
    pub name: String,
    /// What it means.
    pub text: String,
    /// What is one.
    pub example: String,
    /// What is none, though one might think so.
    pub counter: String,
    /// Whose it is to keep right.
    pub owner: Owner,
}

/// That the head of a team has approved a version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approval {
    /// For which team.
    pub team: Team,
    /// The head's account; unknown of approvals from before it was kept, and it may have gone since.
    pub account: Option<AccountId>,
    /// The head's name.
    pub who: String,
    /// When.
    pub at: Instant,
}

/// A term as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    /// Which.
    pub id: i64,
    /// The last part of its address, which stays when the name changes.
    pub slug: String,
    /// What it says.
    pub entry: Entry,
    /// 1, 2, 3 …: each change makes another, which nobody has approved yet.
    pub version: i64,
    /// Since when it is not used any more.
    pub retired_at: Option<Instant>,
    /// Of this version.
    pub approvals: Vec<Approval>,
}

impl Owner {
    /// As people read it.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Marketing => "Marketing",
            Self::Sales => "Sales",
            Self::Both => "Both teams",
        }
    }
}

/// A field's text as people read it.
pub fn words(field: &str, text: &str) -> String {
    match (field, Owner::from_key(text)) {
        ("owner", Some(owner)) => owner.words().to_owned(),
        _ => text.to_owned(),
    }
}

impl Entry {
    /// Each field as a form writes it.
    pub fn values(&self) -> Values {
        let fields = [
            ("name", self.name.as_str()),
            ("text", &self.text),
            ("example", &self.example),
            ("counter", &self.counter),
            ("owner", self.owner.key()),
        ];
        fields.into_iter().map(|(key, text)| (key.to_owned(), text.to_owned())).collect()
    }

    /// What the fields of a form say.
    ///
    /// # Errors
    /// One of them does not say what it should; the sentence names it.
    pub fn parse(values: &Values) -> Result<Self> {
        let get = |key: &str| tidy(values.get(key).map(String::as_str).unwrap_or_default());
        let name = get("name");
        let length = name.chars().count();
        if length == 0 || length > MOST_NAME || name.contains('\n') {
            return Err(AppError::Invalid(format!(
                "A term is a word or a few: 1 to {MOST_NAME} characters on one line."
            )));
        }
        let long = |what: &str, text: String| match text.chars().count() {
            length if length > MOST_TEXT => Err(AppError::Invalid(format!(
                "{what} has at most {MOST_TEXT} characters; yours has {length}. A definition that nobody can keep in mind \
                 settles no quarrel: say it shorter."
            ))),
            _ => Ok(text.replace(['\0', '\u{1e}'], "")),
        };
        let text = long("What a term means", get("text"))?;
        if text.is_empty() {
            return Err(AppError::Invalid(
                "Say what the term means, in a sentence that both teams would sign.".to_owned(),
            ));
        }
        let owner = Owner::from_key(&get("owner"));
        Ok(Self {
            name: name.replace(['\0', '\u{1e}'], ""),
            text,
            example: long("An example", get("example"))?,
            counter: long("What it is not", get("counter"))?,
            owner: owner.ok_or_else(|| {
                AppError::Invalid("Choose who keeps the term right: marketing, sales or both teams.".to_owned())
            })?,
        })
    }
}

impl Term {
    /// The teams whose heads have not approved this version.
    pub fn waits_for(&self) -> Vec<Team> {
        let approved = |team: Team| self.approvals.iter().any(|approval| approval.team == team);
        Team::ALL.iter().copied().filter(|team| !approved(*team)).collect()
    }

    /// For which other team somebody has approved this version: nobody approves for both.
    pub fn approved_for_other(&self, account: AccountId, team: Team) -> Option<Team> {
        let own = self.approvals.iter().filter(|approval| approval.account == Some(account));
        own.map(|approval| approval.team).find(|other| *other != team)
    }
}

/// The last part of the address of a new term; `taken` says which are another's.
pub fn slug(name: &str, taken: impl Fn(&str) -> bool) -> String {
    let mut base = String::new();
    for letter in name.chars() {
        match letter.to_ascii_lowercase() {
            letter if letter.is_ascii_alphanumeric() => base.push(letter),
            _ if base.is_empty() || base.ends_with('-') => {}
            _ => base.push('-'),
        }
        if base.len() >= MOST_SLUG {
            break;
        }
    }
    let base = base.trim_end_matches('-');
    // A number is the address of the term that has it.
    let is_bare = base.is_empty() || base.bytes().all(|byte| byte.is_ascii_digit());
    let base = if is_bare { format!("term-{base}").trim_end_matches('-').to_owned() } else { base.to_owned() };
    let free = |slug: &String| !TAKEN.contains(&slug.as_str()) && !taken(slug);
    let numbered = (2..).map(|n| format!("{base}-{n}"));
    std::iter::once(base.clone()).chain(numbered).find(free).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(fields: &[(&str, &str)]) -> Result<Entry> {
        let usual = [("name", "Touch"), ("text", "One attempt."), ("owner", "sales")];
        let values = usual.iter().chain(fields).map(|(key, text)| ((*key).to_owned(), (*text).to_owned()));
        Entry::parse(&values.collect())
    }

    #[test]
    fn a_term_needs_a_name_a_meaning_and_somebody_who_keeps_it() {
        let touch = entry(&[]).expect("it is whole");
        assert_eq!(Entry::parse(&touch.values()).expect("read back"), touch);
        for (field, text, says) in [
            ("name", " ", "1 to 60 characters"),
            ("name", "two\nlines", "on one line"),
            ("text", "", "Say what the term means"),
            ("text", &"x".repeat(1_001), "at most 1000 characters; yours has 1001"),
            ("owner", "nobody", "Choose who keeps"),
        ] {
            let sentence = entry(&[(field, text)]).expect_err("it is refused").to_string();
            assert!(sentence.contains(says), "{sentence}");
        }
    }

    #[test]
    fn an_address_is_made_of_the_name_and_is_nobody_elses() {
        assert_eq!(slug("SAL (sales accepted lead)", |_| false), "sal-sales-accepted-lead");
        assert_eq!(slug("Touch", |slug| slug == "touch"), "touch-2");
        assert_eq!(slug("Criteria", |_| false), "criteria-2", "that page is another");
        assert_eq!((slug("数", |_| false), slug("24", |_| false)), ("term".to_owned(), "term-24".to_owned()));
    }

    #[test]
    fn a_version_waits_for_the_heads_who_have_not_approved_it() {
        let hal = AccountId(1);
        let approval = Approval { team: Team::Sales, account: Some(hal), who: "Hal".into(), at: Instant(1) };
        let term = Term {
            id: 1,
            slug: "touch".into(),
            entry: entry(&[]).expect("it is whole"),
            version: 1,
            retired_at: None,
            approvals: vec![approval],
        };
        assert_eq!(term.waits_for(), [Team::Marketing]);
        assert_eq!(term.approved_for_other(hal, Team::Marketing), Some(Team::Sales), "nobody approves for both");
        assert_eq!(term.approved_for_other(AccountId(2), Team::Marketing), None);
    }
}
