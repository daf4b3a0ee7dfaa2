//! The headings of a persona, and the stages of the buying journey. Pure.

use crate::error::{AppError, Result};
use crate::text_enum;

text_enum! {
    /// A stage of the buying journey.
    Stage {
        /// They feel that something is wrong, and look for its name.
        Awareness = "awareness",
        /// They know what they need, and compare.
        Consideration = "consideration",
        /// They choose from whom.
        Decision = "decision",
    }
}

text_enum! {
    /// What a statement is about: the five rings of buying insight, of which the journey has a section for each of its
    /// questions, and what else a persona is told by.
    Section {
        /// The priority initiative: why somebody begins to look, and why now.
        Trigger = "trigger",
        /// Success factors: what they expect to have afterwards.
        Success = "success",
        /// Perceived barriers, each with our answer.
        Barrier = "barrier",
        /// Decision criteria: by what they compare.
        Criterion = "criterion",
        /// Verbatim.
        Quote = "quote",
        /// By what somebody is told apart who only looks like it.
        NotIf = "not_if",
        /// Everything else.
        Background = "background",
        /// The buyer's journey: what they need in a stage.
        Need = "need",
        /// What they ask in a stage.
        Asks = "asks",
        /// Whom they listen to in a stage.
        People = "people",
        /// Where they look things up in a stage.
        Sources = "sources",
        /// What they do in a stage, and how long that takes.
        Step = "step",
    }
}

impl Stage {
    /// As people call it.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Awareness => "Awareness",
            Self::Consideration => "Consideration",
            Self::Decision => "Decision",
        }
    }
}

impl Section {
    /// Those that stand below one another.
    pub const TEXT: [Self; 7] =
        [Self::Trigger, Self::Success, Self::Barrier, Self::Criterion, Self::Quote, Self::NotIf, Self::Background];
    /// Those that have a column for each stage.
    pub const JOURNEY: [Self; 5] = [Self::Need, Self::Asks, Self::People, Self::Sources, Self::Step];

    /// What stands above it.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Trigger => "What sets it off",
            Self::Success => "What success looks like to them",
            Self::Barrier => "What holds back, and our answer",
            Self::Criterion => "What decides it",
            Self::Quote => "In their words",
            Self::NotIf => "Not this persona if",
            Self::Background => "What else we know",
            Self::Need => "Needs",
            Self::Asks => "Asks",
            Self::People => "Listens to",
            Self::Sources => "Looks it up in",
            Self::Step => "Steps",
        }
    }

    /// Whether it has a column for each stage.
    pub const fn has_stages(self) -> bool {
        matches!(self, Self::Need | Self::Asks | Self::People | Self::Sources | Self::Step)
    }
}

/// Where a statement stands: its section, and the column of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Under {
    /// The section.
    pub section: Section,
    /// The stage, in sections that have stages and in no other.
    pub stage: Option<Stage>,
}

impl Under {
    /// Every place, in the order of a page.
    pub fn all() -> impl Iterator<Item = Self> {
        let text = Section::TEXT.into_iter().map(|section| Self { section, stage: None });
        let journey = Section::JOURNEY
            .into_iter()
            .flat_map(|section| Stage::ALL.iter().map(move |&stage| Self { section, stage: Some(stage) }));
        text.chain(journey)
    }

    /// As forms and the change log write it: `trigger`, `need.awareness`.
    pub fn text(self) -> String {
        match self.stage {
            Some(stage) => format!("{}.{stage}", self.section),
            None => self.section.to_string(),
        }
    }

    /// What it is called: “What sets it off”, “Awareness: Needs”.
    pub fn title(self) -> String {
        match self.stage {
            Some(stage) => format!("{}: {}", stage.label(), self.section.title()),
            None => self.section.title().to_owned(),
        }
    }

    /// From what a form sends.
    ///
    /// # Errors
    /// There is no such place.
    pub fn parse(text: &str) -> Result<Self> {
        let found = Self::all().find(|under| under.text() == text);
        found.ok_or_else(|| AppError::Invalid("Choose under which heading the statement stands.".to_owned()))
    }

    /// From two columns of the database.
    pub fn stored(section: &str, stage: &str) -> Option<Self> {
        Some(Self { section: Section::from_key(section)?, stage: Stage::from_key(stage) })
    }
}
