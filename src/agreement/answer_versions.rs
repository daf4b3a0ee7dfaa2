//! Versions in finished words: the list, one as a document, two side by side; and who signs while a head is away.

use super::answer::{Said, counted_changes, in_force};
use super::clauses::{Changed, Clause, changes};
use super::drafts::is_pending;
use super::model::Terms;
use super::sheet::*;
use super::signing::{TEAMS, may_still_recall, standing};
use super::store::{self, Record};
use crate::error::{AppError, Result};
use crate::kpis::words;
use crate::people::permission::Action;
use crate::people::service::Caller;
use crate::people::store as people;
use crate::server::AppState;

/// What an address calls the open draft.
pub const DRAFT: &str = "draft";

fn missing(number: &str) -> AppError {
    AppError::NotFound(format!("There is no version {number} of the agreement. The list of versions has all of them."))
}

/// `/agreement/versions`
///
/// # Errors
/// There is no workspace, or the database does not answer.
pub async fn versions(state: &AppState, caller: &Caller) -> Result<Vec<VersionLine>> {
    let mut tx = state.db.read().await?;
    let said = Said::read(&mut tx, state).await?;
    let records = store::records(&mut tx).await?;
    let recalls = store::recalls(&mut tx).await?;
    let current = in_force(&records, said.today).map(|record| record.version.number);
    let head = caller.visitor.account().ok().filter(|_| caller.visitor.may(Action::SignAgreement));
    let may_recall = |number: u32| {
        let own = head.and_then(|head| Some((head.id, head.standing.team?)));
        own.is_some_and(|(account, team)| may_still_recall(account, team, number, &recalls).is_ok())
    };
    let mut lines = Vec::with_capacity(records.len());
    for (index, record) in records.iter().enumerate() {
        let number = record.version.number;
        let signatures = match record.draft {
            Some(draft) => store::signatures(&mut tx, draft).await?,
            None => Vec::new(),
        };
        let signed: Vec<String> =
            standing(&signatures).map(|signature| format!("{} for {}", signature.name, signature.team)).collect();
        let starts = words::day(record.version.starts);
        let is_current = current == Some(number);
        let pending = is_pending(record, said.today);
        let stands = match (record.recalled_at, is_current, pending) {
            (Some(_), ..) => "taken back before it came into force".to_owned(),
            (None, true, _) => "in force".to_owned(),
            (None, false, true) => format!("signed, in force from {starts}"),
            (None, false, false) => "was in force".to_owned(),
        };
        let asked: Vec<String> = recalls
            .iter()
            .filter(|recall| recall.version == number)
            .map(|recall| format!("{} wants to take it back for {}.", recall.name, recall.team))
            .collect();
        // The one that it was compared with when it was signed.
        let before = records[index + 1..].iter().find(|other| other.recalled_at.is_none());
        lines.push(VersionLine {
            number,
            starts,
            stands,
            current: is_current,
            signed: if signed.is_empty() {
                "nobody: the terms that everybody starts with".to_owned()
            } else {
                signed.join(", ")
            },
            changes: before.map_or_else(String::new, |before| {
                counted_changes(changes(&before.version.terms, &record.version.terms, &said.currency).len())
            }),
            recall: (pending && may_recall(number))
                .then(|| if asked.is_empty() { "Take back".to_owned() } else { "Take back too".to_owned() }),
            asked: asked.join(" "),
        });
    }
    Ok(lines)
}

/// `/agreement/versions/{number}`
///
/// # Errors
/// There is no such version, or the database does not answer.
pub async fn version(state: &AppState, number: u32, told: Option<Told>) -> Result<VersionShown> {
    let mut tx = state.db.read().await?;
    let said = Said::read(&mut tx, state).await?;
    let records = store::records(&mut tx).await?;
    let record = find(&records, number)?;
    let draft = match record.draft {
        Some(draft) => store::find_draft(&mut tx, draft).await?,
        None => None,
    };
    let signatures = match &draft {
        Some(draft) => store::signatures(&mut tx, draft.id).await?,
        None => Vec::new(),
    };
    let comments = match &draft {
        Some(draft) => store::comments(&mut tx, draft.id).await?,
        None => Vec::new(),
    };
    let about = Clause::ALL.iter().map(|clause| (clause.key(), clause.title()));
    let threads = about.chain([("", "The whole draft")]).map(|(key, title)| {
        let said_of = comments.iter().filter(|comment| comment.clause == key);
        (title, said_of.map(|comment| said.comment(comment)).collect::<Vec<_>>())
    });
    let starts = record.version.starts;
    let next = records
        .iter()
        .filter(|other| other.recalled_at.is_none() && (other.version.starts, other.version.number) > (starts, number))
        .map(|other| other.version.starts)
        .min();
    let validity = match (record.recalled_at, next) {
        (Some(_), _) => format!("Was to be in force from {}, and was taken back before.", words::day(starts)),
        (None, Some(next)) => format!("In force from {} to {}.", words::day(starts), words::day(next.plus(-1))),
        (None, None) => format!("In force from {}.", words::day(starts)),
    };
    let wished = draft.as_ref().map(|draft| draft.starts).filter(|wished| *wished != starts);
    let moved = wished.map(|wished| {
        format!(
            " It was wished for from {}; the second signature came later, so it starts the day after that.",
            words::day(wished)
        )
    });
    let terms = &record.version.terms;
    let of = |clauses: &mut dyn Iterator<Item = &Clause>| {
        clauses.map(|clause| (clause.title(), clause.words(terms, &said.currency))).collect::<Vec<_>>()
    };
    Ok(VersionShown {
        number,
        company: said.company.clone(),
        validity: validity + &moved.unwrap_or_default(),
        why: draft.as_ref().map(|draft| draft.why.clone()).unwrap_or_default(),
        parts: [
            ("Marketing promises", Some(TEAMS[0]), of(&mut Clause::MARKETING.iter())),
            ("Sales promises", Some(TEAMS[1]), of(&mut Clause::SALES.iter())),
            ("Both agree", None, of(&mut Clause::ALL.iter().filter(|clause| clause.whose().is_none()))),
        ],
        signatures: TEAMS
            .map(|team| {
                let signed = standing(&signatures).find(|signature| signature.team == team);
                (team, signed.map(|signature| said.signed(signature)))
            })
            .into(),
        hash: record.hash.clone().unwrap_or_default(),
        before: records
            .iter()
            .filter(|other| other.recalled_at.is_none())
            .map(|other| other.version.number)
            .filter(|other| *other < number)
            .max(),
        said: threads.filter(|(_, thread)| !thread.is_empty()).collect(),
        told,
    })
}

fn find(records: &[Record], number: u32) -> Result<&Record> {
    let found = records.iter().find(|record| record.version.number == number);
    found.ok_or_else(|| missing(&number.to_string()))
}

/// The text that was signed, to the byte.
///
/// # Errors
/// There is no such version, nobody signed it, or the database does not answer.
pub async fn text(state: &AppState, number: u32) -> Result<String> {
    let records = store::records(&mut state.db.read().await?).await?;
    let text = find(&records, number)?.text.clone();
    text.ok_or_else(|| {
        AppError::NotFound(format!(
            "Version {number} was never signed, so there is no signed text. Its own page says what became of it."
        ))
    })
}

/// `/agreement/compare`
///
/// # Errors
/// One of the two is not there, or the database does not answer.
pub async fn compare(state: &AppState, from: &str, to: &str) -> Result<Comparison> {
    let mut tx = state.db.read().await?;
    let said = Said::read(&mut tx, state).await?;
    let records = store::records(&mut tx).await?;
    let draft = store::open_draft(&mut tx).await?;
    let mut choices: Vec<(String, String)> = records
        .iter()
        .map(|record| {
            let number = record.version.number;
            (number.to_string(), format!("Version {number}, from {}", words::day(record.version.starts)))
        })
        .collect();
    if draft.is_some() {
        choices.insert(0, (DRAFT.to_owned(), "The open draft".to_owned()));
    }
    let newest = choices.first().map(|(key, _)| key.clone()).unwrap_or_default();
    let second = choices.get(1).map_or_else(|| newest.clone(), |(key, _)| key.clone());
    let or = |asked: &str, else_: String| if asked.is_empty() { else_ } else { asked.to_owned() };
    let (from, to) = (or(from, second), or(to, newest));
    let terms = |key: &str| -> Result<&Terms> {
        match (&draft, key) {
            (Some(draft), DRAFT) => Ok(&draft.terms),
            (None, DRAFT) => {
                Err(AppError::NotFound("No draft is open. The list of versions has those that there were.".into()))
            }
            (_, number) => {
                let number = number.parse().map_err(|_| missing(&number.chars().take(20).collect::<String>()))?;
                Ok(&find(&records, number)?.version.terms)
            }
        }
    };
    let changes: Vec<Changed> = changes(terms(&from)?, terms(&to)?, &said.currency);
    Ok(Comparison { choices, from, to, changes })
}

/// `/agreement/deputies`
///
/// # Errors
/// There is no workspace, or the database does not answer.
pub async fn deputies(state: &AppState, caller: &Caller, told: Option<Told>) -> Result<DeputiesShown> {
    let mut tx = state.db.read().await?;
    let said = Said::read(&mut tx, state).await?;
    let everybody = people::list(&mut tx).await?;
    let deputies = store::deputies(&mut tx).await?;
    let heads = everybody.iter().filter(|account| account.standing.head && !account.disabled);
    let head_line = |head: &crate::people::model::Account| {
        let named = deputies.iter().find(|deputy| deputy.head == head.id && deputy.to >= said.today);
        let signs = named.and_then(|named| {
            let deputy = everybody.iter().find(|account| account.id == named.deputy)?;
            let days = crate::period::Period { from: named.from, to: named.to.plus(1) };
            Some(format!("{} signs, {}", deputy.name, words::days(days)))
        });
        let words = signs.unwrap_or_else(|| "signs in person".to_owned());
        (head.name.clone(), head.standing.team, words)
    };
    let lines = heads.map(head_line).collect();
    let myself = caller.visitor.account().ok().filter(|account| account.standing.head);
    let choices = myself.map(|head| {
        let able = everybody.iter().filter(|account| {
            !account.disabled && account.id != head.id && account.standing.team == head.standing.team
        });
        able.map(|account| (account.id.0, account.name.clone())).collect()
    });
    Ok(DeputiesShown {
        heads: lines,
        choices,
        has_one: myself
            .is_some_and(|head| deputies.iter().any(|deputy| deputy.head == head.id && deputy.to >= said.today)),
        today: said.today.to_string(),
        sentence: String::new(),
        told,
    })
}
