//! `/personas/{slug}/merge`: what it would do to make a persona a part of another one, before it is done.

use super::merge::Merge;
use super::rules::page::{Moves, called};
use crate::editing::page::Key;
use crate::kpis::words::{count, counted};
use crate::place::at;
use crate::ui::{Button, Notice, NoticeKind, PageHead, SectionHead, Variant, WordsMeant};
use leptos::prelude::*;

/// `/personas/{slug}/merge`
pub fn merge(merge: Merge) -> AnyView {
    let Merge { persona, into, statements, notes, leads: [by_hand, by_file, by_rule], seen, values, personas } = merge;
    let (name, other) = (persona.is.name.clone(), into.is.name.clone());
    let names = personas.iter().map(|persona| persona.is.clone()).collect::<Vec<_>>();
    let moves = seen.moves.iter().map(|((from, to), leads)| {
        let name = |value| called(value, &names, &values);
        (*leads, name(*from), name(*to))
    });
    let moves = moves.collect::<Vec<_>>();
    let leads = format!(
        "{}: {} by people, {} by files, {} by rule",
        counted(by_hand + by_file + by_rule, "lead", "leads"),
        count(by_hand),
        count(by_file),
        count(by_rule)
    );
    let lines = seen.lines.iter().map(|line| view! { <li><code>{line.clone()}</code></li> }).collect_view();
    let goes_on = format!("What this rule fits is “{other}” from then on, at its place among the rules:");
    let or_not = format!("If it should not be, empty the rule of “{name}” first.");
    let rule = (!seen.lines.is_empty()).then(|| {
        view! {
            <Notice kind=NoticeKind::Early title="Its rule goes on">
                <p>{goes_on}</p>
                <ul class="rule" role="list">{lines}</ul>
                <p>{or_not}</p>
            </Notice>
        }
    });
    let slug = persona.is.slug.clone();
    view! {
        <p class="back"><a href=at(&format!("/personas/{slug}"))>{format!("‹ {name}")}</a></p>
        <PageHead title=format!("Make “{name}” a part of “{other}”") lede="Nothing is written before you say so, and it can be undone, now and later."/>
        <WordsMeant words=&[("persona", "persona"), ("lead", "lead")]/>
        <section class="section" aria-labelledby="along">
            <SectionHead id="along" title="What would go along"/>
            <div class="does">
                <dl class="facts">
                    <dt>"Statements"</dt><dd>{counted(statements, "statement", "statements")}</dd>
                    <dt>"What sales wrote beside them"</dt><dd>{counted(notes, "annotation", "annotations")}</dd>
                    <dt>"Leads"</dt>
                    <dd>{leads}</dd>
                </dl>
                <Moves moves nothing="No lead would get another persona."/>
                {rule}
            </div>
        </section>
        <form class="row" method="post" action=at("/personas/retire")>
            <Key/>
            <input type="hidden" name="id" value=persona.is.id.0/>
            <input type="hidden" name="into" value=into.is.id.0/>
            <Button variant=Variant::Primary>{format!("Merge into “{other}”")}</Button>
            <a href=at(&format!("/personas/{slug}"))>"Leave it"</a>
        </form>
    }
    .into_any()
}
