//! Tables: the first cell of a row is its heading, numbers stand flush right.

use super::says::{Cell, Column, Holds, Order, Sort, Table};
use leptos::prelude::*;

/// A table of finished cells.
#[component]
pub fn DataTable(
    /// What it shows.
    table: Table,
    /// A class of its own, for a table that changes its shape on small screens.
    #[prop(default = "")]
    class: &'static str,
    /// What it is called for those who cannot see where it stands; the caption where that is empty.
    #[prop(into, optional)]
    label: String,
) -> impl IntoView {
    let holds: Vec<Holds> = table.head.iter().map(|column| column.holds).collect();
    let head = table.head.into_iter().map(|column| match column.holds {
        _ if column.sort.is_some() => sorting(column),
        Holds::Words => view! { <th scope="col">{column.text}</th> }.into_any(),
        Holds::Numbers => view! { <th scope="col" class="num">{column.text}</th> }.into_any(),
        Holds::Drawing => view! { <th scope="col"><span class="sr">{column.text}</span></th> }.into_any(),
    });
    let row = |cells: Vec<Cell>| {
        let cells = cells.into_iter().zip(&holds).enumerate();
        let cells = cells.map(|(i, (cell, holds))| if i == 0 { heading(cell) } else { data(cell, *holds) });
        view! { <tr>{cells.collect_view()}</tr> }
    };
    let rows = table.rows.into_iter().map(row).collect_view();
    let foot = (!table.foot.is_empty()).then(|| view! { <tfoot>{row(table.foot)}</tfoot> });
    let label = if label.is_empty() { table.caption.clone() } else { label };
    // Not a <caption>: that would scroll away with a wide table.
    let caption = (!table.caption.is_empty()).then(|| view! { <p class="caption">{table.caption}</p> });
    view! {
        {caption}
        <div class="table-wrap" tabindex="0" role="region" aria-label=label>
            <table class=format!("table {class}")>
                <thead><tr>{head.collect_view()}</tr></thead>
                <tbody>{rows}</tbody>
                {foot}
            </table>
        </div>
    }
}

fn sorting(column: Column) -> AnyView {
    let Sort { href, order } = column.sort.unwrap_or(Sort { href: String::new(), order: None });
    let order = order.map(|order| match order {
        Order::Ascending => "ascending",
        Order::Descending => "descending",
    });
    let class = (column.holds == Holds::Numbers).then_some("num");
    view! { <th scope="col" class=class aria-sort=order><a href=href>{column.text}</a></th> }.into_any()
}

fn heading(cell: Cell) -> AnyView {
    if cell.href.is_empty() {
        view! { <th scope="row">{cell.text}{sub(cell.sub)}</th> }.into_any()
    } else {
        view! { <th scope="row"><a class="row-link" href=cell.href rel=cell.outside.then_some("external")>{cell.text}</a>{sub(cell.sub)}</th> }.into_any()
    }
}

fn data(cell: Cell, holds: Holds) -> AnyView {
    let class = match (holds, cell.quiet) {
        (Holds::Drawing, _) => return view! { <td class="drawing" inner_html=cell.text></td> }.into_any(),
        (Holds::Numbers, false) => "num",
        (Holds::Numbers, true) => "num quiet",
        (Holds::Words, false) => "",
        (Holds::Words, true) => "quiet",
    };
    let text = if cell.stressed { view! { <b>{cell.text}</b> }.into_any() } else { cell.text.into_any() };
    let text = if cell.href.is_empty() {
        text
    } else {
        view! { <a href=cell.href rel=cell.outside.then_some("external")>{text}</a> }.into_any()
    };
    view! { <td class=class>{text}{sub(cell.sub)}</td> }.into_any()
}

fn sub(text: String) -> Option<impl IntoView> {
    (!text.is_empty()).then(|| view! { <span class="sub">{text}</span> })
}
