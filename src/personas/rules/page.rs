//! How leads are assigned, and what a rule would do.

use super::order::words;
use super::{Preview, with_rules};
use crate::editing::page::Key;
use crate::kpis::words::{count, counted};
use crate::people::page::Rejection;
use crate::personas::model::{Persona, PersonaId, PersonaRef};
use crate::personas::page::Promises;
use crate::personas::sheet::Side;
use crate::place::at;
use crate::quality::model::Row;
use crate::ui::{Button, Empty, Notice, NoticeKind, PageHead, SectionHead, Toast, Variant, WordsMeant};
use leptos::prelude::*;

/// What the page of all rules shows.
#[derive(Clone, Debug)]
pub struct RulesPage {
    /// Every persona.
    pub personas: Vec<Persona>,
    /// What the rules do.
    pub seen: Preview,
    /// Leads are still being assigned anew.
    pub spreading: bool,
    /// Of marketing and of sales.
    pub promises: [Side; 2],
}

/// `/personas/rules`
pub fn rules(page: RulesPage) -> AnyView {
    let RulesPage { personas, seen, spreading, promises } = page;
    let names: Vec<PersonaRef> = personas.iter().map(|persona| persona.is.clone()).collect();
    let is_empty = with_rules(&personas).next().is_none();
    let rows = with_rules(&personas).map(|persona| {
        let lines = persona.rule.lines().map(|line| view! { <li><code>{line.to_owned()}</code></li> });
        let leads = persona.is.value.and_then(|value| seen.by_rule.get(&value)).copied().unwrap_or_default();
        let into = persona.merged_into.and_then(|into| personas.iter().find(|other| other.is.id == into));
        let gave = match into {
            Some(into) => format!("a part of “{}”, which has them", into.is.name),
            None => {
                let fits = seen.fitting.get(&persona.is.id).copied().unwrap_or_default();
                format!("fits {}, gave {}", counted(fits, "lead", "leads"), counted(leads, "lead", "leads"))
            }
        };
        view! {
            <li>
                <span>
                    <a href=at(&format!("/personas/{}/rule", persona.is.slug))>{persona.is.name.clone()}</a>
                    <ul class="rule" role="list">{lines.collect_view()}</ul>
                </span>
                <span class="quiet">{gave}</span>
            </li>
        }
    });
    let rows = rows.collect_view();
    let without_rule = personas.iter().filter(|persona| !persona.is.retired && persona.rule.is_empty()).map(|persona| {
        view! { <li><a href=at(&format!("/personas/{}/rule", persona.is.slug))>{persona.is.name.clone()}</a><span class="quiet">"no rule"</span></li> }
    });
    let without_rule = without_rule.collect_view();
    let nobody = personas.iter().all(|persona| persona.is.retired);
    let without = match (seen.without, seen.all) {
        (0, 1) => view! { <p>"The one lead has a persona."</p> }.into_any(),
        (0, all) => view! { <p>{format!("All {} have a persona.", counted(all, "lead", "leads"))}</p> }.into_any(),
        (without, all) => {
            let words = format!("{} of {} have no persona. ", counted(without, "lead", "leads"), count(all));
            view! { <p>{words}<a href=at("/import/quality/no-persona")>"See those without one"</a></p> }.into_any()
        }
    };
    let does = (seen.all > 0 && !nobody).then(|| {
        view! {
            <section class="section" aria-labelledby="seen">
                <SectionHead id="seen" title="What they do"/>
                {without}
                <Overlaps overlaps=seen.overlaps names/>
            </section>
        }
    });
    view! {
        <p class="back"><a href=at("/personas")>"‹ Personas"</a></p>
        <PageHead title="How leads are assigned" lede="A person’s word stands before a file’s, and that before a rule’s. Of several rules that fit, the first one has the lead."/>
        <WordsMeant words=&[("persona", "persona"), ("lead", "lead")]/>
        <Promises promises/>
        {spreading.then(spreading_notice)}
        {nobody.then(|| view! { <Empty title="No persona yet"><p>"A rule says which leads are a persona’s, so the persona comes first."</p><p><a href=at("/personas")>"What a persona begins with"</a></p></Empty> })}
        {(is_empty && !nobody).then(|| view! { <Empty title="No persona has a rule yet"><p>"Choose a persona below and try one: “title contains head of logistics” and “size at least 150”. What it would do is shown before anything is kept."</p></Empty> })}
        {(!is_empty).then(|| view! { <ol class="loose ordered">{rows}</ol> })}
        <ul class="loose">{without_rule}</ul>
        {does}
    }
    .into_any()
}

fn spreading_notice() -> AnyView {
    view! {
        <Notice kind=NoticeKind::Early title="Leads are being assigned anew">
            <p>"A rule was changed a moment ago; some leads have their former persona still. This page shows when it is done."</p>
        </Notice>
    }
    .into_any()
}

#[component]
fn Overlaps(overlaps: Vec<((PersonaId, PersonaId), u32)>, names: Vec<PersonaRef>) -> impl IntoView {
    let name = |id: PersonaId| {
        names.iter().find(|persona| persona.id == id).map(|persona| persona.name.clone()).unwrap_or_default()
    };
    let is_empty = overlaps.is_empty();
    let lines = overlaps.into_iter().map(|((first, other), leads)| {
        let leads = counted(leads, "lead", "leads");
        view! { <li>{format!("{leads} fit “{}” and “{}”; the first has them.", name(first), name(other))}</li> }
    });
    let lines = lines.collect_view();
    match is_empty {
        true => view! { <p class="quiet">"No lead fits the rules of two personas."</p> }.into_any(),
        false => view! { <ul class="plain">{lines}</ul> }.into_any(),
    }
}

/// What the page of a persona's rule shows.
#[derive(Clone, Debug)]
pub struct RulePage {
    /// Whose.
    pub persona: Persona,
    /// What stands in the form.
    pub rule: String,
    /// Somebody else changed the rule, or the order, since the form was opened.
    pub stale: bool,
    /// The order as the form carries it.
    pub order: String,
    /// The persona of which it became a part.
    pub part_of: Option<PersonaRef>,
    /// How many rules of others stand before it.
    pub place: usize,
    /// It is tried, not kept.
    pub tries: bool,
    /// What it does.
    pub seen: Option<Preview>,
    /// The newest leads that it fits.
    pub newest: Vec<Row>,
    /// Personas with rules besides, in their order.
    pub others: Vec<String>,
    /// Every persona.
    pub names: Vec<PersonaRef>,
    /// Values of the leads' dimension by name.
    pub values: Vec<(i64, String)>,
    /// Of marketing and of sales.
    pub promises: [Side; 2],
    /// It was kept a moment ago.
    pub saved: bool,
    /// The reader may write rules, and this persona is worked with.
    pub may_edit: bool,
    /// Why it was not taken.
    pub sentence: String,
}

/// `/personas/{slug}/rule`
pub fn rule(page: RulePage) -> AnyView {
    let RulePage { persona, rule, stale, order, place, others, sentence, saved, may_edit, tries, .. } = page.clone();
    let PersonaRef { id, slug, name, .. } = persona.is.clone();
    let places = (0..=others.len()).map(|n| {
        view! { <option value=n selected=n == place>{words(&others, n)}</option> }
    });
    let places = places.collect_view();
    // Rendered as a child, the text would have the renderer's own marks in it.
    let text = rule.replace('&', "&amp;").replace('<', "&lt;");
    let form = may_edit.then(|| {
        view! {
            <form class="door" method="get" action=at(&format!("/personas/{slug}/rule"))>
                <input type="hidden" name="try" value="1"/>
                <input type="hidden" name="base" value=persona.rule.clone()/>
                <input type="hidden" name="order" value=order.clone()/>
                <p class="field">
                    <label for="rule">"Leads are this persona’s where every line holds"</label>
                    <textarea class="input" id="rule" name="rule" rows="4" aria-describedby="rule-hint" inner_html=text></textarea>
                    <span class="hint" id="rule-hint">"A line says what is looked at (title, company, domain, channel, campaign, segment, region), then “contains”, “does not contain”, “is” or “is not”, then words with commas between, of which one is enough. Or: size at least 150, size at most 2000. What is not known of a lead fits no line."</span>
                </p>
                <p class="field">
                    <label for="place">"Where several rules fit, it stands"</label>
                    <select class="input" id="place" name="place">{places}</select>
                </p>
                <Button>"Try it"</Button>
            </form>
        }
    });
    let retired = persona.is.retired.then(|| {
        let words = match &page.part_of {
            Some(into) if !into.retired => format!(
                "It became a part of “{}”, which has what its rule fits. To change the rule, bring this persona back, at \
                 the head of its page; it can be merged again.",
                into.name
            ),
            _ => "Its rule gives it no lead until it is brought back, at the head of its page.".to_owned(),
        };
        view! {
            <Notice kind=NoticeKind::Early title="This persona is not worked with any more">
                <p>{words}</p>
            </Notice>
        }
    });
    let lines = (!may_edit).then(|| {
        let lines = rule.lines().map(|line| view! { <li><code>{line.to_owned()}</code></li> });
        view! { <ul class="rule" role="list">{lines.collect_view()}</ul> }
    });
    let keep = (tries && !stale && may_edit && page.seen.is_some()).then(|| {
        let words = if rule.trim().is_empty() { "Keep it without a rule" } else { "Keep this rule" };
        view! {
            <form method="post" action=at("/personas/rules/save")>
                <Key/>
                <input type="hidden" name="id" value=id.0/>
                <input type="hidden" name="slug" value=slug.clone()/>
                <input type="hidden" name="try" value="1"/>
                <input type="hidden" name="base" value=persona.rule.clone()/>
                <input type="hidden" name="rule" value=rule.clone()/>
                <input type="hidden" name="order" value=order/>
                <input type="hidden" name="place" value=place/>
                <Button variant=Variant::Primary>{words}</Button>
            </form>
        }
    });
    let seen = page.seen.clone().map(|seen| view! { <Seen seen page=page.clone() keep=keep.into_any()/> });
    view! {
        <p class="back"><a href=at(&format!("/personas/{slug}"))>{format!("‹ {name}")}</a></p>
        <PageHead title="Which leads are its own" lede="A rule is tried first: nothing is written before you keep it. It gives a persona to leads of which neither a person nor a file has said one."/>
        <WordsMeant words=&[("persona", "persona"), ("lead", "lead")]/>
        <Promises promises=page.promises.clone()/>
        {saved.then(|| view! { <Toast>"The rule is kept, and leads are assigned by it."</Toast> })}
        <Rejection sentence/>
        {retired}
        {form}
        {lines}
        {seen}
    }
    .into_any()
}

/// What a value of the leads' dimension is called: by its persona, else by the files.
pub fn called(value: Option<i64>, names: &[PersonaRef], values: &[(i64, String)]) -> String {
    let Some(value) = value else { return "no persona".to_owned() };
    let own = names.iter().find(|persona| persona.value == Some(value)).map(|persona| persona.name.clone());
    let file = || values.iter().find(|(id, _)| *id == value).map(|(_, name)| name.clone());
    own.or_else(file).unwrap_or_default()
}

/// Leads that would get another persona.
#[component]
pub fn Moves(
    /// How many, from which and to which.
    moves: Vec<(u32, String, String)>,
    /// What is said where there are none; blank: nothing.
    nothing: &'static str,
) -> impl IntoView {
    let nothing = moves.is_empty().then(|| (!nothing.is_empty()).then(|| view! { <p>{nothing}</p> }));
    let moves = moves.into_iter().map(|(leads, from, to)| {
        view! { <li>{format!("{} from {from} to {to}", counted(leads, "lead", "leads"))}</li> }
    });
    match nothing {
        Some(nothing) => nothing.into_any(),
        None => view! { <ul class="plain">{moves.collect_view()}</ul> }.into_any(),
    }
}

#[component]
fn Seen(seen: Preview, page: RulePage, keep: AnyView) -> impl IntoView {
    let warning = seen.warning().map(|words| {
        view! { <Notice kind=NoticeKind::Early title="Look at this before you keep it"><p>{words}</p></Notice> }
    });
    let name = |value| called(value, &page.names, &page.values);
    let moves = seen.moves.iter().map(|((from, to), leads)| (*leads, name(*from), name(*to))).collect::<Vec<_>>();
    let nothing = if page.tries { "No lead would get another persona." } else { "" };
    let own = page.persona.is.id;
    let overlaps: Vec<_> = seen.overlaps.iter().filter(|((a, b), _)| *a == own || *b == own).copied().collect();
    let rows = page.newest.iter().map(|row| {
        let href = at(&format!("/leads/{}", row.id));
        let title = row.company.clone().unwrap_or_default();
        view! { <tr><th scope="row"><a href=href>{row.name.clone().unwrap_or_else(|| format!("Lead {}", row.id))}</a></th><td>{title}</td></tr> }
    });
    let rows = rows.collect_view();
    let table = (!page.newest.is_empty()).then(|| {
        view! {
            <h3 class="newest">"The newest of them"</h3>
            <table class="table plain-rows"><caption class="sr">"The newest leads that fit"</caption>
                <thead><tr><th scope="col">"Lead"</th><th scope="col">"Company"</th></tr></thead>
                <tbody>{rows}</tbody>
            </table>
        }
    });
    let title = if page.tries { "What it would do" } else { "What it does" };
    view! {
        <section class="section" aria-labelledby="does">
            <SectionHead id="does" title=title/>
            {warning}
            <div class="does">
                <dl class="facts">
                    <dt>"Fits"</dt><dd>{format!("{} of {}", counted(seen.fits, "lead", "leads"), count(seen.all))}</dd>
                    <dt>"Of them, a person or a file has said whose they are: they keep it"</dt><dd>{count(seen.keep)}</dd>
                    <dt>"Leads without a persona, then"</dt><dd>{count(seen.without)}</dd>
                </dl>
                <Moves moves nothing/>
                <Overlaps overlaps names=page.names.clone()/>
                {keep}
                {table}
            </div>
        </section>
    }
}
