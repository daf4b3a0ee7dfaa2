//! `/personas/{slug}`: a persona as one would pin it up, what sales says in the margin, and what the leads say.

use super::model::Section;
use super::page_forms::{HeadForm, KeptForm};
use super::page_statement::{PartView, StatementView};
use super::sheet::{Drift, Part, PersonaSheet, Reality, STAGES, Said, Side, Stat, Told, TurnedDown, What};
use super::template::purpose;
use crate::editing::page::{Drafts, Key};
use crate::people::model::Team as Who;
use crate::people::page::Rejection;
use crate::place::at;
use crate::ui::{Button, Notice, NoticeKind, PageHead, SectionHead, Tag, Team, TeamSign, Variant, Word, WordsMeant};
use leptos::prelude::*;

/// What the numbers of a persona's leads are made of.
const WORDS: &[(&str, &str)] = &[
    ("persona", "persona"),
    ("sal", "accepted"),
    ("lead-to-opportunity-rate", "lead-to-opportunity rate"),
    ("customer", "won"),
];

/// `/personas/{slug}`
pub fn persona(sheet: PersonaSheet) -> AnyView {
    let PersonaSheet { name, line, promises, told, may, .. } = sheet.clone();
    let sentence = sheet.open.as_ref().map(|open| open.sentence.clone()).unwrap_or_default();
    let is_head = sheet.open.as_ref().is_some_and(|open| open.what == What::Head);
    let head = is_head.then(|| view! { <HeadForm sheet=sheet.clone()/> });
    let kept = (!sentence.is_empty()).then(|| view! { <KeptForm sheet=sheet.clone()/> });
    let retired = (!sheet.retired.is_empty()).then(|| view! { <RetiredView sheet=sheet.clone()/> });
    let sections = sheet.sections.clone().into_iter().map(|part| {
        view! { <SectionView part sheet=sheet.clone()/> }
    });
    let tools = (may.edit && sheet.retired.is_empty()).then(|| view! { <Tools sheet=sheet.clone()/> });
    let back = view! { <p class="back"><a href=at("/personas")>"‹ Personas"</a></p> };
    view! {
        <div class="head-row">
            <div>
                {back}
                <PageHead title=name lede=line/>
                <Owners sheet=sheet.clone()/>
            </div>
            <Acts sheet=sheet.clone()/>
        </div>
        {told.map(|told| view! { <ToldView told/> })}
        <Rejection sentence/>
        {retired}
        {head}
        {kept}
        <Promises promises/>
        <div class="persona-grid">
            <div class="persona-text">
                <div class="colhead" aria-hidden="true">
                    <span>"What we believe"</span>
                    <span><TeamSign team=Team::Sales/>"What sales says in the margin"</span>
                </div>
                {sections.collect_view()}
            </div>
            <Aside sheet=sheet.clone()/>
        </div>
        <Journey sheet=sheet.clone()/>
        <Deleted sheet=sheet.clone()/>
        {tools}
        <Drafts/>
    }
    .into_any()
}

/// What both teams promised about personas, and how they stand.
#[component]
pub fn Promises(
    /// Of marketing and of sales.
    promises: [Side; 2],
) -> impl IntoView {
    let [marketing, sales] = promises;
    view! {
        <div class="net" data-wide="" role="group" aria-label="What each team promised about personas">
            <SideView team=Team::Marketing name="Marketing" side=marketing/>
            <SideView team=Team::Sales name="Sales" side=sales/>
        </div>
    }
}

#[component]
fn SideView(team: Team, name: &'static str, side: Side) -> impl IntoView {
    let Side { promise, figure, stand, reach } = side;
    view! {
        <div class="side" data-team=team.key()>
            <p class="who"><TeamSign team/>{name}</p>
            <p class="promise">{promise}</p>
            <p class="stand"><b>{figure}</b>" "{stand}</p>
            <svg class="reach" width="100%" height="5" aria-hidden="true">
                <rect class="rest" width="100%" height="5"></rect>
                <rect class="fill" width=format!("{reach}%") height="5"></rect>
            </svg>
        </div>
    }
}

/// What was done last, with the way back.
#[component]
pub fn ToldView(
    /// What.
    told: Told,
) -> impl IntoView {
    let undo = told.undo.map(|(path, id)| {
        view! {
            <form method="post" action=at(path)>
                <Key/>
                <input type="hidden" name="id" value=id/>
                <button>"Undo"</button>
            </form>
        }
    });
    view! { <div class="toast undo" role="status" data-taken=""><span>{told.words}</span>{undo}</div> }
}

#[component]
fn Owners(sheet: PersonaSheet) -> impl IntoView {
    let PersonaSheet { owners: [marketing, sales], confirmed: [by_marketing, by_sales], called, .. } = sheet;
    let owner = |team: Team, name: String, (words, is_due): (String, bool)| {
        let (class, name) = if name.is_empty() { ("person quiet", "no owner".to_owned()) } else { ("person", name) };
        let due = is_due.then(|| view! { " "<Tag kind="late">"to be confirmed"</Tag> });
        view! { <span class="owner"><span class=class><TeamSign team/>{name}</span><span class="quiet">"confirmed "{words}</span>{due}</span> }
    };
    let called = (!called.is_empty()).then(|| {
        view! { <p class="owners quiet">{format!("Files and filters call its leads “{called}”.")}</p> }
    });
    view! {
        <p class="owners">
            {owner(Team::Marketing, marketing, by_marketing)}
            {owner(Team::Sales, sales, by_sales)}
        </p>
        {called}
    }
}

/// What is done with the whole of it.
#[component]
fn Acts(sheet: PersonaSheet) -> impl IntoView {
    let PersonaSheet { id, slug, may, retired, team, .. } = sheet;
    let can = may.edit && retired.is_empty();
    let confirm = can.then(|| {
        let whose = match team {
            Some(Who::Marketing) => "for marketing",
            Some(Who::Sales) => "for sales",
            None => "for both teams",
        };
        view! {
            <form method="post" action=at("/personas/confirm")>
                <Key/>
                <input type="hidden" name="id" value=id/>
                <Button variant=Variant::Primary>"Still true"<span class="sr">{format!(", {whose}")}</span></Button>
            </form>
        }
    });
    let edit =
        can.then(|| view! { <a class="button" href=at(&format!("/personas/{slug}?head=1#head"))>"Edit the head"</a> });
    let history = view! { <a class="button" href=at(&format!("/history/persona/{id}"))>"History"</a> };
    let file = view! { <a class="button" href=at(&format!("/personas/{slug}/persona.md")) download=format!("{slug}.md")>"Markdown"</a> };
    view! { <div class="row acts">{confirm}{edit}{history}{file}</div> }
}

#[component]
fn RetiredView(sheet: PersonaSheet) -> impl IntoView {
    let back = sheet.may.edit.then(|| match sheet.moves_leads {
        true => {
            let href = at(&format!("/personas/{}/bring-back", sheet.slug));
            view! { <p><a class="button" href=href>"Bring it back…"</a></p> }.into_any()
        }
        false => view! {
            <form method="post" action=at("/personas/bring-back")>
                <Key/>
                <input type="hidden" name="id" value=sheet.id/>
                <Button>"Bring it back"</Button>
            </form>
        }
        .into_any(),
    });
    view! {
        <Notice kind=NoticeKind::Early title="This persona is not worked with any more">
            <p>{format!("It {}.", sheet.retired)}</p>
            {back}
        </Notice>
    }
}

#[component]
fn SectionView(part: Part, sheet: PersonaSheet) -> impl IntoView {
    let section = part.under.section;
    view! {
        <section class="psec" aria-labelledby=section.key()>
            <h2 id=section.key()>{section.title()}</h2>
            <PartView part sheet/>
        </section>
    }
}

#[component]
fn Aside(sheet: PersonaSheet) -> impl IntoView {
    let PersonaSheet { reality, drift, rule, rules_of_parts, slug, may, .. } = sheet;
    let drift = (!drift.is_empty()).then(|| view! { <DriftView drift slug=slug.clone() may_annotate=may.annotate/> });
    let parts = rules_of_parts.into_iter().map(|(name, rule)| {
        let lines = rule.into_iter().map(|line| view! { <li><code>{line}</code></li> });
        view! {
            <p class="small quiet">{format!("Besides, of “{name}”, which became a part of this one:")}</p>
            <ul class="rule" role="list">{lines.collect_view()}</ul>
        }
    });
    let parts = parts.collect_view();
    let rules = match rule.is_empty() {
        true => view! { <p class="small quiet">"No rule: files and people say whose leads these are."</p> }.into_any(),
        false => {
            let lines = rule.into_iter().map(|line| view! { <li><code>{line}</code></li> });
            view! { <ul class="rule" role="list">{lines.collect_view()}</ul> }.into_any()
        }
    };
    let href = at(&format!("/personas/{slug}/rule"));
    let words = if may.edit { "Try a rule, or change it" } else { "What the rule does" };
    view! {
        <aside class="reality" aria-label="Reality: the leads of this persona">
            <RealityView reality/>
            {drift}
            <section class="aside-block">
                <h2>"How leads are assigned"</h2>
                {rules}
                {parts}
                <p class="small"><a href=href>{words}</a></p>
            </section>
        </aside>
    }
}

#[component]
fn RealityView(reality: Option<Reality>) -> impl IntoView {
    let Some(Reality { days, stats, reasons, href, leads }) = reality else {
        return view! {
            <section class="aside-block">
                <h2>"Reality"</h2>
                <p class="small quiet">"No lead is this "<Word of="persona">"persona"</Word>"’s yet. Write a rule, or import leads with their persona: acceptance, rates, cycle and deal size stand here then, each with its interval."</p>
            </section>
        }
        .into_any();
    };
    let stats = stats.into_iter().map(|Stat { label, figure, beside, versus }| {
        view! { <div><dt>{label}</dt><dd><b>{figure}</b>" "<span>{beside}</span><span class="vs">{versus}</span></dd></div> }
    });
    let link = (!href.is_empty()).then(|| {
        view! { <p class="small"><a href=href rel="external">{format!("See the {leads}")}</a></p> }
    });
    let rows = reasons.iter().cloned().map(|TurnedDown { reason, team, leads, share, interval, length }| {
        let team = match team {
            Some(Who::Marketing) => Team::Marketing,
            Some(Who::Sales) => Team::Sales,
            None => Team::Both,
        };
        view! {
            <tr>
                <th scope="row">{reason}<span class="sub">{format!("{share}, {interval}")}</span></th>
                <td class="mid">
                    <svg class="chart" width="100%" height="10" aria-hidden="true">
                        <rect class="bar" data-team=team.key() width=format!("{length}%") height="10"></rect>
                    </svg>
                </td>
                <td class="num">{leads}</td>
            </tr>
        }
    });
    let why = (!reasons.is_empty()).then(|| {
        view! {
            <section class="aside-block">
                <h2>"Why sales turned them down"</h2>
                <table class="table mini"><caption class="sr">"Reasons, most frequent first"</caption><tbody>{rows.collect_view()}</tbody></table>
                <p class="key">
                    <span><TeamSign team=Team::Marketing/>"marketing solves"</span>
                    <span><TeamSign team=Team::Sales/>"sales solves"</span>
                    <span><TeamSign team=Team::Both/>"both, or neither"</span>
                </p>
            </section>
        }
    });
    view! {
        <section class="aside-block">
            <h2>"Reality"</h2>
            <p class="xs quiet">{days}</p>
            <dl class="stats">{stats.collect_view()}</dl>
            {link}
            <WordsMeant words=WORDS/>
        </section>
        {why}
    }
    .into_any()
}

#[component]
fn DriftView(drift: Vec<Drift>, slug: String, may_annotate: bool) -> impl IntoView {
    let notes = drift.into_iter().map(|Drift { statement, text, claim, sentence }| {
        let annotate = may_annotate.then(|| {
            let typed = format!("Checked against the leads: {claim}. But {sentence}.");
            let typed = form_urlencoded::Serializer::new(String::new())
                .append_pair("note", &statement.to_string())
                .append_pair("kind", "contradict")
                .append_pair("text", &typed)
                .finish();
            view! { <p class="small"><a href=at(&format!("/personas/{slug}?{typed}#s-{statement}"))>"Turn into an annotation"</a></p> }
        });
        view! {
            <div class="notice" data-kind="early">
                <p><a href=format!("#s-{statement}")>{format!("“{}”", text.trim_matches(['“', '”', '"']))}</a></p>
                <p>"The text says "<b>{claim}</b>"; "{sentence}"."</p>
                {annotate}
            </div>
        }
    });
    view! { <section class="aside-block"><h2>"The text and the leads disagree"</h2>{notes.collect_view()}</section> }
}

/// How they buy, stage by stage.
#[component]
fn Journey(sheet: PersonaSheet) -> impl IntoView {
    let heads = STAGES.iter().map(|stage| view! { <th scope="col">{stage.label()}</th> });
    let rows = sheet.journey.clone().into_iter().map(|(section, parts)| {
        view! { <JourneyRow section parts sheet=sheet.clone()/> }
    });
    view! {
        <section class="section" aria-labelledby="stages">
            <SectionHead id="stages" title="How they buy"><p>"Stages side by side"</p></SectionHead>
            <div class="table-wrap" tabindex="0" role="region" aria-label="Stages of the buying journey">
                <table class="table stages">
                    <caption class="sr">"How this persona buys, stage by stage"</caption>
                    <thead><tr><th scope="col"><span class="sr">"Aspect"</span></th>{heads.collect_view()}</tr></thead>
                    <tbody>{rows.collect_view()}</tbody>
                </table>
            </div>
        </section>
    }
}

#[component]
fn JourneyRow(section: Section, parts: Vec<Part>, sheet: PersonaSheet) -> impl IntoView {
    let cells = parts.into_iter().map(|part| {
        let stage = part.under.stage.map(|stage| stage.label());
        view! { <td data-label=stage><PartView part sheet=sheet.clone()/></td> }
    });
    view! { <tr><th scope="row">{section.title()}<span class="sub">{purpose(section)}</span></th>{cells.collect_view()}</tr> }
}

#[component]
fn Deleted(sheet: PersonaSheet) -> impl IntoView {
    let deleted = sheet.deleted.clone();
    if deleted.is_empty() {
        return ().into_any();
    }
    let waits = deleted.iter().any(|(said, _)| said.notes.iter().any(|note| note.answer.is_none()));
    let lines = deleted.into_iter().map(|(said, words): (Said, String)| {
        let back = (sheet.may.edit && sheet.retired.is_empty()).then(|| {
            view! {
                <form method="post" action=at("/personas/undelete")>
                    <Key/>
                    <input type="hidden" name="id" value=said.id/>
                    <Button>"Bring back"</Button>
                </form>
            }
        });
        let words = view! { <p class="evidence">{words}</p>{back} }.into_any();
        view! { <StatementView said sheet=sheet.clone() instead=words/> }
    });
    view! {
        <details class="section deleted" open=waits>
            <summary>"Deleted statements, with what was written beside them"</summary>
            <ol class="statements" role="list">{lines.collect_view()}</ol>
        </details>
    }
    .into_any()
}

/// What is seldom done.
#[component]
fn Tools(sheet: PersonaSheet) -> impl IntoView {
    let PersonaSheet { id, slug, others, library, .. } = sheet;
    let along = if library.is_empty() { String::new() } else { format!(", with {library} of the content library") };
    let options = others.into_iter().map(|(id, name)| view! { <option value=id>{name}</option> });
    view! {
        <details class="section tools">
            <summary>"Copy, merge or retire this persona"</summary>
            <div class="row">
                <a class="button" href=at(&format!("/personas/new?from={id}"))>"Copy it into a new one"</a>
                <form class="row" method="get" action=at(&format!("/personas/{slug}/merge"))>
                    <label for="into">"Merge into"</label>
                    <select class="input" id="into" name="into" required=true><option value="">"Choose…"</option>{options.collect_view()}</select>
                    <Button>"See what it would do"</Button>
                </form>
                <form method="post" action=at("/personas/retire")>
                    <Key/>
                    <input type="hidden" name="id" value=id/>
                    <Button variant=Variant::Danger>"Retire it"</Button>
                </form>
            </div>
            <p class="hint">"Merging takes its statements, their annotations and its leads along, those of its rule too"{along}". Both can be undone, now and later, from the gallery."</p>
        </details>
    }
}
