//! Several people at one document, and forms that come twice.

use crate::browser::{Browser, NOW, TestServer};
use crate::databases::{name, on_each_engine, table};
use crate::filled::{Filled, plain};
use doubles::changes::model::{Change, ChangeKind, Entity};
use doubles::editing::once::{self, Begun};
use doubles::people::model::{Standing, Team};
use doubles::people::service::Caller;
use doubles::period::Instant;
use doubles::server::housekeeping;
use serde_json::json;

const ADMIN: Standing = Standing { team: Some(Team::Sales), head: false, admin: true };
const PAGE: &str = "/settings/workspace";
const SAVE: &str = "/settings/workspace/save";

/// Ada and Bo, both admins, each with the form of the workspace open.
async fn two_at_one_form() -> (TestServer, (Browser, Filled), (Browser, Filled)) {
    let server = TestServer::set_up().await;
    server.add("bo@company.example", ADMIN).await;
    let mut ada = server.signed_in("ada@company.example").await;
    let mut bo = server.signed_in("bo@company.example").await;
    let ada_form = Filled::of(&ada.get(PAGE).await.body, SAVE);
    let bo_form = Filled::of(&bo.get(PAGE).await.body, SAVE);
    (server, (ada, ada_form), (bo, bo_form))
}

#[tokio::test]
async fn two_people_who_change_different_fields_of_one_form_both_get_what_they_wrote() {
    let (_server, (mut ada, ada_form), (mut bo, bo_form)) = two_at_one_form().await;
    let done = ada.post(SAVE, &ada_form.with("name", "Northaisle Robotics").pairs()).await;
    assert_eq!(done.leads_to(), Some("/settings/workspace?done=workspace"));
    let done = bo.post(SAVE, &bo_form.with("weeks", "sunday").pairs()).await;
    assert_eq!(done.leads_to(), Some("/settings/workspace?done=workspace"), "{}", done.body);
    let now = Filled::of(&ada.get(PAGE).await.body, SAVE);
    assert_eq!((now.get("name"), now.get("weeks")), ("Northaisle Robotics", "sunday"));
}

#[tokio::test]
async fn where_both_changed_one_field_the_second_sees_both_texts_and_nothing_is_written_until_they_choose() {
    let (server, (mut ada, ada_form), (mut bo, bo_form)) = two_at_one_form().await;
    ada.post(SAVE, &ada_form.with("name", "Northaisle Robotics").pairs()).await;
    let typed = bo_form.with("name", "Big Northaisle <b>&").with("weeks", "saturday");
    let conflict = bo.post(SAVE, &typed.pairs()).await;
    assert_eq!(conflict.status, 409);
    for says in ["Ada saved this while you wrote", "Keep what Ada wrote", "Keep mine", "<ins>", "&lt;b>&amp;"] {
        assert!(plain(&conflict.body).contains(says), "{says}: {}", conflict.body);
    }
    assert!(!conflict.body.contains("<b>&"), "what people write is text");
    let now = Filled::of(&ada.get(PAGE).await.body, SAVE);
    assert_eq!((now.get("name"), now.get("weeks")), ("Northaisle Robotics", "monday"), "all or nothing");

    let merge = Filled::of(&conflict.body, SAVE);
    assert_eq!(merge.get("both.name"), "Big Northaisle Robotics <b>&", "the draft has the words of both");
    assert_eq!(merge.get("choose.name"), "both");
    assert_eq!(merge.get("weeks"), "saturday", "what only one changed comes along");
    for (choice, stands) in
        [("theirs", "Northaisle Robotics"), ("mine", "Big Northaisle <b>&"), ("both", "Big Northaisle Robotics <b>&")]
    {
        let saved = bo.post(SAVE, &merge.clone().with("key", "").with("choose.name", choice).pairs()).await;
        assert!(saved.leads_to().is_some(), "{choice}: {}", saved.body);
        let now = Filled::of(&ada.get(PAGE).await.body, SAVE);
        assert_eq!((now.get("name"), now.get("weeks")), (stands, "saturday"), "{choice}");
        // Back to where the merge began, by another person.
        let back = Filled::of(&ada.get(PAGE).await.body, SAVE).with("name", "Northaisle Robotics");
        ada.post(SAVE, &back.pairs()).await;
    }
    drop(server);
}

#[tokio::test]
async fn a_third_who_saves_while_the_second_chooses_is_merged_as_well() {
    let (_server, (mut ada, ada_form), (mut bo, bo_form)) = two_at_one_form().await;
    ada.post(SAVE, &ada_form.with("name", "First").pairs()).await;
    let conflict = bo.post(SAVE, &bo_form.with("name", "Second").pairs()).await;
    let merge = Filled::of(&conflict.body, SAVE).with("choose.name", "mine");
    let third = Filled::of(&ada.get(PAGE).await.body, SAVE).with("name", "Third");
    ada.post(SAVE, &third.pairs()).await;
    let again = bo.post(SAVE, &merge.pairs()).await;
    assert_eq!(again.status, 409);
    assert!(again.body.contains("Third") && again.body.contains("Second"), "{}", again.body);
}

#[tokio::test]
async fn the_same_form_twice_is_answered_alike_and_written_once() {
    let (server, (mut ada, ada_form), (mut bo, _)) = two_at_one_form().await;
    let form = ada_form.with("name", "Once");
    let first = ada.post(SAVE, &form.pairs()).await;
    // Somebody else goes on; the first form comes once more, as a browser sends it that never heard the answer.
    let next = Filled::of(&bo.get(PAGE).await.body, SAVE).with("name", "Twice");
    bo.post(SAVE, &next.pairs()).await;
    let second = ada.post(SAVE, &form.pairs()).await;
    assert_eq!(first.leads_to(), second.leads_to());
    let changes = table(&server.state.db, "select count(*) from change where kind = 'workspace_changed'").await;
    assert_eq!(changes, [["2"]]);
    assert_eq!(Filled::of(&ada.get(PAGE).await.body, SAVE).get("name"), "Twice");
    // The key is Ada's alone.
    let others = bo.post(SAVE, &form.pairs()).await;
    assert_eq!(others.status, 409, "for Bo it is a form of its own");
}

#[tokio::test]
async fn a_browser_is_told_which_of_its_forms_were_taken_and_of_nobody_elses() {
    let (_server, (mut ada, form), (mut bo, others)) = two_at_one_form().await;
    let asked = format!("/live/taken?key={}&key={}&key=x&page=1", form.get("key"), others.get("key"));
    assert_eq!(ada.get(&asked).await.body, "[]", "neither was sent");
    ada.post(SAVE, &form.clone().with("name", "Once").pairs()).await;
    bo.post(SAVE, &others.clone().with("name", "").pairs()).await;
    assert_eq!(ada.get(&asked).await.body, format!("[\"{}\"]", form.get("key")));
    assert_eq!(bo.get(&asked).await.body, "[]", "his was refused, and hers is none of his");
}

#[tokio::test]
async fn a_form_with_a_key_that_is_none_of_ours_is_refused() {
    let (_server, (mut ada, form), _) = two_at_one_form().await;
    assert_eq!(ada.post(SAVE, &form.with("key", "' or 1=1 --").pairs()).await.status, 400);
}

#[tokio::test]
async fn a_key_is_kept_with_the_change_or_not_at_all_and_for_a_day() {
    on_each_engine(async |db| {
        let (caller, key) = (Caller::command_line(), once::new_key());
        let change = |at| Change {
            at,
            actor: "Ada".into(),
            kind: ChangeKind::WorkspaceChanged,
            entity: Entity::Workspace,
            entity_id: Some(1),
            detail: json!({}),
        };
        let Begun::Write(dropped) = once::begin(db, &caller, &key).await.expect("a write") else {
            panic!("{}: it never came", name(db));
        };
        drop(dropped);
        let Begun::Write(form) = once::begin(db, &caller, &key).await.expect("a write") else {
            panic!("{}: what was dropped did not come", name(db));
        };
        form.finish(&change(NOW), "/there".into()).await.expect("a commit");
        let Begun::Answered(leads_to) = once::begin(db, &caller, &key).await.expect("a read") else {
            panic!("{}: it came before", name(db));
        };
        assert_eq!(leads_to, "/there");
        housekeeping::sweep(db, Instant(NOW.0 + 86_000)).await.expect("a write");
        assert!(matches!(once::begin(db, &caller, &key).await, Ok(Begun::Answered(_))));
        housekeeping::sweep(db, Instant(NOW.0 + 86_401)).await.expect("a write");
        assert!(matches!(once::begin(db, &caller, &key).await, Ok(Begun::Write(_))));
    })
    .await;
}

#[tokio::test]
async fn what_a_document_was_before_can_be_read_by_everybody_and_brought_back_field_by_field() {
    let (server, (mut ada, form), _) = two_at_one_form().await;
    server.add("vi@company.example", Standing::default()).await;
    ada.post(SAVE, &form.with("name", "Northaisle Robotics").with("weeks", "sunday").pairs()).await;
    let page = ada.get("/history/workspace/1").await;
    assert!(plain(&page.body).contains("Northaisle<ins> Robotics</ins>"), "{}", page.body);
    assert!(plain(&page.body).contains("<del>Monday</del> <ins>Sunday</ins>"), "{}", page.body);
    let file = ada.get("/history/workspace/1/changes.csv").await.body;
    assert!(file.contains("Ada,workspace changed,Weeks begin on,Monday,Sunday"), "{file}");

    let weeks = Filled::each(&page.body, "/history/restore");
    let weeks = weeks.into_iter().find(|form| form.get("field") == "weeks").expect("it is another today");
    let back = ada.post("/history/restore", &weeks.pairs()).await;
    assert_eq!(back.leads_to(), Some("/history/workspace/1"));
    let now = Filled::of(&ada.get(PAGE).await.body, SAVE);
    assert_eq!((now.get("name"), now.get("weeks")), ("Northaisle Robotics", "monday"), "one field only");
    let page = plain(&ada.get("/history/workspace/1").await.body);
    assert!(page.contains("<del>Sunday</del> <ins>Monday</ins>"), "that is a change of its own: {page}");

    let mut vi = server.signed_in("vi@company.example").await;
    let read = vi.get("/history/workspace/1").await;
    assert!(read.status == 200 && !read.body.contains("/history/restore"), "others read it");
    assert_eq!(vi.post("/history/restore", &weeks.clone().with("key", "").pairs()).await.status, 403);
    for (field, value, status) in
        [("seq", "999", 400), ("field", "id", 400), ("entity", "account", 404), ("id", "x", 400)]
    {
        let answer = ada.post("/history/restore", &weeks.clone().with("key", "").with(field, value).pairs()).await;
        assert_eq!(answer.status, status, "{field}={value}");
    }
    assert_eq!(ada.get("/history/lead/1").await.status, 404);
}

#[tokio::test]
async fn what_somebody_wrote_meanwhile_is_not_written_over_by_bringing_an_older_text_back() {
    let (_server, (mut ada, form), (mut bo, _)) = two_at_one_form().await;
    ada.post(SAVE, &form.with("name", "Northaisle Robotics").pairs()).await;
    let page = ada.get("/history/workspace/1").await.body;
    let back = Filled::each(&page, "/history/restore").into_iter().find(|form| form.get("field") == "name");
    let back = back.expect("the name is another today");
    let others = Filled::of(&bo.get(PAGE).await.body, SAVE).with("name", "Northaisle GmbH");
    bo.post(SAVE, &others.pairs()).await;

    let conflict = ada.post("/history/restore", &back.pairs()).await;
    assert_eq!(conflict.status, 409, "{}", conflict.body);
    for says in ["Bo saved this while you wrote", "Keep what bo wrote", "GmbH"] {
        assert!(plain(&conflict.body).contains(says), "{says}: {}", conflict.body);
    }
    let now = async |ada: &mut Browser| Filled::of(&ada.get(PAGE).await.body, SAVE).get("name").to_owned();
    assert_eq!(now(&mut ada).await, "Northaisle GmbH", "nothing is written");
    let choice = Filled::of(&conflict.body, SAVE).with("choose.name", "mine");
    let saved = ada.post(SAVE, &choice.pairs()).await;
    assert!(saved.leads_to().is_some(), "{}", saved.body);
    assert_eq!(now(&mut ada).await, "Northaisle", "what was chosen stands");
}

#[tokio::test]
async fn the_choice_between_two_texts_keeps_a_draft_and_is_the_form_that_met_the_other_one() {
    let (_server, (mut ada, ada_form), (mut bo, bo_form)) = two_at_one_form().await;
    ada.post(SAVE, &ada_form.with("name", "First").pairs()).await;
    let conflict = bo.post(SAVE, &bo_form.clone().with("name", "Second").pairs()).await.body;
    let mut opening = conflict.split("<form").skip(1).filter_map(|rest| rest.split('>').next());
    let form = opening.find(|form| form.contains("merging")).expect("the choice is a form");
    assert!(form.contains("data-draft=\"") && form.contains("/merge\""), "{form}");
    assert!(conflict.contains("/drafts.js\""), "the script that keeps it");
    assert_eq!(Filled::of(&conflict, SAVE).get("key"), bo_form.get("key"), "both drafts end with one save");
}

#[tokio::test]
async fn a_form_that_was_refused_is_shown_again_with_the_key_that_it_came_with() {
    let (_server, (mut ada, form), _) = two_at_one_form().await;
    let refused = ada.post(SAVE, &form.clone().with("name", "").pairs()).await;
    assert_eq!(refused.status, 400, "{}", refused.body);
    assert_eq!(Filled::of(&refused.body, SAVE).get("key"), form.get("key"));
    let odd = ada.post(SAVE, &form.clone().with("name", "").with("key", "\"><b>").pairs()).await;
    assert_ne!(Filled::of(&odd.body, SAVE).get("key"), "\"><b>", "what is no key of ours is not shown");
}

#[tokio::test]
async fn a_form_keeps_a_draft_by_person_and_its_page_brings_the_script() {
    let (_server, (mut ada, _), (mut bo, _)) = two_at_one_form().await;
    let draft =
        |page: &str| page.split("data-draft=\"").nth(1).and_then(|rest| rest.split('"').next()).map(str::to_owned);
    let (one, other) = (ada.get(PAGE).await.body, bo.get(PAGE).await.body);
    assert!(draft(&one).is_some() && draft(&one) != draft(&other));
    assert!(one.contains("/drafts.js\"") && one.contains("nonce=\""), "{one}");
}
