//! All versions, one as a document, two side by side; and who signs while a head is away.

use super::page::{sign_of, told_view};
use super::page_draft::Thread;
use super::sheet::{Comparison, DeputiesShown, SignedLine, Told, VersionLine, VersionShown};
use crate::editing::model::FieldKind;
use crate::editing::page::{Difference, Key};
use crate::people::model::Team;
use crate::people::page::Rejection;
use crate::place::at;
use crate::ui::{Button, Field, PageHead, SectionHead, Variant, WordsMeant};
use leptos::prelude::*;

/// `/agreement/versions`
pub fn versions(lines: Vec<VersionLine>, told: Option<Told>) -> AnyView {
    let rows = lines.into_iter().map(|line| {
        let VersionLine { number, starts, stands, current, signed, changes, recall, asked } = line;
        let recall = recall.map(|words| {
            view! {
                <form method="post" action=at("/agreement/versions/recall")>
                    <Key/>
                    <input type="hidden" name="version" value=number/>
                    <Button variant=Variant::Danger>{words}<span class="sr">{format!(" version {number}")}</span></Button>
                </form>
            }
        });
        let compare = (!changes.is_empty()).then(|| {
            let href = at(&format!("/agreement/compare?to={number}&from={}", number - 1));
            view! { <a href=href>{changes}</a> }
        });
        view! {
            <tr>
                <th scope="row"><a href=at(&format!("/agreement/versions/{number}"))>{format!("Version {number}")}</a></th>
                <td data-label="From" class="nowrap">{starts}</td>
                <td data-label="Stands">{if current { view! { <b>{stands}</b> }.into_any() } else { stands.into_any() }}" "<span class="hint">{asked}</span></td>
                <td data-label="Signed by">{signed}</td>
                <td data-label="Against the one before">{compare}</td>
                <td>{recall}</td>
            </tr>
        }
    });
    view! {
        <p class="back"><a href=at("/agreement")>"‹ Agreement"</a></p>
        <PageHead title="All versions" lede="Signed text never changes. Each lead is measured by the version in force on the day of its handover."/>
        <WordsMeant words=&[("lead", "lead"), ("handover", "handover")]/>
        {told.map(told_view)}
        <div class="table-wrap" tabindex="0" role="region" aria-label="Versions">
            <table class="table plain-rows">
                <thead>
                    <tr>
                        <th scope="col">"Version"</th>
                        <th scope="col">"From"</th>
                        <th scope="col">"Stands"</th>
                        <th scope="col">"Signed by"</th>
                        <th scope="col">"Against the one before"</th>
                        <th scope="col"><span class="sr">"Take back"</span></th>
                    </tr>
                </thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </div>
        <p class="pages">
            <a class="chip" href=at("/agreement/compare")>"Compare two versions"</a>
            <span class="files"><a href=at("/agreement/versions.csv") download="versions.csv">"CSV"</a></span>
        </p>
    }
    .into_any()
}

/// `/agreement/versions/{number}`: made to be printed.
pub fn version(shown: VersionShown) -> AnyView {
    let VersionShown { number, company, validity, why, parts, signatures, hash, before, said, told } = shown;
    let parts = parts.into_iter().map(|(title, team, clauses)| {
        let clauses = clauses.into_iter().map(|(title, words)| {
            view! { <li><b>{title}</b><span>{words}"."</span></li> }
        });
        view! { <section><h2>{sign_of(team)}{title}</h2><ol>{clauses.collect_view()}</ol></section> }
    });
    let blocks = signatures.into_iter().map(|(team, signed)| {
        let side = match team {
            Team::Marketing => "For marketing",
            Team::Sales => "For sales",
        };
        let signed = match signed {
            Some(SignedLine { name, words }) => {
                view! { <p class="sig">{name}</p><p class="hint">{words}</p> }.into_any()
            }
            None => view! { <p class="sig">" "</p><p class="hint">"Not signed"</p> }.into_any(),
        };
        view! { <div class="block" data-team=team.key()><p class="who">{sign_of(Some(team))}{side}</p>{signed}</div> }
    });
    let is_signed = !hash.is_empty();
    let was_spoken_of = !said.is_empty();
    let said = said.into_iter().map(|(title, thread)| view! { <h3>{title}</h3><Thread thread/> });
    let said = was_spoken_of.then(|| {
        view! {
            <section class="section" aria-labelledby="said">
                <SectionHead id="said" title="What was said while it was a draft"/>
                {said.collect_view()}
            </section>
        }
    });
    let compare = before.map(|before| {
        let href = at(&format!("/agreement/compare?from={before}&to={number}"));
        view! { <a class="chip" href=href>{format!("Compare with version {before}")}</a> }
    });
    view! {
        <p class="back"><a href=at("/agreement/versions")>"‹ All versions"</a></p>
        {told.map(told_view)}
        <article class="document">
            <PageHead title=format!("Agreement of marketing and sales at {company}") lede=format!("Version {number}. {validity}")/>
            {(!why.is_empty()).then(|| view! { <p class="why">{why}</p> })}
            {parts.collect_view()}
            <footer>
                <div class="blocks">{blocks.collect_view()}</div>
                {is_signed.then(|| view! { <p class="hint">"SHA-256 of the signed text: "<code class="hash">{hash}</code></p> })}
            </footer>
        </article>
        <WordsMeant words=&[("qualified-lead", "qualified lead"), ("handover", "handover"), ("sal", "accepted"), ("touch", "touch"), ("verdict", "verdict")]/>
        <p class="pages">
            {compare}
            {is_signed.then(|| view! { <a class="chip" href=at(&format!("/agreement/versions/{number}/text"))>"The signed text, to the byte"</a> })}
        </p>
        {said}
    }
    .into_any()
}

/// `/agreement/compare`
pub fn compare(shown: Comparison) -> AnyView {
    let Comparison { choices, from, to, changes } = shown;
    let is_empty = changes.is_empty();
    let select = |name: &'static str, label: &'static str, chosen: String| {
        let options = choices.iter().map(|(key, words)| {
            view! { <option value=key.clone() selected=*key == chosen>{words.clone()}</option> }
        });
        let options = options.collect_view();
        view! {
            <p class="field">
                <label for=name>{label}</label>
                <select class="input" id=name name=name>{options}</select>
            </p>
        }
    };
    let (from, to) = (select("from", "The older one", from), select("to", "The newer one", to));
    let changes = changes.into_iter().map(|changed| {
        view! {
            <li>
                <span class="where">{changed.title}</span>
                <span class="text"><Difference kind=FieldKind::Text old=changed.before new=changed.after/></span>
            </li>
        }
    });
    view! {
        <p class="back"><a href=at("/agreement/versions")>"‹ All versions"</a></p>
        <PageHead title="Two versions side by side" lede="Clause by clause: what was taken out is struck, what came in is underlined."/>
        <WordsMeant words=&[("qualified-lead", "qualified lead"), ("handover", "handover"), ("touch", "touch"), ("verdict", "verdict")]/>
        <form class="row compare" method="get" action=at("/agreement/compare")>{from}{to}<Button>"Compare"</Button></form>
        <ol role="list" class="diff">{changes.collect_view()}</ol>
        {is_empty.then(|| view! { <p class="hint">"They say the same."</p> })}
    }
    .into_any()
}

/// `/agreement/deputies`
pub fn deputies(shown: DeputiesShown) -> AnyView {
    let DeputiesShown { heads, choices, has_one, today, sentence, told } = shown;
    let is_empty = heads.is_empty();
    let heads = heads.into_iter().map(|(name, team, words)| view! { <dt>{sign_of(team)}{name}</dt><dd>{words}</dd> });
    let form = choices.map(|choices| {
        let options = choices.into_iter().map(|(id, name)| view! { <option value=id>{name}</option> });
        let end = has_one.then(|| {
            view! {
                <form method="post" action=at("/agreement/deputies/end")>
                    <Key/>
                    <Button>"I sign in person again"</Button>
                </form>
            }
        });
        view! {
            <form class="door" method="post" action=at("/agreement/deputies/name")>
                <Key/>
                <p class="field">
                    <label for="deputy">"Who signs for you"</label>
                    <select class="input" id="deputy" name="deputy"><option value="">"Choose"</option>{options.collect_view()}</select>
                </p>
                <Field id="from" name="from" label="From" kind="date" required=true value=today.clone()/>
                <Field id="to" name="to" label="Up to and including" kind="date" required=true value=today/>
                <Button variant=Variant::Primary>"Name as deputy"</Button>
            </form>
            {end}
        }
    });
    view! {
        <p class="back"><a href=at("/agreement")>"‹ Agreement"</a></p>
        <PageHead title="Deputies" lede="While a head is away, somebody of the same team may sign for them. Nobody signs for the other side."/>
        {told.map(told_view)}
        <Rejection sentence/>
        <dl class="facts deputies">{heads.collect_view()}</dl>
        {is_empty.then(|| view! { <p class="hint">"No team has a head yet. An admin makes somebody head under Settings, People."</p> })}
        {form}
    }
    .into_any()
}
