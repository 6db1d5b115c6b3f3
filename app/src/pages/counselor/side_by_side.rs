//! What student, teacher and parents say, side by side (42).

use leptos::prelude::*;

use crate::api::informants::{Agreement, Line, Scored, SideBySide};
use crate::components::icon::Icon;

/// A table for each window in which several were heard.
#[component]
pub fn Informants(windows: Vec<SideBySide>) -> AnyView {
    (!windows.is_empty())
        .then(|| {
            let tables = windows.into_iter().map(table).collect_view();
            view! {
                <section class="card" aria-labelledby="informants-head">
                    <h2 id="informants-head">"Who sees what"</h2>
                    <p class="muted small">"Informants often differ: each sees the child elsewhere. Points are compared only between forms with the same questions and scale."</p>
                    {tables}
                </section>
            }
        })
        .into_any()
}

const WHO: [(&str, &str, &str); 3] =
    [("student", "●", "Student"), ("teacher", "■", "Teacher"), ("parent", "▲", "Parent")];

fn table(window: SideBySide) -> AnyView {
    let heard: Vec<_> = WHO
        .into_iter()
        .filter(|(id, ..)| window.lines.iter().any(|l| l.scores.iter().any(|s| s.informant == *id)))
        .collect();
    let heads = heard
        .iter()
        .map(|(_, shape, word)| view! { <th scope="col" role="columnheader"><span aria-hidden="true">{*shape}" "</span>{*word}</th> })
        .collect_view();
    let lines = window.lines.iter().map(|line| row(line, &heard)).collect_view();
    view! {
        <h3>{window.window.clone()}" "{mark(window.agreement)}</h3>
        <div class="table-wrap">
            <table class="table table-stack" role="table">
                <caption class="visually-hidden">{format!("Scores by informant, {}", window.window)}</caption>
                <thead role="rowgroup"><tr role="row">
                    <th scope="col" role="columnheader">"Form"</th>{heads}
                    <th scope="col" role="columnheader">"Difference"</th>
                    <th scope="col" role="columnheader">"Agreement"</th>
                </tr></thead>
                <tbody role="rowgroup">{lines}</tbody>
            </table>
        </div>
    }
    .into_any()
}

fn row(line: &Line, heard: &[(&str, &str, &'static str)]) -> AnyView {
    let cells = heard
        .iter()
        .map(|(id, _, word)| {
            let own = line.scores.iter().filter(|s| s.informant == *id).map(score).collect::<Vec<_>>();
            let words = if own.is_empty() { "–".to_owned() } else { own.join("; ") };
            view! { <td role="cell" data-label=*word>{words}</td> }
        })
        .collect_view();
    let difference = line.difference.map_or_else(|| "–".to_owned(), |points| format!("{points} points"));
    let agreement = line.agreement.map_or_else(|| "–".into_any(), mark);
    view! {
        <tr role="row">
            <th scope="row" role="rowheader" data-label="Form">{line.title.clone()}</th>
            {cells}
            <td role="cell" data-label="Difference">{difference}</td>
            <td role="cell" data-label="Agreement">{agreement}</td>
        </tr>
    }
    .into_any()
}

fn score(scored: &Scored) -> String {
    let points = match (scored.value, scored.most) {
        (Some(value), Some(most)) => format!("{value} of {most}"),
        (Some(value), None) => value.to_string(),
        (None, _) => "not scored".to_owned(),
    };
    match scored.raised {
        Some(true) => format!("{points}, raised"),
        Some(false) => format!("{points}, not raised"),
        None => points,
    }
}

/// Word and icon; colour only helps.
fn mark(agreement: Agreement) -> AnyView {
    let (class, icon) = match agreement {
        Agreement::AllRaised => ("tag tag-high", "circle-alert"),
        Agreement::NoneRaised => ("tag tag-done", "check"),
        Agreement::Differ | Agreement::Unknown => ("tag tag-plain", "info"),
    };
    view! { <span class=class><Icon name=icon/>{agreement.label()}</span> }.into_any()
}
