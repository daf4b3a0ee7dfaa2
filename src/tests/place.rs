//! Below a path of its host: behind a proxy that passes the path on, and behind one that takes it off.

use crate::browser::PASSWORD;
use crate::served::{Served, program};
use doubles::people::access::PATHS;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Stdio;
use std::time::Duration;
use tempfile::TempDir;

/// The sample company's story ends here.
const NOW: &str = "2026-08-03T09:00:00Z";
/// Of the addresses that differ in their question or number only, so many are followed.
const ALIKE: usize = 3;

#[test]
fn every_address_lies_below_the_path_of_the_host_and_none_is_missing() {
    let mut ada = Through::proxy("http://localhost", "/doubles", false);
    let first = ada.get("/doubles/");
    assert_eq!((first.status, first.header("location")), (303, "/doubles/sign-in?next=%2F"));
    assert_eq!(ada.get("/doubles").header("location"), "/doubles/sign-in?next=%2F");
    ada.sign_in();
    ada.walk();
}

#[test]
fn a_proxy_may_take_the_path_off() {
    let mut ada = Through::proxy("https://intranet.example.com", "/teams/doubles", true);
    let first = ada.get("/teams/doubles/spend?sort=-amount");
    assert_eq!(first.header("location"), "/teams/doubles/sign-in?next=%2Fspend%3Fsort%3D-amount");
    // Whoever has the rest of the host may speak http there.
    assert_eq!(first.header("strict-transport-security"), "");
    ada.sign_in();
    ada.walk();
}

#[test]
fn whatever_is_written_leads_back_below_the_path() {
    let mut ada = Through::proxy("http://localhost", "/doubles", false);
    ada.sign_in();
    let saved = ada.post("/doubles/settings/name", &[("name", "Ada Again")]);
    assert_eq!((saved.status, saved.header("location")), (303, "/doubles/settings?done=name"));
    let slash = ada.get("/doubles/spend/?sort=-amount");
    assert_eq!((slash.status, slash.header("location")), (308, "/doubles/spend?sort=-amount"));

    let scoreboard = ada.post("/doubles/api/scoreboard", &[("search", "")]);
    assert_eq!(scoreboard.status, 200);
    assert!(ada.addresses("the program's question", &scoreboard.body).len() > 50);
    let removed = ada.post("/doubles/api/remove-sample", &[]);
    assert_eq!(removed.header("location"), "/doubles/");
    let empty = ada.get("/doubles/");
    ada.check("no lead", &empty.body);

    let invited = ada.post("/doubles/settings/people/invite", &[("team", "sales")]);
    let link = invited.body.split("http://localhost/doubles/join?token=").nth(1).expect("the link that is shown once");
    let token: String = link.chars().take_while(char::is_ascii_alphanumeric).collect();
    let mut bo = ada.another_browser();
    let join = bo.get(&format!("/doubles/join?token={token}"));
    assert_eq!(join.status, 200);
    bo.check("join", &join.body);

    let out = ada.post("/doubles/sign-out", &[]);
    assert_eq!(out.header("location"), "/doubles/sign-in?done=signed-out");
    assert!(out.header("set-cookie").starts_with("doubles=; Path=/doubles; Max-Age=0"));
}

#[test]
fn what_cannot_be_answered_leads_back_below_the_path() {
    let mut ada = Through::proxy("http://localhost", "/doubles", false);
    ada.sign_in();
    let long = "x".repeat(70_000);
    for (path, status) in [
        ("/doubles/nothing", 404),
        ("/doubles/?channel=Nobody+knows+it", 400),
        ("/doubles/kpis/nothing", 404),
        ("/doubles/spend/999999", 404),
        ("/doubles/spend/new?from=1&from=2", 200),
        (&*format!("/doubles/?channel={long}"), 414),
    ] {
        let answer = ada.get(path);
        assert_eq!(answer.status, status, "{}", answer.body);
        assert!(!ada.addresses(path, &answer.body).is_empty(), "{path} is a page with a way out");
    }
    // Another program's path is none of ours, and neither is what only begins alike.
    assert_eq!(ada.get("/doublespend").status, 404);
}

#[test]
fn a_path_that_doubles_has_itself_is_refused() {
    let served =
        program(&["serve", "--base-url", "https://host.example/settings"]).output().expect("the program starts");
    let said = String::from_utf8_lossy(&served.stderr);
    assert!(!served.status.success() && said.contains("Doubles has pages of its own at /settings"), "{said}");
}

/// A browser that reaches the server through a proxy.
struct Through {
    address: String,
    origin: String,
    base: &'static str,
    /// Whether the proxy takes the base path off.
    strips: bool,
    cookies: BTreeMap<String, String>,
    /// Ends with the first browser.
    _server: Option<(Served, TempDir)>,
}

/// What came back.
struct Answer {
    status: u16,
    head: String,
    body: String,
}

impl Answer {
    fn header(&self, name: &str) -> &str {
        let mut lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.find_map(|(key, value)| key.eq_ignore_ascii_case(name).then_some(value)).unwrap_or_default()
    }
}

impl Through {
    /// The sample company, with Ada as one more admin.
    fn proxy(origin: &str, base: &'static str, strips: bool) -> Self {
        let data = tempfile::tempdir().expect("a temporary folder");
        let run = |args: &[&str], input: &str| {
            let mut command = program(args);
            command.arg("--data").arg(data.path()).args(["--now", NOW]);
            let mut child = command.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().expect("the program starts");
            child.stdin.take().expect("piped").write_all(input.as_bytes()).expect("it reads");
            assert!(child.wait().expect("it ends").success(), "{args:?}");
        };
        run(&["sample"], "");
        let standing = ["--admin", "--head", "--team", "marketing", "--password-stdin"];
        run(&[&["user", "add", "ada@company.example"], &standing[..]].concat(), PASSWORD);
        let served = Served::start(data.path(), &["--now", NOW, "--base-url", &[origin, base].concat()]);
        let (address, origin) = (served.address.clone(), origin.to_owned());
        Self { address, origin, base, strips, cookies: BTreeMap::new(), _server: Some((served, data)) }
    }

    fn another_browser(&self) -> Self {
        let (address, origin) = (self.address.clone(), self.origin.clone());
        Self { address, origin, base: self.base, strips: self.strips, cookies: BTreeMap::new(), _server: None }
    }

    fn get(&mut self, address: &str) -> Answer {
        self.ask("GET", address, &[])
    }

    fn post(&mut self, address: &str, fields: &[(&str, &str)]) -> Answer {
        self.ask("POST", address, fields)
    }

    fn ask(&mut self, method: &str, address: &str, fields: &[(&str, &str)]) -> Answer {
        let passed = if self.strips { address.strip_prefix(self.base).expect("the proxy has it") } else { address };
        let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let cookies: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let mut stream = TcpStream::connect(&self.address).expect("it listens");
        stream.set_read_timeout(Some(Duration::from_secs(60))).expect("no zero");
        // An answer to HTTP/1.0 ends with its connection and comes in one piece.
        write!(
            stream,
            "{method} {passed} HTTP/1.0\r\nHost: {}\r\nOrigin: {}\r\nCookie: {}\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{form}",
            self.origin.split_once("://").expect("an origin").1,
            self.origin,
            cookies.join("; "),
            form.len(),
        )
        .expect("it reads");
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).expect("it answers");
        let answer = String::from_utf8_lossy(&answer);
        let (head, body) = answer.split_once("\r\n\r\n").expect("a head");
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
        let answer = Answer { status, head: head.to_owned(), body: body.to_owned() };
        for line in head.lines().filter_map(|line| line.strip_prefix("set-cookie: ")) {
            assert!(line.contains(&format!("; Path={};", self.base)), "{line}");
            let (name, value) = line.split(';').next().and_then(|pair| pair.split_once('=')).expect("a cookie");
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        let location = answer.header("location");
        assert!(
            location.is_empty() || location.starts_with(&format!("{}/", self.base)),
            "{address} leads to {location}"
        );
        answer
    }

    fn sign_in(&mut self) {
        let page = self.get(&[self.base, "/sign-in"].concat());
        assert_eq!(page.status, 200);
        self.check("sign in", &page.body);
        let form = [("email", "ada@company.example"), ("password", PASSWORD), ("next", "/spend?sort=-amount")];
        let entered = self.post(&[self.base, "/sign-in"].concat(), &form);
        assert_eq!(entered.header("location"), [self.base, "/spend?sort=-amount"].concat());
        let name = if self.origin.starts_with("https") { "__Secure-doubles" } else { "doubles" };
        assert!(self.cookies.contains_key(name), "{:?}", self.cookies.keys());
    }

    /// Follows every link from the scoreboard on, and then asks for what no link leads to.
    fn walk(&mut self) {
        let mut alike: BTreeMap<String, usize> = BTreeMap::new();
        let mut found = VecDeque::from([[self.base, "/"].concat()]);
        let mut seen = BTreeSet::new();
        while let Some(address) = found.pop_front() {
            let path = address.split('?').next().unwrap_or_default();
            let parts = path.split('/').map(|part| if part.parse::<i64>().is_ok() { "{id}" } else { part });
            let times = alike.entry(parts.collect::<Vec<_>>().join("/")).or_default();
            if *times == ALIKE || path.contains("/pkg/none/") || !seen.insert(address.clone()) {
                continue;
            }
            *times += 1;
            let answer = self.get(&address);
            if answer.status == 303 {
                // A document by its number, which leads to its name.
                let leads_to = answer.header("location").to_owned();
                assert!(leads_to.starts_with(&format!("{}/", self.base)), "{address} leads to {leads_to}");
                found.push_back(leads_to);
                continue;
            }
            assert_eq!(answer.status, 200, "{address}");
            if answer.header("content-type").starts_with("text/html") {
                self.check(&address, &answer.body);
                found.extend(links(&answer.body));
            }
        }
        for page in [
            "/",
            "/kpis/cac",
            "/kpis/cac/leads",
            "/kpis/cac/leads.csv",
            "/spend/{id}",
            "/settings/people",
            "/favicon.svg",
        ] {
            assert!(alike.contains_key(&[self.base, page].concat()), "no link led to {page}: {alike:?}");
        }
        for (pattern, _) in PATHS.iter().filter(|(pattern, _)| *pattern != "/live") {
            let own = pattern.split('/').map(|part| match part {
                "{name}" => "cac",
                "{entity}" => "workspace",
                _ if part.starts_with('{') => "1",
                _ => part,
            });
            let own = own.collect::<Vec<_>>().join("/");
            let answer = self.get(&[self.base, &own].concat());
            assert_ne!(answer.status, 500, "{own}");
            self.check(&own, &answer.body);
        }
    }

    fn check(&self, page: &str, body: &str) {
        self.addresses(page, body);
    }

    /// The addresses of our own in a page or in what the program was told, each of which lies below the path.
    fn addresses(&self, page: &str, body: &str) -> Vec<String> {
        let holders = ["href", "action", "src", "fetch(", "import("];
        let named = holders.iter().flat_map(|holder| body.split(holder).skip(1));
        // “src/ui” in a sentence names no address.
        let all = named.filter(|rest| !rest.starts_with('/')).map(|rest| {
            // In an attribute, with or without marks, in JSON, and in JSON as a text of a script.
            let rest = rest.trim_start_matches(['=', '"', '\'', ':', '\\']);
            rest.split(['"', '\'', '\\', '>', '?', '#']).next().unwrap_or_default()
        });
        let own: Vec<String> = all.filter(|address| address.starts_with('/')).map(str::to_owned).collect();
        for address in &own {
            let below = address.strip_prefix(self.base).filter(|below| below.starts_with('/'));
            let below = below.unwrap_or_else(|| panic!("{page} names {address}"));
            let is_file = below.starts_with("/pkg/") || below == "/favicon.svg";
            assert!(
                is_file || PATHS.iter().any(|(pattern, _)| fits(pattern, below)),
                "{page}: nothing is at {address}"
            );
        }
        own
    }
}

/// Where the links of a page lead, without places within pages.
fn links(body: &str) -> Vec<String> {
    let links = body.split(" href=\"").skip(1).filter_map(|rest| rest.split(['"', '#']).next());
    links.filter(|link| link.starts_with('/')).map(|link| link.replace("&amp;", "&")).collect()
}

fn fits(pattern: &str, path: &str) -> bool {
    let (pattern, path): (Vec<_>, Vec<_>) = (pattern.split('/').collect(), path.split('/').collect());
    pattern.len() == path.len() && pattern.iter().zip(path).all(|(part, of)| part.starts_with('{') || *part == of)
}
