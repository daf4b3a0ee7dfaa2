//! What an attacker would try, each with its outcome.

use crate::browser::{Browser, PASSWORD, TestServer};
use axum::body::Body;
use doubles::people::access::PATHS;
use doubles::people::model::{Standing, Team};
use doubles::people::service::Caller;
use doubles::server::site::Site;
use std::net::SocketAddr;

const SALES: Standing = Standing { team: Some(Team::Sales), head: false, admin: false };

/// What ends a text, an attribute or a script, and begins one that runs.
const SCRIPTS: [&str; 6] = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "'><svg onload=alert(1)>",
    "</script><script>alert(1)</script>",
    "--><script>alert(1)</script>",
    "{{constructor.constructor('alert(1)')()}}",
];

/// Whether any of it would run: it stands in the page as it was written.
fn runs(page: &str) -> bool {
    ["<script>alert", "<img src=x", "<svg onload", "</script><script>alert"].iter().any(|evil| page.contains(evil))
}

#[tokio::test]
async fn a_post_from_another_site_does_nothing_whatever_the_form() {
    let server = TestServer::set_up().await;
    let ada = server.signed_in("ada@company.example").await;
    let before = server.state.people.list().await.expect("a read");
    for (path, _) in PATHS {
        for headers in [
            vec![("sec-fetch-site", "cross-site")],
            vec![("sec-fetch-site", "same-site")],
            vec![("origin", "https://evil.example")],
            vec![("origin", "null")],
            vec![("origin", "http://localhost:3000.evil.example")],
            vec![("origin", "http://evil.localhost:3000")],
        ] {
            let mut foreign = ada.clone();
            foreign.headers = headers.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
            let answer = foreign.post(path, &[("account", "1"), ("name", "Eve")]).await;
            assert_eq!(answer.status, 403, "{path} {headers:?}");
        }
    }
    assert_eq!(server.state.people.list().await.expect("a read"), before);
    assert_eq!(ada.clone().get("/settings").await.status, 200, "still signed in");
}

#[tokio::test]
async fn a_get_changes_nothing() {
    let server = TestServer::set_up().await;
    let mut ada = server.signed_in("ada@company.example").await;
    for (path, _) in PATHS.iter().filter(|(path, _)| path.starts_with("/settings/") || path.starts_with("/api/")) {
        for method in ["GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE", "PATCH", "PROPFIND"] {
            let asked = format!("{}?account=1&name=Eve", path.replace("{id}", "1"));
            let status = ada.send(method, &asked, Body::empty()).await.status.as_u16();
            let reads = ["/settings/people", "/settings/people/{id}", "/settings/workspace", "/settings/notices"];
            let is_page = (reads.contains(path) || path.ends_with(".csv")) && ["GET", "HEAD"].contains(&method);
            assert!(is_page || [403, 404, 405].contains(&status), "{method} {path}: {status}");
        }
    }
    assert_eq!(ada.get("/sign-out").await.status, 405);
    assert_eq!(ada.get("/settings").await.status, 200, "still signed in, with the same name");
    assert_eq!(server.state.people.list().await.expect("a read")[0].name, "Ada");
}

#[tokio::test]
async fn a_script_in_any_field_is_text_wherever_it_is_shown() {
    let server = TestServer::set_up().await;
    let mut ada = server.signed_in("ada@company.example").await;
    for evil in SCRIPTS {
        assert!(ada.post("/settings/name", &[("name", evil)]).await.leads_to().is_some(), "{evil}");
        let agent = evil.to_owned();
        ada.headers = vec![("user-agent", agent)];
        ada.post("/sign-in", &[("email", "ada@company.example"), ("password", PASSWORD)]).await;
        ada.headers.clear();
        for path in ["/settings", "/settings/people", "/activity", "/"] {
            let page = ada.get(path).await;
            assert_eq!(page.status, 200, "{path}");
            assert!(!runs(&page.body), "{evil} on {path}");
        }
        for (path, form) in [
            ("/sign-in", vec![("email", evil), ("password", "wrong"), ("next", evil)]),
            ("/join", vec![("token", evil), ("name", evil), ("email", evil), ("password", evil)]),
            ("/reset", vec![("token", evil), ("password", evil)]),
            ("/settings/people/standing", vec![("account", "1"), ("team", evil), ("head", "true")]),
        ] {
            let mut eve = if path.starts_with("/settings") { ada.clone() } else { server.browser() };
            eve.peer = SocketAddr::from((std::net::Ipv4Addr::from(fastrand::u32(..)), 1));
            let page = eve.post(path, &form).await;
            assert!(page.status.is_client_error(), "{path}: {}", page.status);
            assert!(!runs(&page.body), "{evil} answered by {path}");
        }
        let address: String = form_urlencoded::byte_serialize(evil.as_bytes()).collect();
        for path in ["/sign-in?next=", "/sign-in?done=", "/join?token=", "/activity?who=", "/nothing/", "/?__err="] {
            let page = ada.get(&format!("{path}{address}")).await;
            assert!(!runs(&page.body), "{evil} reflected by {path}");
        }
    }
}

#[tokio::test]
async fn nobody_gives_themselves_a_role() {
    let server = TestServer::set_up().await;
    server.add("bo@company.example", SALES).await;
    let mut bo = server.signed_in("bo@company.example").await;
    let extra =
        [("name", "Bo"), ("admin", "true"), ("team", "marketing"), ("head", "true"), ("account", "1"), ("id", "1")];
    assert!(bo.post("/settings/name", &extra).await.leads_to().is_some());
    let standing = [("account", "2"), ("team", "sales"), ("head", "true"), ("admin", "true")];
    assert_eq!(bo.post("/settings/people/standing", &standing).await.status, 403);
    assert_eq!(bo.post("/settings/people/invite", &[("admin", "true")]).await.status, 403);
    let people = server.state.people.list().await.expect("a read");
    assert_eq!(people[0].name, "Ada", "only the own name was changed");
    assert_eq!(people[1].standing, SALES);
}

#[tokio::test]
async fn a_head_cannot_invite_an_admin_by_a_form_of_their_own_making() {
    let server = TestServer::set_up().await;
    server.add("bo@company.example", Standing { head: true, ..SALES }).await;
    let mut bo = server.signed_in("bo@company.example").await;
    for form in
        [&[("team", "sales"), ("admin", "true")][..], &[("team", "marketing")], &[("team", "sales"), ("head", "true")]]
    {
        assert_eq!(bo.post("/settings/people/invite", form).await.status, 403, "{form:?}");
    }
    let made = bo.post("/settings/people/invite", &[("team", "sales")]).await;
    assert_eq!(made.status, 200);
    assert!(made.body.contains("/join?token="), "{}", made.body);
    assert!(!bo.get("/settings/people").await.body.contains("/join?token="), "it is shown once");
}

#[tokio::test]
async fn what_belongs_to_others_or_is_gone_is_answered_like_what_never_was() {
    let server = TestServer::set_up().await;
    server.add("bo@company.example", SALES).await;
    let mut bo = server.signed_in("bo@company.example").await;
    server.signed_in("ada@company.example").await;
    let mut bodies = Vec::new();
    // Ada's session, one that was never there, and nonsense.
    for session in ["2", "999999"] {
        let answer = bo.post("/settings/sessions/end", &[("session", session)]).await;
        assert_eq!(answer.status, 404, "{session}");
        bodies.push(answer.body.contains("This session has ended already"));
    }
    assert_eq!(bodies, [true, true]);
    for session in ["-1", "x", "", "1;drop table session", "99999999999999999999"] {
        let status = bo.post("/settings/sessions/end", &[("session", session)]).await.status.as_u16();
        assert!([400, 404, 422].contains(&status), "{session}: {status}");
    }
    let mut ada = server.signed_in("ada@company.example").await;
    for account in ["999999", "-1"] {
        for path in ["/settings/people/reset", "/settings/people/disable", "/settings/people/standing"] {
            assert_eq!(ada.post(path, &[("account", account)]).await.status, 404, "{path} {account}");
        }
    }
}

#[tokio::test]
async fn a_disabled_person_is_out_at_the_next_request_and_a_demoted_one_may_no_more() {
    let server = TestServer::set_up().await;
    let id = server.add("bo@company.example", Standing { admin: true, ..SALES }).await;
    let mut bo = server.signed_in("bo@company.example").await;
    let mut ada = server.signed_in("ada@company.example").await;
    assert_eq!(bo.get("/settings/people").await.status, 200);
    let id = id.to_string();
    ada.post("/settings/people/standing", &[("account", &id), ("team", "sales")]).await;
    assert_eq!(bo.get("/settings/people").await.status, 403);
    assert_eq!(bo.get("/").await.status, 200);
    ada.post("/settings/people/disable", &[("account", &id)]).await;
    assert_eq!(bo.get("/").await.leads_to(), Some("/sign-in?next=%2F"));
    assert_eq!(bo.post("/api/scoreboard", &[("search", "")]).await.status, 401);
}

#[tokio::test]
async fn links_name_the_configured_site_whatever_a_request_calls_it() {
    let site =
        Site { base_url: "https://doubles.example".into(), https: true, this_machine_only: false, ..Site::default() };
    let server = TestServer::with(site).await;
    server.add_ada().await;
    let mut ada = server.signed_in("ada@company.example").await;
    ada.headers = vec![("x-forwarded-host", "evil.example".into()), ("forwarded", "host=evil.example".into())];
    let made = ada.post("/settings/people/reset", &[("account", "1")]).await;
    assert!(made.body.contains("https://doubles.example/reset?token=") && !made.body.contains("evil.example"));
    ada.headers = vec![("host", "evil.example".into()), ("origin", "http://evil.example".into())];
    assert_eq!(ada.post("/settings/people/reset", &[("account", "1")]).await.status, 421);
}

#[tokio::test]
async fn a_forged_address_neither_escapes_the_wait_nor_reaches_the_record() {
    let server = TestServer::set_up().await;
    let mut eve = server.browser();
    let mut slow = 0;
    for number in 0..7 {
        eve.headers = vec![("x-forwarded-for", format!("203.0.113.{number}"))];
        let started = std::time::Instant::now();
        eve.post("/sign-in", &[("email", "ada@company.example"), ("password", "guess")]).await;
        slow += u32::from(started.elapsed().as_secs() >= 1);
    }
    assert!(slow >= 1, "seven failures from one address go by without a wait");
    let mut ada = server.signed_in("ada@company.example").await;
    assert!(!ada.get("/settings").await.body.contains("203.0.113."));
}

#[tokio::test]
async fn behind_a_trusted_proxy_people_are_told_apart() {
    let site = Site { trusted_proxies: vec!["192.0.2.1/32".parse().expect("a net")].into(), ..Site::default() };
    let server = TestServer::with(site).await;
    server.add_ada().await;
    let mut eve = server.browser();
    eve.headers = vec![("x-forwarded-for", "198.51.100.66".into())];
    for _ in 0..8 {
        let mut eve = eve.clone();
        tokio::spawn(async move { eve.post("/sign-in", &[("email", "x@y.example"), ("password", "guess")]).await });
    }
    tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    let mut ada = server.browser();
    ada.headers = vec![("x-forwarded-for", "6.6.6.6, 203.0.113.7".into())];
    let answer = ada.post("/sign-in", &[("email", "ada@company.example"), ("password", PASSWORD)]).await;
    assert_eq!(answer.leads_to(), Some("/"));
    assert!(ada.get("/settings").await.body.contains("203.0.113.7"));
}

#[tokio::test]
async fn unknown_and_known_addresses_take_the_same_time() {
    let server = TestServer::set_up().await;
    // The fastest of each: other tests that run beside this one only ever add to a time, so that more rounds bring the two
    // together, unless one of them does less: without the hash it would be a small part of the other.
    let [mut known, mut unknown] = [f64::INFINITY; 2];
    for round in 0..400_u32 {
        let mut tried = [(0, "ada@company.example"), (1, "eve@company.example")];
        // The two threads that hash take turns, and one may be slower for good, such as by how it gets its memory.
        tried.rotate_left(round as usize % 2);
        for (which, email) in tried {
            let mut browser = server.browser();
            browser.peer = SocketAddr::from((std::net::Ipv4Addr::from(0x0b00_0000 + round * 2 + which), 1));
            let started = std::time::Instant::now();
            browser.post("/sign-in", &[("email", email), ("password", "not it at all")]).await;
            let fastest = if which == 0 { &mut known } else { &mut unknown };
            *fastest = fastest.min(started.elapsed().as_secs_f64());
        }
        if round >= 20 && (known / unknown).max(unknown / known) < 1.3 {
            return;
        }
    }
    panic!("{known} s for a known address against {unknown} s for an unknown one");
}

#[tokio::test]
async fn no_secret_is_shown_to_viewers_or_stands_in_a_page_of_others() {
    let server = TestServer::set_up().await;
    server.add("vi@company.example", Standing::default()).await;
    let mut vi = server.signed_in("vi@company.example").await;
    let session = vi.cookie("doubles").expect("she is in").to_owned();
    let mut ada = server.signed_in("ada@company.example").await;
    for path in ["/settings", "/settings/people", "/activity", "/activity.csv", "/"] {
        for (who, browser) in [("vi", &mut vi), ("ada", &mut ada)] {
            let page = browser.get(path).await.body;
            assert!(
                !page.contains(&session) && !page.contains("argon2") && !page.contains(PASSWORD),
                "{path} for {who}"
            );
        }
    }
    let activity = vi.get("/activity.csv").await;
    assert_eq!(activity.status, 200);
    assert!(!activity.body.contains("@company.example"), "no mail address of anybody: {}", activity.body);
}

#[tokio::test]
async fn odd_paths_and_bodies_are_refused_without_a_fault() {
    let server = TestServer::set_up().await;
    let mut ada = server.signed_in("ada@company.example").await;
    for path in
        ["/%00", "/..%2f..%2fetc/passwd", "/settings/../healthz", "/pkg/%2e%2e/x", "//", "/%ff", "/api/", "/settings/"]
    {
        let status = ada.get(path).await.status.as_u16();
        assert!(status < 500, "{path}: {status}");
    }
    let long = format!("/{}", "a".repeat(8_000));
    assert!(ada.get(&long).await.status.as_u16() < 500);
    for body in [vec![b'a'; 3_000_000], vec![0xff; 100], b"name".to_vec(), Vec::new()] {
        let length = body.len();
        let status = ada.send("POST", "/settings/name", Body::from(body)).await.status.as_u16();
        assert!([400, 413, 422].contains(&status), "{length} bytes: {status}");
    }
    let many: Vec<_> = (0..50_000).map(|_| ("name", "x")).collect();
    assert!(ada.post("/settings/name", &many).await.status.is_client_error());
}

#[tokio::test]
async fn guessing_codes_ends_after_ten_and_a_link_of_another_kind_opens_nothing() {
    let server = TestServer::set_up().await;
    let people = &server.state.people;
    let id = people.get_by_email("ada@company.example").await.expect("she is there").id;
    let mut ada = server.signed_in("ada@company.example").await;
    assert!(ada.post("/settings/second-factor/begin", &[("password", PASSWORD)]).await.leads_to().is_some());
    let (secret, _) = people.find_enrolment(id).await.expect("a read").expect("begun");
    let secret = totp_rs::Secret::try_from_base32(&secret).expect("base32");
    let authenticator = totp_rs::Builder::new().with_secret(secret).with_account_name("Ada").build().expect("160 bits");
    let code = authenticator.generate(u64::from(crate::browser::NOW.0)).to_string();
    let on = ada.post("/settings/second-factor/confirm", &[("code", &code)]).await;
    assert_eq!(on.status, 200);
    assert_eq!(on.body.matches("<li><code>").count(), 10, "{}", on.body);

    let mut thief: Browser = server.browser();
    let entered = thief.post("/sign-in", &[("email", "ada@company.example"), ("password", PASSWORD)]).await;
    assert_eq!(entered.leads_to(), Some("/sign-in/code?next=%2F"));
    assert_eq!(thief.cookie("doubles"), None);
    assert!(thief.get("/settings").await.leads_to().is_some(), "the password alone opens nothing");
    for guess in 0..10 {
        let answer = thief.post("/sign-in/code", &[("code", &format!("{guess:06}"))]).await;
        assert_eq!(answer.status, 400, "{guess}: {}", answer.body);
    }
    assert_eq!(thief.post("/sign-in/code", &[("code", "000011")]).await.status, 429);
    let link = people.make_reset(&Caller::command_line(), id).await.expect("she is there");
    let mut with_link = server.browser();
    with_link.cookies.push(("doubles".into(), link.reveal().into()));
    with_link.cookies.push(("doubles-code".into(), link.reveal().into()));
    assert!(with_link.get("/settings").await.leads_to().is_some());
    assert_eq!(with_link.post("/sign-in/code", &[("code", &code)]).await.leads_to(), Some("/sign-in"));
}
