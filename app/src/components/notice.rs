//! A child's page with one message: kind, short, and with a way on.

use leptos::prelude::*;
use server::model::people::AgeBand;

use crate::components::student_frame::StudentFrame;

/// A heading, a sentence that says what to do, and a link.
#[component]
pub fn Notice(
    title: &'static str,
    text: String,
    link: (&'static str, &'static str),
    #[prop(optional_no_strip)] note: Option<&'static str>,
    #[prop(optional_no_strip)] band: Option<AgeBand>,
) -> impl IntoView {
    view! {
        <StudentFrame band hide=false>
            <div class="sheet sheet-narrow">
                <h1>{title}</h1>
                <p>{text}</p>
                {note.map(|note| view! { <p class="question-note">{note}</p> })}
            </div>
            <p class="student-foot"><a href=link.0>{link.1}</a></p>
        </StudentFrame>
    }
}
