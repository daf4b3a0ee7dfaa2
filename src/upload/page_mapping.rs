//! `/import/{id}`: what is in which column, how the first rows will be read, what the check found, what the run did.

use super::columns::{A_CHANNEL, FRESH, OPEN, RATES, READING, by_name, find};
use super::desk::{DeskPage, Look, Past};
use super::history::count;
use super::model::{Task, Upload, kind_words};
use super::page::Script;
use super::page_answers::{Channels, Constants, Words};
use super::page_check::{Found, JobView, Tally};
use super::page_history::Changed;
use super::page_reading::ReadingForm;
use crate::import::inspection::{Ask, ColumnView, CurrencyView, FieldView, Inspection, Preview, Question, Why};
use crate::import::labels::{Group, Need};
use crate::import::model::Kind;
use crate::people::model::by_whom;
use crate::people::page::Rejection;
use crate::place::at;
use crate::ui::{Button, Field, Notice, NoticeKind, SectionHead, Variant, WordsMeant};
use leptos::prelude::*;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// Samples of a column that are shown.
const SAMPLES: usize = 3;

/// `/import/{id}`
pub fn desk(page: DeskPage) -> AnyView {
    let DeskPage { upload, size, job, look, findings, past, came_before, problem, sentence, .. } = page.clone();
    let id = upload.id.0;
    let lede = match &look {
        Ok(look) => {
            let Look { reading, inspection, .. } = &**look;
            let columns = inspection.columns.len();
            {
                let rows = if inspection.rows == 1 { "row" } else { "rows" };
                format!("{} {rows}, {columns} columns: {}. {size}.", count(inspection.rows), reading.words())
            }
        }
        Err(_) => format!("{size}."),
    };
    let step = match (&job, &past) {
        (Some(job), _) if job.task == Task::Run => 4,
        (_, Some(_)) => 5,
        (Some(_), _) => 3,
        _ if upload.checked.is_some() => 3,
        _ => 2,
    };
    let at_work = job.is_some();
    let job = job.map(|job| view! { <JobView job stop=format!("/import/{id}/stop")/> });
    let before = came_before.filter(|_| past.is_none() && !at_work).map(|(said, import)| {
        view! {
            <Notice title="This file came before"><p>{said}" "<a href=at(&format!("/import/history/{import}"))>"See that import"</a></p></Notice>
        }
    });
    let problem = problem.map(|problem| {
        view! { <Notice kind=NoticeKind::Error title="The last attempt came to nothing"><p>{problem}</p></Notice> }
    });
    let checked = upload.checked.filter(|_| !at_work && look.is_ok());
    let shown = findings.clone().filter(|findings| !findings.ran);
    let checked = checked.map(|counts| view! { <Checked id kind=upload.kind counts findings=shown/> });
    let ran = findings.filter(|findings| findings.ran);
    let result = past.filter(|_| !at_work).map(|past| view! { <Result past upload=upload.clone() findings=ran/> });
    let had_result = result.is_some();
    let columns = match (at_work, look) {
        (true, _) => ().into_any(),
        (false, Ok(look)) if had_result => view! {
            <details class="again">
                <summary>"Read it in another way and import it again"</summary>
                <p class="hint">"What stands already is known again and stays; only what you change here changes something."</p>
                <Columns page=page.clone() look/>
            </details>
        }
        .into_any(),
        (false, Ok(look)) => view! { <Columns page=page.clone() look/> }.into_any(),
        (false, Err(error)) => view! {
            <Notice kind=NoticeKind::Error title="It cannot be read so"><p>{error.to_string()}</p></Notice>
            <ReadingForm page=page.clone() look=None/>
        }
        .into_any(),
    };
    view! {
        <p class="back"><a href=at("/import")>"‹ Import"</a></p>
        <header class="page-head">
            <p class="crumb">{format!("{} from {}", kind_words(upload.kind), upload.source)}</p>
            <h1 tabindex="-1">{upload.file_name.clone()}</h1>
            <p class="lede">{lede}</p>
        </header>
        <WordsMeant words=&[("lead", "lead"), ("handover", "handover"), ("touch", "touch"), ("opportunity", "opportunity"), ("channel", "channel")]/>
        <Steps step/>
        <Rejection sentence/>
        {problem}
        {before}
        {job}
        {result}
        {columns}
        {checked}
        {(!at_work).then(|| view! { <Discard id/> })}
        <Script/>
    }
    .into_any()
}

#[component]
fn Steps(step: usize) -> impl IntoView {
    let steps = ["File", "Columns", "Check", "Run"].into_iter().enumerate().map(|(at, name)| {
        let number = at + 1;
        let (done, current) = ((number < step).then_some(""), (number == step).then_some("step"));
        view! { <li data-done=done aria-current=current><b>{number}</b>{name}</li> }
    });
    view! { <ol class="steps" aria-label="Steps">{steps.collect_view()}</ol> }
}

#[component]
fn Discard(id: i64) -> impl IntoView {
    view! {
        <div class="row leave-file">
            <a href=at("/import")>"Choose another file"</a>
            <a href=at("/import/memory")>"What is remembered"</a>
            <form method="post" action=at(&format!("/import/{id}/discard"))>
                <Button variant=Variant::Plain>"Discard this one"</Button>
            </form>
        </div>
    }
}

/// What a run did.
#[component]
fn Result(past: Past, upload: Upload, findings: Option<super::model::Findings>) -> impl IntoView {
    let Past { line, counts } = past;
    let (import, kind) = (line.id.0, upload.kind);
    let has_leads = kind != Kind::Spend && counts.new + counts.changed > 0;
    let taken = counts.rows - counts.rejected.min(counts.rows);
    let title = match counts.rejected {
        0 if counts.rows == 1 => "Imported: 1 row".to_owned(),
        0 => format!("Imported: {} rows", count(counts.rows)),
        rejected => format!("Imported: {} rows taken, {} not", count(taken), count(rejected)),
    };
    view! {
        <section class="section first" aria-labelledby="result">
            <SectionHead id="result" title><p>{format!("{} by {}", line.when, by_whom(&line.who))}</p></SectionHead>
            <Tally kind counts/>
            <Changed id=import kind source=upload.source has_leads/>
            <p><a href=at(&format!("/import/history/{import}"))>"Take this import back"</a></p>
            <Found id=upload.id.0 counts findings/>
        </section>
    }
}

/// What a check found, and the way on.
#[component]
fn Checked(
    id: i64,
    kind: Kind,
    counts: super::model::Counts,
    findings: Option<super::model::Findings>,
) -> impl IntoView {
    let taken = counts.rows - counts.rejected.min(counts.rows);
    let title = match (taken, counts.rejected) {
        (0, _) => "Check: no row can be taken".to_owned(),
        (1, 0) => "Check: its one row can be taken".to_owned(),
        (taken, 0) => format!("Check: all {} rows can be taken", count(taken)),
        (taken, rejected) => format!("Check: {} rows can be taken, {} cannot", count(taken), count(rejected)),
    };
    let run = (taken > 0).then(|| {
        view! {
            <form class="row sign" method="post" action=at(&format!("/import/{id}/run"))>
                <Button variant=Variant::Primary>"Run the import"</Button>
                <span class="hint">"It can be taken back as long as nobody worked on these leads."</span>
            </form>
        }
    });
    view! {
        <section class="section" id="checked" aria-labelledby="check">
            <SectionHead id="check" title><p>"Nothing has been written"</p></SectionHead>
            <Tally kind counts/>
            <Found id counts findings/>
            {run}
        </section>
    }
}

/// The form of the columns, the first rows, and what is open.
#[component]
fn Columns(page: DeskPage, look: Arc<Look>) -> impl IntoView {
    let Look { inspection, .. } = &*look;
    let Inspection { columns, fields, questions, problems, notes, preview, .. } = inspection.clone();
    let upload = page.upload.clone();
    let (id, is_ready, checked) = (upload.id.0, inspection.is_ready(), upload.checked.is_some());
    let mapped = format!("{} of {} columns are read", inspection.mapped(), columns.len());
    let wrong = (!problems.is_empty()).then(|| {
        let problems = problems.into_iter().map(|problem| view! { <p>{problem}</p> });
        view! { <div role="alert"><Notice kind=NoticeKind::Error title="This does not fit together">{problems.collect_view()}</Notice></div> }
    });
    let open = Open::of(&questions, &fields);
    let context = Arc::new(Context {
        kind: upload.kind,
        kept: by_name(&upload.wishes).into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
        fields: fields.clone(),
        questions,
        wide: inspection.wide.iter().copied().collect(),
    });
    let rows = columns.into_iter().map(|column| view! { <ColumnRow column context=Arc::clone(&context)/> });
    let notes = (!notes.is_empty()).then(|| {
        let notes = notes.into_iter().map(|note| view! { <li>{note}</li> });
        view! { <ul class="clauses">{notes.collect_view()}</ul> }
    });
    let (verb, beside) = match (is_ready, checked) {
        (false, _) => ("Check the file", open.sentence.clone()),
        (true, true) => ("Check the file again", String::new()),
        (true, false) => ("Check the file", "The check writes nothing: it says what would happen.".to_owned()),
    };
    let variant = if checked { Variant::Normal } else { Variant::Primary };
    let action = at(&format!("/import/{id}/columns"));
    let as_before = look.as_before.clone().map(|words| view! { <AsBefore words upload=upload.clone()/> });
    view! {
        {as_before}
        <ReadingForm page look=Some(Arc::clone(&look))/>
        <form class="columns-form" id="columns" method="post" action=action data-preview="">
            <input type="hidden" name="form" value="columns"/>
            <SectionHead id="cols" title="What is in which column"><p>{mapped}</p></SectionHead>
            {wrong}
            {open.missing}
            <div class="table-wrap" tabindex="0" role="region" aria-label="Columns">
                <table class="table mapping">
                    <thead>
                        <tr>
                            <th scope="col">"Heading"</th>
                            <th scope="col">"In the file"</th>
                            <th scope="col">"Means"</th>
                            <th scope="col">"Read as"</th>
                        </tr>
                    </thead>
                    <tbody>{rows.collect_view()}<Constants upload=upload.clone() fields/></tbody>
                </table>
            </div>
            <Settings upload=upload.clone() inspection=inspection.clone()/>
            <Words kind=upload.kind lists=inspection.words.clone()/>
            <Channels channels=inspection.channels.clone()/>
            {notes}
            <FirstRows preview/>
            <div class="row sign">
                <Button variant attr:name="go" attr:value="check">{verb}</Button>
                <Button variant=Variant::Plain attr:name="go" attr:value="">"Update the preview"</Button>
                <span class="hint" role="status">{beside}</span>
            </div>
        </form>
    }
}

/// It is read as an earlier file of its shape, and need not be.
#[component]
fn AsBefore(words: String, upload: Upload) -> impl IntoView {
    let kept = upload.wishes.iter().filter(|(name, _)| READING.contains(&name.as_str())).cloned();
    let kept = kept.map(|(name, value)| view! { <input type="hidden" name=name value=value/> }).collect_view();
    view! {
        <form class="row as-before" method="post" action=at(&format!("/import/{}/columns", upload.id))>
            <input type="hidden" name="form" value="reading"/>
            <input type="hidden" name="source" value=upload.source/>
            <input type="hidden" name="zone" value=upload.zone/>
            {kept}
            <span>{format!("It is read {words}.")}</span>
            <Button variant=Variant::Plain attr:name=FRESH attr:value="yes">"Read it without that"</Button>
        </form>
    }
}

/// What must be answered before the file can be checked.
struct Open {
    sentence: String,
    missing: Option<AnyView>,
}

impl Open {
    fn of(questions: &[Question], fields: &[FieldView]) -> Self {
        let sentence = match questions.len() {
            0 => "First mend what does not fit together.".to_owned(),
            1 => "One question is open.".to_owned(),
            n => format!("{n} questions are open."),
        };
        let name =
            |key: &'static str| fields.iter().find(|field| field.key == key).map_or(key, |field| field.label.name);
        let missing: Vec<_> = questions
            .iter()
            .filter_map(|question| match &question.ask {
                Ask::Field(keys) => {
                    let names: Vec<_> = keys.iter().map(|key| format!("“{}”", name(key))).collect();
                    Some(view! { <p>{question.sentence.clone()}" Choose "{names.join(" or ")}" below."</p> })
                }
                _ => None,
            })
            .collect();
        let missing = (!missing.is_empty()).then(|| {
            view! { <Notice kind=NoticeKind::Error title="A column is missing">{missing.collect_view()}</Notice> }
                .into_any()
        });
        Self { sentence, missing }
    }
}

/// What each row of the table needs.
struct Context {
    kind: Kind,
    /// The form as it was sent last.
    kept: HashMap<String, String>,
    fields: Vec<FieldView>,
    questions: Vec<Question>,
    wide: HashSet<usize>,
}

#[component]
fn ColumnRow(column: ColumnView, context: Arc<Context>) -> impl IntoView {
    let ColumnView { heading, place, oddity, samples, empty, field, why, read_as, asks } = column;
    let Context { kind, kept, fields, questions, wide } = &*context;
    let kept = |what: &str| kept.get(&format!("{what}.{place}")).cloned().unwrap_or_default();
    let of_channel = field.is_none() && kept("column") == A_CHANNEL && kept("heading") == heading;
    let shown = if of_channel { A_CHANNEL } else { field.unwrap_or_default() };
    let question = asks.and_then(|at| questions.get(at).cloned());
    let asked = question.as_ref().is_some_and(|question| matches!(question.ask, Ask::Order { .. } | Ask::Mark { .. }));
    let samples = samples.into_iter().take(SAMPLES).map(|sample| view! { <span>{sample}</span> }).collect_view();
    let empty = (empty > 0).then(|| {
        let rows = if empty == 1 { "row" } else { "rows" };
        view! { <span class="quiet">{format!("empty in {} {rows}", count(empty))}</span> }
    });
    let (label, name) = (format!("Field for {heading}"), format!("column.{place}"));
    let wide = wide.contains(&(place - 1)) || wide.contains(&place);
    let channel = (*kind == Kind::Spend && (wide || of_channel)).then(|| {
        view! { <option value=A_CHANNEL selected=of_channel>"Amounts of one channel"</option> }
    });
    let why = match why {
        Why::Unknown | Why::Passed if shown.is_empty() => String::new(),
        why => why.label().to_owned(),
    };
    let answer = question.map(|question| view! { <Answer question place/> });
    // What was answered before stays answered.
    let answered = (!asked).then(|| {
        ["order", "mark"].map(|what| {
            let value = kept(what);
            (!value.is_empty()).then(|| view! { <input type="hidden" name=format!("{what}.{place}") value=value/> })
        })
    });
    view! {
        <tr data-ask=asked.then_some("")>
            <th scope="row">
                <code>{heading.clone()}</code>
                {oddity.map(|oddity| view! { <span class="sub">{oddity}</span> })}
                <input type="hidden" name=format!("heading.{place}") value=heading/>
                <input type="hidden" name=format!("was.{place}") value=shown/>
            </th>
            <td class="samples">{samples}{empty}</td>
            <td>
                <select class="input" name=name aria-label=label>
                    <option value="" selected=shown.is_empty()>"Leave out"</option>
                    {channel}
                    <FieldOptions fields=fields.clone() chosen=shown/>
                </select>
            </td>
            <td>
                {answer}
                <span class="quiet">{read_as}</span>
                {(!why.is_empty()).then(|| view! { <span class="sub">{why}</span> })}
                {answered.map(|answered| answered.into_iter().collect_view())}
            </td>
        </tr>
    }
}

/// The fields of a kind, by group.
#[component]
pub fn FieldOptions(
    /// All of them.
    fields: Vec<FieldView>,
    /// The one that is chosen.
    #[prop(into)]
    chosen: String,
) -> impl IntoView {
    const GROUPS: [Group; 7] =
        [Group::Key, Group::Date, Group::What, Group::Person, Group::Dimension, Group::Money, Group::Verdict];
    let groups = GROUPS.map(|group| {
        let own: Vec<_> = fields.iter().filter(|field| field.label.group == group).collect();
        (!own.is_empty()).then(|| {
            let options = own.into_iter().map(|field| {
                let needed = if field.label.need == Need::Optional { "" } else { " *" };
                let selected = field.key == chosen;
                view! { <option value=field.key selected=selected>{format!("{}{needed}", field.label.name)}</option> }
            });
            view! { <optgroup label=group.label()>{options.collect_view()}</optgroup> }
        })
    });
    groups.into_iter().collect_view()
}

/// A question about one column, with its answers.
#[component]
fn Answer(question: Question, place: usize) -> impl IntoView {
    let Question { ask, sentence, .. } = question;
    let (name, answers): (_, Vec<(&'static str, String)>) = match ask {
        Ask::Order { answers, .. } => {
            ("order", answers.into_iter().map(|(order, words)| (order.key(), words)).collect())
        }
        Ask::Mark { answers, .. } => ("mark", answers.into_iter().map(|(mark, words)| (mark.key(), words)).collect()),
        Ask::Field(_) | Ask::Words(_) => ("", Vec::new()),
    };
    let choices = answers.into_iter().map(|(key, words)| {
        let id = format!("{name}-{place}-{key}");
        view! {
            <span>
                <input type="radio" id=id.clone() name=format!("{name}.{place}") value=key/>
                <label for=id>{words}</label>
            </span>
        }
    });
    let choices = (!name.is_empty()).then(|| {
        view! { <fieldset class="answers"><legend class="sr">{sentence.clone()}</legend>{choices.collect_view()}</fieldset> }
    });
    view! { {choices}<span class="wrong-line">{sentence}</span> }
}

/// What an amount or a date stands for, where only a person knows.
#[component]
fn Settings(upload: Upload, inspection: Inspection) -> impl IntoView {
    let kept = |what: &str| find(&upload.wishes, &format!("set.{what}")).unwrap_or_default().to_owned();
    let (unit, span) = (kept("unit"), kept("span"));
    let micros = (inspection.micros.is_some() || unit == "micros").then(|| {
        let heading = inspection.micros.clone().unwrap_or_else(|| "The amount".to_owned());
        view! {
            <p class="field setting">
                <label for="set-unit">{format!("“{heading}” looks like millionths, as advertising systems write money. Its amounts are")}</label>
                <select class="input" id="set-unit" name="set.unit">
                    <option value="">"whole amounts, as they stand"</option>
                    <option value="micros" selected=unit == "micros">"millionths: 1,500,000 is 1.50"</option>
                </select>
            </p>
        }
    });
    let weeks = inspection.weeks.clone().map(|weeks| {
        let chosen = |key: &str, said: bool| span == key || weeks.answer == Some(said);
        let (week, day) = (chosen("week", true), chosen("day", false));
        view! {
            <p class="field setting">
                <label for="set-span">{format!("The dates of “{}” step by seven days. Each amount is for", weeks.heading)}</label>
                <select class="input" id="set-span" name="set.span">
                    <option value="">"its one day (say so, or choose the week)"</option>
                    <option value="week" selected=week>"the week that begins then"</option>
                    <option value="day" selected=day && !week>"that one day"</option>
                </select>
            </p>
        }
    });
    let currency = inspection.currency.clone().map(|CurrencyView { heading, example, codes }| {
        let codes = codes.iter().map(|&code| view! { <option value=code>{code}</option> });
        view! {
            <p class="field setting">
                <label for="set-currency">{format!("“{heading}” holds “{example}”, a sign that several currencies share. All amounts of this file are in")}</label>
                <select class="input" id="set-currency" name="set.currency">
                    <option value="">"nothing said: rows with that sign are not taken"</option>
                    {codes.collect_view()}
                </select>
            </p>
        }
    });
    let rates = matches!(upload.kind, Kind::Spend | Kind::Outcomes).then(|| {
        view! {
            <Field
                id="rates"
                name=RATES
                label="Exchange rates for this file only"
                value=find(&upload.wishes, RATES).unwrap_or_default().to_owned()
                hint="What one unit is worth from a day on, such as USD=0.92@2026-01-01; several with a space between. Those of every file stand under Spend, Exchange rates."
            />
        }
    });
    view! { {currency}{micros}{weeks}{rates} }
}

/// The first rows as the records will read them.
#[component]
fn FirstRows(preview: Preview) -> impl IntoView {
    let Preview { columns, rows } = preview;
    if rows.is_empty() {
        return None;
    }
    let width = columns.len();
    let head = columns.into_iter().map(|name| view! { <th scope="col">{name}</th> });
    let shown = rows.len();
    let rows = rows.into_iter().map(|row| {
        let cells = match row.cells {
            Ok(cells) => cells.into_iter().map(|cell| view! { <td>{cell}</td> }).collect_view().into_any(),
            Err(rejection) => {
                let column = rejection.column.map(|column| format!("{column}: ")).unwrap_or_default();
                let value = rejection.value.filter(|value| !value.is_empty()).map(|value| format!("“{value}”: ")).unwrap_or_default();
                view! { <td colspan=width class="rejects">{format!("Not taken. {column}{value}{}", rejection.reason)}</td> }.into_any()
            }
        };
        view! { <tr><th scope="row" class="num">{row.line}</th>{cells}</tr> }
    });
    Some(view! {
        <section class="section" aria-labelledby="preview">
            <SectionHead id="preview" title="How it will be read"><p>{format!("The first {shown} rows, as they would be taken")}</p></SectionHead>
            <div class="table-wrap scrolls" tabindex="0" role="region" aria-label="The first rows">
                <table class="table preview">
                    <thead><tr><th scope="col" class="num">"Line"</th>{head.collect_view()}</tr></thead>
                    <tbody>{rows.collect_view()}</tbody>
                </table>
            </div>
        </section>
    })
}

/// A select whose open answer is none of its choices.
#[component]
pub fn MeaningSelect(
    /// The name that the form sends.
    name: String,
    /// What it is about.
    label: String,
    /// Key and words.
    choices: Vec<(&'static str, &'static str)>,
    /// The key that is chosen; `None`: not settled.
    chosen: Option<&'static str>,
) -> impl IntoView {
    let choices = choices.into_iter().map(|(key, words)| {
        view! { <option value=key selected=chosen == Some(key)>{words}</option> }
    });
    view! {
        <select class="input" name=name aria-label=label aria-invalid=chosen.is_none().then_some("true")>
            <option value=OPEN selected=chosen.is_none()>"Say what it means"</option>
            {choices.collect_view()}
        </select>
    }
}
