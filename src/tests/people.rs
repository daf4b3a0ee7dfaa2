//! Accounts, sessions, links and the second factor, over a real database on each engine.

use crate::databases::{on_each_engine, table};
use doubles::error::{AppError, Result};
use doubles::people::joining::Newcomer;
use doubles::people::model::{AccountId, SecurityKind, Standing, Team, Visitor};
use doubles::people::service::{Caller, People};
use doubles::people::sign_in::Entered;
use doubles::people::store::Origin;
use doubles::people::token::Token;
use doubles::period::Instant;
use doubles::server::clock::Clock;
use doubles::server::db::Db;
use doubles::workspace::model::Workspace;
use std::net::IpAddr;

const NOW: Instant = Instant(1_800_000_000);
const DAY: u32 = 86_400;
const PASSWORD: &str = "four words in a row";
const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1));

fn origin() -> Origin {
    Origin { address: HERE.to_string(), agent: "a browser".to_owned() }
}

/// The people of a database as the server sees them so much later.
fn later(db: &Db, seconds: u32) -> People {
    People::new(db.clone(), Clock::Fixed(Instant(NOW.0 + seconds)))
}

fn ada() -> Newcomer {
    Newcomer { name: "Ada".into(), email: "Ada@company.example".into(), password: PASSWORD.into() }
}

fn bo() -> Newcomer {
    Newcomer { name: "Bo".into(), email: "bo@company.example".into(), password: PASSWORD.into() }
}

/// A workspace whose first account is Ada's, admin and head of marketing.
async fn set_up(db: &Db) -> (People, Caller) {
    let people = later(db, 0);
    let workspace = Workspace::new("Northaisle", "Europe/Berlin", "EUR").expect("a workspace");
    let standing = Standing { team: Some(Team::Marketing), head: true, admin: false };
    let id = people.set_up(&workspace, ada(), standing, &origin()).await.expect("it is empty");
    let caller = caller(&people, id).await;
    (people, caller)
}

async fn caller(people: &People, id: AccountId) -> Caller {
    let token = people.begin_session(id, &origin(), None).await.expect("a session");
    let (account, session) = people.find_session(&token, &origin()).await.expect("a read").expect("it is new");
    Caller { visitor: Visitor::Person(account), session: Some(session), origin: origin() }
}

async fn enters(people: &People, email: &str, password: &str) -> Result<Entered> {
    people.sign_in(email, password.to_owned(), HERE, &origin(), None).await
}

async fn token(people: &People, email: &str) -> Token {
    match enters(people, email, PASSWORD).await {
        Ok(Entered::In(token)) => token,
        other => panic!("no second factor is on: {other:?}"),
    }
}

async fn is_in(people: &People, token: &Token) -> bool {
    people.find_session(token, &origin()).await.expect("a read").is_some()
}

#[tokio::test]
async fn the_first_visitor_becomes_admin_and_only_one_can_be_first() {
    on_each_engine(async |db| {
        let (people, ada) = set_up(db).await;
        assert_eq!(ada.visitor.account().expect("she is in").standing.words(), "head of marketing, admin");
        let workspace = Workspace::new("Evil", "UTC", "EUR").expect("a workspace");
        let second = people.set_up(&workspace, bo(), Standing::default(), &origin()).await;
        assert!(matches!(second, Err(AppError::Conflict(_))), "{second:?}");
        // Nor by a process that has not seen the account yet.
        let second = later(db, 1).set_up(&workspace, bo(), Standing::default(), &origin()).await;
        assert!(matches!(second, Err(AppError::Conflict(_))), "{second:?}");
    })
    .await;
}

#[tokio::test]
async fn the_right_password_enters_and_whatever_else_is_wrong_looks_the_same() {
    on_each_engine(async |db| {
        let (people, ada) = set_up(db).await;
        assert!(matches!(enters(&people, " ada@COMPANY.example ", PASSWORD).await, Ok(Entered::In(_))));
        for (email, password) in [
            ("ada@company.example", "four words in a raw"),
            ("nobody@company.example", PASSWORD),
            ("", ""),
            ("' or 1=1 --", PASSWORD),
        ] {
            assert_eq!(enters(&people, email, password).await, Err(AppError::SignIn), "{email}");
        }
        let bo = people.add(&ada, "bo@company.example", "Bo", Standing::default()).await.expect("free");
        assert_eq!(enters(&people, "bo@company.example", "").await, Err(AppError::SignIn), "no password yet");
        people.set_disabled(&ada, bo, true).await.expect("Bo is no admin");
        assert_eq!(enters(&people, "bo@company.example", PASSWORD).await, Err(AppError::SignIn));
    })
    .await;
}

#[tokio::test]
async fn the_database_holds_no_secret_that_opens_a_door() {
    on_each_engine(async |db| {
        let (people, ada) = set_up(db).await;
        let session = token(&people, "ada@company.example").await;
        let invite = people.invite(&ada, Standing::default()).await.expect("she is admin");
        let reset = people.make_reset(&ada, AccountId(1)).await.expect("her own");
        let mut all = String::new();
        for name in ["account", "session", "one_time", "change", "security_event"] {
            all += &format!("{:?}", table(db, &format!("select * from {name}")).await);
        }
        for secret in [session.reveal(), invite.reveal(), reset.reveal(), PASSWORD] {
            assert!(!all.contains(secret));
        }
        assert!(all.contains(&session.digest()) && all.contains("$argon2id$"));
    })
    .await;
}

#[tokio::test]
async fn a_session_ends_after_three_idle_days_and_after_thirty_in_any_case() {
    on_each_engine(async |db| {
        let (people, _) = set_up(db).await;
        let idle = token(&people, "ada@company.example").await;
        assert!(is_in(&later(db, 3 * DAY - 1), &idle).await);
        let idle = token(&people, "ada@company.example").await;
        assert!(!is_in(&later(db, 3 * DAY), &idle).await);
        let used = token(&people, "ada@company.example").await;
        for day in (2..30).step_by(2) {
            assert!(is_in(&later(db, day * DAY), &used).await, "day {day}");
        }
        assert!(is_in(&later(db, 30 * DAY - 1), &used).await);
        assert!(!is_in(&later(db, 30 * DAY), &used).await);
    })
    .await;
}

#[tokio::test]
async fn signing_in_gives_a_new_session_and_ends_the_one_the_browser_had() {
    on_each_engine(async |db| {
        let (people, _) = set_up(db).await;
        let planted = token(&people, "ada@company.example").await;
        let entered = people.sign_in("ada@company.example", PASSWORD.into(), HERE, &origin(), Some(&planted)).await;
        let Ok(Entered::In(new)) = entered else { panic!("{entered:?}") };
        assert_ne!(new, planted);
        assert!(is_in(&people, &new).await && !is_in(&people, &planted).await);
        let (account, session) = people.find_session(&new, &origin()).await.expect("a read").expect("it is good");
        people.sign_out(account.id, session, &origin()).await.expect("out");
        assert!(!is_in(&people, &new).await, "after signing out it opens nothing");
    })
    .await;
}

#[tokio::test]
async fn a_new_password_ends_every_session_and_the_old_password() {
    on_each_engine(async |db| {
        let (people, ada) = set_up(db).await;
        let elsewhere = token(&people, "ada@company.example").await;
        let wrong = people.change_password(&ada, HERE, "not it at all".into(), "five words in a row".into()).await;
        assert!(matches!(wrong, Err(AppError::Invalid(_))));
        let common = people.change_password(&ada, HERE, PASSWORD.into(), "passwordpassword".into()).await;
        assert!(matches!(common, Err(AppError::Invalid(_))));
        assert!(is_in(&people, &elsewhere).await);
        let new = people.change_password(&ada, HERE, PASSWORD.into(), "five words in a row".into()).await;
        assert!(is_in(&people, &new.expect("the present one was right")).await);
        assert!(!is_in(&people, &elsewhere).await);
        assert_eq!(enters(&people, "ada@company.example", PASSWORD).await, Err(AppError::SignIn));
        assert!(enters(&people, "ada@company.example", "five words in a row").await.is_ok());
    })
    .await;
}

#[tokio::test]
async fn a_role_taken_away_or_a_person_disabled_counts_from_the_next_request() {
    on_each_engine(async |db| {
        let (people, ada) = set_up(db).await;
        let invite = people.invite(&ada, Standing { team: Some(Team::Sales), ..Standing::default() }).await;
        let bo = people.join(&invite.expect("she is admin"), bo(), &origin()).await.expect("the link is good");
        let token = token(&people, "bo@company.example").await;
        people.set_standing(&ada, bo, Standing::default()).await.expect("Bo is no admin");
        let (account, _) = people.find_session(&token, &origin()).await.expect("a read").expect("still in");
        assert_eq!(account.standing, Standing::default());
        people.set_disabled(&ada, bo, true).await.expect("Bo is no admin");
        assert!(!is_in(&people, &token).await);
        people.set_disabled(&ada, bo, false).await.expect("enabled");
        assert!(!is_in(&people, &token).await, "enabling brings no session back");
    })
    .await;
}

#[tokio::test]
async fn the_last_admin_stays() {
    on_each_engine(async |db| {
        let (people, ada) = set_up(db).await;
        let id = ada.visitor.account().expect("she is in").id;
        assert!(matches!(people.set_disabled(&ada, id, true).await, Err(AppError::Conflict(_))));
        assert!(matches!(people.set_standing(&ada, id, Standing::default()).await, Err(AppError::Conflict(_))));
        let bo = people.add(&ada, "bo@company.example", "Bo", Standing { admin: true, ..Standing::default() }).await;
        let bo = bo.expect("free");
        assert!(people.set_disabled(&ada, id, true).await.is_err(), "Bo has not chosen a password yet");
        people.set_password(&ada, bo, PASSWORD.to_owned()).await.expect("a good one");
        assert!(people.set_disabled(&ada, id, true).await.is_ok());
        assert!(people.set_disabled(&ada, bo, true).await.is_err());
    })
    .await;
}

#[tokio::test]
async fn an_invite_is_good_once_and_for_a_week_and_gives_what_its_maker_may_give() {
    on_each_engine(async |db| {
        let (people, ada) = set_up(db).await;
        let sales = Standing { team: Some(Team::Sales), ..Standing::default() };
        let invite = people.invite(&ada, sales).await.expect("she is admin");
        assert_eq!(people.find_invite(&invite).await, Ok(sales));
        let taken = people.join(&invite, ada_again(), &origin()).await;
        assert!(matches!(taken, Err(AppError::Conflict(_))), "her address is taken: {taken:?}");
        let id = people.join(&invite, bo(), &origin()).await.expect("the refused one did not use it up");
        assert_eq!(caller(&people, id).await.visitor.account().map(|bo| bo.standing), Ok(sales));
        let again = Newcomer { email: "eve@company.example".into(), ..bo() };
        assert!(matches!(people.join(&invite, again, &origin()).await, Err(AppError::NotFound(_))));

        let old = people.invite(&ada, sales).await.expect("she is admin");
        assert!(later(db, 7 * DAY - 1).find_invite(&old).await.is_ok());
        assert!(later(db, 7 * DAY).find_invite(&old).await.is_err());
        let bo = caller(&people, id).await;
        assert!(matches!(people.invite(&bo, Standing::default()).await, Err(AppError::Forbidden(_))));
        people.set_standing(&ada, id, Standing { head: true, ..sales }).await.expect("Bo is no admin");
        let bo = caller(&people, id).await;
        let of_head = people.invite(&bo, sales).await.expect("a head invites to the own team");
        assert!(people.invite(&bo, Standing { admin: true, ..sales }).await.is_err());
        people.set_standing(&ada, id, sales).await.expect("Bo is no admin");
        assert!(people.find_invite(&of_head).await.is_err(), "who made it may not give it any more");
    })
    .await;
}

fn ada_again() -> Newcomer {
    Newcomer { email: "ADA@company.example".into(), ..bo() }
}

#[tokio::test]
async fn a_reset_link_is_good_once_and_for_a_day_and_ends_every_session() {
    on_each_engine(async |db| {
        let (people, ada) = set_up(db).await;
        let before = token(&people, "ada@company.example").await;
        let id = ada.visitor.account().expect("she is in").id;
        let first = people.make_reset(&ada, id).await.expect("her own");
        let link = people.make_reset(&ada, id).await.expect("her own");
        assert!(people.check_reset(&first).await.is_err(), "a newer link takes the older back");
        assert!(later(db, DAY).check_reset(&link).await.is_err());
        assert!(people.reset(&link, "too short".into(), &origin()).await.is_err());
        assert_eq!(people.check_reset(&link).await, Ok(()), "a refused password does not use it up");
        people.reset(&link, "five words in a row".into(), &origin()).await.expect("the link is good");
        assert!(people.reset(&link, "six words in a row".into(), &origin()).await.is_err());
        assert!(!is_in(&people, &before).await);
        assert!(enters(&people, "ada@company.example", "five words in a row").await.is_ok());
        // A link of one kind is none of another.
        let link = people.make_reset(&ada, id).await.expect("her own");
        assert!(people.find_invite(&link).await.is_err());
        assert!(people.enter_code(&link, "000000", &origin(), None).await.is_err());
    })
    .await;
}

#[tokio::test]
async fn with_a_second_factor_a_password_alone_opens_nothing() {
    on_each_engine(async |db| {
        let (people, ada) = set_up(db).await;
        let id = ada.visitor.account().expect("she is in").id;
        people.begin_second_factor(&ada, HERE, PASSWORD.into()).await.expect("the password is right");
        assert!(matches!(enters(&people, "ada@company.example", PASSWORD).await, Ok(Entered::In(_))), "not confirmed");
        let (secret, url) = people.find_enrolment(id).await.expect("a read").expect("begun");
        assert!(url.contains(&secret));
        assert!(people.confirm_second_factor(&ada, "000000").await.is_err());
        let codes = people.confirm_second_factor(&ada, &code(&secret, 0)).await.expect("the code is right");
        assert_eq!(people.find_enrolment(id).await, Ok(None), "the secret is not shown again");

        let people = later(db, 60);
        let Ok(Entered::CodeAsked(step)) = enters(&people, "ada@company.example", PASSWORD).await else {
            panic!("a code is asked for");
        };
        assert!(!is_in(&people, &step).await, "the step is no session");
        let wrong = people.enter_code(&step, &code(&secret, 0), &origin(), None).await;
        assert!(matches!(wrong, Err(AppError::Invalid(_))), "used when it was confirmed: {wrong:?}");
        let code = code(&secret, 60);
        let session = people.enter_code(&step, &code, &origin(), None).await.expect("the code is right");
        assert!(is_in(&people, &session).await);
        assert_eq!(people.enter_code(&step, &code, &origin(), None).await, Err(AppError::SignIn), "the step is used");

        let step = code_asked(&people).await;
        assert!(people.enter_code(&step, &code, &origin(), None).await.is_err(), "each code once");
        assert!(people.enter_code(&step, &codes[0].to_uppercase(), &origin(), None).await.is_ok());
        let step = code_asked(&people).await;
        assert!(people.enter_code(&step, &codes[0], &origin(), None).await.is_err(), "each code on paper once");
        assert_eq!(people.own_recovery_codes(&ada).await, Ok(9));
        assert!(later(db, 60 + 300).enter_code(&step, &codes[1], &origin(), None).await.is_err(), "five minutes");
        let kinds: Vec<_> = people.own_events(&ada).await.expect("a read").iter().map(|event| event.kind).collect();
        assert!(kinds.contains(&SecurityKind::SecondFactorOn) && kinds.contains(&SecurityKind::RecoveryCodeUsed));
    })
    .await;
}

/// What an authenticator shows so much later.
fn code(secret: &str, later: u32) -> String {
    let secret = totp_rs::Secret::try_from_base32(secret).expect("base32");
    let authenticator = totp_rs::Builder::new().with_secret(secret).with_account_name("Ada").build().expect("160 bits");
    authenticator.generate(u64::from(NOW.0 + later)).to_string()
}

async fn code_asked(people: &People) -> Token {
    match enters(people, "ada@company.example", PASSWORD).await {
        Ok(Entered::CodeAsked(step)) => step,
        other => panic!("a code is asked for: {other:?}"),
    }
}

#[tokio::test]
async fn own_sessions_are_listed_and_ended_and_those_of_others_are_left_alone() {
    on_each_engine(async |db| {
        let (people, ada) = set_up(db).await;
        let id = people.add(&ada, "bo@company.example", "Bo", Standing::default()).await.expect("free");
        let bo = caller(&people, id).await;
        let sessions = people.own_sessions(&ada).await.expect("a read");
        assert_eq!(sessions.iter().filter(|session| session.this).count(), 1);
        let theirs = people.own_sessions(&bo).await.expect("a read");
        assert!(matches!(people.end_own_session(&ada, theirs[0].id).await, Err(AppError::NotFound(_))));
        assert_eq!(people.own_sessions(&bo).await.expect("a read").len(), 1);
        people.end_sessions_of(&ada, id).await.expect("she is admin");
        assert!(people.own_sessions(&bo).await.expect("a read").is_empty());
    })
    .await;
}

#[tokio::test]
async fn the_audit_log_says_who_did_what_from_where_and_names_no_address_of_anybody() {
    on_each_engine(async |db| {
        let (people, ada) = set_up(db).await;
        let id = people.add(&ada, "bo@company.example", "Bo", Standing::default()).await.expect("free");
        let sales = Standing { team: Some(Team::Sales), ..Standing::default() };
        people.set_standing(&ada, id, sales).await.expect("Bo is no admin");
        let rows = table(db, "select actor, kind, entity_id, detail from change order by seq").await;
        let last = rows.last().expect("it was written down");
        assert_eq!(last[..3], ["Ada", "account_changed", &id.to_string()]);
        let detail: serde_json::Value = serde_json::from_str(&last[3]).expect("it is JSON");
        assert_eq!(detail["before"]["team"], serde_json::Value::Null);
        assert_eq!(detail["after"]["team"], "sales");
        assert_eq!(detail["from"], "192.0.2.1");
        assert!(rows.iter().all(|row| !row[3].contains("company.example") && !row[3].contains("Bo")));
    })
    .await;
}
