//! The criteria of a qualified lead: rules that the program can check on a lead, part of what both heads sign. Pure.
//!
//! A criterion is one rule, or several of which one is enough (“at least 50 people, or two sites”). A lead meets the
//! definition when it meets every criterion; it misses it when it misses at least one; it is unknown when it misses
//! none and something that would have to be known is blank.
//!
//! **How values are read.** Letter case and blanks around do not matter. A blank value is unknown to every rule but
//! “is given”, which it misses. Company size is a number of people: of a range such as `51-200` an import keeps the
//! lower end, so a range counts as its lower end here too; what could not be read as a size is blank, and so unknown.
//! A word is looked for at the beginning of a word of the text (“logistic” is in “Head of Logistics”, “cto” is not in
//! “Director”); words of up to three letters only as whole words (“it” is not in “Italy”).
//!
//! **Privacy.** Of name, mail address and phone a rule can ask no more than whether there is one: [`Profile`] cannot
//! hold them.

use crate::error::{AppError, Result};
use crate::leads::model::{Dimension, Fit};
use crate::text_enum;
use serde::{Deserialize, Serialize};

/// Criteria of one version, at most.
pub const MOST_CRITERIA: usize = 20;
/// Rules of one criterion, at most.
pub const MOST_RULES: usize = 6;
/// Values of one rule, at most.
pub const MOST_VALUES: usize = 50;
/// Longest value, in characters.
const MOST_VALUE: usize = 100;
/// Words up to so many letters are only found whole.
const SHORT_WORD: usize = 3;
/// Larger than any company.
const MOST_PEOPLE: u32 = 100_000_000;

text_enum!(
    /// What of a lead a rule looks at.
    Field {
        /// Its name: only whether there is one.
        Name = "name",
        /// Its mail address: only whether there is one.
        Email = "email",
        /// Its phone number: only whether there is one.
        Phone = "phone",
        /// The company.
        Company = "company",
        /// The job title.
        Title = "title",
        /// The company's size in people.
        Size = "size",
        /// Where it came from.
        Channel = "channel",
        /// The campaign.
        Campaign = "campaign",
        /// The market segment.
        Segment = "segment",
        /// The region.
        Region = "region",
        /// The buyer persona.
        Persona = "persona",
    }
);

text_enum!(
    /// How a rule compares.
    Comparison {
        /// There is a value.
        Given = "given",
        /// The value is one of a list.
        OneOf = "one_of",
        /// The text contains one of some words.
        Contains = "contains",
        /// The number is at least so much.
        AtLeast = "at_least",
        /// The number is at most so much.
        AtMost = "at_most",
    }
);

/// What a rule asks of a field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Test {
    /// There is a value.
    Given,
    /// The value is one of these.
    OneOf(Vec<String>),
    /// The text contains one of these.
    Contains(Vec<String>),
    /// At least so many.
    AtLeast(u32),
    /// At most so many.
    AtMost(u32),
}

/// One checkable rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    /// What it looks at.
    pub field: Field,
    /// What it asks of it.
    pub test: Test,
}

/// A criterion: met when one of its rules is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Criterion {
    /// By which verdicts and lists know it; it stays when the criterion changes.
    pub key: String,
    /// At least one.
    pub any: Vec<Rule>,
}

/// What of a lead the rules may see: texts as [`fold`] writes them, and of a person nothing but whether something is
/// there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Profile<'a> {
    /// There is a name.
    pub name: bool,
    /// There is a mail address.
    pub email: bool,
    /// There is a phone number.
    pub phone: bool,
    /// The company.
    pub company: Option<&'a str>,
    /// The job title.
    pub title: Option<&'a str>,
    /// People in the company.
    pub size: Option<i64>,
    /// One value a dimension, in the order of [`Dimension::ALL`].
    pub values: [Option<&'a str>; Dimension::ALL.len()],
}

/// What the criteria say of one lead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Findings {
    /// By criterion, in their order: yes is met, no is missed.
    pub each: Vec<Fit>,
    /// Every criterion has a value to look at: the fields that the agreement requires are there.
    pub complete: bool,
}

/// The criteria of one version, ready to be asked of many leads.
#[derive(Clone, Debug)]
pub struct Checks {
    criteria: Vec<Vec<(Field, Check)>>,
}

#[derive(Clone, Debug)]
enum Check {
    Given,
    OneOf(Vec<String>),
    Contains(Vec<String>),
    AtLeast(i64),
    AtMost(i64),
}

impl Field {
    /// As people call it, at the beginning of a sentence.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Name => "Name",
            Self::Email => "E-mail",
            Self::Phone => "Phone",
            Self::Company => "Company",
            Self::Title => "Job title",
            Self::Size => "Company size",
            Self::Channel => "Channel",
            Self::Campaign => "Campaign",
            Self::Segment => "Segment",
            Self::Region => "Region",
            Self::Persona => "Persona",
        }
    }

    /// The dimension that it is, if it is one.
    pub const fn dimension(self) -> Option<Dimension> {
        match self {
            Self::Channel => Some(Dimension::Channel),
            Self::Campaign => Some(Dimension::Campaign),
            Self::Segment => Some(Dimension::Segment),
            Self::Region => Some(Dimension::Region),
            Self::Persona => Some(Dimension::Persona),
            Self::Name | Self::Email | Self::Phone | Self::Company | Self::Title | Self::Size => None,
        }
    }

    /// It is a value of a person: rules may only ask whether it is there.
    pub const fn is_personal(self) -> bool {
        matches!(self, Self::Name | Self::Email | Self::Phone)
    }

    /// Whether a comparison makes sense for it.
    pub const fn takes(self, comparison: Comparison) -> bool {
        match comparison {
            Comparison::Given => true,
            Comparison::OneOf | Comparison::Contains => !self.is_personal() && !matches!(self, Self::Size),
            Comparison::AtLeast | Comparison::AtMost => matches!(self, Self::Size),
        }
    }
}

impl Comparison {
    /// As the builder offers it.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Given => "is given",
            Self::OneOf => "is one of",
            Self::Contains => "contains one of",
            Self::AtLeast => "is at least",
            Self::AtMost => "is at most",
        }
    }
}

/// A text as rules compare it: without blanks around, in small letters; `None` where nothing is left.
pub fn fold(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_lowercase())
}

impl Test {
    /// Which comparison it is.
    pub const fn comparison(&self) -> Comparison {
        match self {
            Self::Given => Comparison::Given,
            Self::OneOf(_) => Comparison::OneOf,
            Self::Contains(_) => Comparison::Contains,
            Self::AtLeast(_) => Comparison::AtLeast,
            Self::AtMost(_) => Comparison::AtMost,
        }
    }

    /// What it compares with, as the builder's form writes it: one value a line.
    pub fn value(&self) -> String {
        match self {
            Self::Given => String::new(),
            // Alone on a line with an end, a value keeps its commas.
            Self::OneOf(values) | Self::Contains(values) if values.len() == 1 => format!("{}\n", values[0]),
            Self::OneOf(values) | Self::Contains(values) => values.join("\n"),
            Self::AtLeast(number) | Self::AtMost(number) => number.to_string(),
        }
    }
}

impl Rule {
    /// From the builder's form: a field's key, a comparison's key, and what to compare with. Several values stand one a
    /// line, or on one line with commas between them.
    ///
    /// # Errors
    /// The field has no such comparison, or the value cannot be read; the sentence says what to write.
    pub fn parse(field: &str, comparison: &str, value: &str) -> Result<Self> {
        let invalid = |sentence: &str| AppError::Invalid(sentence.to_owned());
        let field = Field::from_key(field).ok_or_else(|| invalid("Choose a field that the criterion looks at."))?;
        let comparison = Comparison::from_key(comparison)
            .ok_or_else(|| invalid("Choose how the criterion compares: is given, is one of, is at least …"))?;
        if !field.takes(comparison) {
            let label = field.label();
            return Err(AppError::Invalid(if field.is_personal() {
                format!("{label} is personal: a criterion may ask whether it is given, and nothing else.")
            } else if field == Field::Size {
                format!("{label} is a number: it “is at least”, “is at most” or “is given”.")
            } else {
                format!("{label} is a text: it “is one of”, “contains one of” or “is given”.")
            }));
        }
        let test = match comparison {
            Comparison::Given => Test::Given,
            Comparison::OneOf => Test::OneOf(values(field, value)?),
            Comparison::Contains => Test::Contains(values(field, value)?),
            Comparison::AtLeast => Test::AtLeast(people(value)?),
            Comparison::AtMost => Test::AtMost(people(value)?),
        };
        Ok(Self { field, test })
    }

    /// In plain language: “Company size at least 50”.
    pub fn words(&self) -> String {
        let label = self.field.label();
        match &self.test {
            Test::Given => format!("{label} is given"),
            Test::OneOf(values) => format!("{label} is {}", listed(values, "")),
            Test::Contains(values) => format!("{label} contains {}", listed(values, "“")),
            Test::AtLeast(number) => format!("{label} at least {}", grouped(*number)),
            Test::AtMost(number) => format!("{label} at most {}", grouped(*number)),
        }
    }
}

impl Criterion {
    /// In plain language, its rules joined by “or”.
    pub fn words(&self) -> String {
        let rules: Vec<String> = self.any.iter().map(Rule::words).collect();
        let mut words = String::new();
        for (index, rule) in rules.iter().enumerate() {
            match index {
                0 => words.push_str(rule),
                _ => {
                    words.push_str(", or ");
                    let mut letters = rule.chars();
                    words.extend(letters.next().map(|first| first.to_lowercase().to_string()));
                    words.push_str(letters.as_str());
                }
            }
        }
        words
    }

    /// What it looks at, each once: “company size”, “job title or persona”.
    pub fn subject(&self) -> String {
        let mut fields: Vec<String> = Vec::new();
        for rule in &self.any {
            let label = rule.field.label().to_lowercase();
            if !fields.contains(&label) {
                fields.push(label);
            }
        }
        fields.join(" or ")
    }
}

/// Whether criteria can stand beside each other.
///
/// # Errors
/// There are too many, one has no rule, two have one key, or two cannot both be met; the sentence names them.
pub fn check(criteria: &[Criterion]) -> Result<()> {
    let refuse = |sentence: String| Err(AppError::Invalid(sentence));
    if criteria.len() > MOST_CRITERIA {
        return refuse(format!(
            "A definition has at most {MOST_CRITERIA} criteria. Take one out before you add another."
        ));
    }
    for (index, criterion) in criteria.iter().enumerate() {
        if criterion.any.is_empty() || criterion.any.len() > MOST_RULES {
            return refuse(format!("A criterion has one rule, or up to {MOST_RULES} of which one is enough."));
        }
        if criteria[..index].iter().any(|other| other.key == criterion.key) {
            return refuse(format!("Two criteria are called “{}”. Take one of them out.", criterion.key));
        }
        if criteria[..index].iter().any(|other| other.any == criterion.any) {
            return refuse(format!("“{}” is among the criteria already.", criterion.words()));
        }
    }
    let alone = || criteria.iter().filter(|criterion| criterion.any.len() == 1).map(|criterion| &criterion.any[0].test);
    let least = alone().filter_map(|test| if let Test::AtLeast(number) = test { Some(*number) } else { None }).max();
    let most = alone().filter_map(|test| if let Test::AtMost(number) = test { Some(*number) } else { None }).min();
    match (least, most) {
        (Some(least), Some(most)) if least > most => refuse(format!(
            "No company has at least {} and at most {} people: no lead could be qualified. Change one of the two.",
            grouped(least),
            grouped(most)
        )),
        _ => Ok(()),
    }
}

/// Criteria that came from outside, such as a form that carries them: each rule as its form would write it.
///
/// # Errors
/// A rule compares what cannot be compared, a key is none of ours, or as for [`check`].
pub fn checked(criteria: Vec<Criterion>) -> Result<Vec<Criterion>> {
    for criterion in &criteria {
        let known = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if criterion.key.is_empty() || criterion.key.len() > MOST_VALUE || !criterion.key.bytes().all(known) {
            return Err(AppError::Invalid(
                "This form is not complete. Open its page again and send it from there.".to_owned(),
            ));
        }
        for rule in &criterion.any {
            let again = Rule::parse(rule.field.key(), rule.test.comparison().key(), &rule.test.value())?;
            if again != *rule {
                return Err(AppError::Invalid(format!(
                    "“{}” cannot be read as it stands. Write it anew.",
                    rule.words()
                )));
            }
        }
    }
    check(&criteria)?;
    Ok(criteria)
}

/// Criteria with one more, which gets a key of its own.
///
/// # Errors
/// As for [`check`].
pub fn with(criteria: &[Criterion], rule: Rule) -> Result<Vec<Criterion>> {
    let base = rule.field.key();
    let key = std::iter::once(base.to_owned())
        .chain((2..).map(|n| format!("{base}-{n}")))
        .find(|key| criteria.iter().all(|criterion| criterion.key != *key))
        .unwrap_or_default();
    let mut criteria = criteria.to_vec();
    criteria.push(Criterion { key, any: vec![rule] });
    check(&criteria)?;
    Ok(criteria)
}

/// Criteria in which another rule is enough for one of them too.
///
/// # Errors
/// There is no such criterion, it has the rule already, or as for [`check`].
pub fn with_alternative(criteria: &[Criterion], key: &str, rule: Rule) -> Result<Vec<Criterion>> {
    let mut criteria = criteria.to_vec();
    let criterion = find(&mut criteria, key)?;
    if criterion.any.contains(&rule) {
        return Err(AppError::Invalid(format!("“{}” is a rule of this criterion already.", rule.words())));
    }
    criterion.any.push(rule);
    check(&criteria)?;
    Ok(criteria)
}

/// Criteria in which the only rule of one of them compares with another value.
///
/// # Errors
/// There is no such criterion, or as for [`Rule::parse`] and [`check`].
pub fn with_value(criteria: &[Criterion], key: &str, value: &str) -> Result<Vec<Criterion>> {
    let mut criteria = criteria.to_vec();
    let criterion = find(&mut criteria, key)?;
    if let [rule] = criterion.any.as_mut_slice() {
        *rule = Rule::parse(rule.field.key(), rule.test.comparison().key(), value)?;
    }
    check(&criteria)?;
    Ok(criteria)
}

/// Criteria without one.
///
/// # Errors
/// There is no such criterion.
pub fn without(criteria: &[Criterion], key: &str) -> Result<Vec<Criterion>> {
    let mut criteria = criteria.to_vec();
    find(&mut criteria, key)?;
    criteria.retain(|criterion| criterion.key != key);
    Ok(criteria)
}

fn find<'a>(criteria: &'a mut [Criterion], key: &str) -> Result<&'a mut Criterion> {
    let missing = || {
        AppError::NotFound("That criterion is not there any more. Reload the page to see those that are.".to_owned())
    };
    criteria.iter_mut().find(|criterion| criterion.key == key).ok_or_else(missing)
}

impl Checks {
    /// Of the criteria of a version.
    pub fn new(criteria: &[Criterion]) -> Self {
        let folded = |values: &[String]| values.iter().filter_map(|value| fold(value)).collect();
        let check = |rule: &Rule| {
            let check = match &rule.test {
                Test::Given => Check::Given,
                Test::OneOf(values) => Check::OneOf(folded(values)),
                Test::Contains(values) => Check::Contains(folded(values)),
                Test::AtLeast(number) => Check::AtLeast(i64::from(*number)),
                Test::AtMost(number) => Check::AtMost(i64::from(*number)),
            };
            (rule.field, check)
        };
        Self { criteria: criteria.iter().map(|criterion| criterion.any.iter().map(check).collect()).collect() }
    }

    /// There is nothing to meet: no lead is qualified or not.
    pub fn is_empty(&self) -> bool {
        self.criteria.is_empty()
    }

    /// What they say of a lead.
    pub fn of(&self, profile: &Profile<'_>) -> Findings {
        let each = self.criteria.iter().map(|rules| {
            let found = rules.iter().map(|(field, check)| check.of(*field, profile));
            found.fold(Fit::No, |so_far, found| match (so_far, found) {
                (Fit::Yes, _) | (_, Fit::Yes) => Fit::Yes,
                (Fit::Unknown, _) | (_, Fit::Unknown) => Fit::Unknown,
                (Fit::No, Fit::No) => Fit::No,
            })
        });
        let has_one = |rules: &Vec<(Field, Check)>| rules.iter().any(|(field, _)| profile.has(*field));
        Findings { each: each.collect(), complete: self.criteria.iter().all(has_one) }
    }
}

impl Findings {
    /// Meets the definition (yes), misses it (no), or cannot be told; `None` where there is no criterion.
    pub fn whole(&self) -> Option<Fit> {
        if self.each.is_empty() {
            None
        } else if self.each.contains(&Fit::No) {
            Some(Fit::No)
        } else if self.each.contains(&Fit::Unknown) {
            Some(Fit::Unknown)
        } else {
            Some(Fit::Yes)
        }
    }
}

impl Profile<'_> {
    /// Whether a field has a value.
    pub fn has(&self, field: Field) -> bool {
        match field {
            Field::Name => self.name,
            Field::Email => self.email,
            Field::Phone => self.phone,
            Field::Size => self.size.is_some(),
            _ => self.text(field).is_some(),
        }
    }

    fn text(&self, field: Field) -> Option<&str> {
        match field {
            Field::Company => self.company,
            Field::Title => self.title,
            Field::Name | Field::Email | Field::Phone | Field::Size => None,
            _ => field.dimension().and_then(|dimension| self.values[dimension as usize]),
        }
    }
}

impl Check {
    fn of(&self, field: Field, profile: &Profile<'_>) -> Fit {
        let met = match self {
            Self::Given => Some(profile.has(field)),
            Self::OneOf(values) => profile.text(field).map(|text| values.iter().any(|value| value == text)),
            Self::Contains(words) => profile.text(field).map(|text| words.iter().any(|word| contains(text, word))),
            Self::AtLeast(number) => profile.size.map(|size| size >= *number),
            Self::AtMost(number) => profile.size.map(|size| size <= *number),
        };
        met.map_or(Fit::Unknown, |met| if met { Fit::Yes } else { Fit::No })
    }
}

/// Whether a text has a word, at the beginning of one of its own; a short one only as a whole.
fn contains(text: &str, word: &str) -> bool {
    let short = word.chars().count() <= SHORT_WORD;
    text.match_indices(word).any(|(at, _)| {
        let begins = !text[..at].ends_with(char::is_alphanumeric);
        let ends = !text[at + word.len()..].starts_with(char::is_alphanumeric);
        begins && (ends || !short)
    })
}

fn people(text: &str) -> Result<u32> {
    let digits: String = text.chars().filter(|c| !c.is_whitespace() && !matches!(c, ',' | '.' | '’' | '\'')).collect();
    let number = digits.parse().ok().filter(|number| *number <= MOST_PEOPLE);
    number.ok_or_else(|| AppError::Invalid("A size is a number of people, such as 50.".to_owned()))
}

fn values(field: Field, text: &str) -> Result<Vec<String>> {
    // A line end after a single value says that its commas are its own.
    let separator = if text.contains('\n') { '\n' } else { ',' };
    let mut values: Vec<String> = Vec::new();
    for value in text.split(separator).map(str::trim).filter(|value| !value.is_empty()) {
        if value.chars().count() > MOST_VALUE || value.chars().any(char::is_control) {
            return Err(AppError::Invalid(format!(
                "A value has at most {MOST_VALUE} characters, without control characters. Write one a line."
            )));
        }
        if values.iter().all(|other| fold(other) != fold(value)) {
            values.push(value.to_owned());
        }
    }
    match values.len() {
        0 => Err(AppError::Invalid(format!(
            "Say with what {} is compared: one value a line.",
            field.label().to_lowercase()
        ))),
        many if many > MOST_VALUES => Err(AppError::Invalid(format!(
            "A rule compares with at most {MOST_VALUES} values; these are {many}. Name those that matter."
        ))),
        _ => Ok(values),
    }
}

/// “A, B or C”, each in quotation marks where asked.
fn listed(values: &[String], quote: &str) -> String {
    let close = if quote.is_empty() { "" } else { "”" };
    let quoted: Vec<String> = values.iter().map(|value| format!("{quote}{value}{close}")).collect();
    match quoted.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        [firsts @ .., last] => format!("{} or {last}", firsts.join(", ")),
    }
}

/// 1,000 with a comma between thousands, as everywhere.
fn grouped(number: u32) -> String {
    let digits = number.to_string();
    let groups = digits.as_bytes().rchunks(3).rev().map(|group| String::from_utf8_lossy(group).into_owned());
    groups.collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests;
