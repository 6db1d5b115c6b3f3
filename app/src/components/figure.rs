//! A chart with everything that must stand beside it: message, measure, drawing, words, table, downloads (D-10).

use leptos::prelude::*;
use server::draw::{self, words};

use super::drawing::Drawing;
use super::icon::Icon;

/// A figure as `server::draw` made it.
#[component]
pub fn Figure(
    figure: draw::Figure,
    /// The address of its files without their ending; none where it cannot be taken away.
    #[prop(optional, into)]
    files: Option<String>,
) -> AnyView {
    let title = format!("{}-message", figure.id);
    view! {
        <figure class="figure" aria-labelledby=title.clone()>
            <figcaption>
                <h2 class="figure-title" id=title.clone()>{figure.title.clone()}</h2>
                <p class="figure-measure">{figure.subtitle.clone()}</p>
            </figcaption>
            <div class="figure-plot">
                <div class="figure-wide"><Drawing svg=figure.svg.clone()/></div>
                <div class="figure-narrow"><Drawing svg=figure.svg_narrow.clone()/></div>
            </div>
            <p class="figure-text">{figure.summary.clone()}</p>
            {(!figure.note.is_empty()).then(|| view! { <p class="figure-note">{figure.note.clone()}</p> })}
            <div class="figure-foot">
                <details class="disclosure">
                    <summary><Icon name="table-2"/>"Show as table"</summary>
                    <FigureTable table=figure.table.clone()/>
                </details>
                {files
                    .map(|files| {
                        let about = figure.table.caption.clone();
                        view! {
                            <p class="small">
                                <a href=format!("{files}.csv") download="">
                                    "Download CSV"<span class="visually-hidden">{format!(": {about}")}</span>
                                </a>
                            </p>
                            <p class="small">
                                <a href=format!("{files}.svg") download="">
                                    "Download picture"<span class="visually-hidden">{format!(": {about}")}</span>
                                </a>
                            </p>
                        }
                    })}
            </div>
        </figure>
    }
    .into_any()
}

/// Which columns hold numbers and nothing else, and so stand flush right; the first one names the row.
fn number_columns(table: &draw::Table) -> Vec<bool> {
    let numeric = |text: &str| {
        text == words::TOO_FEW
            || text == "–"
            || text.starts_with(|c: char| c.is_ascii_digit() || "≥≤+−".contains(c))
    };
    (0..table.headers.len())
        .map(|column| {
            column > 0 && table.rows.iter().all(|row| row.get(column).is_none_or(|text| numeric(text)))
        })
        .collect()
}

/// The same numbers as a table: the first cell of a row is its header.
#[component]
fn FigureTable(table: draw::Table) -> AnyView {
    let numbers = number_columns(&table);
    let number = |column: usize| numbers.get(column).copied().unwrap_or(false).then_some("number");
    let headers = table
        .headers
        .into_iter()
        .enumerate()
        .map(|(i, head)| view! { <th scope="col" class=number(i)>{head}</th> })
        .collect_view();
    let rows = table
        .rows
        .into_iter()
        .map(|row| {
            let cells = row
                .into_iter()
                .enumerate()
                .map(|(i, text)| match (i, text.as_str()) {
                    (0, _) => view! { <th scope="row">{text}</th> }.into_any(),
                    (_, words::TOO_FEW) => {
                        view! { <td class="cell-hidden"><span>{text}</span></td> }.into_any()
                    }
                    _ => view! { <td class=number(i)>{text}</td> }.into_any(),
                })
                .collect_view();
            view! { <tr>{cells}</tr> }
        })
        .collect_view();
    view! {
        <div class="table-wrap" role="region" aria-label=table.caption.clone() tabindex="0">
            <table class="table">
                <caption>{table.caption.clone()}</caption>
                <thead><tr>{headers}</tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use server::draw::{Table, words};

    use super::number_columns;

    #[test]
    fn a_column_of_numbers_is_known_though_some_are_hidden() {
        let row = |cells: [&str; 4]| cells.map(str::to_owned).to_vec();
        let table = Table {
            caption: String::new(),
            headers: row(["School", "Share", "Band", "n"]),
            rows: vec![row(["Oak", "≥95%", "Mild", "8,412"]), row(["Elm", words::TOO_FEW, "2 bands", "–"])],
        };
        assert_eq!(number_columns(&table), [false, true, false, true]);
    }
}
