//! A request for content and its brief. Pure.

use crate::content::model::{ItemId, LANGUAGES, Names, bounded};
use crate::editing::model::{Field, Values, tidy};
use crate::error::{AppError, Result};
use crate::people::model::{AccountId, Team};
use crate::period::{Day, Instant};
use crate::personas::model::{PersonaId, Stage};
use crate::{id_type, text_enum};

id_type!(
    /// A request for content.
    RequestId
);

text_enum!(
    /// How far a request is.
    State {
        /// Somebody asked; nobody has taken it on.
        New = "new",
        /// What is to be written is agreed.
        Brief = "brief",
        /// It is being written.
        Draft = "draft",
        /// It is in the library, approved.
        Done = "done",
        /// It will not be written, and why is said.
        Declined = "declined",
    }
);

text_enum!(
    /// Where a request came from.
    Origin {
        /// A gap on the map.
        Gap = "gap",
        /// An objection that nothing answers.
        Objection = "objection",
        /// A search that found nothing.
        Search = "search",
        /// Somebody thought of it.
        Person = "person",
    }
);

/// What can be edited of a request; from `reader` on it is the brief.
pub const FIELDS: &[Field] = &[
    Field::text("title", "What is missing"),
    Field::text("why", "Why"),
    Field::value("persona", "Persona"),
    Field::value("stage", "Stage"),
    Field::value("objection", "Objection"),
    Field::value("language", "Language"),
    Field::text("reader", "Reader’s state"),
    Field::text("belief", "One belief to leave with"),
    Field::value("owner", "Who writes it"),
    Field::value("due", "Due"),
];

/// What a request says, with its brief.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestText {
    /// What is missing.
    pub title: String,
    /// Why it is missed.
    pub why: String,
    /// For whom.
    pub persona: Option<PersonaId>,
    /// For which stage.
    pub stage: Option<Stage>,
    /// What it is to answer.
    pub objection: String,
    /// In which language.
    pub language: String,
    /// What the reader thinks and does before.
    pub reader: String,
    /// The one thing that the reader believes afterwards.
    pub belief: String,
    /// Who writes it.
    pub owner: Option<AccountId>,
    /// Until when.
    pub due: Option<Day>,
}

/// A request as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// Its number.
    pub id: RequestId,
    /// What it says.
    pub text: RequestText,
    /// How far it is, and since when.
    pub state: State,
    /// See above.
    pub since: Instant,
    /// Where it came from.
    pub origin: Origin,
    /// The search that found nothing.
    pub search: String,
    /// Who asked, by name.
    pub asked_by: String,
    /// Their account.
    pub asked_id: AccountId,
    /// Their team.
    pub asked_team: Option<Team>,
    /// When.
    pub at: Instant,
    /// Why it was declined.
    pub answer: String,
    /// What was written for it.
    pub item: Option<ItemId>,
    /// Who deleted it.
    pub deleted_by: Option<String>,
    /// People who miss it too, besides who asked.
    pub votes: u32,
}

impl RequestText {
    /// Its fields as a form writes them.
    pub fn values(&self, names: &Names) -> Values {
        let persona = self.persona.and_then(|id| names.persona(id)).map(|persona| persona.name.clone());
        let fields = [
            ("title", self.title.clone()),
            ("why", self.why.clone()),
            ("persona", persona.unwrap_or_default()),
            ("stage", self.stage.map(|stage| stage.key().to_owned()).unwrap_or_default()),
            ("objection", self.objection.clone()),
            ("language", self.language.clone()),
            ("reader", self.reader.clone()),
            ("belief", self.belief.clone()),
            ("owner", self.owner.and_then(|owner| names.person(owner)).unwrap_or_default().to_owned()),
            ("due", self.due.map(|due| due.to_string()).unwrap_or_default()),
        ];
        fields.into_iter().map(|(key, text)| (key.to_owned(), text)).collect()
    }

    /// What the fields of a form say.
    ///
    /// # Errors
    /// A field does not say what it should; the sentence names it.
    pub fn parse(values: &Values, names: &Names) -> Result<Self> {
        let text = |key: &str| values.get(key).map(|text| tidy(text)).unwrap_or_default();
        let wrong = |sentence: String| AppError::Invalid(sentence);
        let title = text("title");
        if title.is_empty() || title.contains('\n') {
            return Err(wrong("Say in a line what is missing, such as “Who signs the safety case?”.".to_owned()));
        }
        bounded("What is missing", &title, 200)?;
        let (why, reader, belief, objection) = (text("why"), text("reader"), text("belief"), text("objection"));
        bounded("Why", &why, 2_000)?;
        bounded("The reader’s state", &reader, 2_000)?;
        bounded("The belief", &belief, 300)?;
        bounded("The objection", &objection, 120)?;
        let persona = match &*text("persona") {
            "" => None,
            name => {
                let found = names.personas.iter().find(|persona| persona.name == name || persona.slug == name);
                Some(found.ok_or_else(|| wrong(format!("There is no persona called “{name}”.")))?.id)
            }
        };
        let stage = match &*text("stage") {
            "" => None,
            key => Some(Stage::from_key(key).ok_or_else(|| wrong("Choose a stage of the list.".to_owned()))?),
        };
        let language = text("language");
        if !language.is_empty() && LANGUAGES.iter().all(|(key, _)| *key != language) {
            return Err(wrong("Choose a language of the list.".to_owned()));
        }
        let owner = match &*text("owner") {
            "" => None,
            name => {
                let found = names.people.iter().find(|(_, other)| other == name);
                Some(found.ok_or_else(|| wrong(format!("Nobody called “{name}” works in either team.")))?.0)
            }
        };
        let due = match &*text("due") {
            "" => None,
            day => Some(day.parse().map_err(|_| wrong(format!("“{day}” is not a day. Write it as 2026-10-03.")))?),
        };
        Ok(Self { title, why, persona, stage, objection, language, reader, belief, owner, due })
    }

    /// What is still missing before a brief can be written to.
    pub fn lacks(&self) -> Vec<&'static str> {
        let fields = [
            (self.reader.is_empty(), "the reader’s state"),
            (self.belief.is_empty(), "the one belief"),
            (self.owner.is_none(), "who writes it"),
            (self.due.is_none(), "the day on which it is due"),
        ];
        fields.into_iter().filter_map(|(missing, name)| missing.then_some(name)).collect()
    }
}

/// What a brief lacks, as a sentence lists it.
pub fn listed(lacks: &[&str]) -> String {
    match lacks {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [others @ .., last] => format!("{} and {last}", others.join(", ")),
    }
}

impl Request {
    /// Whether a draft can be begun: all that a brief says is said, and nobody has begun yet.
    pub fn is_brief(&self) -> bool {
        matches!(self.state, State::New | State::Brief) && self.text.lacks().is_empty()
    }
}

impl State {
    /// As people call it.
    pub const fn label(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Brief => "brief",
            Self::Draft => "being written",
            Self::Done => "in the library",
            Self::Declined => "declined",
        }
    }

    /// Somebody still waits for it.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::New | Self::Brief | Self::Draft)
    }
}

impl Origin {
    /// As people call it.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Gap => "a gap on the map",
            Self::Objection => "an objection that nothing answers",
            Self::Search => "a search that found nothing",
            Self::Person => "asked for",
        }
    }
}

/// What of a search that found nothing may be kept: small letters, single blanks, at most 60, and nothing that holds an
/// address or a telephone number. That somebody typed a name here cannot be told, so of each search only the words and
/// how often are kept, never who; the oldest give way. `None`: nothing may be kept.
pub fn missed(words: &str) -> Option<String> {
    let plain = words.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
    let digits = plain.chars().filter(char::is_ascii_digit).count();
    let letters = plain.chars().filter(|letter| letter.is_alphabetic()).count();
    let count = plain.chars().count();
    let names = plain.contains('@') || plain.contains("://") || digits > 4 || letters < 3 || count > 60;
    (!names && !plain.chars().any(char::is_control)).then_some(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(pairs: &[(&str, &str)]) -> Values {
        pairs.iter().map(|(key, text)| ((*key).to_owned(), (*text).to_owned())).collect()
    }

    #[test]
    fn a_request_is_a_line_and_a_brief_says_what_it_lacks() {
        let names = Names { people: vec![(AccountId(3), "Mia".into())], ..Names::default() };
        let asked = RequestText::parse(&values(&[("title", "Who signs?")]), &names).expect("a line is enough");
        assert_eq!(asked.lacks().len(), 4);
        let brief = [
            ("title", "Who signs?"),
            ("reader", "Afraid"),
            ("belief", "TÜV signs"),
            ("owner", "Mia"),
            ("due", "2026-10-24"),
        ];
        let brief = RequestText::parse(&values(&brief), &names).expect("a brief");
        assert_eq!(brief.lacks(), Vec::<&str>::new());
        assert_eq!(RequestText::parse(&brief.values(&names), &names), Ok(brief));
        for (key, text) in
            [("title", ""), ("stage", "x"), ("owner", "Hal"), ("due", "soon"), ("persona", "Y"), ("language", "q")]
        {
            let mut fields = values(&[("title", "Who signs?")]);
            fields.insert(key.into(), text.into());
            assert!(RequestText::parse(&fields, &names).is_err(), "{key}");
        }
    }

    #[test]
    fn a_search_that_found_nothing_is_kept_without_what_names_a_person() {
        assert_eq!(missed("  Works   COUNCIL folder ").as_deref(), Some("works council folder"));
        for search in
            ["ann.berg@rope.example", "+49 170 1234567", "https://x.example", "ab", "", &"x".repeat(61), "a\u{1}bcd"]
        {
            assert_eq!(missed(search), None, "{search}");
        }
        assert_eq!(missed("iso 3691").as_deref(), Some("iso 3691"), "a norm is no telephone");
    }
}
