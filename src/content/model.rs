//! An item of the library: what it says, where it stands, how fresh it is. Pure.

use crate::editing::model::{Field, Values, tidy};
use crate::error::{AppError, Result};
use crate::feedback::reasons::{ReasonCode, When};
use crate::kpis::words;
use crate::leads::model::Reason;
use crate::people::model::{AccountId, Team};
use crate::period::{Day, Instant};
use crate::personas::model::{PersonaId, Stage};
use crate::{id_type, text_enum};

pub use super::names::Names;

id_type!(
    /// An item of the library.
    ItemId
);

text_enum!(
    /// What sort of thing it is.
    Kind {
        /// How a customer did it.
        CaseStudy = "case_study",
        /// How it is done.
        Guide = "guide",
        /// All that fits on a page.
        OnePager = "one_pager",
        /// A longer argument.
        WhitePaper = "white_paper",
        /// To be shown in a meeting.
        Slides = "slides",
        /// To be watched.
        Video = "video",
        /// A recorded talk with questions.
        Webinar = "webinar",
        /// The reader puts own numbers in.
        Calculator = "calculator",
        /// To be ticked off.
        Checklist = "checklist",
        /// We beside others.
        Comparison = "comparison",
        /// A page of a site.
        Page = "page",
        /// What is said or written, word for word.
        Script = "script",
        /// None of these.
        Other = "other",
    }
);

text_enum!(
    /// Where an item stands.
    Status {
        /// Somebody thought of it.
        Idea = "idea",
        /// It is being written.
        Draft = "draft",
        /// Marketing is to look at it.
        Review = "in_review",
        /// Leads may get it.
        Approved = "approved",
        /// Nobody may give it to leads any more.
        Retired = "retired",
    }
);

text_enum!(
    /// How far an item can be relied on today.
    Freshness {
        /// Somebody said within half a year that it is right.
        Fresh = "fresh",
        /// Within a year.
        Ageing = "ageing",
        /// Longer ago.
        Stale = "stale",
        /// Its last day is at most thirty days ahead.
        Expiring = "expiring",
        /// Its last day is over.
        Expired = "expired",
    }
);

/// What can be edited of an item.
pub const FIELDS: &[Field] = &[
    Field::text("title", "Title"),
    Field::value("kind", "Kind"),
    Field::text("summary", "Summary"),
    Field::text("snippet", "Text to copy"),
    Field::value("personas", "Personas"),
    Field::value("stages", "Stages"),
    Field::value("objections", "Objections answered"),
    Field::value("topics", "Topics"),
    Field::value("language", "Language"),
    Field::value("owner", "Owner"),
    Field::value("released", "Released on"),
    Field::value("expires", "Last day"),
    Field::value("status", "Status"),
];

/// Languages that content is written in: key and name.
pub const LANGUAGES: [(&str, &str); 16] = [
    ("en", "English"),
    ("de", "German"),
    ("fr", "French"),
    ("it", "Italian"),
    ("es", "Spanish"),
    ("nl", "Dutch"),
    ("pl", "Polish"),
    ("pt", "Portuguese"),
    ("cs", "Czech"),
    ("da", "Danish"),
    ("sv", "Swedish"),
    ("no", "Norwegian"),
    ("fi", "Finnish"),
    ("ja", "Japanese"),
    ("zh", "Chinese"),
    ("tr", "Turkish"),
];

/// Before its last day so many days, an item is expiring and its owner is told.
pub const EXPIRES_SOON: i32 = 30;
/// An item of which nobody said for so many days that it is right is ageing, and after twice as many stale.
pub const AGEING: i32 = 182;

const LONGEST_TITLE: usize = 200;
const LONGEST_SUMMARY: usize = 2_000;
const LONGEST_SNIPPET: usize = 4_000;
const MOST_LINES: usize = 30;
const LONGEST_LINE: usize = 120;

/// What an item says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemText {
    /// As people call it.
    pub title: String,
    /// What sort of thing it is.
    pub kind: Kind,
    /// What is in it.
    pub summary: String,
    /// A text that is copied into a mail.
    pub snippet: String,
    /// For whom.
    pub personas: Vec<PersonaId>,
    /// For which stages of the journey.
    pub stages: Vec<Stage>,
    /// What it answers: keys of reasons, or what leads say in their own words.
    pub objections: Vec<String>,
    /// What it is about, in small letters.
    pub topics: Vec<String>,
    /// Key of a language; blank where it has none.
    pub language: String,
    /// Who keeps it right.
    pub owner: Option<AccountId>,
    /// The first day on which leads may get it.
    pub released: Option<Day>,
    /// The last one.
    pub expires: Option<Day>,
}

/// What its history tells besides: which link or file counted.
pub const VERSION: &[Field] = &[Field::value("what", "Link or file")];

impl ItemText {
    /// Its fields as a form writes them: lists have one entry a line, people and personas stand by name.
    pub fn values(&self, names: &Names) -> Values {
        let personas = names.personas_of(&self.personas).into_iter().map(|persona| persona.name.clone());
        let day = |day: Option<Day>| day.map(|day| day.to_string()).unwrap_or_default();
        let fields = [
            ("title", self.title.clone()),
            ("kind", self.kind.key().to_owned()),
            ("summary", self.summary.clone()),
            ("snippet", self.snippet.clone()),
            ("personas", personas.collect::<Vec<_>>().join("\n")),
            ("stages", self.stages.iter().map(|stage| stage.key()).collect::<Vec<_>>().join("\n")),
            ("objections", self.objections.join("\n")),
            ("topics", self.topics.join("\n")),
            ("language", self.language.clone()),
            ("owner", self.owner.and_then(|owner| names.person(owner)).unwrap_or_default().to_owned()),
            ("released", day(self.released)),
            ("expires", day(self.expires)),
        ];
        fields.into_iter().map(|(key, text)| (key.to_owned(), text)).collect()
    }

    /// What the fields of a form say.
    ///
    /// # Errors
    /// A field does not say what it should; the sentence names it and how it is written.
    pub fn parse(values: &Values, names: &Names) -> Result<Self> {
        let text = |key: &str| values.get(key).map(|text| tidy(text)).unwrap_or_default();
        let title = text("title");
        if title.is_empty() {
            return invalid("Give it a title: it is what people look for.");
        }
        bounded("The title", &title, LONGEST_TITLE)?;
        if title.contains('\n') {
            return invalid("A title stands on one line.");
        }
        let (summary, snippet) = (text("summary"), text("snippet"));
        bounded("The summary", &summary, LONGEST_SUMMARY)?;
        bounded("The text to copy", &snippet, LONGEST_SNIPPET)?;
        let kind = match &*text("kind") {
            "" => Kind::Other,
            key => {
                Kind::from_key(key).ok_or_else(|| wrong("Choose a kind of the list, such as case study or guide."))?
            }
        };
        let personas = lines(&text("personas"))?.into_iter().map(|name| {
            let found = names.personas.iter().find(|persona| persona.name == name || persona.slug == name);
            found.map(|persona| persona.id).ok_or_else(|| {
                wrong(&format!(
                    "There is no persona called “{name}”. Choose one of the list; personas are written under Personas."
                ))
            })
        });
        let stages = lines(&text("stages"))?.into_iter().map(|key| {
            Stage::from_key(&key).ok_or_else(|| {
                wrong(&format!("“{key}” is not a stage: there are awareness, consideration and decision."))
            })
        });
        let language = text("language").to_lowercase();
        if !language.is_empty() && LANGUAGES.iter().all(|(key, _)| *key != language) {
            return invalid("Choose a language of the list.");
        }
        let owner = match &*text("owner") {
            "" => None,
            name => Some(names.account(name).ok_or_else(|| {
                wrong(&format!("Nobody called “{name}” works in either team. Choose an owner of the list."))
            })?),
        };
        let (released, expires) = (day(&text("released"), "first day")?, day(&text("expires"), "last day")?);
        if released.zip(expires).is_some_and(|(released, expires)| expires < released) {
            return invalid("Its last day lies before the day on which it is released. Change one of the two.");
        }
        Ok(Self {
            title,
            kind,
            summary,
            snippet,
            personas: personas.collect::<Result<_>>()?,
            stages: stages.collect::<Result<_>>()?,
            objections: lines(&text("objections"))?,
            topics: topics(&text("topics"))?,
            language,
            owner,
            released,
            expires,
        })
    }
}

/// A list as a form writes it, one entry a line, none twice.
///
/// # Errors
/// It has more entries than anybody reads, or one of them is a text.
pub fn lines(text: &str) -> Result<Vec<String>> {
    let mut found: Vec<String> = Vec::new();
    for line in tidy(text).lines().map(str::trim).filter(|line| !line.is_empty()) {
        bounded("An entry of a list", line, LONGEST_LINE)?;
        if !found.iter().any(|other| other == line) {
            found.push(line.to_owned());
        }
    }
    if found.len() > MOST_LINES {
        return invalid(&format!("A list has at most {MOST_LINES} entries; keep those that matter."));
    }
    Ok(found)
}

/// Topics, in small letters: `Safety, works council` is two.
///
/// # Errors
/// See [`lines`].
pub fn topics(text: &str) -> Result<Vec<String>> {
    lines(&text.replace([',', ';'], "\n").to_lowercase())
}

fn day(text: &str, what: &str) -> Result<Option<Day>> {
    if text.is_empty() {
        return Ok(None);
    }
    text.parse().map(Some).map_err(|_| wrong(&format!("The {what} “{text}” is not a day. Write it as 2026-10-03.")))
}

/// A text that is not longer than it may be, and of letters.
///
/// # Errors
/// It is longer, or holds a character that no text has.
pub fn bounded(what: &str, text: &str, most: usize) -> Result<()> {
    if text.chars().count() > most {
        return invalid(&format!("{what} has at most {most} letters; this one is longer. Shorten it."));
    }
    if text.chars().any(|letter| letter.is_control() && letter != '\n' && letter != '\t') {
        return invalid(&format!("{what} holds a character that no text has. Type it anew."));
    }
    Ok(())
}

fn wrong(sentence: &str) -> AppError {
    AppError::Invalid(sentence.to_owned())
}

fn invalid<T>(sentence: &str) -> Result<T> {
    Err(wrong(sentence))
}

impl Kind {
    /// As people call it.
    pub const fn label(self) -> &'static str {
        match self {
            Self::CaseStudy => "Case study",
            Self::Guide => "Guide",
            Self::OnePager => "One-pager",
            Self::WhitePaper => "White paper",
            Self::Slides => "Slides",
            Self::Video => "Video",
            Self::Webinar => "Webinar",
            Self::Calculator => "Calculator",
            Self::Checklist => "Checklist",
            Self::Comparison => "Comparison",
            Self::Page => "Web page",
            Self::Script => "Script",
            Self::Other => "Other",
        }
    }
}

impl Status {
    /// As people call it.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Idea => "idea",
            Self::Draft => "draft",
            Self::Review => "in review",
            Self::Approved => "approved",
            Self::Retired => "retired",
        }
    }

    /// Whether both teams write in it; else marketing alone does.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Idea | Self::Draft | Self::Review)
    }

    /// Where it can go from here.
    pub const fn next(self) -> &'static [Self] {
        match self {
            Self::Idea => &[Self::Draft],
            Self::Draft => &[Self::Review, Self::Idea],
            Self::Review => &[Self::Approved, Self::Draft],
            Self::Approved => &[Self::Retired, Self::Draft],
            Self::Retired => &[Self::Approved, Self::Draft],
        }
    }

    /// Whether a step is marketing's alone.
    pub const fn is_curation(self, to: Self) -> bool {
        !(self.is_open() && to.is_open())
    }
}

impl Freshness {
    /// As people call it.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Fresh => "Within half a year",
            Self::Ageing => "Within a year",
            Self::Stale => "Longer ago",
            Self::Expiring => "Expires within 30 days",
            Self::Expired => "Expired",
        }
    }
}

/// How far an item can be relied on: by its last day, else by when somebody said that it is right, else by its age.
pub fn freshness(expires: Option<Day>, confirmed: Day, today: Day) -> Freshness {
    match expires {
        Some(expires) if expires < today => Freshness::Expired,
        Some(expires) if expires.0 - today.0 <= EXPIRES_SOON => Freshness::Expiring,
        _ => match today.0 - confirmed.0 {
            days if days <= AGEING => Freshness::Fresh,
            days if days <= 2 * AGEING => Freshness::Ageing,
            _ => Freshness::Stale,
        },
    }
}

/// Why leads may not get an item today; `None`: they may.
pub fn withheld(status: Status, released: Option<Day>, expires: Option<Day>, today: Day) -> Option<String> {
    match status {
        Status::Approved if released.is_some_and(|day| day > today) => {
            released.map(|day| format!("It is released on {}; until then leads do not get it.", words::day(day)))
        }
        Status::Approved if expires.is_some_and(|day| day < today) => expires.map(|day| {
            format!(
                "Its last day was {}. Ask its owner whether it is still right; marketing can give it a later day.",
                words::day(day)
            )
        }),
        Status::Approved => None,
        Status::Retired => Some("It is retired: what it says is not right any more. Ask for a new one.".to_owned()),
        other => Some(format!("It is {}: leads get what marketing has approved.", article(other))),
    }
}

const fn article(status: Status) -> &'static str {
    match status {
        Status::Idea => "an idea",
        Status::Draft => "a draft",
        Status::Review => "in review",
        Status::Approved => "approved",
        Status::Retired => "retired",
    }
}

/// An objection as people read it: a reason by its name, anything else as it was said.
pub fn objection(text: &str) -> String {
    match Reason::from_key(text) {
        Some(reason) => reason.label().to_owned(),
        None if is_key(text) => text.replace('_', " "),
        None => format!("“{text}”"),
    }
}

/// Whether an objection is the key of a reason.
pub fn is_key(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}

/// Whether content can answer a reason for which leads are turned down: what is said once somebody was spoken to.
pub fn is_objection(reason: &ReasonCode) -> bool {
    let silent = [Reason::Unreachable, Reason::Other].map(Reason::key);
    reason.when != When::Door && !silent.contains(&reason.key.as_str())
}

/// A language by name.
pub fn language(key: &str) -> &str {
    LANGUAGES.iter().find(|(other, _)| *other == key).map_or(key, |(_, name)| name)
}

/// A field's text as people read it.
pub fn field_words(field: &str, text: &str) -> String {
    let each = |say: &dyn Fn(&str) -> String| text.lines().map(say).collect::<Vec<_>>().join(", ");
    match field {
        "status" => Status::from_key(text).map_or_else(|| text.to_owned(), |status| status.label().to_owned()),
        "kind" => Kind::from_key(text).map_or_else(|| text.to_owned(), |kind| kind.label().to_owned()),
        "stages" | "stage" => {
            each(&|key| Stage::from_key(key).map_or_else(|| key.to_owned(), |stage| stage.label().to_owned()))
        }
        "objections" | "objection" => each(&objection),
        "personas" | "topics" => each(&str::to_owned),
        "language" => language(text).to_owned(),
        "released" | "expires" | "due" => text.parse().map_or_else(|_| text.to_owned(), words::day),
        _ => text.to_owned(),
    }
}

/// A field's text as the form itself would write it.
pub fn normal(field: &str, text: &str) -> String {
    match field {
        "topics" => topics(text).map_or_else(|_| text.to_owned(), |topics| topics.join("\n")),
        "personas" | "stages" | "objections" => lines(text).map_or_else(|_| text.to_owned(), |lines| lines.join("\n")),
        _ => text.to_owned(),
    }
}

/// What an item is: a link or a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    /// From 1.
    pub n: i64,
    /// What it is.
    pub what: Content,
    /// Since when.
    pub at: Instant,
    /// Who brought it.
    pub by: String,
}

/// The content itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// An address.
    Link(String),
    /// A file of ours.
    File(Stored),
}

/// A file of the library.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// As its person called it.
    pub name: String,
    /// Its name in the folder.
    pub stored: String,
    /// Its length.
    pub bytes: u64,
    /// SHA-256, hexadecimal.
    pub digest: String,
    /// Key of [`Media`](super::media::Media).
    pub media: String,
}

/// An item as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Its number.
    pub id: ItemId,
    /// What it says.
    pub text: ItemText,
    /// Where it stands.
    pub status: Status,
    /// Since when, and who brought it there.
    pub since: (Instant, String),
    /// When somebody said that it is right, and who.
    pub confirmed: Option<(Instant, String)>,
    /// When it was begun, by whom, of which team.
    pub made: (Instant, String, Option<Team>),
    /// When it was deleted, and by whom.
    pub deleted: Option<(Instant, String)>,
    /// What it is; an idea is nothing yet.
    pub version: Option<Version>,
    /// Leads that got it.
    pub uses: u32,
    /// Sum of its ratings, and how many there are.
    pub stars: (u32, u32),
    /// The change that touched it last.
    pub seq: i64,
}

impl Item {
    /// The day from which its freshness counts.
    pub fn confirmed_at(&self) -> Instant {
        self.confirmed.as_ref().map_or(self.made.0, |(at, _)| *at)
    }
}

#[cfg(test)]
#[path = "model_tests.rs"]
mod tests;
