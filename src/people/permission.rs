//! The one table of who may do what.

use super::model::{Standing, Team};
use crate::error::{AppError, Result};
use crate::text_enum;

text_enum!(
    /// Something that a person does or sees, as finely as permissions differ.
    Action {
        /// Scoreboard, agreement, personas, content, report, activity: numbers and texts without a lead's name.
        SeeNumbers = "see_numbers",
        /// Leads with name, e-mail and phone, on a page, in a payload or in an export.
        SeeLeads = "see_leads",
        /// Leads from files, and undoing such an import.
        ImportLeads = "import_leads",
        /// Spend from files, and undoing such an import.
        ImportSpend = "import_spend",
        /// Rows of the spend ledger by hand; those of pay need [`Self::SeePay`] besides.
        EditSpend = "edit_spend",
        /// Opportunities and wins from files.
        ImportOutcomes = "import_outcomes",
        /// Touches, status changes and activities from files.
        ImportEvents = "import_events",
        /// Accept, reject, log touches, give verdicts, open and close opportunities.
        WorkLeads = "work_leads",
        /// Write a new lead down by hand.
        AddLeads = "add_leads",
        /// Give a lead to sales by hand.
        HandOver = "hand_over",
        /// The list of reasons for which a lead is turned down.
        EditReasons = "edit_reasons",
        /// Say for leads what they lack: channel, persona, owner, a good address.
        CompleteLeads = "complete_leads",
        /// Answer a verdict, take over, dispute a rejection.
        ReplyToFeedback = "reply_to_feedback",
        /// Drafts of the agreement and of the definitions.
        EditAgreement = "edit_agreement",
        /// Sign a version for the own team.
        SignAgreement = "sign_agreement",
        /// Rule on a dispute, together with the other head.
        RuleOnDisputes = "rule_on_disputes",
        /// Statements of personas.
        EditPersonas = "edit_personas",
        /// Confirm, contradict or question a statement.
        AnnotatePersonas = "annotate_personas",
        /// Take over or decline an annotation.
        AnswerAnnotations = "answer_annotations",
        /// Write drafts, ask for content, log its use.
        UseContent = "use_content",
        /// Approve, tag and retire content.
        CurateContent = "curate_content",
        /// Join leads that are one, and take leads out of the numbers by rule.
        MoveNumbers = "move_numbers",
        /// People's pay in the ledger.
        SeePay = "see_pay",
        /// Close the monthly report.
        CloseReport = "close_report",
        /// Links by which others join.
        Invite = "invite",
        /// Accounts: change, disable, end sessions, make reset links.
        ManagePeople = "manage_people",
        /// Name, zone, currency, tokens.
        ManageWorkspace = "manage_workspace",
        /// The own profile, password, second factor and sessions.
        ManageSelf = "manage_self",
    }
);

const VIEWER: u8 = 1;
const MARKETING: u8 = 2;
const SALES: u8 = 4;
const HEAD: u8 = 8;
const ADMIN: u8 = 16;
const BOTH: u8 = MARKETING | SALES;
const ALL: u8 = VIEWER | BOTH;

impl Action {
    /// The table. Everybody is either viewer, marketing or sales, and may be head or admin besides.
    const fn granted_to(self) -> u8 {
        match self {
            Self::SeeNumbers | Self::ManageSelf => ALL,
            Self::SeeLeads => BOTH,
            Self::ImportLeads | Self::ImportSpend => MARKETING,
            Self::EditSpend => MARKETING | HEAD,
            Self::ImportOutcomes | Self::ImportEvents => BOTH,
            Self::WorkLeads => SALES,
            Self::AddLeads => BOTH,
            Self::HandOver => MARKETING,
            Self::EditReasons => HEAD,
            Self::CompleteLeads => MARKETING | HEAD,
            Self::ReplyToFeedback => MARKETING,
            Self::EditAgreement => BOTH,
            Self::SignAgreement | Self::RuleOnDisputes => HEAD,
            Self::EditPersonas => BOTH,
            Self::AnnotatePersonas => SALES,
            Self::AnswerAnnotations => MARKETING,
            Self::UseContent => BOTH,
            Self::CurateContent => MARKETING,
            Self::MoveNumbers | Self::SeePay | Self::CloseReport => HEAD,
            Self::Invite => HEAD | ADMIN,
            Self::ManagePeople | Self::ManageWorkspace => ADMIN,
        }
    }

    /// What it is called where it is refused: “Only … may *sign the agreement*.”
    const fn words(self) -> &'static str {
        match self {
            Self::SeeNumbers => "see the scoreboard",
            Self::SeeLeads => "see leads with their names",
            Self::ImportLeads => "import leads",
            Self::ImportSpend => "import spend",
            Self::EditSpend => "write spend",
            Self::ImportOutcomes => "import outcomes",
            Self::ImportEvents => "import events",
            Self::WorkLeads => "work leads",
            Self::AddLeads => "write leads down",
            Self::HandOver => "hand leads over",
            Self::EditReasons => "edit the list of reasons",
            Self::CompleteLeads => "say what leads lack",
            Self::ReplyToFeedback => "reply to feedback",
            Self::EditAgreement => "edit drafts of the agreement",
            Self::SignAgreement => "sign the agreement",
            Self::RuleOnDisputes => "rule on disputes",
            Self::EditPersonas => "edit personas",
            Self::AnnotatePersonas => "annotate personas",
            Self::AnswerAnnotations => "answer annotations",
            Self::UseContent => "draft and request content",
            Self::CurateContent => "approve and retire content",
            Self::MoveNumbers => "merge leads or take them out of the numbers",
            Self::SeePay => "see pay",
            Self::CloseReport => "close the monthly report",
            Self::Invite => "invite people",
            Self::ManagePeople => "manage people",
            Self::ManageWorkspace => "change the workspace",
            Self::ManageSelf => "change the own account",
        }
    }
}

impl Standing {
    /// Whether somebody of this standing may do it.
    pub const fn may(self, action: Action) -> bool {
        let mut roles = match self.team {
            None => VIEWER,
            Some(Team::Marketing) => MARKETING,
            Some(Team::Sales) => SALES,
        };
        if self.head {
            roles |= HEAD;
        }
        if self.admin {
            roles |= ADMIN;
        }
        action.granted_to() & roles != 0
    }

    /// The same as an error that says who may.
    ///
    /// # Errors
    /// Somebody of this standing may not.
    pub fn require(self, action: Action) -> Result<()> {
        if self.may(action) {
            return Ok(());
        }
        let who: Vec<_> = [
            (VIEWER, "viewers"),
            (MARKETING, "marketing"),
            (SALES, "sales"),
            (HEAD, "the heads of the teams"),
            (ADMIN, "admins"),
        ]
        .into_iter()
        .filter_map(|(role, name)| (action.granted_to() & role != 0).then_some(name))
        .collect();
        Err(AppError::Forbidden(format!(
            "Only {} may {}; you are here as {}. An admin can change that under Settings, People.",
            who.join(" and "),
            action.words(),
            self.words()
        )))
    }
}

#[cfg(test)]
mod tests {
    use super::Action::*;
    use super::*;

    const fn standing(team: Option<Team>, head: bool, admin: bool) -> Standing {
        Standing { team, head, admin }
    }

    const VIEWS: Standing = standing(None, false, false);
    const MARKETS: Standing = standing(Some(Team::Marketing), false, false);
    const SELLS: Standing = standing(Some(Team::Sales), false, false);

    /// Section by section as the product is described, so that a change of the table is a change of a promise.
    #[test]
    fn each_may_what_the_product_says_and_nothing_else() {
        let everybody = [SeeNumbers, ManageSelf];
        let both = [SeeLeads, AddLeads, ImportOutcomes, ImportEvents, EditAgreement, EditPersonas, UseContent];
        let marketing = [
            ImportLeads,
            ImportSpend,
            EditSpend,
            HandOver,
            CompleteLeads,
            ReplyToFeedback,
            AnswerAnnotations,
            CurateContent,
        ];
        let sales = [WorkLeads, AnnotatePersonas];
        let heads = [
            EditSpend,
            EditReasons,
            CompleteLeads,
            SignAgreement,
            RuleOnDisputes,
            MoveNumbers,
            SeePay,
            CloseReport,
            Invite,
        ];
        let admins = [Invite, ManagePeople, ManageWorkspace];
        for &action in Action::ALL {
            let of_all = everybody.contains(&action);
            let of_both = of_all || both.contains(&action);
            assert_eq!(VIEWS.may(action), of_all, "viewer, {action}");
            assert_eq!(MARKETS.may(action), of_both || marketing.contains(&action), "marketing, {action}");
            assert_eq!(SELLS.may(action), of_both || sales.contains(&action), "sales, {action}");
            let head = standing(Some(Team::Sales), true, false);
            assert_eq!(head.may(action), SELLS.may(action) || heads.contains(&action), "head of sales, {action}");
            let admin = standing(None, false, true);
            assert_eq!(admin.may(action), of_all || admins.contains(&action), "admin without a team, {action}");
        }
    }

    #[test]
    fn a_flag_never_takes_anything_away() {
        for team in [None, Some(Team::Marketing), Some(Team::Sales)] {
            for &action in Action::ALL {
                let plain = standing(team, false, false).may(action);
                for (head, admin) in [(true, false), (false, true), (true, true)] {
                    assert!(!plain || standing(team, head, admin).may(action), "{team:?} {head} {admin} {action}");
                }
            }
        }
    }

    #[test]
    fn a_refusal_says_who_may() {
        let refused = SELLS.require(ImportLeads).expect_err("leads are marketing's to import").to_string();
        assert!(refused.starts_with("Only marketing may import leads; you are here as sales."), "{refused}");
    }
}
