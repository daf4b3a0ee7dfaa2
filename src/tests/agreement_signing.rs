//! Who signs the agreement and who does not, and how a version goes that is not in force yet.

use crate::agreement::{agree, named, proposed, refusal, rules, save, sent, sign};
use crate::databases::{name, on_each_engine, table};
use crate::loop_office::{DAY, after, office};
use doubles::agreement::{answer, answer_draft, answer_versions, drafts, page_versions, signing};
use doubles::people::model::{Standing, Team, Visitor};
use doubles::people::service::Caller;
use leptos::prelude::RenderHtml;

#[tokio::test]
async fn a_text_that_takes_the_place_of_a_version_that_has_come_into_force_meanwhile_is_not_signed() {
    on_each_engine(async |db| {
        let office = office(db).await;
        let state = &office.state;
        proposed(&office, state, &[("starts", "2026-03-06"), ("leads_per_month", "200")]).await;
        agree(&office, state).await;
        drafts::begin(state, &office.mia, &sent(&[])).await.expect("a draft");
        save(state, &office.mia, &[("starts", "2026-03-05"), ("leads_per_month", "250")]).await.expect("saved");
        let instead = named(state, &[("replaces", "2")]).await;
        drafts::propose(state, &office.mia, &instead).await.expect("in its place");
        sign(state, &office.hal).await.expect("version 2 is still to come");
        let later = office.at(after(4 * DAY));
        let refused = refusal(sign(&later, &office.hedy).await);
        let says = "Version 2 has come into force meanwhile: send the text back and propose it anew.";
        assert_eq!(refused, says, "on {}", name(db));
        let shown = answer_draft::draft(&later, &office.hedy, None).await.expect("a page").expect("one is open");
        assert!(shown.remarks.iter().any(|said| said == says), "{:?}", shown.remarks);
        assert_eq!(rules(&later).await.len(), 2, "version 2 stands");
    })
    .await;
}

#[tokio::test]
async fn what_was_said_about_a_draft_is_read_beside_its_version() {
    on_each_engine(async |db| {
        let office = office(db).await;
        let state = &office.state;
        proposed(&office, state, &[("starts", "2026-04-01"), ("attempts", "4")]).await;
        for (clause, text) in [("attempts", "Four it is."), ("", "Well done.")] {
            let form = named(state, &[("clause", clause), ("text", text)]).await;
            drafts::comment(state, &office.ben, &form).await.expect("said");
        }
        agree(&office, state).await;
        let shown = answer_versions::version(state, 2, None).await.expect("it is there");
        let said: Vec<_> = shown.said.iter().map(|(title, thread)| (*title, thread[0].text.as_str())).collect();
        assert_eq!(said, [("Sales, attempts", "Four it is."), ("The whole draft", "Well done.")], "on {}", name(db));
        let page = page_versions::version(shown).to_html();
        let (document, after) = page.split_once("</article>").expect("a document");
        assert!(after.contains("Four it is.") && !document.contains("Four it is."), "{page}");
    })
    .await;
}

#[tokio::test]
async fn both_heads_take_back_a_version_that_is_not_in_force_yet_and_nobody_one_that_is() {
    on_each_engine(async |db| {
        let office = office(db).await;
        let state = &office.state;
        proposed(&office, state, &[("starts", "2026-04-01"), ("leads_per_month", "200")]).await;
        agree(&office, state).await;
        let recall =
            async |who: &Caller, version: &str| signing::recall(state, who, &sent(&[("version", version)])).await;
        assert!(refusal(recall(&office.mia, "2").await).starts_with("Only the heads of the teams may"));
        recall(&office.hal, "2").await.expect("asked");
        assert_eq!(rules(state).await.len(), 2, "one head is not enough");
        recall(&office.hal, "2").await.expect("asked twice");
        assert_eq!(rules(state).await.len(), 2);
        assert!(recall(&office.hedy, "2").await.expect("both").contains("done=recalled"));
        assert_eq!(rules(state).await.len(), 1);
        assert!(refusal(recall(&office.hedy, "2").await).contains("Version 2 is not one that could be taken back"));
        assert!(refusal(recall(&office.hedy, "1").await).contains("is or was in force"));
        // Its number is never given again.
        proposed(&office, state, &[("leads_per_month", "210")]).await;
        assert_eq!(agree(&office, state).await, "/agreement/versions/3?done=agreed");
        let third = answer_versions::version(state, 3, None).await.expect("it is there");
        assert_eq!(third.before, Some(1), "it is compared with one that stands");
    })
    .await;
}

#[tokio::test]
async fn a_deputy_signs_while_the_head_is_away_and_only_for_the_own_team() {
    on_each_engine(async |db| {
        let office = office(db).await;
        let state = &office.state;
        let id = |caller: &Caller| caller.visitor.account().expect("an account").id.to_string();
        let name = async |who: &Caller, deputy: &Caller, from: &str, to: &str| {
            let deputy = id(deputy);
            signing::name_deputy(state, who, &sent(&[("deputy", &deputy), ("from", from), ("to", to)])).await
        };
        assert!(
            refusal(name(&office.hal, &office.mia, "2026-03-03", "2026-03-09").await)
                .contains("nobody signs for the other side")
        );
        assert!(refusal(name(&office.hal, &office.ben, "2026-03-01", "2026-03-02").await).contains("still to come"));
        assert!(
            refusal(name(&office.ben, &office.ann, "2026-03-03", "2026-03-09").await).starts_with("Only the heads")
        );
        name(&office.hal, &office.ben, "2026-03-03", "2026-03-09").await.expect("named");
        proposed(&office, state, &[("starts", "2026-04-01"), ("attempts", "4")]).await;
        assert!(refusal(sign(state, &office.ann).await).starts_with("Only the heads of the teams may sign"));
        assert!(
            refusal(sign(&office.at(after(8 * DAY)), &office.ben).await).starts_with("Only the heads"),
            "he is back"
        );
        sign(state, &office.ben).await.expect("for Hal");
        sign(state, &office.hedy).await.expect("signed");
        let shown = answer_versions::version(state, 2, None).await.expect("it is there");
        let sales = shown.signatures[1].1.clone().expect("signed");
        assert_eq!(sales.name, "Ben");
        assert!(sales.words.starts_with("Deputy of Hal, head of sales, signed Tuesday"), "{}", sales.words);
        signing::end_deputy(state, &office.hal, &sent(&[])).await.expect("back");
        assert_eq!(table(db, "select count(*) from agreement_deputy").await, [["0"]]);
    })
    .await;
}

#[tokio::test]
async fn a_head_who_leaves_keeps_the_signature_and_an_open_proposal_says_who_is_missing() {
    on_each_engine(async |db| {
        let office = office(db).await;
        let state = &office.state;
        proposed(&office, state, &[("starts", "2026-04-01"), ("attempts", "4")]).await;
        sign(state, &office.hedy).await.expect("signed");
        let hedy = office.hedy.visitor.account().expect("an account").id;
        state.people.set_disabled(&Caller::command_line(), hedy, true).await.expect("disabled");
        let hal = office.hal.visitor.account().expect("an account").id;
        state.people.set_disabled(&Caller::command_line(), hal, true).await.expect("disabled");
        let shown = answer_draft::draft(state, &office.mia, None).await.expect("a page").expect("one is open");
        let [marketing, sales] = [0, 1].map(|n| shown.signatures[n].1.clone());
        assert_eq!(marketing.expect("it stands").name, "Hedy");
        let missing = sales.expect_err("nobody could sign");
        assert!(missing.contains("sales has no head who could give it. An admin makes somebody head"), "{missing}");
    })
    .await;
}

#[tokio::test]
async fn a_head_who_goes_over_to_the_other_team_does_not_sign_the_same_text_for_both() {
    on_each_engine(async |db| {
        let office = office(db).await;
        let state = &office.state;
        proposed(&office, state, &[("starts", "2026-04-01"), ("attempts", "4")]).await;
        sign(state, &office.hedy).await.expect("signed");
        let hedy = office.hedy.visitor.account().expect("an account").id;
        let of_sales = Standing { team: Some(Team::Sales), head: true, admin: false };
        state.people.set_standing(&Caller::command_line(), hedy, of_sales).await.expect("she goes over");
        let account = state.people.get_by_email("hedy@company.example").await.expect("she is there");
        let moved = Caller { visitor: Visitor::Person(account), ..office.hedy.clone() };
        let refused = refusal(sign(state, &moved).await);
        assert!(refused.contains("You have signed this text for marketing already"), "{refused}");
        assert_eq!(rules(state).await.len(), 1, "nothing is in force by one person, on {}", name(db));
        let shown = answer_draft::draft(state, &moved, None).await.expect("a page").expect("one is open");
        assert_eq!(shown.sign, None, "what is refused is not offered");
        let page = answer::agreement(state, &moved, None).await.expect("a page");
        assert!(page.coming.is_some_and(|coming| !coming.waits), "nor does it wait for her");
        sign(state, &office.hal).await.expect("another head can");
        assert_eq!(rules(state).await.len(), 2);
        // Nor does she take it back for both.
        let recall = sent(&[("version", "2")]);
        signing::recall(state, &office.hedy, &recall).await.expect("asked for marketing");
        let refused = refusal(signing::recall(state, &moved, &recall).await);
        assert!(refused.contains("You have asked to take version 2 back for marketing already"), "{refused}");
        assert_eq!(rules(state).await.len(), 2);
        let lines = answer_versions::versions(state, &moved).await.expect("a list");
        assert_eq!(lines[0].recall, None);
        signing::recall(state, &office.hal, &recall).await.expect("another head can");
        assert_eq!(rules(state).await.len(), 1);
    })
    .await;
}
