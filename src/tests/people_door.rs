//! How people come in, seen through the pages and forms as a browser without WASM sees them.

use crate::browser::{PASSWORD, TestServer};
use crate::filled::Filled;
use doubles::people::model::{AccountId, Standing, Team};
use doubles::people::service::Caller;
use doubles::server::site::Site;
use std::net::SocketAddr;

const WELCOME: [(&str, &str); 7] = [
    ("workspace", "Northaisle"),
    ("zone", "Europe/Berlin"),
    ("currency", "EUR"),
    ("name", "Ada"),
    ("email", "ada@company.example"),
    ("password", PASSWORD),
    ("team", "marketing"),
];

/// Others can reach it, and the server printed a code.
fn open_site() -> Site {
    Site { this_machine_only: false, first_run_code: Some("abcd-efgh-jkmn".into()), ..Site::default() }
}

#[tokio::test]
async fn the_first_visitor_is_led_through_welcome_and_is_signed_in_by_it() {
    let server = TestServer::empty().await;
    let mut ada = server.browser();
    assert_eq!(ada.get("/").await.leads_to(), Some("/welcome"));
    let page = ada.get("/welcome").await;
    assert_eq!(page.status, 200);
    assert!(page.body.contains(r#"action="/welcome""#) && !page.body.contains(r#"name="code""#), "{}", page.body);
    let team = Filled::of(&page.body, "/welcome").get("team").to_owned();
    assert_eq!(team, "marketing", "who chooses nothing can import leads");
    let done = ada.post("/welcome", &WELCOME).await;
    assert_eq!(done.leads_to(), Some("/"), "{}", done.body);
    assert_eq!(ada.get("/settings").await.status, 200);
    let accounts = server.state.people.list().await.expect("a read");
    assert_eq!(accounts[0].standing.words(), "marketing, admin");

    let mut second = server.browser();
    assert!(second.get("/welcome").await.body.contains("set up already"));
    let refused = second.post("/welcome", &WELCOME).await;
    assert_eq!(refused.status, 409);
    assert_eq!(server.state.people.list().await.expect("a read").len(), 1);
    assert_eq!(second.get("/").await.leads_to(), Some("/sign-in?next=%2F"));
}

#[tokio::test]
async fn what_cannot_be_taken_is_said_and_what_was_typed_is_kept_but_for_the_password() {
    let server = TestServer::empty().await;
    let mut form = WELCOME;
    form[5] = ("password", "passwordpassword");
    let answer = server.browser().post("/welcome", &form).await;
    assert_eq!(answer.status, 400);
    assert!(answer.body.contains("one of the most common ones"), "{}", answer.body);
    assert!(answer.body.contains("Northaisle") && answer.body.contains("ada@company.example"));
    assert!(!answer.body.contains("passwordpassword"));
    assert!(!server.state.people.any_account().await.expect("a read"));
    assert!(!server.state.people.has_workspace().await.expect("a read"), "nothing is begun by half");
}

#[tokio::test]
async fn where_others_can_reach_it_nothing_is_shown_before_the_first_account_and_that_needs_the_printed_code() {
    let server = TestServer::with(open_site()).await;
    let mut browser = server.browser();
    for path in ["/", "/kpis/cac", "/settings", "/settings/people"] {
        assert_eq!(browser.get(path).await.leads_to(), Some("/welcome"), "{path}");
    }
    assert_eq!(browser.post("/api/scoreboard", &[("search", "")]).await.status, 401);
    assert!(browser.get("/welcome").await.body.contains(r#"name="code""#));
    assert_eq!(browser.post("/welcome", &WELCOME).await.status, 403);
    let mut form = WELCOME.to_vec();
    form.push(("code", "abcd-efgh-jkmm"));
    assert_eq!(browser.post("/welcome", &form).await.status, 403);
    form.pop();
    form.push(("code", " ABCD efgh jkmn"));
    assert_eq!(browser.post("/welcome", &form).await.leads_to(), Some("/"));
}

#[tokio::test]
async fn a_database_filled_on_the_command_line_keeps_its_workspace_at_welcome() {
    let server = TestServer::empty().await;
    let workspace =
        doubles::workspace::model::Workspace::new("Olist", "America/Sao_Paulo", "BRL").expect("a workspace");
    let db = &server.state.db;
    doubles::workspace::store::create(db, &workspace, "command line", crate::browser::NOW).await.expect("empty");
    let mut browser = server.browser();
    assert_eq!(browser.get("/settings/people").await.status, 200, "this machine may do everything until then");
    assert!(!browser.get("/welcome").await.body.contains(r#"id="workspace""#));
    assert_eq!(browser.post("/welcome", &WELCOME).await.leads_to(), Some("/"));
    let kept = doubles::workspace::store::find(&mut db.read().await.expect("a read")).await.expect("a read");
    assert_eq!(kept, Some(workspace));
    assert_eq!(server.browser().get("/settings").await.leads_to(), Some("/sign-in?next=%2Fsettings"));
}

#[tokio::test]
async fn signing_in_leads_to_the_page_that_was_asked_for_and_never_to_another_site() {
    let server = TestServer::set_up().await;
    for (next, leads_to) in [
        ("/kpis/cac?by=region", "/kpis/cac?by=region"),
        ("", "/"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("https:evil.example", "/"),
        ("/%09/evil.example", "/"),
        ("javascript:alert(1)", "/"),
    ] {
        let form = [("email", "ada@company.example"), ("password", PASSWORD), ("next", next)];
        let answer = server.browser().post("/sign-in", &form).await;
        assert_eq!(answer.leads_to(), Some(leads_to), "{next}");
    }
    let page = server.browser().get("/sign-in?next=%2Fkpis%2Fcac").await;
    assert!(page.body.contains(r#"value="/kpis/cac""#), "{}", page.body);
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_address_are_answered_alike() {
    let server = TestServer::set_up().await;
    let mut answers = Vec::new();
    for email in ["ada@company.example", "eve@company.example"] {
        let answer = server.browser().post("/sign-in", &[("email", email), ("password", "not it at all")]).await;
        assert_eq!(answer.status, 401);
        assert_eq!(answer.header("set-cookie"), "");
        assert!(answer.body.contains("do not fit together"));
        // The page differs in the address that was typed and in its nonce, nothing else.
        let policy = answer.header("content-security-policy").to_owned();
        let nonce =
            policy.split("'nonce-").nth(1).and_then(|rest| rest.split('\'').next()).expect("a nonce").to_owned();
        answers.push(answer.body.replace(email, "EMAIL").replace(&nonce, "NONCE"));
    }
    assert_eq!(answers[0], answers[1]);
}

#[tokio::test]
async fn after_signing_out_the_cookie_opens_nothing() {
    let server = TestServer::set_up().await;
    let mut ada = server.signed_in("ada@company.example").await;
    let stolen = ada.clone();
    let out = ada.post("/sign-out", &[]).await;
    assert_eq!(out.leads_to(), Some("/sign-in?done=signed-out"));
    assert!(ada.get("/sign-in?done=signed-out").await.body.contains("data-forget-drafts"), "what was typed goes too");
    assert_eq!(out.header("clear-site-data"), "\"cache\", \"storage\"");
    assert_eq!(ada.cookie("doubles"), None);
    assert_eq!(stolen.clone().get("/settings").await.leads_to(), Some("/sign-in?next=%2Fsettings"));
}

#[tokio::test]
async fn a_session_planted_before_signing_in_is_not_the_one_after() {
    let server = TestServer::set_up().await;
    let mut ada = server.browser();
    ada.cookies.push(("doubles".into(), "0".repeat(64)));
    ada.post("/sign-in", &[("email", "ada@company.example"), ("password", PASSWORD)]).await;
    let first = ada.cookie("doubles").expect("a session").to_owned();
    assert_ne!(first, "0".repeat(64));
    ada.post("/sign-in", &[("email", "ada@company.example"), ("password", PASSWORD)]).await;
    assert_ne!(ada.cookie("doubles"), Some(first.as_str()));
    let mut old = server.browser();
    old.cookies.push(("doubles".into(), first));
    assert!(old.get("/settings").await.leads_to().is_some(), "the earlier session has ended");
}

#[tokio::test]
async fn over_https_cookies_are_secure_and_bound_to_the_host() {
    let site = Site { base_url: "https://doubles.example".into(), https: true, ..open_site() };
    let server = TestServer::with(site).await;
    server.add_ada().await;
    let mut ada = server.browser();
    let answer = ada.post("/sign-in", &[("email", "ada@company.example"), ("password", PASSWORD)]).await;
    let cookie = answer.header("set-cookie");
    assert!(cookie.starts_with("__Host-doubles="), "{cookie}");
    for part in ["; Path=/;", "; HttpOnly;", "; SameSite=Lax;", "; Secure"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert!(!cookie.contains("Domain"));
    assert_eq!(answer.header("strict-transport-security"), "max-age=31536000; includeSubDomains");
}

#[tokio::test]
async fn an_invite_makes_an_account_with_the_standing_of_the_invite_and_no_other() {
    let server = TestServer::set_up().await;
    let sales = Standing { team: Some(Team::Sales), ..Standing::default() };
    let caller = admin(&server).await;
    let invite = server.state.people.invite(&caller, sales).await.expect("she is admin");
    let path = format!("/join?token={}", invite.reveal());
    let mut bo = server.browser();
    let page = bo.get(&path).await;
    assert_eq!(page.status, 200);
    assert!(page.body.contains("You join as sales."), "{}", page.body);
    let form = [
        ("token", invite.reveal()),
        ("name", "Bo"),
        ("email", "bo@company.example"),
        ("password", PASSWORD),
        // What a curious browser adds
        ("admin", "true"),
        ("head", "true"),
        ("team", "marketing"),
        ("standing", "admin"),
        ("id", "1"),
        ("created_at", "0"),
    ];
    assert_eq!(bo.post("/join", &form).await.leads_to(), Some("/"));
    let account = server.state.people.get_by_email("bo@company.example").await.expect("she joined");
    assert_eq!(account.standing, sales);
    assert_eq!(server.browser().get(&path).await.status, 404, "once");
    assert_eq!(server.browser().get("/join?token=abc").await.status, 404);
    assert_eq!(server.browser().get("/join").await.status, 404);
}

async fn admin(server: &TestServer) -> Caller {
    let ada = server.state.people.get_by_email("ada@company.example").await.expect("she is there");
    Caller { visitor: doubles::people::model::Visitor::Person(ada), ..Caller::command_line() }
}

#[tokio::test]
async fn a_reset_link_works_without_mail_and_once() {
    let server = TestServer::set_up().await;
    let link = server.state.people.make_reset(&Caller::command_line(), AccountId(1)).await.expect("she is there");
    let mut ada = server.browser();
    assert_eq!(ada.get(&format!("/reset?token={}", link.reveal())).await.status, 200);
    let short = ada.post("/reset", &[("token", link.reveal()), ("password", "short")]).await;
    assert_eq!(short.status, 400);
    assert!(short.body.contains("at least 12 characters") && short.body.contains(link.reveal()), "the form is kept");
    let done = ada.post("/reset", &[("token", link.reveal()), ("password", "five words in a row")]).await;
    assert_eq!(done.leads_to(), Some("/sign-in?done=password"));
    assert!(ada.get("/sign-in?done=password").await.body.contains("Your new password is set"));
    let form = [("email", "ada@company.example"), ("password", "five words in a row")];
    assert_eq!(ada.post("/sign-in", &form).await.leads_to(), Some("/"));
    assert_eq!(ada.post("/reset", &[("token", link.reveal()), ("password", "six words in a row")]).await.status, 404);
}

#[tokio::test]
async fn no_secret_of_a_link_or_form_stands_in_an_address_that_is_logged_or_in_a_page_of_others() {
    let server = TestServer::set_up().await;
    let page =
        server.browser().post("/sign-in", &[("email", "x@y.example"), ("password", "canary-canary-canary")]).await;
    assert!(!page.body.contains("canary-canary"));
    assert!(page.headers.values().all(|value| !value.to_str().unwrap_or_default().contains("canary")));
}

#[tokio::test]
async fn a_database_that_does_not_answer_signs_nobody_out() {
    let server = TestServer::set_up().await;
    let mut ada = server.signed_in("ada@company.example").await;
    server.state.db.close().await;
    for path in ["/", "/settings", "/settings/people"] {
        let answer = ada.get(path).await;
        assert_eq!(answer.status, 503, "{path}");
        assert_eq!(answer.header("set-cookie"), "");
        assert!(answer.body.contains("You stay signed in"), "{}", answer.body);
        assert_eq!(answer.header("retry-after"), "5");
    }
    assert_eq!(ada.post("/api/scoreboard", &[("search", "")]).await.status, 503);
    assert!(ada.cookie("doubles").is_some());
}

#[tokio::test]
async fn ten_thousand_bad_sign_ins_do_not_keep_the_owner_out() {
    let server = TestServer::set_up().await;
    let mut attacks = Vec::new();
    for number in 0..10_000_u32 {
        let mut attacker = server.browser();
        // A thousand addresses, ten attempts each, all at her account.
        attacker.peer = SocketAddr::from((std::net::Ipv4Addr::from(0x0a00_0000 + number % 1_000), 40_000));
        attacks.push(tokio::spawn(async move {
            attacker.post("/sign-in", &[("email", "ada@company.example"), ("password", "guess")]).await.status
        }));
    }
    tokio::task::yield_now().await;
    let started = std::time::Instant::now();
    let mut owner = server.browser();
    // Where every thread is taken, she is told to come back; then she does.
    let mut entered = None;
    for _ in 0..100 {
        let form = [("email", "ada@company.example"), ("password", PASSWORD)];
        let answer = owner.post("/sign-in", &form).await;
        if answer.leads_to().is_some() {
            entered = Some(started.elapsed());
            break;
        }
        assert_eq!(answer.status, 503, "she is asked to come back, never refused: {}", answer.body);
        tokio::time::sleep(std::time::Duration::from_millis(250)).await;
    }
    println!("The owner was in after {:.1?}.", entered.expect("she came in"));
    for attack in attacks {
        // What still waits for its turn has shown what it can.
        if attack.is_finished() {
            let status = attack.await.expect("it ends").as_u16();
            assert!([401, 429, 503].contains(&status), "{status}");
        } else {
            attack.abort();
        }
    }
}
