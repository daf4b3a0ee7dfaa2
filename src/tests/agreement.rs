//! The agreement: from a draft to a version that both heads have signed, and what a number may and may not see of it.

use crate::databases::{name, on_each_engine, table};
use crate::loop_office::{DAY, HOUR, Office, TUESDAY, after, office};
use doubles::agreement::criteria::{Criterion, Field, Rule, Test};
use doubles::agreement::drafts::{self, fingerprint};
use doubles::agreement::store::{self, Draft, DraftState};
use doubles::agreement::{answer, answer_draft, answer_versions, notices, service, signing};
use doubles::editing::documents::{Document, Saved};
use doubles::editing::form::Sent;
use doubles::error::Result;
use doubles::kpis::query::Query;
use doubles::people::model::Visitor;
use doubles::people::service::Caller;
use doubles::period::{Day, Instant};
use doubles::queue::count;
use doubles::server::AppState;

/// Tuesday 2026-03-03, the day of the office.
const TODAY: Day = Day((TUESDAY.0 / DAY) as i32);

pub fn sent(pairs: &[(&str, &str)]) -> Sent {
    Sent::new(pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect())
}

pub async fn open(state: &AppState) -> Draft {
    store::open_draft(&mut state.db.read().await.expect("a read")).await.expect("a read").expect("one is open")
}

/// Saves fields of the open draft, as whoever had opened it just now.
pub async fn save(state: &AppState, who: &Caller, fields: &[(&str, &str)]) -> Result<String> {
    let draft = open(state).await;
    let values = drafts::values(&mut state.db.read().await?, draft.id).await?;
    let mut form: Vec<(String, String)> = values.into_iter().map(|(key, text)| (format!("base.{key}"), text)).collect();
    form.extend(fields.iter().map(|(key, text)| ((*key).to_owned(), (*text).to_owned())));
    match Document::Agreement.save(state, who, draft.id, &Sent::new(form), |_| "saved".to_owned()).await? {
        Saved::Done(leads_to) => Ok(leads_to),
        Saved::Conflict(meanwhile) => panic!("a conflict: {:?}", meanwhile.merged.conflicts),
    }
}

/// A form that names the open draft and the text that it shows.
pub async fn named(state: &AppState, more: &[(&str, &str)]) -> Sent {
    let draft = open(state).await;
    let (id, hash) = (draft.id.to_string(), draft.text.map(|(_, hash)| hash).unwrap_or_default());
    let mut pairs = vec![("id", id.as_str()), ("sha256", hash.as_str())];
    pairs.extend(more);
    sent(&pairs)
}

/// A proposed draft with these fields.
pub async fn proposed(office: &Office, state: &AppState, fields: &[(&str, &str)]) -> Draft {
    drafts::begin(state, &office.mia, &sent(&[])).await.expect("a draft");
    save(state, &office.ben, fields).await.expect("saved");
    drafts::propose(state, &office.mia, &named(state, &[]).await).await.expect("proposed");
    open(state).await
}

pub async fn sign(state: &AppState, who: &Caller) -> Result<String> {
    let form = named(state, &[]).await;
    signing::sign(state, who, &form).await
}

/// Both heads sign what is proposed.
pub async fn agree(office: &Office, state: &AppState) -> String {
    sign(state, &office.hedy).await.expect("marketing signs");
    sign(state, &office.hal).await.expect("sales signs")
}

pub fn refusal<T: std::fmt::Debug>(result: Result<T>) -> String {
    result.expect_err("it is refused").to_string()
}

pub async fn rules(state: &AppState) -> Vec<(Day, u32)> {
    let rules =
        service::rules(&mut state.db.read().await.expect("a read")).await.expect("a read").expect("a workspace");
    let leads =
        |version: &doubles::agreement::rules::Compiled| version.terms.marketing.leads_per_month.unwrap_or_default();
    rules.versions().iter().map(|version| (version.starts, leads(version))).collect()
}

#[tokio::test]
async fn a_draft_that_both_heads_sign_is_a_version_from_its_day_on_and_its_text_keeps_its_fingerprint() {
    on_each_engine(async |db| {
        let office = office(db).await;
        let state = &office.state;
        let draft =
            proposed(&office, state, &[("starts", "2026-04-01"), ("leads_per_month", "300"), ("why", "More halls")])
                .await;
        let (text, hash) = draft.text.expect("it has its text");
        assert!(text.contains("Hand over 300 qualified leads a month."), "{text}");
        assert!(text.contains("In force from 1 April 2026") && text.contains("Why: More halls"), "{text}");
        assert_eq!(fingerprint(&text), hash);
        assert_eq!(sign(state, &office.hedy).await, Ok("/agreement/draft?done=signed".to_owned()));
        assert_eq!(rules(state).await.len(), 1, "one signature makes no version");
        assert_eq!(sign(state, &office.hal).await, Ok("/agreement/versions/2?done=agreed".to_owned()));
        let april: Day = "2026-04-01".parse().expect("a day");
        assert_eq!(rules(state).await[1], (april, 300), "on {}", name(db));
        let shown = answer_versions::version(state, 2, None).await.expect("it is there");
        assert_eq!(shown.hash, hash);
        let names: Vec<_> = shown.signatures.iter().map(|(_, signed)| signed.clone().expect("signed").name).collect();
        assert_eq!(names, ["Hedy", "Hal"]);
        assert_eq!(answer_versions::text(state, 2).await, Ok(text), "to the byte");
        assert!(refusal(answer_versions::text(state, 1).await).contains("was never signed"));
        // The one before is in force up to then.
        let first = answer_versions::version(state, 1, None).await.expect("it is there");
        assert!(first.validity.contains("31\u{a0}March\u{a0}2026"), "{}", first.validity);
        assert_eq!(table(db, "select state, version from agreement_draft").await, [["signed", "2"]]);
    })
    .await;
}

#[tokio::test]
async fn a_draft_changes_no_number_and_neither_does_a_signed_version_before_its_day() {
    on_each_engine(async |db| {
        let office = office(db).await;
        for name in ["Hanna", "Tom", "Ida"] {
            office.lead(name, TUESDAY).await;
        }
        let later = office.at(after(30 * HOUR));
        let numbers = async || {
            let query = Query::parse("from=2026-03-01&to=2026-04-01").expect("an address");
            let (now, question) =
                doubles::kpis::service::ask(&later, &query, &[]).await.expect("a read").expect("leads");
            (*later.scores.answer(&now, question).await).clone()
        };
        count::refresh(db).await.expect("counted");
        let due = "select id, stage, due_at, silent_at from lead order by id";
        let (before, queue) = (numbers().await, table(db, due).await);
        proposed(
            &office,
            &later,
            &[("first_touch", "1 hour"), ("horizon", "1"), ("leads_per_month", "9"), ("monday", "closed")],
        )
        .await;
        assert_eq!(numbers().await, before, "a proposal");
        agree(&office, &later).await;
        count::refresh(db).await.expect("counted");
        assert_eq!(table(db, due).await, queue, "what is owed follows the day of the handover");
        assert_eq!(numbers().await, before, "a version whose day has not come, on {}", name(db));
    })
    .await;
}

#[tokio::test]
async fn a_proposed_text_does_not_change_and_sending_it_back_makes_signatures_void_and_says_so() {
    on_each_engine(async |db| {
        let office = office(db).await;
        let state = &office.state;
        proposed(&office, state, &[("starts", "2026-04-01"), ("verdict", "3 working days")]).await;
        sign(state, &office.hal).await.expect("signed");
        let refused = refusal(save(state, &office.mia, &[("verdict", "9 working days")]).await);
        assert!(refused.contains("a text that somebody may be signing does not change"), "{refused}");
        assert!(refusal(sign(state, &office.hal).await).contains("Hal has signed for sales already"));
        let stale = named(state, &[]).await;
        let nothing_said = named(state, &[("text", " ")]).await;
        assert!(
            refusal(drafts::send_back(state, &office.mia, &nothing_said).await).contains("Say what is to be changed")
        );
        let back = named(state, &[("text", "Three days are too few in December.")]).await;
        drafts::send_back(state, &office.mia, &back).await.expect("sent back");
        let shown = answer_draft::draft(state, &office.mia, None).await.expect("a page").expect("one is open");
        assert_eq!(shown.state, DraftState::Draft);
        assert_eq!(shown.thread[0].text, "Three days are too few in December.");
        assert!(
            shown.remarks.iter().any(|said| said.contains("Hal had signed for sales; Mia sent the text back")),
            "{:?}",
            shown.remarks
        );
        assert!(refusal(signing::sign(state, &office.hedy, &stale).await).contains("not the text that you were shown"));
        save(state, &office.mia, &[("verdict", "4 working days")]).await.expect("it is a draft again");
        drafts::propose(state, &office.ben, &named(state, &[]).await).await.expect("proposed");
        assert!(refusal(signing::sign(state, &office.hedy, &stale).await).contains("not the text that you were shown"));
        agree(&office, state).await;
        let kinds = office.notices().await;
        let of = |kind: &str| kinds.iter().filter(|row| row[1] == kind).count();
        // Each time both heads, but never who did it.
        assert_eq!(
            (of("agreement_proposed"), of("agreement_sent_back"), of("agreement_signed")),
            (4, 2, 3),
            "{kinds:?}"
        );
    })
    .await;
}

#[tokio::test]
async fn a_version_starts_no_earlier_than_the_day_after_its_second_signature() {
    on_each_engine(async |db| {
        let office = office(db).await;
        proposed(&office, &office.state, &[("starts", "2026-03-05"), ("attempts", "6")]).await;
        sign(&office.state, &office.hal).await.expect("signed");
        let later = office.at(after(5 * DAY));
        let shown = answer_draft::draft(&later, &office.hedy, None).await.expect("a page").expect("one is open");
        let says = "signed today it would be in force from 9\u{a0}March\u{a0}2026";
        assert!(shown.remarks.iter().any(|said| said.contains(says)), "{:?}", shown.remarks);
        sign(&later, &office.hedy).await.expect("signed");
        assert_eq!(rules(&later).await[1].0, TODAY.plus(6));
        let shown = answer_versions::version(&later, 2, None).await.expect("it is there");
        assert!(shown.validity.contains("the second signature came later"), "{}", shown.validity);
    })
    .await;
}

#[tokio::test]
async fn a_version_that_would_overlap_one_that_is_not_in_force_yet_is_refused_unless_it_takes_its_place() {
    on_each_engine(async |db| {
        let office = office(db).await;
        let state = &office.state;
        proposed(&office, state, &[("starts", "2026-05-01"), ("leads_per_month", "200")]).await;
        agree(&office, state).await;
        drafts::begin(state, &office.mia, &sent(&[])).await.expect("a draft");
        assert_eq!(open(state).await.starts.to_string(), "2026-05-02", "after the one that is coming");
        save(state, &office.mia, &[("starts", "2026-04-15"), ("leads_per_month", "250")]).await.expect("saved");
        let refused = refusal(drafts::propose(state, &office.mia, &named(state, &[]).await).await);
        assert!(refused.contains("Version 2 is signed and comes into force on 1\u{a0}May\u{a0}2026"), "{refused}");
        let instead = named(state, &[("replaces", "2")]).await;
        drafts::propose(state, &office.mia, &instead).await.expect("in its place");
        assert!(open(state).await.text.expect("a text").0.contains("It takes the place of version 2"));
        assert_eq!(agree(&office, state).await, "/agreement/versions/3?done=agreed");
        let april = "2026-04-15".parse().expect("a day");
        assert_eq!(rules(state).await, [rules(state).await[0], (april, 250)], "version 2 is gone");
        let lines = answer_versions::versions(state, &office.hal).await.expect("a list");
        assert_eq!(lines[1].stands, "taken back before it came into force");
    })
    .await;
}

#[tokio::test]
async fn members_of_both_teams_write_different_fields_and_meet_only_at_the_same_one() {
    on_each_engine(async |db| {
        let office = office(db).await;
        let state = &office.state;
        drafts::begin(state, &office.mia, &sent(&[])).await.expect("a draft");
        let id = open(state).await.id;
        drafts::begin(state, &office.ben, &sent(&[])).await.expect("the same one");
        assert_eq!(open(state).await.id, id, "one is open at a time");
        let base = drafts::values(&mut db.read().await.expect("a read"), id).await.expect("values");
        let form = |key: &str, text: &str| {
            let mut pairs: Vec<(String, String)> =
                base.iter().map(|(key, text)| (format!("base.{key}"), text.clone())).collect();
            pairs.push((key.to_owned(), text.to_owned()));
            Sent::new(pairs)
        };
        let write = async |who: &Caller, key: &str, text: &str| {
            Document::Agreement.save(state, who, id, &form(key, text), |_| "x".to_owned()).await.expect("it is read")
        };
        write(&office.mia, "reply", "2 working days").await;
        write(&office.ben, "decide", "4 working hours").await;
        let draft = open(state).await;
        assert_eq!(draft.terms.marketing.reply, doubles::agreement::model::Within::WorkingDays(2));
        assert_eq!(draft.terms.sales.decide, doubles::agreement::model::Within::Working(240));
        // The same, written otherwise, is no second opinion; another one is.
        assert!(matches!(write(&office.ann, "reply", "2 working  days").await, Saved::Done(_)));
        let Saved::Conflict(meanwhile) = write(&office.ann, "reply", "1 working day").await else {
            panic!("a conflict")
        };
        assert_eq!(meanwhile.last.expect("somebody wrote").0, "Ben");
        let (_, rows) =
            Document::Agreement.changes_of(&mut db.read().await.expect("a read"), &office.ann, id).await.expect("rows");
        assert_eq!(rows.len(), 3, "begun, and twice changed");
    })
    .await;
}

#[tokio::test]
async fn a_draft_that_is_withdrawn_comes_back_unless_another_was_begun() {
    on_each_engine(async |db| {
        let office = office(db).await;
        let state = &office.state;
        drafts::begin(state, &office.mia, &sent(&[])).await.expect("a draft");
        save(state, &office.mia, &[("attempts", "7")]).await.expect("saved");
        let id = open(state).await.id.to_string();
        drafts::withdraw(state, &office.mia, &named(state, &[]).await).await.expect("withdrawn");
        assert!(store::open_draft(&mut db.read().await.expect("a read")).await.expect("a read").is_none());
        drafts::bring_back(state, &office.ben, &sent(&[("id", &id)])).await.expect("it is back");
        assert_eq!(open(state).await.terms.sales.attempts, 7);
        drafts::withdraw(state, &office.mia, &named(state, &[]).await).await.expect("withdrawn");
        drafts::begin(state, &office.ben, &sent(&[])).await.expect("another");
        let refused = refusal(drafts::bring_back(state, &office.mia, &sent(&[("id", &id)])).await);
        assert!(refused.starts_with("Ben has begun another draft meanwhile"), "{refused}");
    })
    .await;
}

#[tokio::test]
async fn a_draft_that_comes_back_is_compared_with_the_version_that_it_would_follow() {
    on_each_engine(async |db| {
        let office = office(db).await;
        let state = &office.state;
        drafts::begin(state, &office.mia, &sent(&[])).await.expect("a draft");
        save(state, &office.mia, &[("attempts", "7")]).await.expect("saved");
        let id = open(state).await.id.to_string();
        drafts::withdraw(state, &office.mia, &named(state, &[]).await).await.expect("withdrawn");
        proposed(&office, state, &[("starts", "2026-03-05"), ("leads_per_month", "300")]).await;
        agree(&office, state).await;
        drafts::bring_back(state, &office.ben, &sent(&[("id", &id)])).await.expect("it is back");
        let shown = answer_draft::draft(state, &office.hal, None).await.expect("a page").expect("one is open");
        let volume = shown.clauses.iter().find(|clause| clause.before.contains("300")).expect("version 2 says 300");
        assert_ne!(volume.before, volume.after, "signing it would drop what version 2 says, and the page shows it");
        let says = "begun from version 1, and would follow version 2";
        assert!(shown.remarks.iter().any(|said| said.contains(says)), "{:?} on {}", shown.remarks, name(db));
    })
    .await;
}

#[tokio::test]
async fn days_taken_into_an_open_draft_leave_its_start_and_criteria_that_no_form_writes_are_refused() {
    on_each_engine(async |db| {
        let office = office(db).await;
        let state = &office.state;
        drafts::begin(state, &office.mia, &sent(&[])).await.expect("a draft");
        let starts = open(state).await.starts;
        let days = doubles::agreement::calendar_text::parse_exceptions("2026-03-20 closed").expect("days");
        drafts::take_days(state, &office.mia, "", &days).await.expect("taken");
        assert_eq!(open(state).await.starts, starts, "on {}", name(db));
        let shown = answer_draft::draft(state, &office.hal, None).await.expect("a page").expect("one is open");
        let says = "day that differs lies before 1\u{a0}April\u{a0}2026";
        assert!(shown.remarks.iter().any(|said| said.contains(says)), "{:?}", shown.remarks);
        let rule = Rule { field: Field::Size, test: Test::AtLeast(1) };
        let forged = vec![Criterion { key: "No key of ours".into(), any: vec![rule] }];
        let forged = serde_json::to_string(&forged).expect("plain data");
        let refused = refusal(save(state, &office.mia, &[("criteria", &forged)]).await);
        assert!(refused.contains("not complete"), "{refused}");
    })
    .await;
}

#[tokio::test]
async fn what_a_draft_says_already_is_not_proposed_and_days_before_its_start_are_left_out_with_a_sentence() {
    on_each_engine(async |db| {
        let office = office(db).await;
        let state = &office.state;
        proposed(
            &office,
            state,
            &[
                ("starts", "2026-03-10"),
                ("attempts", "4"),
                ("exceptions", "2026-04-03 closed Good Friday\n2026-05-01 closed"),
            ],
        )
        .await;
        agree(&office, state).await;
        let later = office.at(after(20 * DAY));
        drafts::begin(&later, &office.mia, &sent(&[])).await.expect("a draft");
        assert!(
            refusal(drafts::propose(&later, &office.mia, &named(&later, &[]).await).await)
                .contains("says the same as version 2")
        );
        let refused = refusal(save(&later, &office.mia, &[("exceptions", "2025-12-25 closed")]).await);
        assert!(refused.contains("the first day on which this version could be in force"), "{refused}");
        save(&later, &office.mia, &[("starts", "2026-04-10"), ("attempts", "5")]).await.expect("saved");
        let shown = answer_draft::draft(&later, &office.mia, None).await.expect("a page").expect("one is open");
        assert!(
            shown.remarks.iter().any(|said| said.contains("1\u{a0}day that differs lies before 10\u{a0}April")),
            "{:?}",
            shown.remarks
        );
        drafts::propose(&later, &office.mia, &named(&later, &[]).await).await.expect("proposed");
        assert_eq!(open(&later).await.terms.calendar.exceptions.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_forgotten_holiday_is_one_form_away_from_a_draft_that_starts_with_it() {
    on_each_engine(async |db| {
        let office = office(db).await;
        let state = &office.state;
        let days = |text: &str| doubles::agreement::calendar_text::parse_exceptions(text).expect("days");
        let refused = refusal(drafts::take_days(state, &office.mia, "", &days("2026-03-03 closed")).await);
        assert!(refused.contains("has come already"), "{refused}");
        drafts::take_days(state, &office.mia, "", &days("2026-03-20 closed Founders' Day")).await.expect("taken");
        let draft = open(state).await;
        assert_eq!(draft.starts.to_string(), "2026-03-20");
        drafts::take_days(state, &office.ben, "", &days("2026-03-20 09:00-12:00\n2026-03-23 closed"))
            .await
            .expect("taken");
        let exceptions = open(state).await.terms.calendar.exceptions;
        assert_eq!(exceptions.len(), 2, "what is said anew of a day stands in its place");
        assert_eq!(exceptions[0].1.len(), 1);
        let taken = drafts::take_into_draft(state, &office.ann, "", &[("leads_per_month", "340".to_owned())]).await;
        assert_eq!(taken, Ok("/agreement/draft?done=taken".to_owned()));
        assert_eq!(open(state).await.terms.marketing.leads_per_month, Some(340));
    })
    .await;
}

#[tokio::test]
async fn both_teams_are_told_once_when_a_version_comes_into_force() {
    on_each_engine(async |db| {
        let office = office(db).await;
        proposed(&office, &office.state, &[("starts", "2026-03-05"), ("attempts", "4")]).await;
        agree(&office, &office.state).await;
        assert_eq!(notices::announce(db, after(DAY)).await, Ok(0), "its day has not come");
        assert_eq!(notices::announce(db, after(2 * DAY)).await, Ok(1));
        assert_eq!(notices::announce(db, after(2 * DAY + HOUR)).await, Ok(0), "once");
        let told = office.notices().await.into_iter().filter(|row| row[1] == "agreement_in_force").count();
        assert_eq!(told, 5, "everybody of both teams, and no viewer");
    })
    .await;
}

#[tokio::test]
async fn a_form_that_comes_twice_signs_and_comments_once() {
    on_each_engine(async |db| {
        let office = office(db).await;
        let state = &office.state;
        proposed(&office, state, &[("starts", "2026-04-01"), ("attempts", "4")]).await;
        let key = "0123456789abcdef0123456789abcdef";
        for _ in 0..2 {
            let form = named(state, &[("key", key), ("clause", "attempts"), ("text", "Four it is.")]).await;
            drafts::comment(state, &office.ben, &form).await.expect("said");
        }
        assert_eq!(
            table(db, "select clause, name, text from agreement_comment").await,
            [["attempts", "Ben", "Four it is."]]
        );
        let key = "fedcba9876543210fedcba9876543210";
        let form = named(state, &[("key", key)]).await;
        for _ in 0..2 {
            assert_eq!(signing::sign(state, &office.hal, &form).await, Ok("/agreement/draft?done=signed".to_owned()));
        }
        assert_eq!(table(db, "select count(*) from agreement_signature").await, [["1"]]);
    })
    .await;
}

#[tokio::test]
async fn whoever_is_in_no_team_reads_everything_and_writes_nothing() {
    on_each_engine(async |db| {
        let office = office(db).await;
        let state = &office.state;
        let ruth = {
            use doubles::people::model::Standing;
            state
                .people
                .add(&Caller::command_line(), "ruth@company.example", "Ruth", Standing::default())
                .await
                .expect("added");
            let account = state.people.get_by_email("ruth@company.example").await.expect("it is there");
            Caller { visitor: Visitor::Person(account), ..office.mia.clone() }
        };
        assert!(
            refusal(drafts::begin(state, &ruth, &sent(&[])).await)
                .starts_with("Only marketing and sales may edit drafts")
        );
        proposed(&office, state, &[("starts", "2026-04-01"), ("attempts", "4")]).await;
        assert!(refusal(sign(state, &ruth).await).starts_with("Only the heads of the teams may sign"));
        let shown = answer_draft::draft(state, &ruth, None).await.expect("a page").expect("one is open");
        assert!(!shown.may_edit && shown.sign.is_none());
        let page = answer::agreement(state, &ruth, None).await.expect("a page");
        assert!(page.coming.is_some_and(|coming| !coming.waits) && !page.may_edit);
        let page = answer::agreement(state, &office.hal, None).await.expect("a page");
        assert!(page.coming.is_some_and(|coming| coming.waits), "it waits for a head");
    })
    .await;
}

/// An instant that the office knows is the first of its agreement's days.
#[test]
fn the_office_opens_on_the_third_of_march() {
    assert_eq!(TODAY.to_string(), "2026-03-03");
    assert_eq!(after(0), Instant(TUESDAY.0));
}
