//! Signatures: who may sign for which team, what the second one does, who signs while a head is away, and how a version
//! that is not in force yet is taken back.
//!
//! # Decided here
//! - A head signs for the own team. A deputy signs for the head who named them, on the days that were named, and only
//!   somebody of the same team can be one: nobody signs for the other side, and nobody for both, also where a head went
//!   from one team to the other in between.
//! - A signature is given to one text, by its fingerprint, and stands under the name that its person had then, whatever
//!   becomes of the account.
//! - With the second signature the draft is a version, in force from the wished day, or from the day after that
//!   signature, whichever is later.
//! - A version that is not in force yet goes when both heads take it back, or when a draft that says so takes its place.

use super::drafts::{PAGE, effective, find, is_pending, require_room, workspace};
use super::model::Version;
use super::notices;
use super::store::{self, Deputy, Draft, DraftState, Recall, Record, Signature};
use crate::bell::model::NoticeKind;
use crate::changes::model::{ChangeKind, Entity};
use crate::editing::documents::change_of;
use crate::editing::form::{Sent, incomplete};
use crate::editing::once::{self, Begun};
use crate::error::{AppError, Result};
use crate::kpis::words;
use crate::people::model::{Account, AccountId, Team};
use crate::people::permission::Action;
use crate::people::service::Caller;
use crate::people::store as people;
use crate::period::Day;
use crate::queue;
use crate::server::AppState;
use crate::server::db::{Db, Tx};
use crate::zone::Zone;
use serde_json::json;

/// Both teams, in the order in which they stand.
pub const TEAMS: [Team; 2] = [Team::Marketing, Team::Sales];
/// Days for which a deputy may be named at once.
const MOST_ABSENT: i32 = 366;

/// Those who sign for a head on that day.
pub fn deputies_on(deputies: &[Deputy], today: Day) -> Vec<Deputy> {
    deputies.iter().filter(|deputy| deputy.from <= today && today <= deputy.to).copied().collect()
}

/// For which team somebody may sign, and as what; `None`: for none.
pub fn signs_for(account: &Account, everybody: &[Account], deputies: &[Deputy], today: Day) -> Option<(Team, String)> {
    if account.disabled {
        return None;
    }
    if let (Some(team), true) = (account.standing.team, account.standing.head) {
        return Some((team, format!("head of {team}")));
    }
    deputies_on(deputies, today).iter().filter(|deputy| deputy.deputy == account.id).find_map(|deputy| {
        let head = everybody.iter().find(|head| head.id == deputy.head && head.standing.head && !head.disabled)?;
        let team = head.standing.team.filter(|team| account.standing.team == Some(*team))?;
        Some((team, format!("deputy of {}, head of {team}", head.name)))
    })
}

/// The signatures that stand under a draft.
pub fn standing(signatures: &[Signature]) -> impl Iterator<Item = &Signature> {
    signatures.iter().filter(|signature| signature.voided.is_none())
}

/// Who is missing under a proposal, and what to do: a sentence for each team that has not signed.
pub fn missing(
    signatures: &[Signature],
    everybody: &[Account],
    deputies: &[Deputy],
    today: Day,
) -> Vec<(Team, String)> {
    let unsigned = TEAMS.into_iter().filter(|team| standing(signatures).all(|signature| signature.team != *team));
    let sentence = |team: Team| {
        let heads = everybody.iter().filter(|account| account.standing.head && account.standing.team == Some(team));
        let heads: Vec<&Account> = heads.filter(|head| !head.disabled).collect();
        let stand_ins: Vec<&str> = deputies_on(deputies, today)
            .iter()
            .filter(|deputy| heads.iter().any(|head| head.id == deputy.head))
            .filter_map(|deputy| everybody.iter().find(|account| account.id == deputy.deputy && !account.disabled))
            .map(|account| account.name.as_str())
            .collect();
        let named: Vec<&str> = heads.iter().map(|head| head.name.as_str()).collect();
        match (named.is_empty(), stand_ins.is_empty()) {
            (true, _) => format!(
                "The signature of {team} is missing, and {team} has no head who could give it. An admin makes somebody \
                 head under Settings, People."
            ),
            (false, true) => format!("The signature of {team} is missing: {} may sign.", named.join(" or ")),
            (false, false) => format!(
                "The signature of {team} is missing: {} may sign, or {} as deputy.",
                named.join(" or "),
                stand_ins.join(" or ")
            ),
        }
    };
    unsigned.map(|team| (team, sentence(team))).collect()
}

/// Signs the open proposal; where its form leads.
///
/// # Errors
/// They may sign for no team, the text is not the one that they saw, their team has signed, they have for the other one,
/// or it would overlap a version that came meanwhile, or take the place of one that is in force by now.
pub async fn sign(state: &AppState, caller: &Caller, sent: &Sent) -> Result<String> {
    let id = sent.id()?;
    let account = caller.visitor.account()?.clone();
    let mut once = match once::begin(&state.db, caller, sent.key()).await? {
        Begun::Answered(leads_to) => return Ok(leads_to),
        Begun::Write(once) => once,
    };
    let zone = workspace(&mut once).await?.zone()?;
    let (now, today) = (state.clock.now(), zone.day_of(state.clock.now()));
    let everybody = people::list(&mut once).await?;
    let (team, role) =
        signs_for(&account, &everybody, &store::deputies(&mut once).await?, today).ok_or_else(may_not)?;
    let draft = find(&mut once, id).await?;
    let hash = require_text(&draft, sent)?;
    let signatures = store::signatures(&mut once, id).await?;
    may_still_sign(account.id, team, &signatures, &zone)?;
    let records = store::records(&mut once).await?;
    require_replaceable(&draft, &records, today)?;
    let signature =
        Signature { team, account: Some(account.id), name: account.name.clone(), role, at: now, voided: None };
    store::sign(&mut once, id, &signature, &hash).await?;
    if standing(&signatures).all(|signature| signature.team == team) {
        let detail = json!({ "team": team });
        notices::tell_heads(&mut once, NoticeKind::AgreementSigned, caller, now, today, &detail).await?;
        let detail = json!({ "team": team, "sha256": hash });
        let change = change_of(ChangeKind::AgreementSigned, Entity::Agreement, id, caller, state, detail);
        return Ok(once.finish(&change, format!("{PAGE}?done=signed")).await?.1);
    }
    require_room(&draft, &records, today)?;
    let replaced =
        records.iter().find(|record| draft.replaces == Some(record.version.number) && is_pending(record, today));
    if let Some(replaced) = replaced {
        store::recall(&mut once, replaced.version.number, now).await?;
    }
    let number = store::newest_number(&mut once).await? + 1;
    let starts = effective(&draft, today);
    let version = Version { number, starts, terms: draft.terms.clone() };
    store::insert_signed(&mut once, &version, Some(now), Some(&draft)).await?;
    store::end_signed(&mut once, id, number, caller.visitor.name(), now).await?;
    let said = words::day(starts).replace('\u{a0}', " ");
    let detail = json!({ "team": team, "version": number, "starts": said });
    notices::tell_heads(&mut once, NoticeKind::AgreementSigned, caller, now, today, &detail).await?;
    let detail = json!({ "team": team, "starts": starts, "sha256": hash });
    let kind = ChangeKind::AgreementAgreed;
    let change = change_of(kind, Entity::AgreementVersion, i64::from(number), caller, state, detail);
    let (_, leads_to) = once.finish(&change, format!("/agreement/versions/{number}?done=agreed")).await?;
    count_anew(state.db.clone());
    Ok(leads_to)
}

/// Whether somebody may still sign for a team: nobody has, and they have not signed for the other one.
///
/// # Errors
/// They may not, and why.
pub fn may_still_sign(account: AccountId, team: Team, signatures: &[Signature], zone: &Zone) -> Result<()> {
    if let Some(signature) = standing(signatures).find(|signature| signature.team == team) {
        return Err(AppError::Conflict(format!(
            "{} has signed for {team} already, on {}. One signature a team is enough.",
            signature.name,
            words::day(zone.day_of(signature.at))
        )));
    }
    if let Some(signature) = standing(signatures).find(|signature| signature.account == Some(account)) {
        return Err(AppError::Conflict(format!(
            "You have signed this text for {} already. Nobody signs for both sides: another head of {team}, or a deputy, \
             has to.",
            signature.team
        )));
    }
    Ok(())
}

/// Whether somebody may ask for a team that a version is taken back: they have not asked for the other one.
///
/// # Errors
/// They may not, and why.
pub fn may_still_recall(account: AccountId, team: Team, version: u32, recalls: &[Recall]) -> Result<()> {
    let own = recalls.iter().find(|recall| recall.version == version && recall.account == Some(account));
    match own.filter(|recall| recall.team != team) {
        Some(recall) => Err(AppError::Conflict(format!(
            "You have asked to take version {version} back for {} already. Nobody decides for both sides: another head of \
             {team} has to.",
            recall.team
        ))),
        None => Ok(()),
    }
}

/// Counts the queue anew beside what is going on: it follows the agreement, and nobody has to wait for it.
fn count_anew(db: Db) {
    tokio::spawn(async move {
        if let Err(error) = queue::count::refresh(&db).await {
            tracing::warn!("The queue is counted anew within the hour: {error}");
        }
    });
}

fn may_not() -> AppError {
    AppError::Forbidden(
        "Only the heads of the teams may sign, each for the own team, and whoever a head has named as deputy for today. An \
         admin makes somebody head under Settings, People; a head names a deputy under Agreement, Deputies."
            .to_owned(),
    )
}

/// The version whose place the text says it takes has not come into force; one that was taken back is in nobody's way.
///
/// # Errors
/// It has.
pub fn require_replaceable(draft: &Draft, records: &[Record], today: Day) -> Result<()> {
    let replaced = records.iter().find(|record| draft.replaces == Some(record.version.number));
    match replaced.filter(|record| record.recalled_at.is_none() && !is_pending(record, today)) {
        Some(record) => Err(AppError::Conflict(format!(
            "Version {} has come into force meanwhile: send the text back and propose it anew.",
            record.version.number
        ))),
        None => Ok(()),
    }
}

/// The fingerprint of the proposed text, which is the one that was shown.
fn require_text(draft: &Draft, sent: &Sent) -> Result<String> {
    match (&draft.text, draft.state) {
        (Some((_, hash)), DraftState::Proposed) if hash == sent.get("sha256") => Ok(hash.clone()),
        (_, DraftState::Signed) => Err(AppError::Conflict("Both heads have signed it already.".to_owned())),
        _ => Err(AppError::Conflict(
            "This is not the text that you were shown: it was sent back or proposed anew meanwhile. Read it once more before \
             you sign."
                .to_owned(),
        )),
    }
}

/// A head takes a version back that is not in force yet; with the second head it goes. Where the form leads.
///
/// # Errors
/// They are no head, the version is in force, or they have asked for the other team.
pub async fn recall(state: &AppState, caller: &Caller, sent: &Sent) -> Result<String> {
    caller.visitor.require(Action::SignAgreement)?;
    let account = caller.visitor.account()?.clone();
    let team = account.standing.team.ok_or_else(may_not)?;
    let number: u32 = sent.get("version").parse().map_err(|_| incomplete())?;
    let mut once = match once::begin(&state.db, caller, sent.key()).await? {
        Begun::Answered(leads_to) => return Ok(leads_to),
        Begun::Write(once) => once,
    };
    let zone = workspace(&mut once).await?.zone()?;
    let (now, today) = (state.clock.now(), zone.day_of(state.clock.now()));
    let records = store::records(&mut once).await?;
    let record = records.iter().find(|record| record.version.number == number);
    let record = record.ok_or_else(|| AppError::NotFound(format!("There is no version {number} of the agreement.")))?;
    if !is_pending(record, today) {
        return Err(AppError::Conflict(format!(
            "Version {number} is not one that could be taken back: it is or was in force, or it went before. What is to be \
             different is a new version."
        )));
    }
    may_still_recall(account.id, team, number, &store::recalls(&mut once).await?)?;
    let recall = Recall { version: number, team, account: Some(account.id), name: account.name.clone(), at: now };
    store::ask_recall(&mut once, &recall).await?;
    let asked = store::recalls(&mut once).await?;
    let both = TEAMS.iter().all(|team| asked.iter().any(|recall| recall.version == number && recall.team == *team));
    let kind = if both { ChangeKind::AgreementRecalled } else { ChangeKind::AgreementRecallAsked };
    if both {
        store::recall(&mut once, number, now).await?;
    }
    let change = change_of(kind, Entity::AgreementVersion, i64::from(number), caller, state, json!({ "team": team }));
    let done = if both { "recalled" } else { "asked" };
    let (_, leads_to) = once.finish(&change, format!("/agreement/versions?done={done}&version={number}")).await?;
    if both {
        count_anew(state.db.clone());
    }
    Ok(leads_to)
}

/// A head names who signs for them; where the form leads.
///
/// # Errors
/// They are no head, or the deputy or the days cannot be.
pub async fn name_deputy(state: &AppState, caller: &Caller, sent: &Sent) -> Result<String> {
    caller.visitor.require(Action::SignAgreement)?;
    let head = caller.visitor.account()?.clone();
    let deputy = AccountId(
        sent.get("deputy")
            .parse()
            .map_err(|_| AppError::Invalid("Choose who signs for you: somebody of your own team.".to_owned()))?,
    );
    let day =
        |name: &str| sent.get(name).parse::<Day>().map_err(|error| AppError::Invalid(format!("The days: {error}.")));
    let (from, to) = (day("from")?, day("to")?);
    let mut once = match once::begin(&state.db, caller, sent.key()).await? {
        Begun::Answered(leads_to) => return Ok(leads_to),
        Begun::Write(once) => once,
    };
    let today = workspace(&mut once).await?.zone()?.day_of(state.clock.now());
    if to < from || to < today || to.0 - from.0 > MOST_ABSENT {
        return Err(AppError::Invalid(
            "A deputy is named from one day to a later one that is still to come, for a year at most.".to_owned(),
        ));
    }
    let found = find_account(&mut once, deputy)
        .await?
        .filter(|account| !account.disabled && account.id != head.id && account.standing.team == head.standing.team);
    let Some(found) = found else {
        return Err(AppError::Invalid(
            "A deputy is somebody else of the own team who can sign in: nobody signs for the other side.".to_owned(),
        ));
    };
    store::name_deputy(&mut once, Deputy { head: head.id, deputy: found.id, from, to }).await?;
    let detail = json!({ "deputy": found.name, "first day": from, "last day": to });
    let change = change_of(ChangeKind::DeputyNamed, Entity::Account, head.id.0, caller, state, detail);
    Ok(once.finish(&change, "/agreement/deputies?done=named".to_owned()).await?.1)
}

async fn find_account(tx: &mut Tx, id: AccountId) -> Result<Option<Account>> {
    Ok(people::list(tx).await?.into_iter().find(|account| account.id == id))
}

/// A head is back: nobody signs for them any more. Where the form leads.
///
/// # Errors
/// They are no head.
pub async fn end_deputy(state: &AppState, caller: &Caller, sent: &Sent) -> Result<String> {
    caller.visitor.require(Action::SignAgreement)?;
    let head = caller.visitor.account()?.id;
    let mut once = match once::begin(&state.db, caller, sent.key()).await? {
        Begun::Answered(leads_to) => return Ok(leads_to),
        Begun::Write(once) => once,
    };
    store::end_deputy(&mut once, head).await?;
    let change = change_of(ChangeKind::DeputyEnded, Entity::Account, head.0, caller, state, json!({}));
    Ok(once.finish(&change, "/agreement/deputies?done=ended".to_owned()).await?.1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::people::model::Standing;
    use crate::period::Instant;

    const TODAY: Day = Day(20_500);

    fn account(id: i64, name: &str, team: Team, head: bool) -> Account {
        let standing = Standing { team: Some(team), head, admin: false };
        let (email, name) = (format!("{name}@company.example"), name.to_owned());
        Account { id: AccountId(id), email, name, standing, disabled: false, second_factor: false, sample: false }
    }

    fn people() -> Vec<Account> {
        vec![
            account(1, "Hedy", Team::Marketing, true),
            account(2, "Hal", Team::Sales, true),
            account(3, "Mia", Team::Marketing, false),
            account(4, "Ben", Team::Sales, false),
        ]
    }

    fn deputy(head: i64, deputy: i64) -> Deputy {
        Deputy { head: AccountId(head), deputy: AccountId(deputy), from: TODAY, to: TODAY.plus(6) }
    }

    #[test]
    fn a_head_signs_for_the_own_team_and_a_deputy_on_the_days_that_were_named() {
        let everybody = people();
        let signs = |n: usize, deputies: &[Deputy], day: Day| signs_for(&everybody[n], &everybody, deputies, day);
        assert_eq!(signs(0, &[], TODAY), Some((Team::Marketing, "head of marketing".into())));
        assert_eq!(signs(3, &[], TODAY), None);
        let away = [deputy(2, 4)];
        assert_eq!(signs(3, &away, TODAY), Some((Team::Sales, "deputy of Hal, head of sales".into())));
        assert_eq!(signs(3, &away, TODAY.plus(7)), None, "the head is back");
        assert_eq!(signs(2, &[deputy(2, 3)], TODAY), None, "nobody signs for the other side");
    }

    #[test]
    fn a_proposal_says_who_is_missing_also_where_a_team_has_no_head_left() {
        let mut everybody = people();
        let signed = Signature {
            team: Team::Marketing,
            account: Some(AccountId(1)),
            name: "Hedy".into(),
            role: "head of marketing".into(),
            at: Instant(0),
            voided: None,
        };
        let says = |everybody: &[Account], deputies: &[Deputy]| {
            missing(std::slice::from_ref(&signed), everybody, deputies, TODAY).remove(0).1
        };
        assert_eq!(says(&everybody, &[]), "The signature of sales is missing: Hal may sign.");
        assert!(says(&everybody, &[deputy(2, 4)]).ends_with("Hal may sign, or Ben as deputy."));
        everybody[1].disabled = true;
        assert!(says(&everybody, &[deputy(2, 4)]).contains("sales has no head who could give it"));
        assert_eq!(missing(&[signed], &people(), &[], TODAY).len(), 1, "marketing's own stands");
    }
}
