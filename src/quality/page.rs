//! `/import/quality`: what was found, and each finding's leads with what mends them.

use super::fix::path_of;
use super::lists::{Counts, Done, Line, ListPage, MergedPage, at_once, filter_words};
use super::model::{Asked, Finding, NONE};
use crate::editing::page::{Drafts, Key};
use crate::kpis::words::{count, counted};
use crate::leads::model::Dimension;
use crate::place::at;
use crate::ui::{Button, Empty, Field, PageHead, WordsMeant};
use leptos::prelude::*;

/// `/import/quality`
pub fn overview(counts: Counts, sees_leads: bool) -> AnyView {
    let rows = counts.findings.into_iter().map(|(finding, leads, groups)| {
        let found = match (leads, finding.is_grouped()) {
            (0, _) => "None".to_owned(),
            (leads, true) => format!("{} in {}", count(leads), counted(groups, "group", "groups")),
            (leads, false) => count(leads),
        };
        let title = if sees_leads && leads > 0 {
            view! { <a class="row-link" href=at(&path_of(finding))>{finding.title()}</a> }.into_any()
        } else {
            finding.title().into_any()
        };
        view! {
            <tr data-none=(leads == 0).then_some("")>
                <th scope="row">{title}<span class="sub">{finding.lede()}</span></th>
                <td class="num">{found}</td>
            </tr>
        }
    });
    let rules = match counts.rules {
        0 => "No rule leaves leads out of the numbers.".to_owned(),
        rules => format!(
            "{} of the heads: {} left out of every number.",
            counted(rules, "rule", "rules"),
            counted(counts.left_out, "lead is", "leads are")
        ),
    };
    let merged = match counts.merged {
        0 => "No lead was merged into another.".to_owned(),
        merged => format!("{} merged into another, and can be un-merged.", counted(merged, "lead was", "leads were")),
    };
    let ways = sees_leads.then(|| {
        view! {
            <p class="row ways">
                <a class="button" href=at("/import/quality/rules")>"Rules"</a>
                <a class="button" href=at("/import/quality/merged")>"Merged leads"</a>
            </p>
        }
    });
    view! {
        <PageHead title="Data quality" lede="What in the leads cannot be right or is missing. Each finding opens onto its leads, and can be mended there."/>
        <div class="table-wrap" tabindex="0" role="region" aria-label="Findings">
            <table class="table findings">
                <thead><tr><th scope="col">"Finding"</th><th scope="col" class="num">"Leads"</th></tr></thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </div>
        <section class="section">
            <p>{rules}" "{merged}</p>
            {ways}
        </section>
        <p class="hint">"Leads that a rule leaves out are no finding: they count nowhere. Those with an opportunity count whatever a rule says, and are here."</p>
        <WordsMeant words=&[("lead", "lead"), ("channel", "channel"), ("persona", "persona"), ("disqualified", "left out")]/>
    }
    .into_any()
}

/// `/import/quality/{finding}`
pub fn list(page: ListPage) -> AnyView {
    let ListPage { finding, leads, .. } = page;
    let done = page.done.clone().map(|done| view! { <Told done asked=page.asked.clone()/> });
    let csv = page.asked.address(&format!("{}/leads.csv", path_of(finding)), &[]);
    let turning = view! {
        <p class="pages">
            {page.earlier.clone().map(|href| view! { <a class="chip" href=at(&href)>"‹ Page before"</a> })}
            {page.later.clone().map(|href| view! { <a class="chip" href=at(&href)>"Next page ›"</a> })}
            {(leads > 0).then(|| view! { <span class="files"><a href=at(&csv) download=format!("{finding}.csv")>"CSV"</a></span> })}
        </p>
    };
    let words: &[(&str, &str)] = match finding {
        Finding::OutOfOrder => &[("handover", "handover"), ("touch", "touch"), ("opportunity", "opportunity")],
        Finding::NoChannel => &[("channel", "channel")],
        Finding::NoPersona => &[("persona", "persona")],
        Finding::NoOwner | Finding::OddEmail => &[("lead", "lead")],
        Finding::SameEmail | Finding::SameName => &[("lead", "lead"), ("disqualified", "disqualified")],
    };
    let filter = finding.dimension().map(|_| view! { <Filter page=page.clone()/> });
    let counted = (leads > 0).then(|| view! { <p class="counted">{page.counted.clone()}</p> });
    let shown = match finding {
        _ if leads == 0 => view! { <Nothing finding asked=page.asked.clone()/> }.into_any(),
        Finding::SameEmail | Finding::SameName => groups(&page),
        Finding::OutOfOrder => disordered(&page),
        Finding::OddEmail => addresses(&page),
        Finding::NoChannel | Finding::NoPersona | Finding::NoOwner => missing(page.clone()),
    };
    view! {
        <p class="back"><a href=at("/import/quality")>"‹ Data quality"</a></p>
        <PageHead title=finding.title() lede=finding.lede()/>
        {done}
        {filter}
        {counted}
        {shown}
        {turning}
        <WordsMeant words/>
    }
    .into_any()
}

/// What was done on the page before; with the way back, where there is one.
#[component]
fn Told(done: Done, asked: Asked) -> impl IntoView {
    let undo = done.undo.map(|change| {
        view! {
            <form method="post" action=at("/import/quality/take-back")>
                <Key/>
                <Kept asked/>
                <input type="hidden" name="id" value=change/>
                <button>"Undo"</button>
            </form>
        }
    });
    view! { <div class="toast undo" role="status">{done.said}{undo}</div><Drafts/> }
}

/// The filters of a list, as a form carries them.
#[component]
fn Kept(asked: Asked) -> impl IntoView {
    let kept = [("channel", asked.channel), ("campaign", asked.campaign), ("sort", asked.sort)];
    let kept = kept.into_iter().filter(|(_, value)| !value.is_empty());
    kept.map(|(name, value)| view! { <input type="hidden" name=name value=value/> }).collect_view()
}

#[component]
fn Nothing(finding: Finding, asked: Asked) -> impl IntoView {
    let narrowed = !asked.channel.is_empty() || !asked.campaign.is_empty();
    let way = if narrowed {
        view! { <p>"Nothing of this channel and campaign. "<a href=at(&path_of(finding))>"Show all"</a></p> }.into_any()
    } else {
        view! { <p>"There is nothing to mend here. "<a href=at("/import/quality")>"To the other findings"</a></p> }
            .into_any()
    };
    view! { <Empty title="None">{way}</Empty> }
}

#[component]
fn Filter(page: ListPage) -> impl IntoView {
    let ListPage { finding, asked, channels, campaigns, .. } = page;
    let by_channel = (finding != Finding::NoChannel)
        .then(|| view! { <Choice name="channel" label="Channel" chosen=asked.channel.clone() values=channels/> });
    view! {
        <form class="inline-form" method="get" action=at(&path_of(finding))>
            {by_channel}
            <Choice name="campaign" label="Campaign" chosen=asked.campaign values=campaigns/>
            <p class="field">
                <label for="sort">"Order"</label>
                <select class="input" id="sort" name="sort">
                    <option value="">"Newest first"</option>
                    <option value="oldest" selected=asked.sort == "oldest">"Oldest first"</option>
                </select>
            </p>
            <Button>"Show"</Button>
        </form>
    }
}

#[component]
fn Choice(name: &'static str, label: &'static str, chosen: String, values: Vec<String>) -> impl IntoView {
    let values = std::iter::once(NONE.to_owned()).chain(values).map(|value| {
        let (selected, words) = (value == chosen, filter_words(&value).to_owned());
        view! { <option value=value selected=selected>{words}</option> }
    });
    view! {
        <p class="field">
            <label for=name>{label}</label>
            <select class="input" id=name name=name><option value="">"All"</option>{values.collect_view()}</select>
        </p>
    }
}

/// Leads that miss a dimension, in one form: ticked ones or all of them get a value.
fn missing(page: ListPage) -> AnyView {
    let ListPage { finding, asked, leads, groups, values, may_fix, .. } = page;
    let Some(dimension) = finding.dimension() else { return ().into_any() };
    let rows = groups.into_iter().flatten().map(|line| {
        let Line { id, who, email, company, channel, campaign, owner, captured, .. } = line;
        let label = format!("Choose {who}");
        let tick = may_fix.then(|| {
            view! { <td class="tick"><input type="checkbox" name="lead" value=id aria-label=label/></td> }
        });
        view! {
            <tr>
                {tick}
                <th scope="row">{who}<span class="sub">{email}</span></th>
                {cell("Company", &company)}
                {(dimension != Dimension::Channel).then(|| cell("Channel", &channel))}
                {cell("Campaign", &campaign)}
                {(dimension != Dimension::Owner).then(|| cell("Owner", &owner))}
                {cell("Captured", &captured)}
            </tr>
        }
    });
    let head = may_fix.then(|| view! { <th scope="col"><span class="sr">"Choose"</span></th> });
    let table = view! {
        <div class="table-wrap" tabindex="0" role="region" aria-label=finding.title()>
            <table class="table plain-rows">
                <thead>
                    <tr>
                        {head}
                        <th scope="col">"Lead"</th>
                        <th scope="col">"Company"</th>
                        {(dimension != Dimension::Channel).then(|| view! { <th scope="col">"Channel"</th> })}
                        <th scope="col">"Campaign"</th>
                        {(dimension != Dimension::Owner).then(|| view! { <th scope="col">"Owner"</th> })}
                        <th scope="col">"Captured"</th>
                    </tr>
                </thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </div>
    };
    if !may_fix {
        return view! { {table}<p class="hint">"Marketing and the heads set it."</p> }.into_any();
    }
    let names = values.into_iter().map(|name| view! { <option value=name></option> });
    let all = match at_once(leads) {
        some if some < leads => format!("Set for the first {}", count(some)),
        all => format!("Set for all {}", count(all)),
    };
    let label = {
        let mut name = dimension.key().to_owned();
        name[..1].make_ascii_uppercase();
        name
    };
    view! {
        <form method="post" action=at("/import/quality/fill")>
            <Key/>
            <Kept asked/>
            <input type="hidden" name="finding" value=finding.key()/>
            <div class="inline-form">
                <Field id="value" name="value" label list="values" required=true/>
                <datalist id="values">{names.collect_view()}</datalist>
                <button class="button" data-variant="primary" name="which" value="ticked">"Set for the ticked"</button>
                <button class="button" name="which" value="all">{all}</button>
            </div>
            {table}
        </form>
    }
    .into_any()
}

/// Leads with milestones out of order, each with what can be taken out.
fn disordered(page: &ListPage) -> AnyView {
    let may_fix = page.may_fix;
    let asked = page.asked.clone();
    let rows = page.groups.iter().flatten().map(|line| {
        let wrong = line.wrong.iter().map(|(words, event)| {
            let form = event.filter(|_| may_fix).map(|event| {
                view! {
                    <form method="post" action=at("/import/quality/void")>
                        <Key/>
                        <Kept asked=asked.clone()/>
                        <input type="hidden" name="id" value=line.id/>
                        <input type="hidden" name="event" value=event.key()/>
                        <button class="button" aria-label=format!("Take out: {words}")>"Take out"</button>
                    </form>
                }
            });
            view! { <li><span>{words.clone()}</span>{form}</li> }
        });
        view! {
            <tr>
                <th scope="row">{line.who.clone()}<span class="sub">{line.email.clone()}</span></th>
                {cell("Company", &line.company)}
                {cell("Owner", &line.owner)}
                <td data-label="Out of order"><ul class="wrong">{wrong.collect_view()}</ul></td>
            </tr>
        }
    });
    let hint = if may_fix {
        "What is taken out stays in the history as void, with your name. A newer file can bring another date."
    } else {
        "Sales takes out what cannot have been so; a newer file of the source can bring the right date."
    };
    view! {
        <div class="table-wrap" tabindex="0" role="region" aria-label=page.finding.title()>
            <table class="table plain-rows">
                <thead>
                    <tr>
                        <th scope="col">"Lead"</th>
                        <th scope="col">"Company"</th>
                        <th scope="col">"Owner"</th>
                        <th scope="col">"Out of order"</th>
                    </tr>
                </thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </div>
        <p class="hint">{hint}</p>
    }
    .into_any()
}

/// Leads whose address is odd, each with a field for the right one.
fn addresses(page: &ListPage) -> AnyView {
    let rows = page.groups.iter().flatten().map(|line| {
        let (field, label) = (format!("email-{}", line.id), format!("The right address of {}", line.who));
        let mend = page.may_fix.then(|| {
            view! {
                <form class="mend" method="post" action=at("/import/quality/email")>
                    <Key/>
                    <input type="hidden" name="id" value=line.id/>
                    <label class="sr" for=field.clone()>{label}</label>
                    <input class="input" id=field name="email" value=line.email.clone() autocomplete="off" required/>
                    <Button>"Correct"</Button>
                </form>
            }
        });
        let wrong = line.wrong.first().map(|(words, _)| words.clone());
        let address = if page.may_fix { ().into_any() } else { line.email.clone().into_any() };
        view! {
            <tr>
                <th scope="row">{line.who.clone()}<span class="sub">{line.company.clone()}</span></th>
                <td data-label="Why">{wrong}</td>
                <td data-label="Address">{address}{mend}</td>
            </tr>
        }
    });
    view! {
        <div class="table-wrap" tabindex="0" role="region" aria-label=page.finding.title()>
            <table class="table plain-rows">
                <thead><tr><th scope="col">"Lead"</th><th scope="col">"Why"</th><th scope="col">"Address"</th></tr></thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </div>
        <p class="hint">"Your correction stands: no import overwrites it."</p>
    }
    .into_any()
}

/// Leads that may be one, group by group: one is kept, the ticked ones are merged into it.
fn groups(page: &ListPage) -> AnyView {
    let (finding, may_fix) = (page.finding, page.may_fix);
    let groups = page.groups.iter().filter(|group| group.len() > 1).enumerate().map(|(n, group)| {
        let kept = group[0].id;
        let name = match finding {
            Finding::SameEmail => group[0].email.clone(),
            _ => format!("{}, {}", group[0].who, group[0].company),
        };
        let rows = group.iter().map(|line| {
            let (keep, tick) = (format!("Keep lead {}", line.id), format!("Merge lead {}", line.id));
            let choose = may_fix.then(|| {
                view! {
                    <td class="tick" data-label="Keep"><input type="radio" name="survivor" value=line.id checked=line.id == kept aria-label=keep/></td>
                    <td class="tick" data-label="Merge"><input type="checkbox" name="lead" value=line.id checked=true aria-label=tick/></td>
                }
            });
            view! {
                <tr>
                    {choose}
                    <th scope="row">{line.who.clone()}<span class="sub">{line.email.clone()}</span></th>
                    <td data-label="Lead">{line.id}</td>
                    {cell("Company", &line.company)}
                    {cell("Channel", &line.channel)}
                    {cell("Owner", &line.owner)}
                    {cell("Captured", &line.captured)}
                    {cell("Handed over", &line.handed_over)}
                </tr>
            }
        });
        let head = may_fix.then(|| view! { <th scope="col">"Keep"</th><th scope="col">"Merge"</th> });
        let heading = format!("group-{n}");
        let table = view! {
            <h2 class="group-head" id=heading.clone()>{name}</h2>
            <div class="table-wrap" tabindex="0" role="region" aria-labelledby=heading>
                <table class="table plain-rows">
                    <thead>
                        <tr>
                            {head}
                            <th scope="col">"Name"</th>
                            <th scope="col">"Lead"</th>
                            <th scope="col">"Company"</th>
                            <th scope="col">"Channel"</th>
                            <th scope="col">"Owner"</th>
                            <th scope="col">"Captured"</th>
                            <th scope="col">"Handed over"</th>
                        </tr>
                    </thead>
                    <tbody>{rows.collect_view()}</tbody>
                </table>
            </div>
        };
        if !may_fix {
            return view! { <section class="section">{table}</section> }.into_any();
        }
        view! {
            <section class="section">
                <form method="post" action=at("/import/quality/merge")>
                    <Key/>
                    <input type="hidden" name="finding" value=finding.key()/>
                    {table}
                    <p class="row below"><Button>"Merge into the kept one"</Button></p>
                </form>
            </section>
        }
        .into_any()
    });
    let hint = if may_fix {
        "The kept lead has the events of all of them from then on; names, channel and owner are its own. Any merge can be undone."
    } else {
        "The heads of both teams merge leads, since that moves the numbers."
    };
    view! { <p class="hint">{hint}</p>{groups.collect_view()} }.into_any()
}

/// `/import/quality/merged`
pub fn merged(page: MergedPage) -> AnyView {
    let MergedPage { lines, counted, earlier, later, may_unmerge, done } = page;
    let is_empty = lines.is_empty();
    let done = done.map(|done| view! { <Told done asked=Asked::default()/> });
    let rows = lines.into_iter().map(|(merged, survivor, when, who)| {
        let undo = may_unmerge.then(|| {
            view! {
                <td>
                    <form method="post" action=at("/import/quality/unmerge")>
                        <Key/>
                        <input type="hidden" name="id" value=merged.id/>
                        <button class="button" aria-label=format!("Un-merge lead {}", merged.id)>"Un-merge"</button>
                    </form>
                </td>
            }
        });
        let named = |line: &Line| format!("{}, lead {}", line.company, line.id);
        view! {
            <tr>
                <th scope="row">{merged.who.clone()}<span class="sub">{named(&merged)}</span></th>
                <td data-label="Into">{survivor.who.clone()}<span class="sub">{named(&survivor)}</span></td>
                <td data-label="By">{who}</td>
                <td data-label="When">{when}</td>
                {undo}
            </tr>
        }
    });
    let shown = if is_empty {
        view! { <Empty title="No lead was merged"><p>"Leads that may be one are under "<a href=at(&path_of(Finding::SameEmail))>"Same e-mail"</a>" and "<a href=at(&path_of(Finding::SameName))>"Same name and company"</a>"."</p></Empty> }
            .into_any()
    } else {
        view! {
            <p class="counted">{counted}</p>
            <div class="table-wrap" tabindex="0" role="region" aria-label="Merged leads">
                <table class="table plain-rows">
                    <thead>
                        <tr>
                            <th scope="col">"Lead"</th>
                            <th scope="col">"Merged into"</th>
                            <th scope="col">"By"</th>
                            <th scope="col">"When"</th>
                            {may_unmerge.then(|| view! { <th scope="col"><span class="sr">"Un-merge"</span></th> })}
                        </tr>
                    </thead>
                    <tbody>{rows.collect_view()}</tbody>
                </table>
            </div>
            <p class="pages">
                {earlier.map(|href| view! { <a class="chip" href=at(&href)>"‹ Page before"</a> })}
                {later.map(|href| view! { <a class="chip" href=at(&href)>"Next page ›"</a> })}
            </p>
        }
        .into_any()
    };
    view! {
        <p class="back"><a href=at("/import/quality")>"‹ Data quality"</a></p>
        <PageHead title="Merged leads" lede="Un-merged, each lead is what its own history says: what files told of it comes along, what people did to the kept lead stays there."/>
        <WordsMeant words=&[("lead", "lead"), ("disqualified", "left out")]/>
        {done}
        {shown}
    }
    .into_any()
}

/// A cell of words; an empty one has no label on a narrow screen.
fn cell(label: &'static str, text: &str) -> AnyView {
    let label = (!text.is_empty()).then_some(label);
    let text = label.map(|_| text.to_owned());
    view! { <td data-label=label>{text}</td> }.into_any()
}
