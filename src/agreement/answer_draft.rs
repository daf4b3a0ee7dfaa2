//! The open draft in finished words: its clauses beside what they would follow, what was said, and who signs.

use super::answer::{Said, followed};
use super::calendar_text;
use super::clauses::Clause;
use super::drafts::{currency, effective, is_pending, require_room};
use super::sheet::*;
use super::signing::{TEAMS, may_still_sign, missing, require_replaceable, signs_for, standing};
use super::store::{self, Draft, DraftState, Record, Signature};
use crate::editing::once::person;
use crate::error::{AppError, Result};
use crate::kpis::words;
use crate::people::model::{Account, Team};
use crate::people::permission::Action;
use crate::people::service::Caller;
use crate::people::store as people;
use crate::period::Instant;
use crate::server::AppState;

/// `/agreement/draft`; `None` where none is open.
///
/// # Errors
/// There is no workspace, or the database does not answer.
pub async fn draft(state: &AppState, caller: &Caller, told: Option<Told>) -> Result<Option<DraftShown>> {
    let mut tx = state.db.read().await?;
    let Some(draft) = store::open_draft(&mut tx).await? else { return Ok(None) };
    let said = Said::read(&mut tx, state).await?;
    let records = store::records(&mut tx).await?;
    let signatures = store::signatures(&mut tx, draft.id).await?;
    let comments = store::comments(&mut tx, draft.id).await?;
    let everybody = people::list(&mut tx).await?;
    let deputies = store::deputies(&mut tx).await?;
    let currency = currency(&mut tx).await?;
    drop(tx);
    let base = followed(&records, &draft, said.today).ok_or(AppError::Internal)?;
    let number = records.iter().map(|record| record.version.number).max().unwrap_or_default() + 1;
    let thread = |key: &str| {
        let of_key = comments.iter().filter(|comment| comment.clause == key);
        of_key.map(|comment| said.comment(comment)).collect::<Vec<_>>()
    };
    let clauses = Clause::ALL.iter().map(|clause| ClauseShown {
        key: clause.key(),
        title: clause.title(),
        team: clause.whose(),
        before: clause.words(&base.version.terms, &currency),
        after: clause.words(&draft.terms, &currency),
        thread: thread(clause.key()),
    });
    let values = draft.content().values(&currency);
    let account = caller.visitor.account().ok();
    Ok(Some(DraftShown {
        id: draft.id,
        state: draft.state,
        title: match draft.state {
            DraftState::Proposed => format!("Version {number}, proposed"),
            _ => format!("Version {number}, a draft"),
        },
        lede: draft_lede(&draft, &said),
        clauses: clauses.collect(),
        thread: thread(""),
        remarks: remarks(&draft, &records, &signatures, &said),
        sign: account.and_then(|account| may_sign(account, &draft, &signatures, (&everybody, &deputies), &said)),
        signatures: under(&signatures, (&everybody, &deputies), &said),
        hash: draft.text.as_ref().map(|(_, hash)| hash.clone()).unwrap_or_default(),
        may_edit: caller.visitor.may(Action::EditAgreement),
        pending: records
            .iter()
            .filter(|record| is_pending(record, said.today))
            .map(|record| (record.version.number, words::day(record.version.starts)))
            .collect(),
        base: values.clone(),
        values,
        currency: currency.0,
        sentence: String::new(),
        person: person(caller),
        told,
    }))
}

fn draft_lede(draft: &Draft, said: &Said) -> String {
    let day = |at: Instant| words::day(said.zone.day_of(at));
    match &draft.proposed {
        Some((at, by)) => format!(
            "Proposed by {by} on {}. The text stands now: both heads sign it, or somebody sends it back.",
            day(*at)
        ),
        None => format!(
            "Begun by {} on {} from version {}. Members of both teams write it; no number changes before both heads have \
             signed and its day has come.",
            draft.created_by,
            day(draft.created_at),
            draft.base
        ),
    }
}

fn remarks(draft: &Draft, records: &[Record], signatures: &[Signature], said: &Said) -> Vec<String> {
    let mut remarks = Vec::new();
    let starts = effective(draft, said.today);
    if starts != draft.starts {
        remarks.push(format!(
            "It was to be in force from {}; a version starts no earlier than the day after its second signature, so signed \
             today it would be in force from {}.",
            words::day(draft.starts),
            words::day(starts)
        ));
    }
    let early = {
        let mut calendar = draft.terms.calendar.clone();
        calendar_text::trim(&mut calendar, draft.starts)
    };
    if early > 0 {
        remarks.push(format!(
            "{} before {}, from which this version is in force; there they change nothing, and they are left out when it is \
             proposed.",
            words::counted(early as u32, "day that differs lies", "days that differ lie"),
            words::day(draft.starts)
        ));
    }
    if let Err(error) = require_room(draft, records, said.today) {
        remarks.push(error.to_string());
    }
    let before = followed(records, draft, said.today).map(|record| record.version.number);
    if let Some(before) = before.filter(|before| *before != draft.base) {
        remarks.push(format!(
            "It was begun from version {}, and would follow version {before}: it is compared with that one.",
            draft.base
        ));
    }
    if let Err(error) = require_replaceable(draft, records, said.today) {
        remarks.push(error.to_string());
    } else if let Some(number) = draft.replaces {
        remarks.push(format!("It takes the place of version {number}, which does not come into force then."));
    }
    for signature in signatures {
        if let Some((at, by)) = &signature.voided {
            remarks.push(format!(
                "{} had signed for {}; {by} sent the text back on {}, so that signature is void.",
                signature.name,
                signature.team,
                words::day(said.zone.day_of(*at))
            ));
        }
    }
    remarks
}

fn may_sign(
    account: &Account,
    draft: &Draft,
    signatures: &[Signature],
    (everybody, deputies): (&[Account], &[store::Deputy]),
    said: &Said,
) -> Option<String> {
    let (team, role) = signs_for(account, everybody, deputies, said.today)?;
    let open = draft.state == DraftState::Proposed && may_still_sign(account.id, team, signatures, &said.zone).is_ok();
    open.then(|| if account.standing.head { format!("Sign for {team}") } else { format!("Sign for {team}, as {role}") })
}

fn under(
    signatures: &[Signature],
    (everybody, deputies): (&[Account], &[store::Deputy]),
    said: &Said,
) -> Vec<(Team, Result<SignedLine, String>)> {
    let lacking = missing(signatures, everybody, deputies, said.today);
    let line = |team: Team| {
        let signed = standing(signatures).find(|signature| signature.team == team);
        let missing = || lacking.iter().find(|(of, _)| *of == team).map(|(_, words)| words.clone()).unwrap_or_default();
        (team, signed.map(|signature| said.signed(signature)).ok_or_else(missing))
    };
    TEAMS.map(line).into()
}
