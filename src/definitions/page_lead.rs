//! The criteria beside a lead, and in the form of its verdict.

use super::on_lead::{OnLead, status};
use crate::leads::model::Fit;
use crate::place::at;
use crate::ui::{StatusMark, Word};
use leptos::prelude::*;

/// Met, missed and unknown, for the side of a lead's page.
#[component]
pub fn CriteriaBlock(
    /// What was found.
    criteria: OnLead,
) -> impl IntoView {
    if criteria.lines.is_empty() {
        return view! {
            <h2>"Criteria"</h2>
            <p class="small quiet">"The agreement does not define a "<Word of="qualified-lead">"qualified lead"</Word>" yet, so nothing is checked here. "<a href=at("/definitions/what-if")>"Try criteria"</a>"."</p>
        }
        .into_any();
    }
    let summary = criteria.summary();
    let since = format!("By the version in force since {}.", criteria.since);
    let marks = criteria.lines.iter().map(|(.., fit)| view! { <i data-met=fit.key()></i> }).collect_view();
    let lines = criteria.lines.into_iter().map(|(_, words, fit)| {
        let status = status(fit);
        view! { <li data-fit=fit.key()><span>{words}</span><StatusMark status/></li> }
    });
    view! {
        <h2>"Criteria of a "<Word of="qualified-lead">"qualified lead"</Word></h2>
        <p class="small"><span class="fit" aria-hidden="true">{marks}</span>{summary}</p>
        <ul class="criteria-found" role="list">{lines.collect_view()}</ul>
        <p class="xs quiet">{since}</p>
    }
    .into_any()
}

/// What whoever gives a verdict found, criterion by criterion; what the program found is chosen until they say otherwise.
#[component]
pub fn FitFields(
    /// What the program found.
    criteria: OnLead,
    /// What was chosen in a form that was not taken, by the name of its field; empty where nothing was.
    chosen: Vec<(String, String)>,
) -> impl IntoView {
    (!criteria.lines.is_empty()).then(|| {
        let rows = criteria.lines.into_iter().map(|(key, words, found)| {
            let name = format!("fit.{key}");
            let typed = chosen.iter().find(|(of, _)| *of == name).and_then(|(_, value)| Fit::from_key(value));
            let stands = typed.unwrap_or(found);
            let choice = |fit: Fit| {
                view! { <label><input type="radio" name=name.clone() value=fit.key() checked=fit == stands/>{fit.key()}</label> }
            };
            let choices = [Fit::Yes, Fit::No, Fit::Unknown].map(choice).collect_view();
            let legend = format!("{words}: does it fit?");
            view! {
                <tr>
                    <th scope="row">{words}</th>
                    <td data-label="Program"><StatusMark status=status(found)/></td>
                    <td><fieldset class="segmented tri"><legend class="sr">{legend}</legend>{choices}</fieldset></td>
                </tr>
            }
        });
        view! {
            <div class="table-wrap" tabindex="0" role="region" aria-label="Criteria">
                <table class="table criteria-fit">
                    <thead>
                        <tr>
                            <th scope="col">"Criterion"</th>
                            <th scope="col">"Program"</th>
                            <th scope="col">"What you found"</th>
                        </tr>
                    </thead>
                    <tbody>{rows.collect_view()}</tbody>
                </table>
            </div>
        }
    })
}
