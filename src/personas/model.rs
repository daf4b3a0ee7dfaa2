//! What a persona is made of. Pure.

use crate::id_type;
use crate::text_enum;

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
