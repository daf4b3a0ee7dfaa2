//! Which leads are whose: rules, files, people, and what the leads say of a persona.

use crate::browser::TestServer;
use crate::databases::{on_each_engine, table};
use crate::filled::Filled;
use crate::import_cast::{File, import, import_from, lead};
use crate::personas::{House, house, text};
use doubles::import::model::LeadRecord;
use doubles::import::undo;
use doubles::leads::model::{Dimension, LeadId};
use doubles::period::Instant;
use doubles::personas::rules::spread::{self, Spread};
use doubles::sample::service as sample;
use doubles::server::db::Db;

const NOW: Instant = crate::browser::NOW;

/// Who has which persona, by company of the lead.
async fn personas(db: &Db) -> Vec<String> {
    let sql = "select coalesce(v.name, '-') from lead as l left join dimension_value as v on v.id = l.persona_id
        where l.gone = 0 order by l.id";
    table(db, sql).await.concat()
}

impl House {
    pub async fn lead(&mut self, name: &str, title: &str, persona: &str) {
        let form = Filled::of(&self.mia.get("/leads/new").await.body, "/leads/add");
        let form = form.with("name", name).with("title", title).with("persona", persona).with("hand_over", "1");
        let answer = self.mia.post("/leads/add", &form.pairs()).await;
        assert!(answer.leads_to().is_some(), "{}", text(&answer.body));
    }

    /// Mia tries a rule and keeps it.
    pub async fn rule(&mut self, slug: &str, rule: &str) -> String {
        let path = format!("/personas/{slug}/rule");
        let form = Filled::of(&self.mia.get(&path).await.body, &path).with("rule", rule).with("place", "0");
        let page = self.mia.get(&format!("{path}?{}", query(&form))).await;
        assert_eq!(page.status, 200, "{}", text(&page.body));
        let form = Filled::of(&page.body, "/personas/rules/save");
        let kept = self.mia.post("/personas/rules/save", &form.pairs()).await;
        assert!(kept.leads_to().is_some(), "{}", text(&kept.body));
        text(&page.body)
    }
}

fn query(form: &Filled) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(form.pairs()).finish()
}

/// Three leads and two personas without rules.
pub async fn leads_of_three() -> House {
    let mut house = house().await;
    house.lead("Hanna", "Head of Logistics", "").await;
    house.lead("Tom", "Warehouse manager", "").await;
    house.lead("Giulia", "Head of Logistics", "Finance lead").await;
    house.persona("Head of logistics").await;
    house.persona("Warehouse manager").await;
    house
}

#[tokio::test]
async fn a_rule_is_tried_before_it_is_kept_and_takes_only_leads_of_which_nobody_said_anything() {
    let mut house = leads_of_three().await;
    let db = house.server.state.db.clone();
    let tried = house.rule("head-of-logistics", "title contains head of").await;
    for says in ["2 leads of 3", "they keep it 1", "1 lead from no persona to Head of logistics"] {
        assert!(tried.contains(says), "{says}: {tried}");
    }
    assert_eq!(personas(&db).await, ["Head of logistics", "-", "Finance lead"]);
    let tried = house.rule("warehouse-manager", "title contains warehouse, head").await;
    assert!(tried.contains("2 leads fit “Warehouse manager” and “Head of logistics”; the first has them."), "{tried}");
    assert_eq!(personas(&db).await, ["Warehouse manager", "Warehouse manager", "Finance lead"]);
    let overview = text(&house.vera.get("/personas/rules").await.body);
    assert!(overview.contains("Warehouse manager") && overview.contains("fits 3 leads, gave 2 leads"), "{overview}");
    house.rule("warehouse-manager", "").await;
    let history = text(&house.vera.get("/history/persona/2").await.body);
    assert!(history.contains("Leads by rule") && history.contains("title contains warehouse, head"), "{history}");
    assert_eq!(personas(&db).await, ["Head of logistics", "-", "Finance lead"], "what a rule gave it takes back");
}

#[tokio::test]
async fn a_rule_that_fits_everything_or_nothing_is_told_so_before_it_is_kept() {
    let mut house = leads_of_three().await;
    for (rule, says) in [
        ("title does not contain xyzzy", "It fits every lead, so it tells none apart."),
        ("size at least 900000", "It fits no lead at all."),
        ("title likes x", "The line “title likes x” is not understood."),
    ] {
        let query = form_urlencoded::Serializer::new(String::new())
            .extend_pairs([("try", "1"), ("rule", rule), ("place", "0")])
            .finish();
        let page = house.ben.get(&format!("/personas/head-of-logistics/rule?{query}")).await;
        assert!(text(&page.body).contains(says), "{says}: {}", text(&page.body));
        assert!(page.body.contains(rule), "what was typed stands there");
    }
    let stale = [
        ("id", "1"),
        ("slug", "head-of-logistics"),
        ("try", "1"),
        ("base", "another rule"),
        ("rule", "title contains head"),
        ("place", "0"),
    ];
    let refused = house.ben.post("/personas/rules/save", &stale).await;
    assert_eq!(refused.status, 409, "somebody else wrote it meanwhile");
    assert!(text(&refused.body).contains("Somebody else changed this rule while you wrote"));
}

#[tokio::test]
async fn a_rule_that_somebody_else_changed_meanwhile_is_shown_before_yours_can_be_kept() {
    let mut house = leads_of_three().await;
    let path = "/personas/head-of-logistics/rule";
    let his = Filled::of(&house.ben.get(path).await.body, path).with("rule", "title contains logistics");
    let before = house.ben.get(&format!("{path}?{}", query(&his))).await;
    let kept_too_late = Filled::of(&before.body, "/personas/rules/save");
    house.rule("head-of-logistics", "title contains head of").await;

    let tried = house.ben.get(&format!("{path}?{}", query(&his))).await;
    let refused = house.ben.post("/personas/rules/save", &kept_too_late.pairs()).await;
    for page in [&tried, &refused] {
        assert_eq!(page.status, 409, "{}", text(&page.body));
        assert!(text(&page.body).contains("it reads “title contains head of” now"), "{}", text(&page.body));
        assert!(Filled::each(&page.body, "/personas/rules/save").is_empty(), "it is read before yours is kept");
    }
    let again = Filled::of(&refused.body, path);
    assert_eq!(again.get("rule"), "title contains logistics", "what was typed stands there");
    let seen = house.ben.get(&format!("{path}?{}", query(&again))).await;
    let kept = house.ben.post("/personas/rules/save", &Filled::of(&seen.body, "/personas/rules/save").pairs()).await;
    assert_eq!(kept.leads_to(), Some("/personas/head-of-logistics/rule?done=saved"), "{}", text(&kept.body));
}

/// The personas with rules, in their order.
async fn order(db: &Db) -> Vec<String> {
    table(db, "select name from persona where rule <> '' order by place").await.concat()
}

/// Three rules, of which the one that was written last stands first.
async fn three_rules() -> House {
    let mut house = leads_of_three().await;
    house.persona("Site lead").await;
    house.rule("head-of-logistics", "title contains head of").await;
    house.rule("warehouse-manager", "title contains warehouse").await;
    house.rule("site-lead", "title contains site").await;
    house
}

impl House {
    /// Mia has the rule of a persona stand elsewhere.
    async fn place(&mut self, slug: &str, place: &str) {
        let path = format!("/personas/{slug}/rule");
        let form = Filled::of(&self.mia.get(&path).await.body, &path).with("place", place);
        let page = self.mia.get(&format!("{path}?{}", query(&form))).await.body;
        let kept = self.mia.post("/personas/rules/save", &Filled::of(&page, "/personas/rules/save").pairs()).await;
        assert!(kept.leads_to().is_some(), "{}", text(&kept.body));
    }
}

#[tokio::test]
async fn two_who_reorder_rules_at_once_are_asked_and_the_second_sees_the_order_as_it_is() {
    let mut house = three_rules().await;
    let db = house.server.state.db.clone();
    assert_eq!(order(&db).await, ["Site lead", "Warehouse manager", "Head of logistics"]);
    let path = "/personas/head-of-logistics/rule";
    let his = Filled::of(&house.ben.get(path).await.body, path).with("place", "0");
    let before = house.ben.get(&format!("{path}?{}", query(&his))).await.body;
    let kept_too_late = Filled::of(&before, "/personas/rules/save");
    house.place("site-lead", "1").await;
    assert_eq!(order(&db).await, ["Warehouse manager", "Site lead", "Head of logistics"]);

    let tried = house.ben.get(&format!("{path}?{}", query(&his))).await;
    let refused = house.ben.post("/personas/rules/save", &kept_too_late.pairs()).await;
    for page in [&tried, &refused] {
        assert_eq!(page.status, 409, "{}", text(&page.body));
        let says = "they stand as “Warehouse manager”, “Site lead”, “Head of logistics” now";
        assert!(text(&page.body).contains(says), "{}", text(&page.body));
        assert!(Filled::each(&page.body, "/personas/rules/save").is_empty(), "it is read before it is kept");
    }
    let again = Filled::of(&refused.body, path);
    assert_eq!(again.get("place"), "1", "before the one that he wanted to stand before");
    let seen = house.ben.get(&format!("{path}?{}", query(&again))).await.body;
    let kept = house.ben.post("/personas/rules/save", &Filled::of(&seen, "/personas/rules/save").pairs()).await;
    assert!(kept.leads_to().is_some(), "{}", text(&kept.body));
    assert_eq!(order(&db).await, ["Warehouse manager", "Head of logistics", "Site lead"]);
    let history = text(&house.vera.get("/history/persona/1").await.body);
    assert!(
        history.contains("Where several rules fit, it stands") && history.contains("before “Site lead”"),
        "{history}"
    );
}

#[tokio::test]
async fn who_changes_a_rule_and_not_its_place_takes_the_order_of_somebody_else() {
    let mut house = three_rules().await;
    let db = house.server.state.db.clone();
    let path = "/personas/warehouse-manager/rule";
    let his = Filled::of(&house.ben.get(path).await.body, path).with("rule", "title contains warehouse, depot");
    let tried = house.ben.get(&format!("{path}?{}", query(&his))).await.body;
    let keep = Filled::of(&tried, "/personas/rules/save");
    house.place("head-of-logistics", "0").await;
    assert_eq!(order(&db).await, ["Head of logistics", "Site lead", "Warehouse manager"]);
    let kept = house.ben.post("/personas/rules/save", &keep.pairs()).await;
    assert!(kept.leads_to().is_some(), "{}", text(&kept.body));
    assert_eq!(order(&db).await, ["Head of logistics", "Site lead", "Warehouse manager"]);
    let rule = table(&db, "select rule from persona where slug = 'warehouse-manager'").await.concat().concat();
    assert_eq!(rule, "title contains warehouse, depot");
}

#[tokio::test]
async fn whoever_may_not_write_rules_tries_none_and_reads_those_that_are_kept() {
    let mut house = leads_of_three().await;
    house.rule("head-of-logistics", "title contains head of").await;
    let probe = "/personas/head-of-logistics/rule?try=1&rule=domain+is+client.example&place=0";
    assert_eq!(house.ben.get(&format!("{probe}&base=title+contains+head+of")).await.status, 200);
    let refused = house.vera.get(probe).await;
    assert_eq!(refused.status, 403);
    assert!(!text(&refused.body).contains("Fits"), "{}", text(&refused.body));
    let kept = house.vera.get("/personas/head-of-logistics/rule").await;
    assert_eq!(kept.status, 200);
    assert!(text(&kept.body).contains("title contains head of"), "{}", text(&kept.body));
}

#[tokio::test]
async fn a_hand_wins_over_rules_and_files_and_can_be_taken_away_again() {
    let mut house = leads_of_three().await;
    let db = house.server.state.db.clone();
    let page = house.ben.get("/leads/1").await.body;
    let form = Filled::of(&page, "/personas/assign").with("persona", "2");
    assert_eq!(house.ben.post("/personas/assign", &form.pairs()).await.leads_to(), Some("/leads/1#persona"));
    house.rule("head-of-logistics", "title contains head of").await;
    assert_eq!(personas(&db).await[0], "Warehouse manager");
    let page = house.ben.get("/leads/1").await.body;
    assert!(text(&page).contains("A person said so"), "{}", text(&page));
    let form = Filled::of(&page, "/personas/assign").with("persona", "");
    assert!(house.ben.post("/personas/assign", &form.pairs()).await.leads_to().is_some());
    assert_eq!(personas(&db).await[0], "Head of logistics", "the rule has it now");
}

#[tokio::test]
async fn what_a_file_said_comes_back_when_a_persons_word_is_taken_away() {
    let mut house = leads_of_three().await;
    let db = house.server.state.db.clone();
    for persona in ["1", "2", ""] {
        let form = Filled::of(&house.ben.get("/leads/3").await.body, "/personas/assign").with("persona", persona);
        let done = house.ben.post("/personas/assign", &form.pairs()).await;
        assert!(done.leads_to().is_some(), "{}", text(&done.body));
    }
    assert_eq!(personas(&db).await[2], "Finance lead");
    house.rule("head-of-logistics", "title contains head of").await;
    assert_eq!(personas(&db).await[2], "Finance lead", "a file’s word stands before a rule’s");
}

#[tokio::test]
async fn what_a_rule_gave_stays_the_rules_when_nobodys_word_is_taken_away() {
    let mut house = leads_of_three().await;
    let db = house.server.state.db.clone();
    house.rule("head-of-logistics", "title contains head of").await;
    let nobodys = house.ben.post("/personas/assign", &[("id", "1"), ("persona", "")]).await;
    assert!(nobodys.leads_to().is_some(), "{}", text(&nobodys.body));
    house.rule("head-of-logistics", "").await;
    assert_eq!(personas(&db).await[0], "-");
}

#[tokio::test]
async fn a_persona_is_not_given_over_one_that_somebody_gave_while_one_looked() {
    let mut house = leads_of_three().await;
    let db = house.server.state.db.clone();
    let late = Filled::of(&house.mia.get("/leads/1").await.body, "/personas/assign").with("persona", "1");
    let form = Filled::of(&house.ben.get("/leads/1").await.body, "/personas/assign").with("persona", "2");
    house.ben.post("/personas/assign", &form.pairs()).await;
    let refused = house.mia.post("/personas/assign", &late.pairs()).await;
    assert_eq!(refused.status, 409);
    assert!(text(&refused.body).contains("it is “Warehouse manager” now"), "{}", text(&refused.body));
    assert_eq!(personas(&db).await[0], "Warehouse manager");
}

#[tokio::test]
async fn what_a_buyer_said_is_written_from_the_leads_page_and_leads_back_to_it() {
    let mut house = leads_of_three().await;
    house.rule("head-of-logistics", "title contains head of").await;
    let form = Filled::of(&house.ben.get("/leads/1").await.body, "/personas/annotate");
    let said = form.with("text", "We lost a day at every peak.");
    let done = house.ben.post("/personas/annotate", &said.pairs()).await;
    assert_eq!(done.leads_to(), Some("/leads/1?done=noted#persona"), "{}", text(&done.body));
    assert!(text(&house.mia.get("/leads/1").await.body).contains("We lost a day at every peak."));
    let page = house.mia.get("/personas/head-of-logistics").await.body;
    assert!(page.contains("href=\"/leads/1\"") && text(&page).contains("Said by lead 1"), "{}", text(&page));
    assert!(!house.vera.get("/personas/head-of-logistics").await.body.contains("/leads/1"));
}

#[tokio::test]
async fn a_value_of_the_files_becomes_a_persona_and_keeps_its_leads_when_it_is_renamed() {
    let mut house = leads_of_three().await;
    let gallery = house.mia.get("/personas").await.body;
    assert!(text(&gallery).contains("Finance lead 1 lead"), "{}", text(&gallery));
    let form = Filled::of(&gallery, "/personas/add");
    assert_eq!(
        house.mia.post("/personas/add", &form.pairs()).await.leads_to(),
        Some("/personas/finance-lead?done=added")
    );
    let head = Filled::of(&house.mia.get("/personas/finance-lead?head=1").await.body, "/personas/save");
    let done = house.mia.post("/personas/save", &head.with("name", "CFO").with("sales_owner", "ben").pairs()).await;
    assert_eq!(done.leads_to(), Some("/personas/find?persona=3&done=saved"), "{}", text(&done.body));
    let page = text(&house.mia.get("/personas/finance-lead").await.body);
    assert!(page.contains("CFO") && page.contains("Files and filters call its leads “Finance lead”."), "{page}");
    assert!(page.contains("See the 1 lead"), "{page}");
    assert!(!text(&house.mia.get("/personas").await.body).contains("no persona is written"));
}

#[tokio::test]
async fn a_merged_persona_brings_its_leads_along_and_takes_them_home_again() {
    let mut house = leads_of_three().await;
    let db = house.server.state.db.clone();
    house.mia.post("/personas/add", &[("name", "Finance lead")]).await;
    house.mia.post("/personas/retire", &[("id", "3"), ("into", "1")]).await;
    assert_eq!(personas(&db).await[2], "Head of logistics");
    house.lead("Ada", "CFO", "Finance lead").await;
    assert_eq!(personas(&db).await[3], "Head of logistics", "files go on naming the old one");
    house.mia.post("/personas/bring-back", &[("id", "3")]).await;
    assert_eq!(personas(&db).await, ["-", "-", "Finance lead", "Finance lead"]);
}

#[tokio::test]
async fn what_a_rule_gave_goes_along_with_a_merge_and_comes_home_when_it_is_undone() {
    let mut house = leads_of_three().await;
    let db = house.server.state.db.clone();
    house.rule("head-of-logistics", "title contains head of").await;
    assert_eq!(personas(&db).await, ["Head of logistics", "-", "Finance lead"]);
    let preview = house.mia.get("/personas/head-of-logistics/merge?into=2").await.body;
    for says in [
        "1 lead: 0 by people, 0 by files, 1 by rule",
        "1 lead from Head of logistics to Warehouse manager",
        "What this rule fits is “Warehouse manager” from then on",
    ] {
        assert!(text(&preview).contains(says), "{says}: {}", text(&preview));
    }
    house.mia.post("/personas/retire", &Filled::of(&preview, "/personas/retire").pairs()).await;
    assert_eq!(personas(&db).await, ["Warehouse manager", "-", "Finance lead"]);
    house.lead("Ada", "Head of Logistics", "").await;
    assert_eq!(personas(&db).await[3], "Warehouse manager", "the rule goes on");
    let overview = text(&house.vera.get("/personas/rules").await.body);
    assert!(overview.contains("a part of “Warehouse manager”, which has them"), "{overview}");
    let page = text(&house.vera.get("/personas/warehouse-manager").await.body);
    assert!(page.contains("Besides, of “Head of logistics”, which became a part of this one"), "{page}");
    let rule = text(&house.mia.get("/personas/head-of-logistics/rule").await.body);
    assert!(rule.contains("It became a part of “Warehouse manager”, which has what its rule fits."), "{rule}");
    house.mia.post("/personas/bring-back", &[("id", "1")]).await;
    let home = ["Head of logistics", "-", "Finance lead", "Head of logistics"];
    assert_eq!(personas(&db).await, home);
}

#[tokio::test]
async fn a_retired_persona_keeps_the_leads_that_its_rule_gave_it_and_gets_no_more() {
    let mut house = leads_of_three().await;
    let db = house.server.state.db.clone();
    house.rule("head-of-logistics", "title contains head of").await;
    house.mia.post("/personas/retire", &[("id", "1")]).await;
    assert_eq!(personas(&db).await, ["Head of logistics", "-", "Finance lead"]);
    house.rule("warehouse-manager", "title contains warehouse, head").await;
    house.lead("Ada", "Head of Logistics", "").await;
    let kept = ["Head of logistics", "Warehouse manager", "Finance lead", "Warehouse manager"];
    assert_eq!(personas(&db).await, kept, "its leads keep their value, and a new one is another’s");
    house.mia.post("/personas/bring-back", &[("id", "1")]).await;
    house.rule("warehouse-manager", "").await;
    assert_eq!(
        personas(&db).await,
        ["Head of logistics", "-", "Finance lead", "Head of logistics"],
        "its rule is back"
    );
}

#[tokio::test]
async fn an_import_gives_new_leads_the_persona_of_the_rules_and_its_undo_takes_them_away() {
    on_each_engine(async |db| {
        let seed = "title contains logistics";
        let mut first = lead(1, "1", "ada@client.example");
        first.title = Some("Head of Logistics".into());
        import(db, File::Leads(vec![first.clone()])).await;
        persona_with_rule(db, seed).await;
        let mut told = lead(2, "2", "bo@client.example");
        told.title = Some("Head of Logistics".into());
        told.dimensions.push((Dimension::Persona, "CFO".into()));
        let mut found = lead(3, "3", "cy@client.example");
        found.title = Some("Logistics lead".into());
        let (id, _) = import_from(db, "Nimbus CRM", File::Leads(vec![told, found]), 2).await;
        assert_eq!(personas(db).await, ["Head of logistics", "CFO", "Head of logistics"]);
        undo::take_back(db, id, "Mira", NOW).await.expect("nobody worked on them");
        assert_eq!(personas(db).await, ["Head of logistics"]);
    })
    .await;
}

/// A persona whose rule is at work, and every lead looked at.
async fn persona_with_rule(db: &Db, rule: &str) {
    persona_with_rule_marked(db, rule).await;
    spread::resume(db, NOW).await.expect("the rest is done");
}

/// A persona whose rule was kept a moment ago: no lead was looked at yet. The seq of its mark.
async fn persona_with_rule_marked(db: &Db, rule: &str) -> i64 {
    use doubles::changes::model::{Change, ChangeKind, Entity};
    use doubles::personas::{edit, model::Head, rules, store};
    let mut tx = db.write().await.expect("a write");
    let head =
        Head { name: "Head of logistics".into(), role: None, segment: String::new(), owners: Default::default() };
    let id = edit::new_persona(&mut tx, &head, [None; 2], NOW, false).await.expect("a persona");
    store::set_rule(&mut tx, id, rule).await.expect("a rule");
    rules::store::mark(&mut tx, "a test").await.expect("a mark");
    let (kind, entity) = (ChangeKind::PersonaRuleChanged, Entity::Persona);
    let change =
        Change { at: NOW, actor: "a test".into(), kind, entity, entity_id: Some(id.0), detail: serde_json::json!({}) };
    tx.record_change(&change).await.expect("a change").commit().await.expect("a commit");
    let mut tx = db.read().await.expect("a read");
    rules::store::spreading(&mut tx).await.expect("a read").expect("it is marked").0
}

fn seven_leads_of_logistics() -> File {
    let leads = (1..=7).map(|n| {
        let mut lead = lead(n, &n.to_string(), &format!("p{n}@client.example"));
        lead.title = Some("Head of Logistics".into());
        lead
    });
    File::Leads(leads.collect())
}

async fn batches(db: &Db) -> String {
    table(db, "select count(*) from change where kind = 'persona_rule_batch'").await.concat().concat()
}

#[tokio::test]
async fn what_a_program_that_died_left_undone_is_done_at_the_next_start() {
    on_each_engine(async |db| {
        import(db, seven_leads_of_logistics()).await;
        persona_with_rule(db, "title contains logistics").await;
        assert_eq!(personas(db).await, ["Head of logistics"; 7]);
        let mut tx = db.read().await.expect("a read");
        assert!(doubles::personas::rules::store::spreading(&mut tx).await.expect("a read").is_none());
        drop(tx);
    })
    .await;
}

#[tokio::test]
async fn sizes_are_of_the_leads_that_count_and_a_verdict_that_is_contested_leaves_none_out() {
    use doubles::personas::store::sizes;
    on_each_engine(async |db| {
        let sized = |n: u64| LeadRecord {
            size: Some(n as i64 * 10),
            ..lead(n, &n.to_string(), &format!("{n}@client.example"))
        };
        import(db, File::Leads((1..=6).map(sized).collect())).await;
        let mut tx = db.write().await.expect("a write");
        for statement in [
            "update lead set persona_id = 77, verdict_at = 5000, route = 'remove' where id > 1",
            "update lead set persona_id = 77 where id = 1",
            "update lead set disputed_at = 6000 where id > 2",
            "update lead set ruled_at = 7000, upheld = 1 where id = 4",
            "update lead set ruled_at = 7000, upheld = 0 where id = 5",
            "insert into handover (lead_id, n, handed_over_at) values (6, 2, 8000)",
            "update lead set disputed_at = null where id = 6",
        ] {
            sqlx::query(statement).execute(tx.conn()).await.expect(statement);
        }
        let days = (Instant(0), Instant(10_000));
        let counted: Vec<i64> =
            sizes(&mut tx, 77, days).await.expect("sizes").into_iter().map(|(size, _)| size).collect();
        assert_eq!(counted, [10, 30, 40, 60], "none, open, for marketing, handed over once more");
    })
    .await;
}

#[tokio::test]
async fn many_leads_are_assigned_part_by_part_and_only_by_the_newest_change() {
    on_each_engine(async |db| {
        import(db, seven_leads_of_logistics()).await;
        let since = persona_with_rule_marked(db, "title contains logistics").await;
        let rest: Vec<LeadId> = (1..=7).map(LeadId).collect();
        let spread = Spread { since, rest, by: "a test".into(), at: NOW };
        spread::go_on(db, Spread { since: since - 1, ..spread.clone() }, 2).await.expect("it ends");
        assert_eq!((batches(db).await.as_str(), personas(db).await), ("0", vec!["-".to_owned(); 7]), "it is older");
        spread::go_on(db, spread, 2).await.expect("it ends");
        assert_eq!(batches(db).await, "4", "two leads at once");
        assert_eq!(personas(db).await, ["Head of logistics"; 7]);
    })
    .await;
}

#[tokio::test]
async fn a_change_that_overtakes_another_assigns_the_leads_of_both() {
    use doubles::changes::model::{Change, ChangeKind, Entity};
    use doubles::personas::rules;
    let server = TestServer::empty().await;
    let db = &server.state.db;
    import(db, seven_leads_of_logistics()).await;
    let found = rules::find(&server.state, |_| rules::model::Rules::default()).await.expect("no rule yet");
    persona_with_rule_marked(db, "title contains logistics").await;
    let mut tx = db.write().await.expect("a write");
    let rest = rules::begin(&mut tx, found, "a test").await.expect("it begins");
    let (kind, entity) = (ChangeKind::PersonaRuleChanged, Entity::Persona);
    let change =
        Change { at: NOW, actor: "a test".into(), kind, entity, entity_id: None, detail: serde_json::json!({}) };
    tx.record_change(&change).await.expect("a change").commit().await.expect("a commit");
    assert!(rest.is_empty());
    assert_eq!(personas(db).await, ["Head of logistics"; 7]);
}

#[tokio::test]
async fn the_sample_company_has_personas_whose_text_its_leads_contradict() {
    let server = TestServer::empty().await;
    sample::load(&server.state.db, "a test", NOW).await.expect("it is empty");
    let mut browser = server.browser();
    let gallery = text(&browser.get("/personas").await.body);
    for says in ["Head of logistics", "Warehouse manager", "Automation engineer", "Finance lead"] {
        assert!(gallery.contains(says), "{says}: {gallery}");
    }
    let page = text(&browser.get("/personas/head-of-logistics").await.body);
    for says in [
        "The text and the leads disagree",
        "channel Partner referrals",
        "Reality",
        "Handover to won",
        "Why sales turned them down",
    ] {
        assert!(page.contains(says), "{says}: {page}");
    }
    sample::remove(&server.state.db, "a test", NOW).await.expect("it is there");
    for name in ["persona", "persona_statement", "persona_text", "persona_note"] {
        assert!(table(&server.state.db, &format!("select * from {name}")).await.is_empty(), "{name}");
    }
}
