//! Data quality as a browser without WASM sees it.

use crate::browser::{Browser, TestServer};
use crate::databases::table;
use crate::filled::{Filled, plain};
use crate::import_cast::{File, NOW, at, import, import_from, lead};
use crate::spend::{HEAD, MARKETING, SALES};
use doubles::import::model::{ImportId, LeadRecord, Taken};
use doubles::import::store as imports;
use doubles::import::undo;
use doubles::leads::model::{Dimension, EventKind};
use doubles::people::model::Standing;
use doubles::server::db::Db;

/// Mia of marketing, Sam of sales, Hal, head of sales, and six leads.
async fn house() -> (TestServer, Browser, Browser, Browser) {
    let server = TestServer::set_up().await;
    for (email, standing) in [("mia", MARKETING), ("sam", SALES), ("hal", HEAD)] {
        server.add(&format!("{email}@company.example"), standing).await;
    }
    import(&server.state.db, File::Leads(leads())).await;
    let mia = server.signed_in("mia@company.example").await;
    let sam = server.signed_in("sam@company.example").await;
    let hal = server.signed_in("hal@company.example").await;
    (server, mia, sam, hal)
}

fn leads() -> Vec<LeadRecord> {
    let named = |line, id: &str, email: &str, name: &str| LeadRecord {
        name: Some(name.into()),
        dimensions: vec![(Dimension::Campaign, "Spring".into())],
        ..lead(line, id, email)
    };
    vec![
        named(2, "A", "ada@harbour.example", "Ada Berg"),
        LeadRecord {
            company: Some("Harbour and Sons GmbH".into()),
            ..named(3, "B", "ada@harbour.example", "ada berg")
        },
        named(4, "C", "cy at quay.example", "Cy Lund"),
        LeadRecord {
            milestones: vec![(EventKind::Handover, Some(at(1_000))), (EventKind::Touch, Some(at(900)))],
            ..named(5, "D", "dee@quay.example", "Dee Moe")
        },
        LeadRecord {
            dimensions: vec![(Dimension::Channel, "Webinar".into())],
            ..named(6, "E", "e@quay.example", "Eva Test")
        },
    ]
}

async fn get(browser: &mut Browser, path: &str) -> String {
    let answer = browser.get(path).await;
    assert_eq!(answer.status, 200, "{path}: {}", answer.body);
    plain(&answer.body)
}

async fn send(browser: &mut Browser, action: &str, form: &Filled) -> String {
    let answer = browser.post(action, &form.pairs()).await;
    answer.leads_to().unwrap_or_else(|| panic!("{action} {:?}: {}", form.fields, answer.body)).to_owned()
}

#[tokio::test]
async fn findings_are_counted_and_each_opens_onto_its_leads() {
    let (_server, mut mia, ..) = house().await;
    let page = get(&mut mia, "/import/quality").await;
    for (finding, count) in [
        ("out-of-order", "1"),
        ("no-channel", "4"),
        ("no-persona", "5"),
        ("no-owner", "5"),
        ("odd-email", "1"),
        ("same-email", "2 in 1"),
        ("same-name", "2 in 1"),
    ] {
        let row = page.split("<tr").find(|row| row.contains(&format!("href=\"/import/quality/{finding}\"")));
        let row = row.unwrap_or_else(|| panic!("{finding}: {page}"));
        assert!(row.contains(&format!("<td class=\"num\">{count}")), "{finding}: {row}");
    }
    let list = get(&mut mia, "/import/quality/out-of-order").await;
    assert!(
        list.contains("Dee Moe")
            && list
                .replace('\u{a0}', " ")
                .contains("Touch on 1 Jan 1970, 01:15, before the handover on 1 Jan 1970, 01:16")
            && list.contains("before the handover"),
        "{list}"
    );
    assert!(!list.contains("action=\"/import/quality/void\""), "marketing takes no touch of sales out");
    assert!(
        get(&mut mia, "/import/quality/odd-email").await.contains("has no @")
            || get(&mut mia, "/import/quality/odd-email").await.contains("holds a blank")
    );
    assert_eq!(mia.get("/import/quality/colour").await.status, 404);
    assert_eq!(mia.get("/import/quality/no-owner?channel=Nowhere").await.status, 400);
    let file = mia.get("/import/quality/same-email/leads.csv").await.body;
    assert_eq!(file.lines().count(), 3, "{file}");
    assert!(file.contains("1,1,A,Ada Berg,ada@harbour.example"), "{file}");
}

#[tokio::test]
async fn a_missing_channel_is_set_for_the_ticked_or_for_all_and_taken_back() {
    let (server, mut mia, mut sam, _) = house().await;
    let db = &server.state.db;
    let channels = async || {
        table(db, "select coalesce(v.name, '-') from lead l left join dimension_value v on v.id = l.channel_id where gone = 0 order by l.id")
            .await
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join(" ")
    };
    let form = Filled::of(&mia.get("/import/quality/no-channel?campaign=Spring").await.body, "/import/quality/fill");
    let mut ticked = form.clone().with("value", "Fair").with("which", "ticked").with("lead", "2");
    ticked.fields.push(("lead".into(), "5".into()));
    let done = send(&mut mia, "/import/quality/fill", &ticked).await;
    assert_eq!(channels().await, "- Fair - - Webinar", "what has one keeps it");
    assert_eq!(send(&mut mia, "/import/quality/fill", &ticked).await, done, "a form counts once");
    let page = get(&mut mia, &done).await;
    assert!(page.contains("Set the channel “Fair” for 1\u{a0}lead."), "{page}");
    assert!(done.contains("campaign=Spring"), "{done}");

    let form = Filled::of(&page, "/import/quality/fill").with("value", "Search").with("which", "all");
    let all = send(&mut mia, "/import/quality/fill", &form).await;
    assert_eq!(channels().await, "Search Fair Search Search Webinar");

    // A newer file knows another channel: what a person said stands.
    let mut newer = leads();
    newer.iter_mut().for_each(|lead| lead.dimensions.push((Dimension::Channel, "Import".into())));
    import(db, File::Leads(newer)).await;
    assert_eq!(channels().await, "Search Fair Search Search Import");

    let page = mia.get(&all).await.body;
    let undo = Filled::of(&page, "/import/quality/take-back");
    assert_eq!(sam.post("/import/quality/take-back", &undo.pairs()).await.status, 403, "it is not his to take back");
    let back = send(&mut mia, "/import/quality/take-back", &undo).await;
    assert_eq!(channels().await, "- Fair - - Import");
    assert!(get(&mut mia, &back).await.contains("Taken back, for 3\u{a0}leads."));
    let again = Filled::of(&page, "/import/quality/take-back").with("key", "");
    assert_eq!(mia.post("/import/quality/take-back", &again.pairs()).await.status, 409);
    let log = get(&mut mia, "/activity").await;
    assert!(log.contains("leads completed") && log.contains("work taken back"), "{log}");

    let empty = form.clone().with("value", " ").with("key", "");
    assert_eq!(mia.post("/import/quality/fill", &empty.pairs()).await.status, 400);
    let none = Filled { fields: vec![("finding".into(), "no-channel".into()), ("value".into(), "X".into())] };
    assert_eq!(mia.post("/import/quality/fill", &none.pairs()).await.status, 400, "nothing was ticked");
    assert_eq!(sam.post("/import/quality/fill", &form.pairs()).await.status, 403);
}

#[tokio::test]
async fn an_address_is_corrected_outlives_imports_and_is_taken_back() {
    let (server, mut mia, ..) = house().await;
    let db = &server.state.db;
    let email = async || table(db, "select email, email_key from lead_person where lead_id = 3").await;
    let form = Filled::of(&mia.get("/import/quality/odd-email").await.body, "/import/quality/email");
    assert_eq!(mia.post("/import/quality/email", &form.pairs()).await.status, 400, "it is as odd as before");
    let done = send(&mut mia, "/import/quality/email", &form.with("email", "Cy@quay.example")).await;
    assert_eq!(email().await, [["Cy@quay.example", "cy@quay.example"]]);
    assert_eq!(import(db, File::Leads(leads())).await[2], Taken::Unchanged, "a person's word stands");
    assert_eq!(email().await, [["Cy@quay.example", "cy@quay.example"]]);
    let log = table(db, "select detail from change where kind = 'email_corrected'").await;
    assert!(!log[0][0].contains('@'), "no address in the log: {log:?}");
    let undo = Filled::of(&mia.get(&done).await.body, "/import/quality/take-back");
    send(&mut mia, "/import/quality/take-back", &undo).await;
    assert_eq!(email().await, [["cy at quay.example", "cy at quay.example"]]);
}

#[tokio::test]
async fn sales_takes_an_event_out_of_order_out_of_the_history_and_puts_it_back() {
    let (server, _, mut sam, _) = house().await;
    let db = &server.state.db;
    let touched = async || table(db, "select first_touch_at from lead where id = 4").await;
    let form = Filled::of(&sam.get("/import/quality/out-of-order").await.body, "/import/quality/void");
    let done = send(&mut sam, "/import/quality/void", &form).await;
    assert_eq!(touched().await, [["-"]]);
    let page = get(&mut sam, &done).await;
    assert!(
        page.contains("Took the touch out of the lead’s history.") && page.contains("There is nothing to mend here"),
        "{page}"
    );
    assert_eq!(
        import(db, File::Leads(leads())).await[3],
        Taken::Unchanged,
        "saying it once more does not bring it back"
    );
    let again = form.with("key", "");
    assert_eq!(sam.post("/import/quality/void", &again.pairs()).await.status, 409);
    let undo = Filled::of(&page, "/import/quality/take-back");
    send(&mut sam, "/import/quality/take-back", &undo).await;
    assert_eq!(touched().await, [["900"]]);
    assert!(get(&mut sam, "/import/quality/out-of-order").await.contains("Dee Moe"));
}

#[tokio::test]
async fn a_void_that_was_taken_back_stays_so_when_an_import_in_between_is_taken_back() {
    let (server, _, mut sam, _) = house().await;
    let db = &server.state.db;
    let touched = async || table(db, "select first_touch_at from lead where id = 4").await;
    let form = Filled::of(&sam.get("/import/quality/out-of-order").await.body, "/import/quality/void");
    let done = send(&mut sam, "/import/quality/void", &form).await;
    let import = renamed(db).await;
    assert_eq!(touched().await, [["-"]]);
    let undo = Filled::of(&sam.get(&done).await.body, "/import/quality/take-back");
    send(&mut sam, "/import/quality/take-back", &undo).await;
    assert_eq!(touched().await, [["900"]]);
    undo::take_back(db, import, "Mia", NOW).await.expect("nothing of the work is left");
    assert_eq!(touched().await, [["900"]], "the milestones are what the history says");
}

/// A newer file that knows another company of every lead.
async fn renamed(db: &Db) -> ImportId {
    let rows = leads().into_iter().map(|row| LeadRecord { company: Some("Quay AG".into()), ..row }).collect();
    let (import, taken) = import_from(db, "Nimbus CRM", File::Leads(rows), 9).await;
    assert!(taken.iter().all(|taken| *taken == Taken::Changed), "{taken:?}");
    import
}

#[tokio::test]
async fn what_was_taken_back_does_not_come_back_with_the_undo_of_an_import() {
    let (server, mut mia, ..) = house().await;
    let db = &server.state.db;
    let form = Filled::of(&mia.get("/import/quality/no-channel").await.body, "/import/quality/fill");
    let form = form.with("value", "Fair").with("which", "ticked").with("lead", "2");
    let filled = send(&mut mia, "/import/quality/fill", &form).await;
    let form = Filled::of(&mia.get("/import/quality/odd-email").await.body, "/import/quality/email");
    let corrected = send(&mut mia, "/import/quality/email", &form.with("email", "cy@quay.example")).await;
    let import = renamed(db).await;
    for done in [filled, corrected] {
        let undo = Filled::of(&mia.get(&done).await.body, "/import/quality/take-back");
        send(&mut mia, "/import/quality/take-back", &undo).await;
    }
    let values = "select coalesce(l.channel_id, 0), p.email, l.by_hand from lead l join lead_person p
        on p.lead_id = l.id where l.id in (2, 3) order by l.id";
    let now = table(db, values).await;
    assert_eq!(now, [["0", "ada@harbour.example", "0"], ["0", "cy at quay.example", "0"]]);
    let refused = undo::take_back(db, import, "Mia", NOW).await.expect_err("it would bring both back").to_string();
    assert!(refused.contains("people have worked on 2 of its leads"), "{refused}");
    let who = imports::who_worked_on(&mut db.read().await.expect("a read"), import, 9).await.expect("a read");
    let who: Vec<_> = who.into_iter().map(|work| (work.lead_id, work.actor)).collect();
    assert_eq!(who, [(2, "mia".to_owned()), (3, "mia".to_owned())]);
    assert_eq!(table(db, values).await, now);
}

#[tokio::test]
async fn two_people_who_correct_one_address_do_not_lose_what_it_was() {
    let (server, mut mia, ..) = house().await;
    let db = &server.state.db;
    let email = async || table(db, "select email, email_before from lead_person where lead_id = 3").await;
    let first = Filled::of(&mia.get("/import/quality/odd-email").await.body, "/import/quality/email");
    let second = Filled::of(&mia.get("/import/quality/odd-email").await.body, "/import/quality/email");
    let done = send(&mut mia, "/import/quality/email", &first.with("email", "cy@quay.example")).await;
    let late = mia.post("/import/quality/email", &second.with("email", "cy@other.example").pairs()).await;
    assert!(late.status == 409 && late.body.contains("somebody corrected it meanwhile"), "{}", late.body);
    assert_eq!(email().await, [["cy@quay.example", "cy at quay.example"]]);
    let undo = Filled::of(&mia.get(&done).await.body, "/import/quality/take-back");
    send(&mut mia, "/import/quality/take-back", &undo).await;
    assert_eq!(email().await, [["cy at quay.example", "-"]], "and nothing is kept of a correction that is none");
}

#[tokio::test]
async fn heads_merge_leads_and_unmerge_them_and_nobody_else_does() {
    let (server, mut mia, mut sam, mut hal) = house().await;
    let db = &server.state.db;
    let here = async || table(db, "select id from lead where gone = 0 order by id").await.len();
    let page = get(&mut hal, "/import/quality/same-email").await;
    let form = Filled::of(&page, "/import/quality/merge");
    assert_eq!(form.get("survivor"), "1");
    for browser in [&mut mia, &mut sam] {
        assert!(!get(browser, "/import/quality/same-email").await.contains("/import/quality/merge\""));
        assert_eq!(browser.post("/import/quality/merge", &form.pairs()).await.status, 403);
    }
    let nothing = form.clone().with("lead", "1").with("key", "");
    assert_eq!(hal.post("/import/quality/merge", &nothing.pairs()).await.status, 400);
    let done = send(&mut hal, "/import/quality/merge", &form).await;
    assert_eq!(here().await, 4);
    assert!(get(&mut hal, &done).await.contains("Merged 1\u{a0}lead into the one you kept."));
    let merged = get(&mut sam, "/import/quality/merged").await;
    assert!(merged.contains("ada berg") && merged.contains("hal") && !merged.contains("Un-merge\""), "{merged}");
    let form = Filled::of(&hal.get("/import/quality/merged").await.body, "/import/quality/unmerge");
    assert_eq!(mia.post("/import/quality/unmerge", &form.pairs()).await.status, 403);
    let done = send(&mut hal, "/import/quality/unmerge", &form).await;
    assert_eq!(here().await, 5);
    assert!(get(&mut hal, &done).await.contains("It stands for itself again"));
    let details = table(db, "select detail from change where entity = 'merge'").await.concat().concat();
    assert!(!details.to_lowercase().contains("ada"), "no name in the log: {details}");
}

#[tokio::test]
async fn a_rule_is_previewed_written_seen_by_both_teams_and_switched_off() {
    let (server, mut mia, _, mut hal) = house().await;
    let db = &server.state.db;
    let excluded = async || table(db, "select id from lead where excluded = 1 order by id").await.concat().join(" ");
    let preview = get(&mut hal, "/import/quality/rules/preview?kind=name_contains&pattern=TEST&reason=Our+tests").await;
    assert!(
        preview.contains("1\u{a0}lead would be left out of every number.") && preview.contains("Eva Test"),
        "{preview}"
    );
    assert!(preview.contains("With the rule") && preview.contains("Follow-up time"), "{preview}");
    assert_eq!(excluded().await, "", "a preview changes nothing");
    let form = Filled::of(&preview, "/import/quality/rules/add");
    assert_eq!(mia.post("/import/quality/rules/add", &form.pairs()).await.status, 403);
    assert_eq!(mia.get("/import/quality/rules/preview?kind=name_contains&pattern=test").await.status, 403);
    let why = hal.post("/import/quality/rules/add", &form.clone().with("reason", "").with("key", "").pairs()).await;
    assert!(why.status == 400 && why.body.contains("Say why") && why.body.contains("value=\"TEST\""), "{}", why.body);
    let done = send(&mut hal, "/import/quality/rules/add", &form).await;
    assert_eq!(excluded().await, "5");
    assert!(get(&mut hal, &done).await.contains("1\u{a0}lead is left out of every number."));
    let twice = hal.post("/import/quality/rules/add", &form.clone().with("key", "").pairs()).await;
    assert!(twice.status == 409 && twice.body.contains("hal wrote this rule before. It is on."), "{}", twice.body);

    let seen = get(&mut mia, "/import/quality/rules").await;
    assert!(
        seen.contains("Name contains “test”") && seen.contains("Our tests") && !seen.contains("Switch off"),
        "{seen}"
    );
    assert!(get(&mut mia, "/import/quality").await.contains("1\u{a0}lead is left out of every number."));
    let details = table(db, "select detail from change where entity = 'rule'").await.concat().concat();
    assert!(!details.to_lowercase().contains("test"), "a name may be a person's: {details}");

    let form = Filled::of(&hal.get("/import/quality/rules").await.body, "/import/quality/rules/switch");
    let done = send(&mut hal, "/import/quality/rules/switch", &form).await;
    assert_eq!(excluded().await, "");
    assert!(get(&mut hal, &done).await.contains("its leads count again."));
    let form = Filled::of(&hal.get("/import/quality/rules").await.body, "/import/quality/rules/switch");
    assert_eq!(form.get("to"), "on");
    send(&mut hal, "/import/quality/rules/switch", &form).await;
    assert_eq!(excluded().await, "5");
    for (kind, pattern) in [("email_domain", "nowhere"), ("colour", "red"), ("company_contains", "a")] {
        let page = hal.get(&format!("/import/quality/rules/preview?kind={kind}&pattern={pattern}")).await;
        assert_eq!(page.status, 400, "{kind}");
    }
}

#[tokio::test]
async fn viewers_see_counts_and_no_lead() {
    let (server, ..) = house().await;
    server.add("vic@company.example", Standing::default()).await;
    let mut vic = server.signed_in("vic@company.example").await;
    let page = get(&mut vic, "/import/quality").await;
    assert!(page.contains("Leads without a channel") && !page.contains("/import/quality/no-channel"), "{page}");
    for path in [
        "/import/quality/no-channel",
        "/import/quality/same-email",
        "/import/quality/same-email/leads.csv",
        "/import/quality/merged",
        "/import/quality/rules",
        "/import/quality/rules/preview?kind=name_contains&pattern=test",
    ] {
        let answer = vic.get(path).await;
        assert_eq!(answer.status, 403, "{path}");
        assert!(!answer.body.contains("Ada") && !answer.body.contains("harbour"), "{path}");
    }
}

#[tokio::test]
async fn names_are_text_wherever_they_are_shown_and_files_run_nothing() {
    let (server, mut mia, _, mut hal) = house().await;
    let evil = "<script>alert(1)</script>\"'&";
    let twin = |line, id: &str| LeadRecord {
        name: Some(evil.into()),
        company: Some("=1+1".into()),
        dimensions: vec![(Dimension::Campaign, evil.into())],
        ..lead(line, id, "evil@x.example")
    };
    import(&server.state.db, File::Leads(vec![twin(2, "X"), twin(3, "Y")])).await;
    let rule =
        format!("/import/quality/rules/preview?kind=name_contains&pattern={}&reason=%3Cimg%3E", "%3Cscript%3Ealert");
    for path in ["/import/quality/no-channel", "/import/quality/same-name", "/import/quality/same-email", &rule] {
        let page = get(&mut hal, path).await;
        assert!(!page.contains("<script>alert") && !page.contains("<img"), "{path}: {page}");
    }
    assert!(mia.get("/import/quality/no-channel/leads.csv").await.body.contains("'=1+1"));
}

#[tokio::test]
async fn a_long_list_is_a_page_of_fifty_newest_or_oldest_first() {
    let (server, mut mia, ..) = house().await;
    let rows = (0..130).map(|n| LeadRecord { dimensions: Vec::new(), ..lead(n + 2, &format!("N{n}"), "") }).collect();
    import(&server.state.db, File::Leads(rows)).await;
    let first = get(&mut mia, "/import/quality/no-channel").await;
    assert!(first.contains("134\u{a0}leads") && first.matches("name=\"lead\"").count() == 50, "{first}");
    assert!(first.contains("Next page") && !first.contains("Page before"));
    let last = get(&mut mia, "/import/quality/no-channel?page=99&sort=oldest").await;
    assert!(last.contains("Page before") && last.matches("name=\"lead\"").count() == 34 && last.contains("Person 131"));
    let form = Filled::of(&last, "/import/quality/fill");
    assert_eq!(form.get("sort"), "oldest");
}
