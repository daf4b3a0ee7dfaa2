//! Every path and every server function with every role.

use crate::browser::{Browser, TestServer};
use axum::body::Body;
use doubles::app::App;
use doubles::people::access::{Need, PATHS, need_of};
use doubles::people::model::{Standing, Team};
use std::collections::BTreeSet;

const ROLES: [(&str, Standing); 7] = [
    ("viewer", Standing { team: None, head: false, admin: false }),
    ("marketing", Standing { team: Some(Team::Marketing), head: false, admin: false }),
    ("sales", Standing { team: Some(Team::Sales), head: false, admin: false }),
    ("head-marketing", Standing { team: Some(Team::Marketing), head: true, admin: false }),
    ("head-sales", Standing { team: Some(Team::Sales), head: true, admin: false }),
    ("admin", Standing { team: None, head: false, admin: true }),
    ("admin-sales", Standing { team: Some(Team::Sales), head: false, admin: true }),
];

/// Every pattern that the router answers, read from the router itself.
fn routed(server: &TestServer) -> BTreeSet<String> {
    let pages = leptos_axum::generate_route_list(App);
    let pages = pages.iter().map(|page| page.path().to_owned());
    let functions = leptos::server_fn::axum::server_fn_paths().map(|(path, _)| path.to_owned());
    let shown = format!("{:?}", server.router);
    let others = shown.split('"').filter(|part| part.starts_with('/') && !part.contains("__private__"));
    pages.chain(functions).chain(others.map(str::to_owned)).collect()
}

#[tokio::test]
async fn every_route_and_server_function_stands_in_the_table_and_nothing_else_does() {
    let server = TestServer::empty().await;
    let routed = routed(&server);
    assert!(routed.contains("/healthz") && routed.contains("/sign-out"), "the router shows its routes: {routed:?}");
    let missing: Vec<_> = routed.iter().filter(|path| need_of(path).is_none()).collect();
    assert!(missing.is_empty(), "add these to people::access::PATHS, with the action they need: {missing:?}");
    let gone: Vec<_> = PATHS.iter().filter(|(path, _)| !routed.contains(*path)).collect();
    assert!(gone.is_empty(), "these paths are in people::access::PATHS and nowhere else: {gone:?}");
}

#[tokio::test]
async fn each_role_comes_in_where_the_table_says_and_nowhere_else() {
    let server = TestServer::set_up().await;
    for (role, standing) in ROLES {
        server.add(&format!("{role}@company.example"), standing).await;
    }
    for (path, need) in PATHS {
        let Need::May(action) = *need else { continue };
        if *path == "/sign-out" {
            continue;
        }
        // Who may take an import back depends on its kind: one that is not there is anybody's to ask for.
        let path_of_none = path.replace("/import/history/{id}", "/import/history/999");
        let concrete = path_of_none.replace("{name}", "cac").replace("{id}", "1").replace("{entity}", "workspace");
        for method in ["GET", "POST"] {
            let nobody = ask(&mut server.browser(), method, &concrete).await;
            let led_away = nobody == 303 || nobody == 401 || nobody == 405;
            assert!(led_away, "{method} {path} by nobody: {nobody}");
            for (role, standing) in ROLES {
                let mut browser = server.signed_in(&format!("{role}@company.example")).await;
                let status = ask(&mut browser, method, &concrete).await;
                if standing.may(action) {
                    assert!(![401, 403].contains(&status), "{method} {path} by {role}: {status}");
                } else {
                    assert!([403, 405].contains(&status), "{method} {path} by {role}: {status}");
                }
            }
        }
    }
}

async fn ask(browser: &mut Browser, method: &str, path: &str) -> u16 {
    browser.begin(method, path, Body::empty()).await.status().as_u16()
}

/// Pages call server functions without a request of their own, so the gate does not see them: each asks by itself.
#[test]
fn every_server_function_asks_who_calls_before_it_does_anything() {
    let in_front_of_the_door = ["src/people/api.rs"];
    let mut seen = 0;
    for path in rust_files(std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src"))) {
        let text = std::fs::read_to_string(&path).expect("a source file");
        if path.ends_with("tests/people_access.rs") || in_front_of_the_door.iter().any(|door| path.ends_with(door)) {
            continue;
        }
        for function in text.replace("#[server(default)]", "").split("#[server").skip(1) {
            let body = function.split_once(" {\n").map_or("", |(_, body)| body);
            let first = body.trim_start().lines().next().unwrap_or_default();
            assert!(first.contains("current::require("), "{}: {first}", path.display());
            seen += 1;
        }
    }
    assert!(seen >= 2, "no server function was found: does the walk start at the right folder?");
}

fn rust_files(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    entries
        .flat_map(|path| if path.is_dir() { rust_files(&path) } else { vec![path] })
        .filter(|path| path.extension().is_some_and(|ending| ending == "rs"))
        .collect()
}
