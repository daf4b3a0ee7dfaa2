//! Which path needs which permission. A path that is not in this table is answered to nobody.

use super::permission::Action;

/// What a path asks of whoever comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// Nothing: signing in, probes.
    Nothing,
    /// Somebody who may do this. Every further rule (own or others', own team) is the handler's.
    May(Action),
}

use Action::*;
use Need::{May, Nothing};

/// Every path by its pattern, for all its methods: pages, forms, server functions, probes. Files of the site and the
/// page that says that there is nothing here are no paths.
pub const PATHS: &[(&str, Need)] = &[
    ("/healthz", Nothing),
    ("/readyz", Nothing),
    // with its own token
    ("/metrics", Nothing),
    // in front of the door
    ("/welcome", Nothing),
    ("/sign-in", Nothing),
    ("/sign-in/code", Nothing),
    ("/sign-in/provider", Nothing),
    ("/sign-in/provider/return", Nothing),
    ("/join", Nothing),
    ("/reset", Nothing),
    ("/sign-in/cast", Nothing),
    ("/sign-out", May(ManageSelf)),
    // numbers
    ("/", May(SeeNumbers)),
    ("/kpis/{name}", May(SeeNumbers)),
    ("/ui", May(SeeNumbers)),
    ("/api/scoreboard", May(SeeNumbers)),
    ("/api/kpi", May(SeeNumbers)),
    ("/api/choices", May(SeeNumbers)),
    // the leads behind them: personal values are for those who may SeeLeads, the handlers see to that
    ("/kpis/{name}/leads", May(SeeNumbers)),
    ("/kpis/{name}/leads.csv", May(SeeNumbers)),
    ("/api/list", May(SeeNumbers)),
    // the sample company
    ("/api/load-sample", May(ManageWorkspace)),
    ("/api/remove-sample", May(ManageWorkspace)),
    // the own account
    ("/settings", May(ManageSelf)),
    ("/settings/name", May(ManageSelf)),
    ("/settings/password", May(ManageSelf)),
    ("/settings/sessions/end", May(ManageSelf)),
    ("/settings/second-factor/begin", May(ManageSelf)),
    ("/settings/second-factor/confirm", May(ManageSelf)),
    ("/settings/second-factor/end", May(ManageSelf)),
    ("/settings/provider/connect", May(ManageSelf)),
    ("/settings/provider/disconnect", May(ManageSelf)),
    ("/settings/events.csv", May(ManageSelf)),
    ("/settings/notices", May(ManageSelf)),
    ("/settings/notices/save", May(ManageSelf)),
    // the workspace
    ("/settings/workspace", May(SeeNumbers)),
    ("/settings/workspace/save", May(ManageWorkspace)),
    // the lead queue: what is done with leads needs more, which whoever does it asks for
    ("/leads", May(SeeLeads)),
    ("/leads/rows", May(SeeLeads)),
    ("/leads.csv", May(SeeLeads)),
    ("/leads/new", May(AddLeads)),
    ("/leads/add", May(AddLeads)),
    ("/leads/bulk", May(SeeLeads)),
    ("/leads/bulk/undo", May(SeeLeads)),
    ("/leads/{id}", May(SeeLeads)),
    ("/leads/{id}/do", May(SeeLeads)),
    ("/leads/{id}/undo", May(SeeLeads)),
    ("/leads/views/save", May(SeeLeads)),
    ("/leads/views/remove", May(SeeLeads)),
    // the feedback loop: whose the leads are, and what was said, is for those who may SeeLeads, the handlers see to that
    ("/feedback", May(SeeNumbers)),
    ("/feedback.csv", May(SeeLeads)),
    ("/feedback/answer", May(ReplyToFeedback)),
    ("/feedback/rule", May(RuleOnDisputes)),
    ("/feedback/why", May(SeeNumbers)),
    ("/feedback/why.csv", May(SeeNumbers)),
    ("/feedback/lost.csv", May(SeeLeads)),
    ("/feedback/features.csv", May(SeeLeads)),
    ("/feedback/more", May(SeeNumbers)),
    ("/feedback/more.csv", May(SeeNumbers)),
    ("/feedback/returns", May(SeeLeads)),
    ("/feedback/returns.csv", May(SeeLeads)),
    ("/feedback/reasons", May(SeeNumbers)),
    ("/feedback/reasons.csv", May(SeeNumbers)),
    ("/feedback/reasons/add", May(EditReasons)),
    ("/feedback/reasons/change", May(EditReasons)),
    ("/feedback/reasons/retire", May(EditReasons)),
    ("/feedback/reasons/bring-back", May(EditReasons)),
    // the agreement: who may sign, a deputy among them, the handlers ask; names of leads are for those who may SeeLeads
    ("/agreement", May(SeeNumbers)),
    ("/agreement/promises.csv", May(SeeNumbers)),
    ("/agreement/breaches.csv", May(SeeNumbers)),
    ("/agreement/draft", May(SeeNumbers)),
    ("/agreement/draft/begin", May(EditAgreement)),
    ("/agreement/draft/save", May(EditAgreement)),
    ("/agreement/draft/propose", May(EditAgreement)),
    ("/agreement/draft/back", May(EditAgreement)),
    ("/agreement/draft/sign", May(EditAgreement)),
    ("/agreement/draft/comment", May(EditAgreement)),
    ("/agreement/draft/withdraw", May(EditAgreement)),
    ("/agreement/draft/bring-back", May(EditAgreement)),
    ("/agreement/holidays", May(EditAgreement)),
    ("/agreement/holidays/add", May(EditAgreement)),
    ("/agreement/holidays/take", May(EditAgreement)),
    ("/agreement/versions", May(SeeNumbers)),
    ("/agreement/versions.csv", May(SeeNumbers)),
    ("/agreement/versions/recall", May(SignAgreement)),
    ("/agreement/versions/{id}", May(SeeNumbers)),
    ("/agreement/versions/{id}/text", May(SeeNumbers)),
    ("/agreement/compare", May(SeeNumbers)),
    ("/agreement/deputies", May(SeeNumbers)),
    ("/agreement/deputies/name", May(SignAgreement)),
    ("/agreement/deputies/end", May(SignAgreement)),
    // the definitions: texts and counts for everybody; whose the leads are is for those who may SeeLeads
    ("/definitions", May(SeeNumbers)),
    ("/definitions.csv", May(SeeNumbers)),
    ("/definitions.md", May(SeeNumbers)),
    ("/definitions/new", May(EditAgreement)),
    ("/definitions/add", May(EditAgreement)),
    ("/definitions/save", May(EditAgreement)),
    ("/definitions/approve", May(SignAgreement)),
    ("/definitions/retire", May(EditAgreement)),
    ("/definitions/bring-back", May(EditAgreement)),
    ("/definitions/{slug}", May(SeeNumbers)),
    ("/definitions/criteria", May(SeeNumbers)),
    ("/definitions/criteria.csv", May(SeeNumbers)),
    ("/definitions/criteria/leads", May(SeeNumbers)),
    ("/definitions/criteria/leads.csv", May(SeeNumbers)),
    ("/definitions/what-if", May(SeeNumbers)),
    ("/definitions/what-if/result", May(SeeNumbers)),
    ("/definitions/what-if/take", May(EditAgreement)),
    ("/agreement/calculator", May(SeeNumbers)),
    ("/agreement/calculator/take", May(EditAgreement)),
    // personas: what was written beside them, which may be a buyer's words, is for those who may SeeLeads, the handlers
    // see to that
    ("/personas", May(SeeNumbers)),
    ("/personas.csv", May(SeeNumbers)),
    ("/personas/find", May(SeeNumbers)),
    ("/personas/interview", May(SeeNumbers)),
    ("/personas/new", May(EditPersonas)),
    ("/personas/add", May(EditPersonas)),
    ("/personas/import", May(EditPersonas)),
    ("/personas/import-file", May(EditPersonas)),
    ("/personas/save", May(EditPersonas)),
    ("/personas/state", May(EditPersonas)),
    ("/personas/change", May(EditPersonas)),
    ("/personas/move", May(EditPersonas)),
    ("/personas/delete", May(EditPersonas)),
    ("/personas/undelete", May(EditPersonas)),
    ("/personas/confirm", May(EditPersonas)),
    ("/personas/retire", May(EditPersonas)),
    ("/personas/bring-back", May(EditPersonas)),
    ("/personas/annotate", May(AnnotatePersonas)),
    ("/personas/answer", May(AnswerAnnotations)),
    ("/personas/assign", May(EditPersonas)),
    ("/personas/rules", May(SeeNumbers)),
    ("/personas/rules/save", May(EditPersonas)),
    ("/personas/{slug}", May(SeeNumbers)),
    ("/personas/{slug}/merge", May(EditPersonas)),
    ("/personas/{slug}/bring-back", May(EditPersonas)),
    ("/personas/{slug}/rule", May(SeeNumbers)),
    ("/personas/{slug}/persona.md", May(SeeNumbers)),
    // the spend ledger: pay is for those who may SeePay, the handlers see to that
    ("/spend", May(SeeNumbers)),
    ("/spend.csv", May(SeeNumbers)),
    ("/spend/new", May(EditSpend)),
    ("/spend/deleted", May(EditSpend)),
    // the content library: a lead's name is for those who may SeeLeads, what marketing alone decides the handlers see to
    ("/content", May(SeeNumbers)),
    ("/content.csv", May(SeeNumbers)),
    ("/content/found", May(SeeNumbers)),
    ("/content/export.zip", May(UseContent)),
    ("/content/new", May(UseContent)),
    ("/content/add", May(UseContent)),
    ("/content/upload", May(UseContent)),
    ("/content/{id}", May(SeeNumbers)),
    ("/content/{id}/edit", May(UseContent)),
    ("/content/{id}/file/{n}", May(SeeNumbers)),
    ("/content/{id}/uses.csv", May(SeeLeads)),
    ("/content/save", May(UseContent)),
    ("/content/version", May(UseContent)),
    ("/content/version/current", May(UseContent)),
    ("/content/step", May(UseContent)),
    ("/content/confirm", May(UseContent)),
    ("/content/delete", May(UseContent)),
    ("/content/bring-back", May(UseContent)),
    ("/content/comment", May(UseContent)),
    ("/content/share", May(UseContent)),
    ("/content/unshare", May(UseContent)),
    ("/content/rate", May(WorkLeads)),
    ("/content/bulk", May(CurateContent)),
    ("/content/curate", May(UseContent)),
    ("/content/curate.csv", May(UseContent)),
    ("/content/import", May(UseContent)),
    ("/content/import/check", May(UseContent)),
    ("/content/import/run", May(UseContent)),
    ("/content/map", May(SeeNumbers)),
    ("/content/map.csv", May(SeeNumbers)),
    ("/content/objections.csv", May(SeeNumbers)),
    ("/content/misses.csv", May(SeeLeads)),
    ("/content/ask", May(UseContent)),
    ("/content/requests", May(SeeNumbers)),
    ("/content/requests.csv", May(SeeNumbers)),
    ("/content/requests/{id}", May(SeeNumbers)),
    ("/content/requests/save", May(UseContent)),
    ("/content/requests/vote", May(UseContent)),
    ("/content/requests/step", May(UseContent)),
    ("/content/requests/comment", May(UseContent)),
    ("/content/requests/delete", May(UseContent)),
    ("/content/requests/bring-back", May(UseContent)),
    // what imports remember; forgetting a mapping asks for the kind besides
    ("/import/memory", May(ImportOutcomes)),
    ("/import/memory/channels.csv", May(ImportOutcomes)),
    ("/import/memory/name", May(ImportLeads)),
    ("/import/memory/unname", May(ImportLeads)),
    ("/import/memory/forget", May(ImportOutcomes)),
    ("/spend/rates", May(SeeNumbers)),
    ("/spend/rates.csv", May(SeeNumbers)),
    ("/spend/rates/set", May(EditSpend)),
    ("/spend/{id}", May(EditSpend)),
    ("/spend/add", May(EditSpend)),
    ("/spend/save", May(EditSpend)),
    ("/spend/delete", May(EditSpend)),
    ("/spend/bring-back", May(EditSpend)),
    // files on their way in: which kinds somebody may import, the handlers see to; what is uploaded is its person's own
    ("/import", May(ImportOutcomes)),
    ("/import/example/{kind}", May(ImportOutcomes)),
    ("/import/upload", May(ImportOutcomes)),
    ("/import/{id}", May(ImportOutcomes)),
    ("/import/{id}/columns", May(ImportOutcomes)),
    ("/import/{id}/check", May(ImportOutcomes)),
    ("/import/{id}/run", May(ImportOutcomes)),
    ("/import/{id}/stop", May(ImportOutcomes)),
    ("/import/{id}/discard", May(ImportOutcomes)),
    ("/import/{id}/rejected.csv", May(ImportOutcomes)),
    ("/import/history", May(ImportOutcomes)),
    ("/import/history.csv", May(ImportOutcomes)),
    ("/import/history/{id}", May(ImportOutcomes)),
    ("/import/history/{id}/undo", May(ImportOutcomes)),
    ("/import/history/{id}/leads", May(ImportOutcomes)),
    ("/import/history/{id}/leads.csv", May(ImportOutcomes)),
    // data quality: lists name leads, counts do not
    ("/import/quality", May(SeeNumbers)),
    ("/import/quality/{finding}", May(SeeLeads)),
    ("/import/quality/{finding}/leads.csv", May(SeeLeads)),
    ("/import/quality/fill", May(CompleteLeads)),
    ("/import/quality/email", May(CompleteLeads)),
    ("/import/quality/void", May(WorkLeads)),
    ("/import/quality/take-back", May(SeeLeads)),
    ("/import/quality/merge", May(MoveNumbers)),
    ("/import/quality/unmerge", May(MoveNumbers)),
    ("/import/quality/merged", May(SeeLeads)),
    ("/import/quality/rules", May(SeeLeads)),
    ("/import/quality/rules/preview", May(MoveNumbers)),
    ("/import/quality/rules/add", May(MoveNumbers)),
    ("/import/quality/rules/switch", May(MoveNumbers)),
    // what a document was before: its slice says who sees and changes it
    ("/history/{entity}/{id}", May(SeeNumbers)),
    ("/history/{entity}/{id}/changes.csv", May(SeeNumbers)),
    ("/history/restore", May(SeeNumbers)),
    // people
    ("/settings/people", May(Invite)),
    ("/settings/people/invite", May(Invite)),
    ("/settings/people.csv", May(Invite)),
    ("/settings/people/withdraw", May(Invite)),
    ("/settings/people/{id}", May(ManagePeople)),
    ("/settings/people/standing", May(ManagePeople)),
    ("/settings/people/disable", May(ManagePeople)),
    ("/settings/people/reset", May(ManagePeople)),
    ("/settings/people/end-sessions", May(ManagePeople)),
    // what is new, for open pages
    ("/live", May(SeeNumbers)),
    ("/live/here", May(SeeNumbers)),
    ("/live/taken", May(SeeNumbers)),
    // what waits for the caller
    ("/bell", May(ManageSelf)),
    ("/bell.csv", May(ManageSelf)),
    ("/bell/read", May(ManageSelf)),
    ("/bell/read-all", May(ManageSelf)),
    // what everybody did
    ("/activity", May(SeeNumbers)),
    ("/activity.csv", May(SeeNumbers)),
];

/// What a path asks, by the pattern under which the router knows it.
pub fn need_of(pattern: &str) -> Option<Need> {
    PATHS.iter().find_map(|&(path, need)| (path == pattern).then_some(need))
}

/// Whether a path of ours begins with this segment.
pub fn is_ours(segment: &str) -> bool {
    // Files of the site need no permission.
    segment == "pkg" || PATHS.iter().any(|(path, _)| path.split('/').nth(1) == Some(segment))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_path_stands_in_the_table_once() {
        for (at, (path, _)) in PATHS.iter().enumerate() {
            assert!(PATHS[..at].iter().all(|(other, _)| other != path), "{path}");
            assert!(path.starts_with('/'), "{path}");
        }
    }
}
