//! The words of a lead's life and the one rule that turns its events into milestones.

use crate::period::Instant;
use crate::{id_type, text_enum};
use serde::{Deserialize, Serialize};

id_type!(
    /// A lead: a person or company that marketing captured.
    LeadId
);
id_type!(
    /// One value of a dimension, such as the channel “Webinar”.
    ValueId
);

text_enum!(
    /// What a lead can be filtered and broken down by. Today's values count, not those of the time.
    Dimension {
        /// Where it came from (source).
        Channel = "channel",
        /// The campaign that brought it.
        Campaign = "campaign",
        /// The market segment.
        Segment = "segment",
        /// The region.
        Region = "region",
        /// The buyer persona.
        Persona = "persona",
        /// The rep it belongs to.
        Owner = "owner",
    }
);

text_enum!(
    /// What can happen to a lead.
    EventKind {
        /// Marketing gave it to sales as qualified (MQL).
        Handover = "handover",
        /// Sales took it on (SAL).
        Accepted = "accepted",
        /// One attempt by a human of sales to reach it.
        Touch = "touch",
        /// First two-way contact.
        Connected = "connected",
        /// The structured feedback of sales; a rejection or recycling is one too.
        Verdict = "verdict",
        /// Sales opened a deal (SQL).
        Opportunity = "opportunity",
        /// The deal was won.
        Won = "won",
        /// The deal was lost.
        Lost = "lost",
        /// Taken off the rep's list without a verdict: reassigned, absent, or freed by the agreement's clause.
        Freed = "freed",
    }
);

text_enum!(
    /// What a verdict decides.
    Decision {
        /// A good lead.
        Good = "good",
        /// Not for sales.
        Reject = "reject",
        /// Back to marketing, to return on a date.
        Recycle = "recycle",
    }
);

text_enum!(
    /// The reasons of a rejection or recycling that ship with the product. The database may hold more.
    Reason {
        /// A field that cannot be right.
        InvalidData = "invalid_data",
        /// Spam or a test entry.
        SpamOrTest = "spam_or_test",
        /// The same lead as another.
        Duplicate = "duplicate",
        /// Outside the ideal customer profile.
        OutsideIcp = "outside_icp",
        /// The right company, the wrong person.
        WrongPerson = "wrong_person",
        /// Buys already.
        ExistingCustomer = "existing_customer",
        /// A competitor.
        Competitor = "competitor",
        /// Wants to sell to us, or studies.
        SellerOrStudent = "seller_or_student",
        /// Misses the agreed criteria.
        BelowCriteria = "below_criteria",
        /// Could not be reached in the agreed number of attempts.
        Unreachable = "unreachable",
        /// No need.
        NoNeed = "no_need",
        /// No budget.
        NoBudget = "no_budget",
        /// Not now, but on a date.
        NotNow = "not_now",
        /// No authority to decide.
        NoAuthority = "no_authority",
        /// The offer lacks something.
        OfferGap = "offer_gap",
        /// Bought elsewhere.
        ChoseCompetitor = "chose_competitor",
        /// None of the above.
        Other = "other",
    }
);

impl Reason {
    /// In words.
    pub const fn label(self) -> &'static str {
        match self {
            Self::InvalidData => "invalid data",
            Self::SpamOrTest => "spam or test",
            Self::Duplicate => "duplicate",
            Self::OutsideIcp => "outside ICP",
            Self::WrongPerson => "wrong person",
            Self::ExistingCustomer => "existing customer",
            Self::Competitor => "competitor",
            Self::SellerOrStudent => "seller or student",
            Self::BelowCriteria => "below the criteria",
            Self::Unreachable => "unreachable",
            Self::NoNeed => "no need",
            Self::NoBudget => "no budget",
            Self::NotNow => "not now",
            Self::NoAuthority => "no authority",
            Self::OfferGap => "gap in the offer",
            Self::ChoseCompetitor => "chose a competitor",
            Self::Other => "other",
        }
    }
}

text_enum!(
    /// Whether a lead meets a criterion, as the one who spoke to it found.
    Fit {
        /// It does.
        Yes = "yes",
        /// It does not.
        No = "no",
        /// That was not found out.
        Unknown = "unknown",
    }
);

text_enum!(
    /// How sales tried to reach a lead.
    TouchKind {
        /// By telephone.
        Call = "call",
        /// By mail.
        Mail = "mail",
        /// Face to face, or on a screen.
        Meeting = "meeting",
        /// By a short message.
        Message = "message",
    }
);

text_enum!(
    /// What a lead waits for. In this order: of several things owed the first is its stage.
    Stage {
        /// Sales says whether it takes it on. Silence past the agreed time accepts.
        Acceptance = "acceptance",
        /// The first attempt to reach it.
        Touch = "touch",
        /// The next attempt, or what its rep planned to do next.
        Attempt = "attempt",
        /// A complete verdict.
        Verdict = "verdict",
    }
);

/// A point of a lead's history, known to the second or only by its day (then it stands at the day's first second).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Moment {
    /// When.
    pub at: Instant,
    /// Only the day is known: counts at the start of the day for K1 and K2, is compared by day for K3, and
    /// enters no duration.
    pub day_only: bool,
}
