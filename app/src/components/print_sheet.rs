//! A document for paper, as a page shows it: the same words in the same order as its PDF.

use leptos::prelude::*;
use server::documents::{Block, Document};

use crate::i18n::Language;

/// A sheet. Tables, figures and lines to write on are shown by components of their own, and stand in no sheet.
#[component]
pub fn PrintSheet(document: Document) -> AnyView {
    let direction = Language::of_tag(&document.language).unwrap_or_default().direction();
    let blocks = document
        .blocks
        .into_iter()
        .map(|block| match block {
            Block::Heading(2, words) => view! { <h2>{words}</h2> }.into_any(),
            Block::Heading(_, words) => view! { <h3>{words}</h3> }.into_any(),
            Block::Paragraph(words) => lines(&words),
            Block::Note(words) => view! { <p class="sheet-note">{words}</p> }.into_any(),
            Block::Points(points) => {
                let points = points.into_iter().map(|point| view! { <li>{point}</li> }).collect_view();
                view! { <ul class="sheet-points">{points}</ul> }.into_any()
            }
            Block::Fields(fields) => {
                let fields = fields
                    .into_iter()
                    .map(|(name, value)| view! { <div><dt>{name}</dt><dd>{lines(&value)}</dd></div> })
                    .collect_view();
                view! { <dl class="sheet-fields">{fields}</dl> }.into_any()
            }
            Block::Table(_) | Block::Figure { .. } | Block::Blanks(_) | Block::NewPage => ().into_any(),
        })
        .collect_view();
    view! {
        <article class="card print-sheet sheet" lang=document.language dir=direction>
            <h1>{document.title}</h1>
            {blocks}
            <p class="muted small sheet-foot">{document.footer}</p>
        </article>
    }
    .into_any()
}

/// Running text: a line break in it is kept.
fn lines(words: &str) -> AnyView {
    words
        .lines()
        .map(|line| line.trim().to_owned())
        .filter(|line| !line.is_empty())
        .map(|line| view! { <p>{line}</p> })
        .collect_view()
        .into_any()
}
