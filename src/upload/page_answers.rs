//! The parts of the columns' form below its table: values for all rows, what words mean, which channels are meant.

use super::columns::find;
use super::history::count;
use super::model::Upload;
use super::page_mapping::{FieldOptions, MeaningSelect};
use crate::import::inspection::{ChannelView, FieldView, WordList, WordView};
use crate::import::model::Kind;
use crate::ui::Button;
use leptos::prelude::*;

/// The rows of the table for fields that have one value in all rows, and one to add another.
#[component]
pub fn Constants(
    /// The file.
    upload: Upload,
    /// Its kind's fields.
    fields: Vec<FieldView>,
) -> impl IntoView {
    let set = fields.iter().filter_map(|field| Some((field.clone(), field.constant.clone()?)));
    let set = set.map(|(field, value)| view! { <ConstantRow field value/> }).collect_view();
    // A value that could not be taken is shown again beside why.
    let left = |what: &str| find(&upload.wishes, what).unwrap_or_default().to_owned();
    let taken = fields.iter().any(|field| field.key == left("set_field") && field.constant.is_some());
    let (field, value) = if taken { Default::default() } else { (left("set_field"), left("set_value")) };
    let free: Vec<_> = fields.into_iter().filter(|field| field.heading.is_none() && field.constant.is_none()).collect();
    let words: Vec<_> = free.iter().flat_map(|field| field.choices.iter().map(|choice| choice.key)).collect();
    let words = words.into_iter().map(|key| view! { <option value=key></option> });
    view! {
        {set}
        <tr class="constant">
            <th scope="row">"One value for all rows"</th>
            <td class="samples"><span class="quiet">"not in the file"</span></td>
            <td>
                <select class="input" name="set_field" aria-label="Field with one value for all rows">
                    <option value="" selected=field.is_empty()>"None"</option>
                    <FieldOptions fields=free chosen=field/>
                </select>
            </td>
            <td>
                <input class="input" name="set_value" aria-label="Value for all rows" placeholder="Value" list="words" value=value/>
                <datalist id="words">{words.collect_view()}</datalist>
            </td>
        </tr>
    }
}

#[component]
fn ConstantRow(field: FieldView, value: String) -> impl IntoView {
    let (name, label) = (format!("set.{}", field.key), format!("{} for all rows", field.label.name));
    let input = if field.choices.is_empty() {
        view! { <input class="input" name=name aria-label=label value=value/> }.into_any()
    } else {
        let choices = field.choices.iter().map(|choice| {
            view! { <option value=choice.key selected=choice.key == value>{choice.label}</option> }
        });
        let choices = choices.collect_view();
        view! { <select class="input" name=name aria-label=label><option value="">"No longer"</option>{choices}</select> }.into_any()
    };
    view! {
        <tr class="constant">
            <th scope="row">"One value for all rows"</th>
            <td class="samples"><span class="quiet">"not in the file"</span></td>
            <td>{field.label.name}</td>
            <td>{input}<span class="sub">"Blank: no longer"</span></td>
        </tr>
    }
}

/// The values of columns whose words have a meaning.
#[component]
pub fn Words(
    /// What the rows are.
    kind: Kind,
    /// Each column.
    lists: Vec<WordList>,
) -> impl IntoView {
    let lists = lists.into_iter().filter(|list| !list.words.is_empty());
    lists.map(|list| view! { <WordsOf kind list/> }).collect_view()
}

#[component]
fn WordsOf(kind: Kind, list: WordList) -> impl IntoView {
    let WordList { field, heading, words, more, choices } = list;
    let open = words.iter().filter(|word| word.meaning.is_none()).count();
    let proposed = words.iter().any(|word| word.meaning.is_none() && word.proposal.is_some());
    let title = match open {
        0 => format!("“{heading}”: {} values, all understood", words.len()),
        1 => format!("“{heading}”: 1 of {} values is not understood", words.len()),
        open => format!("“{heading}”: {open} of {} values are not understood", words.len()),
    };
    let choices: Vec<_> = choices.iter().map(|choice| (choice.key, choice.label)).collect();
    let name_of = |key: &str| {
        choices.iter().find(|(other, _)| *other == key).map_or(String::new(), |(_, words)| (*words).to_owned())
    };
    let rows = words.into_iter().enumerate().map(|(n, word)| {
        let WordView { value, rows, meaning, why, proposal } = word;
        let beside = match (meaning, proposal) {
            (Some(_), _) => why.label().to_owned(),
            (None, Some(proposal)) => format!("probably: {}", name_of(proposal)),
            (None, None) => String::new(),
        };
        let (name, label) = (format!("word.{field}.{n}"), format!("What “{value}” means"));
        let proposal = proposal.map(|key| view! { <input type="hidden" name=format!("word_proposal.{field}.{n}") value=key/> });
        view! {
            <tr>
                <th scope="row"><code>{value.clone()}</code><input type="hidden" name=format!("word_value.{field}.{n}") value=value/>{proposal}</th>
                <td class="num">{count(rows)}</td>
                <td><MeaningSelect name label choices=choices.clone() chosen=meaning/></td>
                <td class="quiet">{beside}</td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    let accept = proposed.then(|| {
        view! { <Button attr:name="accept" attr:value=field>"Take what is proposed"</Button> }
    });
    let more = (more > 0).then(|| {
        view! { <p class="hint">{format!("{} more values are not listed; rows with them are rejected.", count(more))}</p> }
    });
    let label = format!("Values of {heading}");
    view! {
        <details class="words" id=format!("words-{kind}-{field}") open=open.gt(&0)>
            <summary>{title}</summary>
            <div class="table-wrap" tabindex="0" role="region" aria-label=label>
                <table class="table">
                    <thead>
                        <tr>
                            <th scope="col">"In the file"</th>
                            <th scope="col" class="num">"Rows"</th>
                            <th scope="col">"Means"</th>
                            <th scope="col">"Why"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
            {more}
            {accept}
        </details>
    }
}

/// The channels that the file names, each with the name under which it is taken.
#[component]
pub fn Channels(
    /// As they stand in the file.
    channels: Vec<ChannelView>,
) -> impl IntoView {
    if channels.is_empty() {
        return None;
    }
    let unknown = channels.iter().filter(|channel| !channel.known).count();
    let title = match unknown {
        0 => format!("{} channels, all known here", channels.len()),
        1 => format!("{} channels, 1 of them new here", channels.len()),
        unknown => format!("{} channels, {unknown} of them new here", channels.len()),
    };
    let nearest = channels.iter().any(|channel| !channel.known && channel.nearest.is_some());
    let rows = channels.into_iter().enumerate().map(|(n, channel)| {
        let ChannelView { name, rows, taken_as, known, nearest } = channel;
        let beside = match (known, nearest) {
            (true, _) => "known".to_owned(),
            (false, Some(nearest)) => format!("new; did you mean {nearest}?"),
            (false, None) => "new".to_owned(),
        };
        view! {
            <tr>
                <th scope="row"><code>{name.clone()}</code><input type="hidden" name=format!("alias_name.{n}") value=name.clone()/></th>
                <td class="num">{count(rows)}</td>
                <td><input class="input" name=format!("alias.{n}") aria-label=format!("Channel for {name}") value=taken_as/></td>
                <td class="quiet">{beside}</td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    Some(view! {
        <details class="words" id="channels" open=nearest>
            <summary>{title}</summary>
            <p class="hint">"Leads and spend of one channel meet under one name. Write the name that it has here; the answer is remembered."</p>
            <div class="table-wrap" tabindex="0" role="region" aria-label="Channels">
                <table class="table">
                    <thead>
                        <tr>
                            <th scope="col">"In the file"</th>
                            <th scope="col" class="num">"Rows"</th>
                            <th scope="col">"Taken as"</th>
                            <th scope="col">"Here"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </details>
    })
}
