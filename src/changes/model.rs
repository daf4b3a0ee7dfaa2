//! One entry of the change log.

use crate::period::Instant;
use crate::{id_type, text_enum};
use serde::Serialize;

id_type!(
    /// The place of a change in the order of commits: 1, 2, 3 …
    Seq
);

text_enum!(
    /// What was done.
    ChangeKind {
        /// The workspace was set up, with version 1 of its agreement.
        WorkspaceCreated = "workspace_created",
        /// An import began.
        ImportStarted = "import_started",
        /// An import wrote some of its rows.
        ImportBatch = "import_batch",
        /// An import has written all of its rows.
        ImportCompleted = "import_completed",
        /// An import is being taken back.
        ImportUndoStarted = "import_undo_started",
        /// Some rows of an import were taken back.
        ImportUndoBatch = "import_undo_batch",
        /// Nothing of an import is left.
        ImportUndone = "import_undone",
        /// Somebody may sign in who could not before: a new account.
        AccountAdded = "account_added",
        /// Name, team or flags of an account.
        AccountChanged = "account_changed",
        /// An account cannot sign in any more.
        AccountDisabled = "account_disabled",
        /// It can again.
        AccountEnabled = "account_enabled",
        /// The people of the sample company came.
        SamplePeopleAdded = "sample_people_added",
        /// They went.
        SamplePeopleRemoved = "sample_people_removed",
        /// Name, zone, currency or week of the workspace.
        WorkspaceChanged = "workspace_changed",
        /// Somebody wrote a row of spend by hand.
        SpendAdded = "spend_added",
        /// Somebody corrected one.
        SpendChanged = "spend_changed",
        /// Somebody deleted one.
        SpendDeleted = "spend_deleted",
        /// A deleted one is back.
        SpendBroughtBack = "spend_brought_back",
        /// Somebody wrote down an exchange rate.
        RateSet = "rate_set",
        /// Somebody took one away.
        RateRemoved = "rate_removed",
        /// Somebody said which channel a name stands for.
        ChannelNamed = "channel_named",
        /// A name stands for no channel any more.
        ChannelUnnamed = "channel_unnamed",
        /// How files of a shape are read was forgotten.
        MappingForgotten = "mapping_forgotten",
        /// Somebody said for leads what they lacked: a channel, a persona, an owner.
        LeadsCompleted = "leads_completed",
        /// Somebody corrected a lead's address.
        EmailCorrected = "email_corrected",
        /// Somebody took events out of a lead's history that cannot have been so.
        EventsVoided = "events_voided",
        /// Such work on leads was taken back.
        WorkTakenBack = "work_taken_back",
        /// Leads are one lead from now on.
        LeadsMerged = "leads_merged",
        /// A lead stands for itself again.
        LeadUnmerged = "lead_unmerged",
        /// A rule reached some more of its leads.
        RuleBatch = "rule_batch",
        /// A head's rule leaves leads out of every number.
        RuleAdded = "rule_added",
        /// It does so again.
        RuleSwitchedOn = "rule_switched_on",
        /// It does so no more.
        RuleSwitchedOff = "rule_switched_off",
        /// A link by which somebody may join was taken back.
        InviteWithdrawn = "invite_withdrawn",
        /// A link by which somebody may join.
        InviteMade = "invite_made",
        /// Every session of somebody was ended by an admin.
        SessionsEnded = "sessions_ended",
        /// Somebody was given a password on the command line.
        PasswordSet = "password_set",
        /// Somebody's second factor was switched off on the command line.
        SecondFactorRemoved = "second_factor_removed",
        /// A link by which somebody may choose a new password.
        ResetMade = "reset_made",
        /// Somebody wrote a lead down by hand.
        LeadAdded = "lead_added",
        /// Somebody gave a lead to sales by hand.
        LeadHandedOver = "lead_handed_over",
        /// Sales tried to reach a lead.
        LeadTouched = "lead_touched",
        /// Sales took leads on.
        LeadAccepted = "lead_accepted",
        /// Sales gave a verdict.
        LeadJudged = "lead_judged",
        /// Sales opened a deal.
        LeadOpened = "lead_opened",
        /// A deal was won.
        LeadWon = "lead_won",
        /// A deal was lost.
        LeadLost = "lead_lost",
        /// What is done next was planned.
        LeadPlanned = "lead_planned",
        /// Leads were given to somebody.
        LeadAssigned = "lead_assigned",
        /// A comment on a lead.
        LeadCommented = "lead_commented",
        /// An event was voided.
        LeadCorrected = "lead_corrected",
        /// Somebody took back what they had just done.
        LeadUndone = "lead_undone",
        /// Recycled leads came back on their day.
        LeadReturned = "lead_returned",
        /// People were told what is due or late by now.
        DueTold = "due_told",
        /// Marketing answered a verdict.
        VerdictAnswered = "verdict_answered",
        /// Marketing contested a verdict.
        VerdictDisputed = "verdict_disputed",
        /// A head ruled on a dispute.
        DisputeRuled = "dispute_ruled",
        /// A new reason for turning a lead down.
        ReasonAdded = "reason_added",
        /// One was changed.
        ReasonChanged = "reason_changed",
        /// One was retired.
        ReasonRetired = "reason_retired",
        /// A retired one is back.
        ReasonBroughtBack = "reason_brought_back",
        /// A new term of the glossary.
        TermAdded = "term_added",
        /// One was changed.
        TermChanged = "term_changed",
        /// A head approved one for the team.
        TermApproved = "term_approved",
        /// One is not used any more.
        TermRetired = "term_retired",
        /// A retired one is back.
        TermBroughtBack = "term_brought_back",
        /// The next version of the agreement was begun.
        AgreementDrafted = "agreement_drafted",
        /// Its draft was changed.
        AgreementChanged = "agreement_changed",
        /// Somebody said something about it.
        AgreementCommented = "agreement_commented",
        /// Its text stands, and both heads are to sign it.
        AgreementProposed = "agreement_proposed",
        /// It is a draft again.
        AgreementSentBack = "agreement_sent_back",
        /// One side has signed it.
        AgreementSigned = "agreement_signed",
        /// Both have: it is a version.
        AgreementAgreed = "agreement_agreed",
        /// It was given up.
        AgreementWithdrawn = "agreement_withdrawn",
        /// It was taken up again.
        AgreementBroughtBack = "agreement_brought_back",
        /// A version is in force from today.
        AgreementInForce = "agreement_in_force",
        /// A head wants to take back a version that is not in force yet.
        AgreementRecallAsked = "agreement_recall_asked",
        /// Both heads took it back.
        AgreementRecalled = "agreement_recalled",
        /// A head named who signs for them.
        DeputyNamed = "deputy_named",
        /// Nobody does any more.
        DeputyEnded = "deputy_ended",
        /// A new persona.
        PersonaAdded = "persona_added",
        /// Name, part in buying, segment or owners of one.
        PersonaChanged = "persona_changed",
        /// A team said that a persona is still true.
        PersonaConfirmed = "persona_confirmed",
        /// The owners of personas were told to confirm them.
        PersonaReminded = "persona_reminded",
        /// A persona was retired.
        PersonaRetired = "persona_retired",
        /// A persona became a part of another.
        PersonaMerged = "persona_merged",
        /// A retired or merged one is back.
        PersonaBroughtBack = "persona_brought_back",
        /// Which leads are a persona's by rule.
        PersonaRuleChanged = "persona_rule_changed",
        /// Some more leads got the persona that the rules say.
        PersonaRuleBatch = "persona_rule_batch",
        /// A new statement of a persona.
        StatementAdded = "statement_added",
        /// One was written anew.
        StatementChanged = "statement_changed",
        /// One was put above or below another.
        StatementMoved = "statement_moved",
        /// One was deleted.
        StatementDeleted = "statement_deleted",
        /// A deleted one is back.
        StatementBroughtBack = "statement_brought_back",
        /// Sales wrote something beside a persona.
        PersonaAnnotated = "persona_annotated",
        /// Marketing answered it.
        AnnotationAnswered = "annotation_answered",
        /// Somebody said by hand whose a lead is.
        LeadPersonaSet = "lead_persona_set",
        /// Somebody began an item of the library.
        ContentAdded = "content_added",
        /// Somebody changed what one says, or brought it into another status.
        ContentChanged = "content_changed",
        /// Somebody said that one is right as it is.
        ContentConfirmed = "content_confirmed",
        /// One got a new version.
        ContentVersionAdded = "content_version_added",
        /// An older version of one counts again.
        ContentVersionRestored = "content_version_restored",
        /// One was deleted.
        ContentDeleted = "content_deleted",
        /// A deleted one is back.
        ContentBroughtBack = "content_brought_back",
        /// Many were tagged at once.
        ContentTagged = "content_tagged",
        /// A lead got one.
        ContentShared = "content_shared",
        /// It did not, after all.
        ContentUnshared = "content_unshared",
        /// Sales rated one.
        ContentRated = "content_rated",
        /// Somebody wrote beside an item or a request.
        ContentCommented = "content_commented",
        /// Items came from a list.
        ContentImported = "content_imported",
        /// Owners were told what of theirs expires.
        ContentOwnersTold = "content_owners_told",
        /// Somebody asked for content.
        RequestAdded = "request_added",
        /// A request or its brief was changed, or got further.
        RequestChanged = "request_changed",
        /// Somebody else misses it too, or no more.
        RequestVoted = "request_voted",
        /// A request was deleted.
        RequestDeleted = "request_deleted",
        /// A deleted one is back.
        RequestBroughtBack = "request_brought_back",
    }
);

text_enum!(
    /// What kind of thing it was done to.
    Entity {
        /// The workspace itself.
        Workspace = "workspace",
        /// An import as a whole.
        Import = "import",
        /// One lead, by the hand of a person.
        Lead = "lead",
        /// Leads, by the hand of a person: the change tells which (`lead_work`).
        Leads = "leads",
        /// Leads that are one: the survivor.
        Merge = "merge",
        /// A rule that leaves leads out.
        Rule = "rule",
        /// Somebody's account.
        Account = "account",
        /// One row of the spend ledger, by the hand of a person.
        Spend = "spend",
        /// The list of reasons for turning a lead down.
        Reason = "reason",
        /// A term of the glossary.
        Term = "term",
        /// A persona.
        Persona = "persona",
        /// A statement of a persona.
        Statement = "persona_statement",
        /// An exchange rate.
        Rate = "rate",
        /// A draft of the agreement, and the version that it becomes.
        Agreement = "agreement",
        /// What became of one: proposed, signed, in force.
        AgreementVersion = "agreement_version",
        /// What is remembered of files: their mapping, and other names of channels.
        Memory = "memory",
        /// An item of the content library.
        Content = "content",
        /// A request for content, or its brief.
        Request = "request",
    }
);

text_enum!(
    /// What an open page may be about: with a change come the topics that it concerns, and a page that shows none of
    /// them need not ask again.
    Topic {
        /// Leads, spend and what is computed from them.
        Numbers = "numbers",
        /// Which imports there were and how far they are.
        Imports = "imports",
        /// The spend ledger.
        Spend = "spend",
        /// Accounts and invites.
        People = "people",
        /// Name, zone, currency and week of the workspace.
        Workspace = "workspace",
        /// What leads are, what happened to them and whose they are.
        Leads = "leads",
        /// Verdicts, answers to them and the list of reasons.
        Feedback = "feedback",
        /// The glossary.
        Definitions = "definitions",
        /// Drafts, signatures and versions of the agreement.
        Agreement = "agreement",
        /// Personas, and what is written beside them.
        Personas = "personas",
        /// The content library and what is asked for.
        Content = "content",
    }
);

impl ChangeKind {
    /// What a change of this kind concerns.
    pub const fn topics(self) -> &'static [Topic] {
        match self {
            Self::WorkspaceCreated | Self::WorkspaceChanged => &[Topic::Workspace, Topic::Numbers],
            Self::ImportStarted
            | Self::ImportBatch
            | Self::ImportCompleted
            | Self::ImportUndoStarted
            | Self::ImportUndoBatch
            | Self::ImportUndone => &[Topic::Imports, Topic::Spend, Topic::Numbers, Topic::Leads, Topic::Feedback],
            Self::SpendAdded | Self::SpendChanged | Self::SpendDeleted | Self::SpendBroughtBack => {
                &[Topic::Spend, Topic::Numbers]
            }
            Self::RateSet | Self::RateRemoved => &[Topic::Spend],
            Self::ChannelNamed | Self::ChannelUnnamed | Self::MappingForgotten => &[Topic::Imports],
            Self::LeadsCompleted | Self::EmailCorrected => &[Topic::Leads, Topic::Numbers],
            // Verdicts go and come back with their events and their leads.
            Self::EventsVoided
            | Self::WorkTakenBack
            | Self::LeadsMerged
            | Self::LeadUnmerged
            | Self::RuleAdded
            | Self::RuleBatch
            | Self::RuleSwitchedOn
            | Self::RuleSwitchedOff => &[Topic::Leads, Topic::Feedback, Topic::Numbers],
            Self::AccountAdded
            | Self::AccountChanged
            | Self::AccountDisabled
            | Self::AccountEnabled
            | Self::InviteWithdrawn
            | Self::InviteMade
            | Self::ResetMade
            | Self::SessionsEnded
            | Self::PasswordSet
            | Self::SecondFactorRemoved => &[Topic::People],
            Self::LeadAdded
            | Self::LeadHandedOver
            | Self::LeadTouched
            | Self::LeadAccepted
            | Self::LeadOpened
            | Self::LeadWon
            | Self::LeadLost
            | Self::LeadAssigned
            | Self::LeadReturned => &[Topic::Leads, Topic::Numbers],
            Self::LeadPlanned | Self::LeadCommented => &[Topic::Leads],
            Self::LeadJudged | Self::LeadCorrected | Self::LeadUndone => {
                &[Topic::Leads, Topic::Feedback, Topic::Numbers]
            }
            Self::VerdictAnswered | Self::VerdictDisputed | Self::DisputeRuled => {
                &[Topic::Feedback, Topic::Leads, Topic::Numbers]
            }
            Self::ReasonAdded | Self::ReasonChanged | Self::ReasonRetired | Self::ReasonBroughtBack => {
                &[Topic::Feedback]
            }
            Self::TermAdded | Self::TermChanged | Self::TermApproved | Self::TermRetired | Self::TermBroughtBack => {
                &[Topic::Definitions]
            }
            Self::AgreementDrafted
            | Self::AgreementChanged
            | Self::AgreementCommented
            | Self::AgreementProposed
            | Self::AgreementSentBack
            | Self::AgreementSigned
            | Self::AgreementWithdrawn
            | Self::AgreementBroughtBack
            | Self::AgreementRecallAsked
            | Self::DeputyNamed
            | Self::DeputyEnded => &[Topic::Agreement],
            Self::AgreementAgreed | Self::AgreementRecalled | Self::AgreementInForce => {
                &[Topic::Agreement, Topic::Numbers, Topic::Leads]
            }
            // Bells ring by the notices themselves.
            Self::DueTold => &[],
            Self::PersonaAdded
            | Self::PersonaChanged
            | Self::PersonaConfirmed
            | Self::PersonaReminded
            | Self::StatementAdded
            | Self::StatementChanged
            | Self::StatementMoved
            | Self::StatementDeleted
            | Self::StatementBroughtBack
            | Self::PersonaAnnotated
            | Self::AnnotationAnswered => &[Topic::Personas],
            Self::PersonaRuleChanged => &[Topic::Personas, Topic::Numbers],
            // What of the library was for one persona is for another, and the map has another row.
            Self::PersonaRetired | Self::PersonaMerged | Self::PersonaBroughtBack => {
                &[Topic::Personas, Topic::Numbers, Topic::Content]
            }
            Self::PersonaRuleBatch | Self::LeadPersonaSet => &[Topic::Personas, Topic::Leads, Topic::Numbers],
            Self::ContentShared | Self::ContentUnshared => &[Topic::Content, Topic::Leads],
            Self::ContentAdded
            | Self::ContentChanged
            | Self::ContentConfirmed
            | Self::ContentVersionAdded
            | Self::ContentVersionRestored
            | Self::ContentDeleted
            | Self::ContentBroughtBack
            | Self::ContentTagged
            | Self::ContentRated
            | Self::ContentCommented
            | Self::ContentImported
            | Self::ContentOwnersTold
            | Self::RequestAdded
            | Self::RequestChanged
            | Self::RequestVoted
            | Self::RequestDeleted
            | Self::RequestBroughtBack => &[Topic::Content],
            // Only with them the scoreboard offers to take the sample company away.
            Self::SamplePeopleAdded | Self::SamplePeopleRemoved => &[Topic::People, Topic::Numbers],
        }
    }
}

/// What is written down about a change. No personal value of a lead may stand in it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Change {
    /// When, by the clock of the caller.
    pub at: Instant,
    /// Who: a person's name, or `command line`.
    pub actor: String,
    /// What was done.
    pub kind: ChangeKind,
    /// To what kind of thing.
    pub entity: Entity,
    /// To which one.
    pub entity_id: Option<i64>,
    /// What else there is to say, such as counts, or before and after.
    pub detail: serde_json::Value,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether a change of this kind writes rows of leads or of what happened to them.
    const fn writes_leads(kind: ChangeKind) -> bool {
        matches!(
            kind,
            ChangeKind::ImportBatch
                | ChangeKind::ImportUndoBatch
                | ChangeKind::LeadsCompleted
                | ChangeKind::EmailCorrected
                | ChangeKind::EventsVoided
                | ChangeKind::WorkTakenBack
                | ChangeKind::LeadsMerged
                | ChangeKind::LeadUnmerged
                | ChangeKind::RuleBatch
                | ChangeKind::RuleAdded
                | ChangeKind::RuleSwitchedOn
                | ChangeKind::RuleSwitchedOff
                | ChangeKind::LeadAdded
                | ChangeKind::LeadHandedOver
                | ChangeKind::LeadTouched
                | ChangeKind::LeadAccepted
                | ChangeKind::LeadJudged
                | ChangeKind::LeadOpened
                | ChangeKind::LeadWon
                | ChangeKind::LeadLost
                | ChangeKind::LeadPlanned
                | ChangeKind::LeadAssigned
                | ChangeKind::LeadCommented
                | ChangeKind::LeadCorrected
                | ChangeKind::LeadUndone
                | ChangeKind::LeadReturned
                | ChangeKind::VerdictAnswered
                | ChangeKind::VerdictDisputed
                | ChangeKind::DisputeRuled
        )
    }

    #[test]
    fn whatever_writes_leads_is_told_to_the_queue_and_to_their_pages() {
        for kind in ChangeKind::ALL.iter().filter(|kind| writes_leads(**kind)) {
            assert!(kind.topics().contains(&Topic::Leads), "{}", kind.key());
        }
    }

    #[test]
    fn where_verdicts_go_or_come_back_the_loop_is_told() {
        for kind in [
            ChangeKind::EventsVoided,
            ChangeKind::WorkTakenBack,
            ChangeKind::LeadsMerged,
            ChangeKind::LeadUnmerged,
            ChangeKind::RuleBatch,
            ChangeKind::RuleAdded,
            ChangeKind::RuleSwitchedOn,
            ChangeKind::RuleSwitchedOff,
            ChangeKind::LeadJudged,
            ChangeKind::LeadCorrected,
            ChangeKind::LeadUndone,
        ] {
            assert!(kind.topics().contains(&Topic::Feedback), "{}", kind.key());
        }
    }
}
