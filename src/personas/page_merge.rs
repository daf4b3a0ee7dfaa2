//! `/personas/{slug}/merge` and `/personas/{slug}/bring-back`: what it would do to make a persona a part of another one, or
//! to bring it back, before it is done.

use super::merge::Merge;
use super::model::Persona;
use super::rules::page::{Moves, called};
use crate::editing::page::Key;
use crate::kpis::words::{count, counted};
use crate::people::page::Rejection;
use crate::place::at;
use crate::ui::{Button, Notice, NoticeKind, PageHead, SectionHead, Variant, WordsMeant};
use leptos::prelude::*;

/// Both; `sentence` is why what was confirmed was not done.
pub fn merge(merge: Merge, sentence: String) -> AnyView {
    let [rule_shown, moves_shown] = merge.shown();
    let names = merge.personas.iter().map(|persona| persona.is.clone()).collect::<Vec<_>>();
    let moves = merge.seen.moves.iter().map(|((from, to), leads)| {
        let name = |value| called(value, &names, &merge.values);
        (*leads, name(*from), name(*to))
    });
    let moves = moves.collect::<Vec<_>>();
    let along = merge.into.is_some().then(|| view! { <Along merge=merge.clone()/> });
    let Merge { persona, into, seen, .. } = merge;
    let (id, name, slug) = (persona.is.id, persona.is.name.clone(), persona.is.slug.clone());
    let rule = (!seen.lines.is_empty()).then(|| view! { <Rule lines=seen.lines persona part_of=into.clone()/> });
    let (title, lede, heading, action, words) = match &into {
        Some(into) => (
            format!("Make “{name}” a part of “{}”", into.is.name),
            "Nothing is written before you say so, and it can be undone, now and later.",
            "What would go along",
            "/personas/retire",
            format!("Merge into “{}”", into.is.name),
        ),
        None => (
            format!("Bring “{name}” back"),
            "Nothing is written before you say so.",
            "Which leads would change",
            "/personas/bring-back",
            format!("Bring “{name}” back"),
        ),
    };
    let part_of = into.map(|into| view! { <input type="hidden" name="into" value=into.is.id.0/> });
    view! {
        <p class="back"><a href=at(&format!("/personas/{slug}"))>{format!("‹ {name}")}</a></p>
        <PageHead title lede/>
        <Rejection sentence/>
        <section class="section" aria-labelledby="along">
            <SectionHead id="along" title=heading/>
            <div class="does">
                {along}
                <Moves moves nothing="No lead would get another persona."/>
                {rule}
            </div>
        </section>
        <form class="row" method="post" action=at(action)>
            <Key/>
            <input type="hidden" name="id" value=id.0/>
            {part_of}
            <input type="hidden" name="base" value=rule_shown/>
            <input type="hidden" name="moves" value=moves_shown/>
            <Button variant=Variant::Primary>{words}</Button>
            <a href=at(&format!("/personas/{slug}"))>"Leave it"</a>
        </form>
        <WordsMeant words=&[("persona", "persona"), ("lead", "lead")]/>
    }
    .into_any()
}

/// What goes along with a merge besides its rule.
#[component]
fn Along(merge: Merge) -> impl IntoView {
    let Merge { statements, notes, library, leads: [by_hand, by_file, by_rule], .. } = merge;
    let leads = format!(
        "{}: {} by people, {} by files, {} by rule",
        counted(by_hand + by_file + by_rule, "lead", "leads"),
        count(by_hand),
        count(by_file),
        count(by_rule)
    );
    let library = if library.is_empty() { "nothing".to_owned() } else { library };
    view! {
        <dl class="facts">
            <dt>"Statements"</dt><dd>{counted(statements, "statement", "statements")}</dd>
            <dt>"What sales wrote beside them"</dt><dd>{counted(notes, "annotation", "annotations")}</dd>
            <dt>"Leads"</dt>
            <dd>{leads}</dd>
            <dt>"Of the content library"</dt><dd>{library}</dd>
        </dl>
    }
}

/// What becomes of the persona's rule.
#[component]
fn Rule(lines: Vec<String>, persona: Persona, part_of: Option<Persona>) -> impl IntoView {
    let name = persona.is.name;
    let (title, words, or_not) = match part_of {
        Some(into) => (
            "Its rule goes on",
            format!("What this rule fits is “{}” from then on, at its place among the rules:", into.is.name),
            Some(format!("If it should not be, empty the rule of “{name}” first.")),
        ),
        None => (
            "Its rule is at work again",
            format!("What this rule fits is “{name}” from then on, at its place among the rules:"),
            None,
        ),
    };
    let lines = lines.into_iter().map(|line| view! { <li><code>{line}</code></li> }).collect_view();
    view! {
        <Notice kind=NoticeKind::Early title>
            <p>{words}</p>
            <ul class="rule" role="list">{lines}</ul>
            {or_not.map(|words| view! { <p>{words}</p> })}
        </Notice>
    }
}
