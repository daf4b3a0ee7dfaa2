//! What a persona is made of. Pure.

pub use super::sections::{Section, Stage, Under};
use crate::editing::model::{Field, Values, tidy};
use crate::error::{AppError, Result};
use crate::leads::identity::fold;
use crate::leads::model::LeadId;
use crate::people::access::PATHS;
use crate::people::model::Team;
use crate::period::{Day, Instant};
use crate::{id_type, text_enum};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Longest name, in characters.
pub const LONGEST_NAME: usize = 120;
/// Longest line, such as segment and size or where a statement is known from.
pub const LONGEST_LINE: usize = 300;
/// Longest statement, answer to an objection, or annotation.
pub const LONGEST_TEXT: usize = 2_000;
/// After so long somebody of each team says once more that a persona is still true.
pub const CONFIRMED_FOR: u32 = 90 * 86_400;

id_type! {
    /// A persona.
    PersonaId
}

id_type! {
    /// A statement of a persona.
    StatementId
}

id_type! {
    /// What somebody of sales wrote beside a statement.
    NoteId
}

text_enum! {
    /// The part in buying.
    Role {
        /// Works with what is bought.
        EndUser = "end_user",
        /// Decides on the money.
        Economic = "economic",
        /// Is listened to.
        Influencer = "influencer",
        /// Says whether it can work.
        Technical = "technical",
    }
}

text_enum! {
    /// Where a statement is known from.
    Evidence {
        /// An interview with a buyer.
        Interview = "interview",
        /// A call.
        Call = "call",
        /// A deal that was won.
        WonDeal = "won_deal",
        /// A deal that was lost.
        LostDeal = "lost_deal",
        /// Nobody asked yet.
        Guess = "guess",
    }
}

text_enum! {
    /// How sure both teams are.
    Confidence {
        /// Heard often, and from those who bought.
        Strong = "strong",
        /// Heard, but not often.
        Fair = "fair",
        /// Believed.
        Guess = "guess",
    }
}

text_enum! {
    /// What an annotation does to its statement.
    NoteKind {
        /// It is so.
        Confirm = "confirm",
        /// It is not so.
        Contradict = "contradict",
        /// Something is missing.
        Add = "add",
        /// A buyer's own words.
        Quote = "quote",
        /// It is not clear.
        Question = "question",
    }
}

text_enum! {
    /// Marketing's answer to an annotation.
    Answer {
        /// The text says so now, or will.
        TakenOver = "taken_over",
        /// It does not, for a reason.
        Declined = "declined",
    }
}

impl Role {
    /// As people call it.
    pub const fn label(self) -> &'static str {
        match self {
            Self::EndUser => "End user",
            Self::Economic => "Economic buyer",
            Self::Influencer => "Influencer",
            Self::Technical => "Technical buyer",
        }
    }
}

impl Evidence {
    /// As people call it.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Interview => "interview",
            Self::Call => "call",
            Self::WonDeal => "won deal",
            Self::LostDeal => "lost deal",
            Self::Guess => "guess",
        }
    }
}

impl NoteKind {
    /// What its writer does.
    pub const fn verb(self) -> &'static str {
        match self {
            Self::Confirm => "Confirms",
            Self::Contradict => "Contradicts",
            Self::Add => "Adds",
            Self::Quote => "Quotes",
            Self::Question => "Asks",
        }
    }

    /// As a form offers it.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Confirm => "Confirm: it is so",
            Self::Contradict => "Contradict: it is not so",
            Self::Add => "Add: something is missing",
            Self::Quote => "Quote: a buyer’s own words",
            Self::Question => "Question: I do not understand it",
        }
    }
}

impl Answer {
    /// In words.
    pub const fn label(self) -> &'static str {
        match self {
            Self::TakenOver => "Taken over",
            Self::Declined => "Declined",
        }
    }
}

/// A persona, as other slices name one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonaRef {
    /// Which.
    pub id: PersonaId,
    /// Its address: `/personas/<slug>`. It never changes.
    pub slug: String,
    /// As people call it today.
    pub name: String,
    /// The value of the leads' dimension `persona` whose leads are its own, by which it is a filter everywhere. None:
    /// no lead was ever its own.
    pub value: Option<i64>,
    /// Nobody works with it any more; it can be brought back.
    pub retired: bool,
}

/// When a team said last that a persona is still true.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Confirmed {
    /// When.
    pub at: Instant,
    /// Who.
    pub by: String,
}

/// A persona without its statements.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Persona {
    /// How other slices name it.
    pub is: PersonaRef,
    /// Its part in buying, where that is known.
    pub role: Option<Role>,
    /// Segment and size, in words.
    pub segment: String,
    /// Its owners: of marketing and of sales, by account.
    pub owners: [Option<i64>; 2],
    /// By marketing and by sales.
    pub confirmed: [Option<Confirmed>; 2],
    /// When it was written first.
    pub made_at: Instant,
    /// Who retired it, and when.
    pub retired: Option<(String, Instant)>,
    /// The persona that it became a part of.
    pub merged_into: Option<PersonaId>,
    /// Which leads are its own, as people write it; blank: none by rule.
    pub rule: String,
}

impl Persona {
    /// From when on a team should say that it is still true.
    pub fn due(&self, team: Team) -> Instant {
        let last = self.confirmed[team as usize].as_ref().map_or(self.made_at, |confirmed| confirmed.at);
        Instant(last.0.saturating_add(CONFIRMED_FOR))
    }
}

/// What of a persona a form writes, besides its statements.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// Its name.
    pub name: String,
    /// See [`Persona::role`].
    pub role: Option<Role>,
    /// See [`Persona::segment`].
    pub segment: String,
    /// The names of its owners, of marketing and of sales; blank: nobody.
    pub owners: [String; 2],
}

/// What can be edited of a persona's head.
pub const HEAD: &[Field] = &[
    Field::text("name", "Name"),
    Field::value("role", "Part in buying"),
    Field::text("segment", "Segment and size"),
    Field::value("marketing_owner", "Owner in marketing"),
    Field::value("sales_owner", "Owner in sales"),
];

/// What its history tells besides: a rule is tried before it is kept, on a page of its own.
pub const RULE: &[Field] =
    &[Field::text("rule", "Leads by rule"), Field::value("place", "Where several rules fit, it stands")];

/// What the history of a statement tells besides: it is moved by buttons, one place at a time.
pub const ORDER: &[Field] = &[Field::value("order", "Place under its heading")];

impl Head {
    /// Its fields as a form writes them.
    pub fn values(&self) -> Values {
        let [marketing, sales] = &self.owners;
        let role = self.role.map_or("", Role::key);
        values([
            ("name", &self.name),
            ("role", role),
            ("segment", &self.segment),
            ("marketing_owner", marketing),
            ("sales_owner", sales),
        ])
    }

    /// What the fields of a form say.
    ///
    /// # Errors
    /// One of them does not say what it should; the sentence names it.
    pub fn parse(values: &Values) -> Result<Self> {
        let name = line(values, "name", "A name", LONGEST_NAME)?;
        if name.is_empty() {
            return Err(AppError::Invalid(
                "A persona needs a name: what you call such a buyer among yourselves.".to_owned(),
            ));
        }
        let role = match text_of(values, "role").as_str() {
            "" => None,
            key => Some(Role::from_key(key).ok_or_else(|| {
                AppError::Invalid("Choose the part in buying from the list, or leave it open.".to_owned())
            })?),
        };
        let owner = |key: &str| text_of(values, key);
        Ok(Self {
            name,
            role,
            segment: line(values, "segment", "Segment and size", LONGEST_LINE)?,
            owners: [owner("marketing_owner"), owner("sales_owner")],
        })
    }
}

/// What a statement says, as a form writes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wording {
    /// Where it stands.
    pub under: Under,
    /// The statement.
    pub text: String,
    /// What we answer to it, where it holds buyers back.
    pub answer: String,
    /// Where it is known from.
    pub evidence: Evidence,
    /// The same in more words: “5 won deals, 3 interviews”.
    pub source: String,
    /// How sure both teams are.
    pub confidence: Confidence,
    /// Of what day the evidence is.
    pub dated: Day,
    /// What of it the leads can contradict, see [`super::claims`]; blank: nothing.
    pub claim: String,
}

/// What can be edited of a statement.
pub const STATEMENT: &[Field] = &[
    Field::text("text", "Statement"),
    Field::text("answer", "Our answer"),
    Field::value("evidence", "Evidence"),
    Field::text("source", "Known from"),
    Field::value("confidence", "Confidence"),
    Field::value("dated", "As of"),
    Field::value("claim", "Checked against the leads"),
    Field::value("under", "Stands under"),
];

/// The fields whose words stand beside the change log, which holds their numbers only.
pub const BESIDE: [&str; 3] = ["text", "answer", "source"];

impl Wording {
    /// Of a new one.
    pub fn new(under: Under, text: &str, today: Day) -> Self {
        Self {
            under,
            text: text.to_owned(),
            answer: String::new(),
            evidence: Evidence::Guess,
            source: String::new(),
            confidence: Confidence::Guess,
            dated: today,
            claim: String::new(),
        }
    }

    /// Its fields as a form writes them.
    pub fn values(&self) -> Values {
        values([
            ("text", &self.text),
            ("answer", &self.answer),
            ("evidence", self.evidence.key()),
            ("source", &self.source),
            ("confidence", self.confidence.key()),
            ("dated", &self.dated.to_string()),
            ("claim", &self.claim),
            ("under", &self.under.text()),
        ])
    }

    /// What the fields of a form say.
    ///
    /// # Errors
    /// One of them does not say what it should; the sentence names it.
    pub fn parse(values: &Values) -> Result<Self> {
        let text = bounded(&text_of(values, "text"), "A statement", LONGEST_TEXT)?;
        if text.is_empty() {
            return Err(AppError::Invalid(
                "Write what you believe of these buyers, as one sentence. To take a statement away, delete it."
                    .to_owned(),
            ));
        }
        let choose = |what: &str| AppError::Invalid(format!("Choose {what} from the list."));
        let dated = text_of(values, "dated");
        Ok(Self {
            under: Under::parse(&text_of(values, "under"))?,
            text,
            answer: bounded(&text_of(values, "answer"), "An answer", LONGEST_TEXT)?,
            evidence: Evidence::from_key(&text_of(values, "evidence")).ok_or_else(|| choose("the evidence"))?,
            source: line(values, "source", "Where it is known from", LONGEST_LINE)?,
            confidence: Confidence::from_key(&text_of(values, "confidence"))
                .ok_or_else(|| choose("how sure you are"))?,
            dated: dated.parse().map_err(|error| AppError::Invalid(format!("The day of the evidence: {error}.")))?,
            claim: super::claims::normal(&text_of(values, "claim"))?,
        })
    }
}

/// A statement as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// Which.
    pub id: StatementId,
    /// Whose.
    pub persona: PersonaId,
    /// What it says.
    pub says: Wording,
    /// Who deleted it, and when.
    pub deleted: Option<(String, Instant)>,
}

/// An annotation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// Which.
    pub id: NoteId,
    /// Beside which persona.
    pub persona: PersonaId,
    /// Beside which statement; `None`: beside the section.
    pub statement: Option<StatementId>,
    /// Under which heading.
    pub under: Under,
    /// What it does.
    pub kind: NoteKind,
    /// The lead that said so.
    pub lead: Option<LeadId>,
    /// Whose account.
    pub account: i64,
    /// Who wrote it.
    pub author: String,
    /// When.
    pub at: Instant,
    /// What it says.
    pub text: String,
    /// Marketing's answer: which, when, who, in what words.
    pub answer: Option<(Answer, Instant, String, String)>,
}

/// A field's text as people read it.
pub fn words(field: &str, text: &str) -> String {
    let label = match field {
        "role" => Role::from_key(text).map(Role::label),
        "evidence" => Evidence::from_key(text).map(Evidence::label),
        "under" => return Under::parse(text).map_or_else(|_| text.to_owned(), Under::title),
        "dated" => return text.parse().map_or_else(|_| text.to_owned(), crate::kpis::words::day),
        _ => wording_number(text).map(|_| ""),
    };
    match label {
        Some("") => format!("wording {}", wording_number(text).unwrap_or_default()),
        Some(label) => label.to_owned(),
        None => text.to_owned(),
    }
}

/// As the change log holds words that stand beside it. What people write never begins so: it holds no such sign.
pub fn wording_ref(number: i64) -> String {
    format!("\u{1}{number}")
}

/// The number of words that stand beside the change log.
pub fn wording_number(text: &str) -> Option<i64> {
    text.strip_prefix('\u{1}')?.parse().ok()
}

/// What an annotation or an answer says.
///
/// # Errors
/// It says nothing, or is too long.
pub fn note_text(text: &str, what: &str) -> Result<String> {
    let text = bounded(&clean(text), what, LONGEST_TEXT)?;
    if text.is_empty() { Err(AppError::Invalid(format!("{what} needs words."))) } else { Ok(text) }
}

/// The beginning of the address of a persona of that name: letters and digits of ASCII, joined by `-`.
pub fn slug_of(name: &str) -> String {
    let folded = fold(name).replace('ß', "ss").replace('ø', "o").replace('æ', "ae");
    // A letter with an accent is taken apart into the letter and the accent, which goes.
    let letters: String = folded.nfd().filter(|c| !is_combining_mark(*c)).collect();
    let parts = letters.split(|c: char| !c.is_ascii_alphanumeric()).filter(|part| !part.is_empty());
    let slug: String = parts.collect::<Vec<_>>().join("-").chars().take(60).collect();
    let slug = slug.trim_end_matches('-');
    match slug {
        "" => "persona".to_owned(),
        page if is_page(page) => format!("persona-{page}"),
        slug => slug.to_owned(),
    }
}

/// Whether something of its own stands there below `/personas`, or may be posted there.
fn is_page(name: &str) -> bool {
    let mut below = PATHS.iter().filter_map(|(path, _)| path.strip_prefix("/personas/"));
    below.any(|rest| rest.split('/').next() == Some(name))
}

fn values<const N: usize>(fields: [(&str, &str); N]) -> Values {
    fields.into_iter().map(|(key, text)| (key.to_owned(), text.to_owned())).collect()
}

fn text_of(values: &Values, key: &str) -> String {
    clean(values.get(key).map(String::as_str).unwrap_or_default())
}

/// Without what nobody can see: pasted text brings such signs along.
pub fn clean(text: &str) -> String {
    let seen: String = tidy(text).chars().filter(|c| !c.is_control() || *c == '\n').collect();
    seen.lines().map(str::trim).collect::<Vec<_>>().join("\n").trim().to_owned()
}

fn line(values: &Values, key: &str, what: &str, most: usize) -> Result<String> {
    bounded(&text_of(values, key).replace('\n', " "), what, most)
}

fn bounded(text: &str, what: &str, most: usize) -> Result<String> {
    let length = text.chars().count();
    if length <= most {
        return Ok(text.to_owned());
    }
    let (length, most) = (crate::kpis::words::count(length as u32), crate::kpis::words::count(most as u32));
    Err(AppError::Invalid(format!(
        "{what} has at most {most} characters; this has {length}. What you wrote stands below: shorten it, or make \
         several of it."
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_made_of_the_letters_of_a_name_and_is_no_page_of_its_own() {
        for (name, slug) in [
            ("Head of logistics", "head-of-logistics"),
            ("Käuferin, Müller & Söhne", "kauferin-muller-and-sohne"),
            ("Rules", "persona-rules"),
            ("購買担当", "persona"),
        ] {
            assert_eq!(slug_of(name), slug, "{name}");
        }
        let mut pages = 0;
        for (path, _) in PATHS {
            let page = path.strip_prefix("/personas/").and_then(|rest| rest.split('/').next());
            let Some(page) = page.filter(|page| *page != "{slug}") else { continue };
            assert_eq!(slug_of(page), format!("persona-{page}"), "{path}");
            pages += 1;
        }
        assert!(pages >= 20, "{pages}");
    }

    #[test]
    fn a_wording_says_what_its_fields_say() {
        let under = Under { section: Section::Need, stage: Some(Stage::Decision) };
        let wording = Wording { claim: "size 50-200".into(), ..Wording::new(under, "A plan", Day(20_000)) };
        assert_eq!(Wording::parse(&wording.values()), Ok(wording));
    }

    #[test]
    fn what_is_too_long_says_by_how_much() {
        let said = note_text(&"word ".repeat(200_000), "An annotation").expect_err("a megabyte").to_string();
        assert!(said.starts_with("An annotation has at most 2,000 characters; this has 999,999."), "{said}");
        assert!(note_text(" \u{0} ", "An annotation").is_err(), "nothing to see");
    }

    #[test]
    fn every_place_has_a_text_that_leads_back_to_it() {
        assert_eq!(Under::all().count(), 7 + 5 * 3);
        for under in Under::all() {
            assert_eq!(Under::parse(&under.text()), Ok(under));
        }
        assert!(Under::parse("need").is_err(), "a section of the journey has a stage");
    }

    #[test]
    fn words_beside_the_log_are_named_by_their_number() {
        assert_eq!(words("text", &wording_ref(12)), "wording 12");
        assert_eq!(clean(&wording_ref(12)), "12", "nobody can write such a sign");
    }
}
