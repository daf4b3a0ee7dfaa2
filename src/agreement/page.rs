//! `/agreement`: what both teams promise each other, and how they stand.

use super::breaches::Breach;
use super::sheet::{AgreementShown, BreachList, Coming, Half, PromiseRow, SignedLine, Told};
use crate::editing::model::FieldKind;
use crate::editing::page::{Difference, Key};
use crate::people::model::Team;
use crate::place::at;
use crate::queue::page_rows::ClockView;
use crate::ui::{Button, ChartFigure, Drawing, PageHead, ProseText, StatusMark, TeamSign, WordsMeant};
use leptos::prelude::*;

/// What the promises are about.
const WORDS: &[(&str, &str)] = &[
    ("qualified-lead", "qualified lead"),
    ("handover", "handover"),
    ("sal", "accepted"),
    ("touch", "touch"),
    ("verdict", "verdict"),
];
/// What both aim at.
const JOINT_WORDS: &[(&str, &str)] = &[
    ("lead-to-opportunity-rate", "lead-to-opportunity rate"),
    ("cac", "CAC"),
    ("follow-up-time", "follow-up time"),
    ("feedback-coverage", "feedback coverage"),
    ("mature-lead", "mature lead"),
];

/// `/agreement`
pub fn agreement(shown: AgreementShown) -> AnyView {
    let AgreementShown {
        crumb,
        lede,
        halves,
        runs,
        breaches,
        fairness,
        consequences,
        joint,
        coming,
        may_edit,
        told,
        ..
    } = shown.clone();
    let [marketing, sales] = halves;
    let consequences = consequences.into_iter().map(|line| view! { <li><ProseText prose=line/></li> });
    let joint = joint.into_iter().map(|(title, words)| view! { <dt>{title}</dt><dd>{words}</dd> });
    let way = match &coming {
        Some(coming) => {
            let variant = coming.waits.then_some("primary");
            view! { <a class="button" data-variant=variant href=coming.href.clone()>{coming.way.clone()}</a> }
                .into_any()
        }
        None if may_edit => begin().into_any(),
        None => ().into_any(),
    };
    view! {
        <div class="agreement-head">
            <div>
                <p class="crumb">"Agreement › "{crumb}</p>
                <PageHead title="What we promise each other" lede/>
            </div>
            <div class="row beside">
                <a class="button" data-variant="plain" href=at("/definitions")>"Glossary"</a>
                <a class="button" href=at("/agreement/versions")>"All versions"</a>
                {way}
            </div>
        </div>
        {told.map(told_view)}
        <section class="pact" aria-label="Promises and standing this month">
            <HalfView half=marketing name="Marketing promises"/>
            <HalfView half=sales name="Sales promises"/>
        </section>
        {(!fairness.is_empty()).then(|| view! { <p class="hint">{fairness}</p> })}
        <WordsMeant words=WORDS/>
        <p class="files"><a href=at("/agreement/promises.csv") download="promises.csv">"CSV of the promises"</a></p>
        {runs.map(|(month, charts)| {
            let charts = charts.into_iter().map(|chart| view! { <ChartFigure chart/> }).collect::<Vec<_>>();
            (!charts.is_empty()).then(|| view! {
                <section class="section" aria-labelledby="runs">
                    <div class="section-head"><h2 id="runs">{format!("How {month} runs")}</h2><p>"One promise of each team, day by day"</p></div>
                    <div class="cols-2">{charts}</div>
                </section>
            })
        })}
        {breaches.map(|breaches| view! { <BreachesView breaches/> })}
        <div class="cols-2 section">
            <section aria-labelledby="follows">
                <div class="section-head"><h2 id="follows">"What follows from a breach"</h2></div>
                <ol class="clauses">{consequences.collect_view()}</ol>
                <div class="section-head"><h2 id="joint">"What both aim at"</h2></div>
                <dl class="facts">{joint.collect_view()}</dl>
                <WordsMeant words=JOINT_WORDS/>
            </section>
            {calendar(&shown)}
        </div>
        {coming.map(|coming| view! { <ComingView coming/> })}
        {may_edit.then(|| view! { <p class="hint">"Heads who are away name who signs for them under "<a href=at("/agreement/deputies")>"Deputies"</a>"."</p> })}
    }
    .into_any()
}

/// The way to the next version.
pub fn begin() -> impl IntoView {
    view! {
        <form method="post" action=at("/agreement/draft/begin")>
            <Key/>
            <Button>"Begin the next version"</Button>
        </form>
    }
}

/// What was done last; with the way back.
pub fn told_view(told: Told) -> AnyView {
    let undo = told.undo.map(|id| {
        view! {
            <form method="post" action=at("/agreement/draft/bring-back")>
                <Key/>
                <input type="hidden" name="id" value=id/>
                <button>"Undo"</button>
            </form>
        }
    });
    view! { <div class="toast undo" role="status"><span>{told.words}</span>{undo}</div> }.into_any()
}

/// A team's sign, by the team.
pub fn sign_of(team: Option<Team>) -> AnyView {
    let team = match team {
        Some(Team::Marketing) => crate::ui::Team::Marketing,
        Some(Team::Sales) => crate::ui::Team::Sales,
        None => crate::ui::Team::Both,
    };
    view! { <TeamSign team/> }.into_any()
}

#[component]
fn HalfView(half: Half, name: &'static str) -> impl IntoView {
    let Half { team, rows, signed } = half;
    let rows = rows.into_iter().map(|row| view! { <RowView row/> });
    view! {
        <div class="half" data-team=team.key()>
            <h2>{sign_of(Some(team))}{name}</h2>
            <ol role="list">{rows.collect_view()}</ol>
            {signature(signed)}
        </div>
    }
}

fn signature(signed: Option<SignedLine>) -> AnyView {
    match signed {
        Some(SignedLine { name, words }) => {
            view! { <p class="signed"><span class="sig">{name}</span>" "<span class="hint">{words}</span></p> }
                .into_any()
        }
        None => view! { <p class="signed"><span class="hint">"Not signed yet"</span></p> }.into_any(),
    }
}

#[component]
fn RowView(row: PromiseRow) -> impl IntoView {
    let PromiseRow { text, figure, of, href, reach, status, need, more } = row;
    let figure = match (figure.is_empty(), href.is_empty()) {
        (true, _) => ().into_any(),
        (false, true) => view! { <b>{figure}</b> }.into_any(),
        (false, false) => view! { <a href=href rel="external"><b>{figure}</b></a> }.into_any(),
    };
    view! {
        <li class="promise-row">
            <p class="text">{text}</p>
            <p class="now">{figure}" "<span>{of}</span></p>
            <Drawing svg=reach/>
            <p class="need"><StatusMark status/><span>{need}</span></p>
            {more.map(|(words, href)| view! { <p class="need"><a href=href rel="external">{words}</a></p> })}
        </li>
    }
}

#[component]
fn BreachesView(breaches: BreachList) -> impl IntoView {
    let BreachList { title, shown, more, opens } = breaches;
    let is_empty = shown.is_empty();
    let rows = shown.into_iter().map(|breach| {
        let Breach { team, promise, lead, name, clock, owner, .. } = breach;
        let name = match opens {
            true => view! { <a href=at(&format!("/leads/{lead}"))>{name}</a> }.into_any(),
            false => name.into_any(),
        };
        let side = match team {
            Team::Marketing => "Marketing",
            Team::Sales => "Sales",
        };
        view! {
            <tr>
                <th scope="row" class="nowrap">{sign_of(Some(team))}{side}</th>
                <td data-label="Promise"><b>{promise}</b></td>
                <td data-label="Lead">{name}</td>
                <td data-label="Since"><ClockView clock/></td>
                <td data-label="Owner">{if owner.is_empty() { "nobody’s own".to_owned() } else { owner }}</td>
            </tr>
        }
    });
    let table = (!is_empty).then(|| {
        view! {
            <div class="table-wrap" tabindex="0" role="region" aria-label="Breaches">
                <table class="table plain-rows breaches">
                    <thead>
                        <tr>
                            <th scope="col">"Team"</th>
                            <th scope="col">"Promise"</th>
                            <th scope="col">"Lead"</th>
                            <th scope="col">"Overdue"</th>
                            <th scope="col">"Owner"</th>
                        </tr>
                    </thead>
                    <tbody>{rows.collect_view()}</tbody>
                </table>
            </div>
        }
    });
    view! {
        <section class="section" aria-labelledby="breaches">
            <div class="section-head">
                <h2 id="breaches">{title}</h2>
                <p><a href=at("/agreement/breaches.csv") download="breaches.csv">"Download as CSV"</a></p>
            </div>
            {table}
            {is_empty.then(|| view! { <p class="hint">"What is not done by its due time stands here from the second after."</p> })}
            {(!more.is_empty()).then(|| view! { <p class="hint">{more}<a href=at("/agreement/breaches.csv") download="breaches.csv">"the file has them all"</a>"."</p> })}
        </section>
    }
}

fn calendar(shown: &AgreementShown) -> AnyView {
    let week = shown.week.iter().map(|(days, hours)| view! { <dt>{days.clone()}</dt><dd>{hours.clone()}</dd> });
    let days = shown.days.iter().map(|stretch| {
        let name = if stretch.name.is_empty() { String::new() } else { format!(" ({})", stretch.name) };
        let hours = if stretch.hours.is_empty() { "closed".to_owned() } else { stretch.hours.clone() };
        view! { <dt>{stretch.days.clone()}</dt><dd>{hours}{name}</dd> }
    });
    let add = shown.may_edit.then(|| {
        view! {
            <details class="more">
                <summary>"Add a holiday"</summary>
                <form class="row" method="post" action=at("/agreement/holidays/add")>
                    <Key/>
                    <p class="field">
                        <label for="holiday-day">"Day"</label>
                        <input class="input" id="holiday-day" type="date" name="day" required/>
                    </p>
                    <p class="field">
                        <label for="holiday-name">"Name"</label>
                        <input class="input" id="holiday-name" name="name" maxlength="100"/>
                    </p>
                    <Button>"Add to a draft"</Button>
                </form>
                <p class="hint">
                    "A forgotten holiday is a new version from its day on, which both heads sign. Many at once come from "
                    <a href=at("/agreement/holidays")>"a calendar file"</a>"."
                </p>
            </details>
        }
    });
    view! {
        <section aria-labelledby="calendar">
            <div class="section-head"><h2 id="calendar">"Working calendar"</h2><p>{shown.zone.clone()}</p></div>
            <dl class="facts">{week.collect_view()}{days.collect_view()}</dl>
            {add}
        </section>
    }
    .into_any()
}

#[component]
fn ComingView(coming: Coming) -> impl IntoView {
    let Coming { title, beside, changes, href, way, .. } = coming;
    let changes = changes.into_iter().map(|(changed, comments)| {
        let words = match comments {
            0 => String::new(),
            1 => "1 comment".to_owned(),
            many => format!("{many} comments"),
        };
        let address = format!("{href}#clause-{}", changed.key);
        view! {
            <li>
                <span class="where">{changed.title}</span>
                <span class="text"><Difference kind=FieldKind::Text old=changed.before new=changed.after/></span>
                {(!words.is_empty()).then(|| view! { <a href=address>{words}</a> })}
            </li>
        }
    });
    view! {
        <section class="section" aria-labelledby="coming">
            <div class="section-head"><h2 id="coming">{title}</h2><p>{beside}</p></div>
            <ol role="list" class="diff">{changes.collect_view()}</ol>
            <p class="row"><a class="button" href=href.clone()>{way}</a></p>
        </section>
    }
}
