//! All that a page of the agreement is made of, read for whoever asks and put into finished words.

use super::breaches::{Breach, Breaches, Tally, breaches, latest_first};
use super::calendar_text;
use super::clauses::{Clause, changes};
use super::drafts::{effective, is_pending, workspace};
use super::month::{Effect, Month, month};
use super::narrate;
use super::sheet::*;
use super::signing::{TEAMS, may_still_sign, signs_for, standing};
use super::standing::{Judged, Share, State};
use super::store::{self, Draft, DraftState, Record, Signature};
use crate::charts;
use crate::definitions::criteria::leads_address;
use crate::error::{AppError, Result};
use crate::kpis::model::Part;
use crate::kpis::query::Query;
use crate::kpis::sheet::Kpi;
use crate::kpis::words::{self, Currency};
use crate::leads::model::Fit;
use crate::listing::narrate::list_address;
use crate::people::model::Team;
use crate::people::permission::Action;
use crate::people::service::Caller;
use crate::people::store as people;
use crate::period::{Bucket, Day, Grain, Instant, Period};
use crate::place::at;
use crate::server::AppState;
use crate::server::db::Tx;
use crate::ui::says::{Prose, Status, StatusKind};
use crate::zone::Zone;

/// Broken promises of a team on the page, at most.
const MOST_SHOWN: usize = 8;

/// What the pages of a workspace need to say anything.
pub(super) struct Said {
    pub(super) zone: Zone,
    pub(super) today: Day,
    pub(super) company: String,
    pub(super) currency: Currency,
}

impl Said {
    pub(super) async fn read(tx: &mut Tx, state: &AppState) -> Result<Self> {
        let workspace = workspace(tx).await?;
        let zone = workspace.zone()?;
        let today = zone.day_of(state.clock.now());
        Ok(Self { zone, today, company: workspace.name, currency: Currency(workspace.currency) })
    }

    fn time(&self, at: Instant) -> String {
        words::local_time(self.zone.local(at))
    }

    pub(super) fn comment(&self, comment: &store::Comment) -> CommentLine {
        CommentLine {
            name: comment.name.clone(),
            team: comment.team,
            when: self.time(comment.at),
            text: comment.text.clone(),
        }
    }

    pub(super) fn signed(&self, signature: &Signature) -> SignedLine {
        let mut role: String = signature.role.clone();
        if let Some(first) = role.get(..1) {
            role = first.to_uppercase() + &role[1..];
        }
        SignedLine { name: signature.name.clone(), words: format!("{role}, signed {}", self.time(signature.at)) }
    }
}

/// The version in force on a day.
pub(super) fn in_force(records: &[Record], today: Day) -> Option<&Record> {
    in_force_without(records, None, today)
}

/// The version that a draft would follow if it were signed today: what is compared with it.
pub(super) fn followed<'a>(records: &'a [Record], draft: &Draft, today: Day) -> Option<&'a Record> {
    in_force_without(records, draft.replaces, effective(draft, today))
}

fn in_force_without(records: &[Record], replaced: Option<u32>, today: Day) -> Option<&Record> {
    let standing = records.iter().filter(|record| record.recalled_at.is_none());
    let mut versions: Vec<&Record> = standing.filter(|record| replaced != Some(record.version.number)).collect();
    versions.sort_by_key(|record| (record.version.starts, record.version.number));
    let started = versions.iter().rposition(|record| record.version.starts <= today);
    versions.get(started.unwrap_or(0)).copied()
}

/// `/agreement`
///
/// # Errors
/// There is no workspace, or the database does not answer.
pub async fn agreement(state: &AppState, caller: &Caller, told: Option<Told>) -> Result<AgreementShown> {
    let month = month(state).await?;
    let mut tx = state.db.read().await?;
    let said = Said::read(&mut tx, state).await?;
    let records = store::records(&mut tx).await?;
    let record = in_force(&records, said.today).ok_or(AppError::Internal)?;
    let signatures = match record.draft {
        Some(draft) => store::signatures(&mut tx, draft).await?,
        None => Vec::new(),
    };
    let coming = coming(&mut tx, caller, &said, &records, record).await?;
    drop(tx);
    let terms = &record.version.terms;
    let found = match &month {
        Some(month) => Some(breaches(state, &caller.visitor, month, MOST_SHOWN).await?),
        None => None,
    };
    let halves = TEAMS.map(|team| Half {
        team,
        rows: rows(team, terms, &said.currency, month.as_deref()),
        signed: standing(&signatures).find(|signature| signature.team == team).map(|signature| said.signed(signature)),
    });
    let ahead = {
        let mut calendar = terms.calendar.clone();
        calendar_text::trim(&mut calendar, said.today);
        calendar_text::stretches(&calendar)
    };
    let joint = Clause::ALL.iter().filter(|clause| {
        clause.whose().is_none()
            && !matches!(clause, Clause::Week | Clause::Exceptions | Clause::LateTouch | Clause::BelowCriteria)
    });
    Ok(AgreementShown {
        crumb: format!("Version {}", record.version.number),
        lede: lede(record, &said, month.as_deref(), signatures.is_empty()),
        halves,
        runs: month.as_deref().map(|month| {
            let bucket = Bucket { period: month.period(), clipped: false };
            (words::bucket_long(bucket, Grain::Month), narrate::charts(month))
        }),
        fairness: month.as_deref().map(fairness).unwrap_or_default(),
        breaches: found.map(|found| breach_list(found, caller.visitor.may(Action::SeeLeads))),
        consequences: consequences(terms, month.as_deref()),
        joint: joint.map(|clause| (clause.title(), clause.words(terms, &said.currency))).collect(),
        zone: terms.calendar.zone.clone(),
        week: calendar_text::week(&terms.calendar),
        days: ahead,
        coming,
        may_edit: caller.visitor.may(Action::EditAgreement),
        told,
    })
}

fn lede(record: &Record, said: &Said, month: Option<&Month>, unsigned: bool) -> String {
    let since = match unsigned {
        true => "The terms that everybody starts with; nobody has signed them yet.".to_owned(),
        false => format!("In force since {}.", words::day(record.version.starts)),
    };
    match month {
        Some(month) => format!(
            "{since} Standing for {} as of {}; {}.",
            words::days(month.period()),
            said.time(month.now),
            remain(month.days.remaining)
        ),
        None => since,
    }
}

fn remain(days: u32) -> String {
    match days {
        0 => "no working day remains".to_owned(),
        1 => "1\u{a0}working day remains".to_owned(),
        days => format!("{}\u{a0}working days remain", words::count(days)),
    }
}

/// The promises of a team with their standing; without leads only what is promised.
pub(super) fn rows(
    team: Team,
    terms: &super::model::Terms,
    currency: &Currency,
    month: Option<&Month>,
) -> Vec<PromiseRow> {
    let clauses = match team {
        Team::Marketing => Clause::MARKETING,
        Team::Sales => Clause::SALES,
    };
    clauses.into_iter().map(|clause| row(clause, clause.words(terms, currency), month)).collect()
}

fn row(clause: Clause, text: String, month: Option<&Month>) -> PromiseRow {
    let Some(month) = month else { return unmeasured(text, "nothing to measure yet", "") };
    let address = |kpi: Kpi, part: Part| list_address(kpi, &month.board.query, part);
    match clause {
        Clause::Volume => volume(text, month, address(Kpi::LeadToOpportunity, Part::Leads)),
        Clause::Complete | Clause::Qualified if !month.has_criteria => {
            unmeasured(text, "not measured", "no criteria are agreed yet")
        }
        Clause::Complete => share(text, month.complete, None, month, criteria_of(month.period())),
        Clause::Qualified => {
            share(text, month.qualified, Some(month.qualified_plain), month, criteria_of(month.period()))
        }
        Clause::Reply => share(text, month.reply, None, month, address(Kpi::FeedbackCoverage, Part::ReplyDue)),
        Clause::Decide | Clause::FirstTouch if !month.touches => {
            unmeasured(text, "not measured", "needs the touches of sales, without which silence means nothing")
        }
        Clause::Decide => share(text, month.decide, None, month, address(Kpi::Cac, Part::AnsweredLate)),
        Clause::FirstTouch => {
            let plain = Some(month.first_touch_plain);
            let row = share(text, month.first_touch, plain, month, address(Kpi::FollowUp, Part::TouchedLate));
            let untouched = month.board.answer.current.follow_up.overdue_open;
            let more = (untouched > 0).then(|| {
                let words = format!("{} past due and untouched", words::counted(untouched, "lead", "leads"));
                (words, address(Kpi::FollowUp, Part::OverdueOpen))
            });
            PromiseRow { more, ..row }
        }
        Clause::Attempts => {
            let href = crate::listing::narrate::reason_address(&month.board.query, "unreachable");
            share(text, month.attempts, None, month, href)
        }
        _ => share(text, month.verdict, None, month, address(Kpi::FeedbackCoverage, Part::FeedbackDue)),
    }
}

fn unmeasured(text: String, word: &str, need: &str) -> PromiseRow {
    PromiseRow {
        text,
        figure: String::new(),
        of: String::new(),
        href: String::new(),
        reach: charts::reach(None, None),
        status: Status::new(StatusKind::Early, word),
        need: need.to_owned(),
        more: None,
    }
}

fn volume(text: String, month: &Month, href: String) -> PromiseRow {
    let Some(volume) = month.volume else {
        let done = month.board.answer.current.context.handed_over;
        let row = unmeasured(text, "no number promised", "");
        return PromiseRow { figure: words::count(done), of: "so far".to_owned(), href, ..row };
    };
    let part = |leads: u32| (volume.promised > 0).then(|| f64::from(leads) / f64::from(volume.promised));
    let judged = volume.judge(month.days);
    PromiseRow {
        text,
        figure: words::count(volume.done),
        of: format!("of {}", words::count(volume.promised)),
        href,
        reach: charts::reach(part(volume.done), part(volume.due).filter(|_| volume.due < volume.promised)),
        status: status(&judged),
        need: judged.need,
        more: None,
    }
}

fn share(text: String, share: Share, plain: Option<Share>, month: &Month, href: String) -> PromiseRow {
    let judged = share.judge(month.days);
    let whole = share.decided();
    let figure = words::percent(share.kept, whole).unwrap_or_default();
    // The bar touches the net where the promise is kept.
    let promised = f64::from(share.promised_bp.unwrap_or(10_000)) / 10_000.0;
    let reach = (whole > 0).then(|| f64::from(share.kept) / f64::from(whole) / promised);
    let mut need = vec![judged.need.clone()];
    if share.excused > 0 {
        need.push(format!("{} taken out: not the team’s delay", words::count(share.excused)));
    }
    if share.freed > 0 {
        let without = plain.and_then(|plain| words::percent(plain.kept, plain.decided())).unwrap_or_default();
        need.push(format!("{} by the consequence clause; {without} without it", words::count(share.freed)));
    }
    let is_counted = judged.state != State::NoData;
    PromiseRow {
        text,
        of: match share.promised_bp {
            Some(bp) if is_counted => format!("of {}", words::basis_points(bp)),
            _ if is_counted => format!("of {}", words::count(whole)),
            _ => String::new(),
        },
        figure,
        href: if is_counted { href } else { String::new() },
        reach: charts::reach(reach, None),
        status: status(&judged),
        need: need.into_iter().filter(|words| !words.is_empty()).collect::<Vec<_>>().join("; "),
        more: None,
    }
}

/// How the leads of a period stand against the criteria, one by one where they miss them.
fn criteria_of(period: Period) -> String {
    at(&format!("/definitions/criteria?from={}&to={}", period.from, period.to))
}

fn status(judged: &Judged) -> Status {
    let kind = match judged.state {
        State::Kept => StatusKind::Good,
        State::AtRisk | State::Broken => StatusKind::Short,
        State::NotJudged | State::NoData => StatusKind::Early,
    };
    Status::new(kind, judged.word.clone())
}

fn fairness(month: &Month) -> String {
    let taken: Vec<String> = month
        .taken_out()
        .into_iter()
        .filter(|(_, cases)| *cases > 0)
        .map(|(team, cases)| format!("{} of {team}", words::counted(cases, "late case", "late cases")))
        .collect();
    if taken.is_empty() {
        return String::new();
    }
    format!(
        "Taken out, since it was not the team’s own delay: {}. The lead was known here only after it was due, its owner had \
         left, or it came from another owner after it was due. The KPIs count them all the same.",
        taken.join(" and ")
    )
}

fn breach_list(found: Breaches, opens: bool) -> BreachList {
    let [marketing, sales] = found.counts;
    let all = marketing.and(sales);
    let said = |tally: Tally| format!("{}{}", words::count(tally.count), if tally.more { "+" } else { "" });
    let title = match (all.count, all.more) {
        (0, false) => "No promise is broken right now".to_owned(),
        (0, true) => "None of the leads that were looked at breaks a promise right now".to_owned(),
        (count, more) => {
            let breaches =
                if count == 1 && !more { "One breach".to_owned() } else { format!("{} breaches", said(all)) };
            format!("{breaches} right now, {} of marketing, {} of sales", said(marketing), said(sales))
        }
    };
    let of = |team: Team| found.all.iter().filter(move |breach| breach.team == team).take(MOST_SHOWN);
    let mut shown: Vec<Breach> = TEAMS.into_iter().flat_map(of).cloned().collect();
    shown.sort_by_key(latest_first);
    let left_out = Tally { count: all.count.saturating_sub(shown.len() as u32), ..all };
    let more = match left_out.count {
        0 if all.more => "More leads wait than were looked at: ".to_owned(),
        0 => String::new(),
        count => format!(
            "What can still be mended stands first, and of that what became overdue last. {} {} not shown: ",
            said(left_out),
            if count == 1 { "is" } else { "are" }
        ),
    };
    BreachList { title, shown, more, opens }
}

fn consequences(terms: &super::model::Terms, month: Option<&Month>) -> Vec<Prose> {
    let stands = |on: bool| if on { "On." } else { "Off." };
    let on = terms.consequences;
    let late = Prose::plain("A late first touch takes the lead out of the quality that marketing answers for. ")
        .stress(stands(on.late_touch_frees_marketing));
    let below = Prose::plain("A lead below the agreed criteria frees sales of the follow-up. ")
        .stress(stands(on.below_criteria_frees_sales));
    let Some(month) = month else { return vec![late, below] };
    let Effect { period, touched_late, untouched, below: missed } = month.effect;
    let since = words::day(period.from);
    let query = Query::parse(&format!("from={}&to={}", period.from, period.to)).unwrap_or_default();
    let list = |part: Part| list_address(Kpi::FollowUp, &query, part);
    let leads = |number: u32| words::counted(number, "lead", "leads");
    let late = late
        .say(" ")
        .link(leads(touched_late), list(Part::TouchedLate))
        .say(" touched late and ")
        .link(leads(untouched), list(Part::OverdueOpen))
        .say(format!(" untouched since {since}."));
    let below = below
        .say(" ")
        .link_outside(leads(missed), leads_address(&query, "", Fit::No))
        .say(format!(" below the criteria since {since}."));
    vec![late, below, Prose::plain("It changes the standing of promises, never the four KPIs.")]
}

/// What is coming: an open draft before a version that is not in force yet.
async fn coming(
    tx: &mut Tx,
    caller: &Caller,
    said: &Said,
    records: &[Record],
    current: &Record,
) -> Result<Option<Coming>> {
    if let Some(draft) = store::open_draft(tx).await? {
        let everybody = people::list(tx).await?;
        let signatures = store::signatures(tx, draft.id).await?;
        let deputies = store::deputies(tx).await?;
        let signs =
            caller.visitor.account().ok().and_then(|account| signs_for(account, &everybody, &deputies, said.today));
        let waits = draft.state == DraftState::Proposed
            && signs
                .zip(caller.visitor.account().ok())
                .is_some_and(|((team, _), account)| may_still_sign(account.id, team, &signatures, &said.zone).is_ok());
        let base = followed(records, &draft, said.today).unwrap_or(current);
        let found = changes(&base.version.terms, &draft.terms, &said.currency);
        let comments = store::comments(tx, draft.id).await?;
        let number = records.iter().map(|record| record.version.number).max().unwrap_or_default() + 1;
        let (word, beside) = match &draft.proposed {
            Some((at, by)) => (
                "proposed",
                format!("Proposed by {by} on {}, from {}", words::day(said.zone.day_of(*at)), words::day(draft.starts)),
            ),
            None => (
                "a draft",
                format!("Begun by {} on {}", draft.created_by, words::day(said.zone.day_of(draft.created_at))),
            ),
        };
        let count = |changed: super::clauses::Changed| {
            let comments = comments.iter().filter(|comment| comment.clause == changed.key).count();
            (changed, comments)
        };
        return Ok(Some(Coming {
            title: format!("Version {number}, {word}: {}", counted_changes(found.len())),
            beside,
            changes: found.into_iter().map(count).collect(),
            href: at(super::drafts::PAGE),
            way: if waits { format!("Version {number} waits for you") } else { format!("Version {number}, {word}") },
            waits,
        }));
    }
    let pending =
        records.iter().filter(|record| is_pending(record, said.today)).min_by_key(|record| record.version.starts);
    Ok(pending.map(|record| {
        let number = record.version.number;
        let found = changes(&current.version.terms, &record.version.terms, &said.currency);
        Coming {
            title: format!("Version {number}, signed: {}", counted_changes(found.len())),
            beside: format!("In force from {}", words::day(record.version.starts)),
            changes: found.into_iter().map(|changed| (changed, 0)).collect(),
            href: at(&format!("/agreement/versions/{number}")),
            way: format!("Version {number}, from {}", words::day(record.version.starts)),
            waits: false,
        }
    }))
}

/// `no change`, `one change`, `5 changes`.
pub(super) fn counted_changes(number: usize) -> String {
    match number {
        0 => "no change".to_owned(),
        1 => "one change".to_owned(),
        many => format!("{many} changes"),
    }
}
