//! Signing in through a provider of OpenID Connect: a real one (npm's oidc-provider), on loopback.

use crate::browser::{Answer, Browser, PASSWORD, TestServer};
use doubles::people::model::{Standing, Team};
use doubles::server::clock::Clock;
use doubles::server::config::OidcConfig;
use doubles::server::site::Site;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// A provider that runs as long as this lives.
struct Provider {
    child: Child,
    issuer: String,
}

impl Provider {
    /// `None` where the tools of the browser tests are not installed, which is said.
    fn start() -> Option<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        if !root.join("node_modules/oidc-provider").exists() {
            let must = std::env::var("CI").is_ok_and(|ci| ci == "true");
            assert!(!must, "oidc-provider is not installed; run npm ci");
            eprintln!("The provider of sign-ins is left out: node_modules/oidc-provider is not there (npm ci).");
            return None;
        }
        let mut node = Command::new("node");
        let node = node.arg(root.join("end2end/provider.mjs")).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = node.stderr(Stdio::null()).spawn().expect("node is installed");
        let mut port = String::new();
        BufReader::new(child.stdout.take().expect("it is piped")).read_line(&mut port).expect("it says its port");
        Some(Self { child, issuer: format!("http://127.0.0.1:{}", port.trim()) })
    }

    fn config(&self) -> OidcConfig {
        OidcConfig {
            issuer: Some(self.issuer.clone()),
            client_id: Some("doubles".into()),
            client_secret: Some("of-the-tests-only".into()),
            team_claim: Some("team".into()),
        }
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        // It is ours and nothing else waits for it.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A server whose people may sign in through that provider, with Ada's account.
async fn server(config: OidcConfig) -> TestServer {
    let site = Site { base_url: "http://localhost:3000".into(), provider: Some(config.into()), ..Site::default() };
    let server = TestServer::at(site, Clock::System).await;
    server.add_ada().await;
    server
}

/// Goes to the provider, signs in there as that person, and says where it sends the browser back to.
async fn go_to_provider(browser: &mut Browser, person: &str) -> String {
    let left = browser.get("/sign-in/provider?next=%2Fsettings").await;
    let url = format!("{}&login_hint={person}", left.leads_to().expect("it leads to the provider"));
    for part in ["code_challenge_method=S256", "code_challenge=", "nonce=", "state=", "response_type=code"] {
        assert!(url.contains(part), "{part} is missing in {url}");
    }
    let there = tokio::task::spawn_blocking(move || {
        let jar = tempfile::NamedTempFile::new().expect("a temporary file");
        let jar = jar.path().to_str().expect("a path in UTF-8");
        // It follows the provider's redirects and fails at the last one, which is ours and does not listen.
        let curl = ["-s", "-L", "-o", "-", "-w", "\n%{url_effective}", "-b", jar, "-c", jar, "--max-time", "20", &url];
        Command::new("curl").args(curl).output().expect("curl is installed")
    });
    let said = String::from_utf8_lossy(&there.await.expect("it ends").stdout).into_owned();
    let url = said.lines().last().unwrap_or_default();
    let back = url.strip_prefix("http://localhost:3000").unwrap_or_else(|| panic!("it does not come back: {said}"));
    assert!(back.starts_with("/sign-in/provider/return?code="), "{back}");
    back.to_owned()
}

async fn come_in(browser: &mut Browser, person: &str) -> Answer {
    let back = go_to_provider(browser, person).await;
    browser.get(&back).await
}

#[tokio::test(flavor = "multi_thread")]
async fn whose_claim_names_a_team_comes_in_without_an_invite_and_leads_to_the_page_asked_for() {
    let Some(provider) = Provider::start() else { return };
    let server = server(provider.config()).await;
    assert!(server.browser().get("/sign-in").await.body.contains("/sign-in/provider?next="));
    let mut cleo = server.browser();
    let answer = come_in(&mut cleo, "cleo").await;
    assert_eq!(answer.leads_to(), Some("/settings"), "{}", answer.body);
    assert_eq!(cleo.cookie("doubles-provider"), None, "the errand is over");
    assert_eq!(cleo.get("/settings").await.status, 200);
    let sales = Standing { team: Some(Team::Sales), ..Standing::default() };
    let account = server.state.people.get_by_email("cleo@company.example").await.expect("she has an account");
    assert_eq!((account.standing, account.name.as_str()), (sales, "Cleo"));
    // The second time it is the same account, and the claim is followed.
    let caller = doubles::people::service::Caller::command_line();
    server.state.people.set_standing(&caller, account.id, Standing::default()).await.expect("she is no admin");
    assert_eq!(come_in(&mut server.browser(), "cleo").await.leads_to(), Some("/settings"));
    let people = server.state.people.list().await.expect("a read");
    assert_eq!(people.len(), 2);
    assert_eq!(people[1].standing, sales);
    server.state.people.set_disabled(&caller, account.id, true).await.expect("she is no admin");
    let refused = come_in(&mut server.browser(), "cleo").await;
    assert_eq!(refused.status, 403);
    assert!(refused.body.contains("Your account here is disabled"), "{}", refused.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_nonce_or_state_and_a_replayed_code_open_nothing() {
    let Some(provider) = Provider::start() else { return };
    let server = server(provider.config()).await;

    let mut replay = server.browser();
    let back = go_to_provider(&mut replay, "cleo").await;
    let errand = replay.cookie("doubles-provider").expect("it is kept").to_owned();
    assert_eq!(replay.get(&back).await.leads_to(), Some("/settings"));
    let mut thief = server.browser();
    thief.cookies.push(("doubles-provider".into(), errand));
    assert_eq!(thief.get(&back).await.status, 403, "a code is good once");
    assert_eq!(thief.cookie("doubles"), None);

    let mut nonce = server.browser();
    let back = go_to_provider(&mut nonce, "cleo").await;
    let mut parts: Vec<String> =
        nonce.cookie("doubles-provider").expect("kept").split('|').map(str::to_owned).collect();
    parts[1] = "another".to_owned();
    nonce.cookies = vec![("doubles-provider".into(), parts.join("|"))];
    assert_eq!(nonce.get(&back).await.status, 403, "a token for another errand");

    let mut verifier = server.browser();
    let back = go_to_provider(&mut verifier, "cleo").await;
    let mut parts: Vec<String> =
        verifier.cookie("doubles-provider").expect("kept").split('|').map(str::to_owned).collect();
    parts[2] = "a".repeat(43);
    verifier.cookies = vec![("doubles-provider".into(), parts.join("|"))];
    assert_eq!(verifier.get(&back).await.status, 403, "a code that another browser fetched");

    // Somebody is made to open a link with the attacker's code: their browser began nothing.
    let mut attacker = server.browser();
    let back = go_to_provider(&mut attacker, "cleo").await;
    let mut victim = server.browser();
    assert_eq!(victim.get(&back).await.status, 403);
    let mut began_another = server.browser();
    began_another.get("/sign-in/provider").await;
    assert_eq!(began_another.get(&back).await.status, 403);
    for broken in ["", "?code=x", "?state=x", "?error=access_denied&state=x", "?code=x&state="] {
        assert_eq!(server.browser().get(&format!("/sign-in/provider/return{broken}")).await.status, 403, "{broken}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_address_that_is_known_here_is_not_taken_over_by_any_issuer() {
    let (Some(one), Some(other)) = (Provider::start(), Provider::start()) else { return };
    let server_of_one = server(one.config()).await;
    let refused = come_in(&mut server_of_one.browser(), "ada").await;
    assert_eq!(refused.status, 409, "her account is not connected: {}", refused.body);
    // Signed in by password she connects the two, with it once more, and may come either way from then on.
    let mut ada = server_of_one.signed_in("ada@company.example").await;
    assert_eq!(come_in(&mut ada, "ada").await.status, 409, "an unlocked browser alone connects nothing");
    assert_eq!(ada.post("/settings/provider/connect", &[("password", "not hers")]).await.status, 400);
    assert_eq!(come_in(&mut ada, "ada").await.status, 409);
    assert!(ada.post("/settings/provider/connect", &[("password", PASSWORD)]).await.leads_to().is_some());
    assert_eq!(come_in(&mut ada, "ada").await.leads_to(), Some("/settings"));
    let mut elsewhere = server_of_one.browser();
    assert_eq!(come_in(&mut elsewhere, "ada").await.leads_to(), Some("/settings"));
    let account = server_of_one.state.people.get_by_email("ada@company.example").await.expect("she is there");
    assert!(account.standing.admin, "a claim takes no flag away that was given here");
    assert!(ada.get("/settings").await.body.contains("You connected the account with a provider"));
    // Another issuer vouches for the same address and the same subject: that is somebody else.
    let mut site = server_of_one.state.site.clone();
    site.provider = Some(other.config().into());
    let server_of_other = server_of_one.again_at(site);
    assert_eq!(come_in(&mut server_of_other.browser(), "ada").await.status, 409);
    assert!(ada.post("/settings/provider/disconnect", &[]).await.leads_to().is_some());
    assert_eq!(come_in(&mut server_of_one.browser(), "ada").await.status, 409, "it opens her account no more");
}

#[tokio::test(flavor = "multi_thread")]
async fn strangers_need_a_team_and_a_verified_address_or_an_invite() {
    let Some(provider) = Provider::start() else { return };
    let server = server(provider.config()).await;
    for (person, why) in [("dora", "her address is not verified"), ("finn", "his claim names no team of ours")] {
        let answer = come_in(&mut server.browser(), person).await;
        assert_eq!(answer.status, 403, "{why}");
        assert!(answer.body.contains("Ask for an invite"), "{}", answer.body);
    }
    assert_eq!(server.state.people.list().await.expect("a read").len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_provider_is_down_passwords_open_the_door() {
    let config = OidcConfig {
        // Nothing listens there.
        issuer: Some("http://127.0.0.1:9".into()),
        client_id: Some("doubles".into()),
        ..OidcConfig::default()
    };
    let server = server(config).await;
    let answer = server.browser().get("/sign-in/provider").await;
    assert_eq!(answer.status, 503);
    assert!(answer.body.contains("sign in with a password"), "{}", answer.body);
    server.signed_in("ada@company.example").await;
}
