//! `/import/memory`: other names of channels, and how files are mapped.

use super::model::Kind;
use crate::people::page::Rejection;
use crate::place::at;
use crate::ui::{Button, Empty, Field, PageHead, SectionHead, Variant, WordsMeant};
use leptos::prelude::*;

/// What the page shows.
#[derive(Clone, Debug)]
pub struct MemoryPage {
    /// Other names of channels.
    pub aliases: Vec<AliasLine>,
    /// How files are mapped.
    pub mappings: Vec<MappingLine>,
    /// Every channel that is known.
    pub channels: Vec<String>,
    /// The reader may say which channel a name stands for.
    pub may_name: bool,
    /// What was typed into a form that was not taken: name, channel.
    pub typed: (String, String),
    /// What was done on the page before.
    pub done: Option<&'static str>,
    /// Why a form was not taken.
    pub sentence: String,
}

/// One name.
#[derive(Clone, Debug)]
pub struct AliasLine {
    /// As files write it.
    pub name: String,
    /// The channel.
    pub channel: String,
    /// Who said so.
    pub by: String,
    /// When.
    pub when: String,
}

/// One mapping.
#[derive(Clone, Debug)]
pub struct MappingLine {
    /// What the rows are.
    pub kind: Kind,
    /// The system that the files come from.
    pub source: String,
    /// See [`super::memory::shape_of`].
    pub shape: String,
    /// The last file of the shape.
    pub file_name: String,
    /// What was said of it.
    pub said: String,
    /// By whom it was imported.
    pub by: String,
    /// When.
    pub when: String,
    /// The reader may forget it.
    pub may_forget: bool,
}

/// `/import/memory`
pub fn memory(page: MemoryPage) -> AnyView {
    let MemoryPage { aliases, mappings, channels, may_name, typed, done, sentence } = page;
    let names = channels.into_iter().map(|name| view! { <option value=name></option> });
    let form = may_name.then(|| {
        let (name, channel) = typed;
        view! {
            <form class="inline-form" method="post" action=at("/import/memory/name")>
                <Field id="name" name="name" label="Name in files" required=true value=name hint="Case does not matter."/>
                <Field id="channel" name="channel" label="Channel" required=true value=channel list="channels" hint="As your leads name it."/>
                <datalist id="channels">{names.collect_view()}</datalist>
                <Button variant=Variant::Primary>"Remember"</Button>
            </form>
        }
    });
    view! {
        <p class="back"><a href=at("/import")>"‹ Import"</a></p>
        <PageHead title="What is remembered" lede="What you said of earlier files, so that the next ones need no word. Forgetting changes nothing that was imported."/>
        <WordsMeant words=&[("lead", "lead"), ("channel", "channel")]/>
        <Rejection sentence/>
        {done.map(|said| view! { <div class="toast" role="status">{said}</div> })}
        <section aria-labelledby="channels-head">
            <SectionHead id="channels-head" title="Names of channels"><p>"They hold for every file of leads and of spend"</p></SectionHead>
            {form}
            <Aliases aliases may_name/>
        </section>
        <section class="section" aria-labelledby="mappings-head">
            <SectionHead id="mappings-head" title="Mappings"><p>"By kind, source and headings"</p></SectionHead>
            <Mappings mappings/>
        </section>
    }
    .into_any()
}

#[component]
fn Aliases(aliases: Vec<AliasLine>, may_name: bool) -> impl IntoView {
    if aliases.is_empty() {
        return view! {
            <Empty title="No other name yet">
                <p>"When an import says that “AdWords” is your channel “Google”, it stands here."</p>
            </Empty>
        }
        .into_any();
    }
    let rows = aliases.into_iter().map(|line| {
        let label = format!("Forget {}", line.name);
        let forget = may_name.then(|| {
            view! {
                <form method="post" action=at("/import/memory/unname")>
                    <input type="hidden" name="name" value=line.name.clone()/>
                    <button class="button" aria-label=label>"Forget"</button>
                </form>
            }
        });
        view! {
            <tr>
                <th scope="row">{line.name.clone()}</th>
                <td data-label="Channel">{line.channel}</td>
                <td data-label="Said by">{line.by}</td>
                <td data-label="When">{line.when}</td>
                <td>{forget}</td>
            </tr>
        }
    });
    view! {
        <div class="table-wrap" tabindex="0" role="region" aria-label="Names of channels">
            <table class="table plain-rows">
                <thead>
                    <tr>
                        <th scope="col">"Name in files"</th>
                        <th scope="col">"Channel"</th>
                        <th scope="col">"Said by"</th>
                        <th scope="col">"When"</th>
                        <th scope="col"><span class="sr">"Forget"</span></th>
                    </tr>
                </thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </div>
        <p class="pages"><span class="files"><a href=at("/import/memory/channels.csv") download="channel-names.csv">"CSV"</a></span></p>
    }
    .into_any()
}

#[component]
fn Mappings(mappings: Vec<MappingLine>) -> impl IntoView {
    if mappings.is_empty() {
        return view! {
            <Empty title="No mapping yet">
                <p>"A file that you map by hand is remembered when its import has ended. What is recognised by its names needs no memory."</p>
            </Empty>
        }
        .into_any();
    }
    let rows = mappings.into_iter().map(|line| {
        let label = format!("Forget how {} of {} are mapped", line.kind, line.source);
        let forget = line.may_forget.then(|| {
            view! {
                <form method="post" action=at("/import/memory/forget")>
                    <input type="hidden" name="kind" value=line.kind.key()/>
                    <input type="hidden" name="source" value=line.source.clone()/>
                    <input type="hidden" name="shape" value=line.shape/>
                    <button class="button" aria-label=label>"Forget"</button>
                </form>
            }
        });
        view! {
            <tr>
                <th scope="row">{format!("{} from {}", line.kind, line.source)}</th>
                <td data-label="Said of it">{line.said}</td>
                <td data-label="Last used">{format!("{} by {}, for {}", line.when, line.by, line.file_name)}</td>
                <td>{forget}</td>
            </tr>
        }
    });
    view! {
        <div class="table-wrap" tabindex="0" role="region" aria-label="Mappings">
            <table class="table plain-rows">
                <thead>
                    <tr>
                        <th scope="col">"Files"</th>
                        <th scope="col">"Said of it"</th>
                        <th scope="col">"Last used"</th>
                        <th scope="col"><span class="sr">"Forget"</span></th>
                    </tr>
                </thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}
