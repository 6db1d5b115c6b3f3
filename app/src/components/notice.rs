//! A child's page with one message: kind, short, and with a way on.

use leptos::prelude::*;

use crate::components::student_frame::StudentFrame;

/// A heading, a sentence that says what to do, and a link.
#[component]
pub fn Notice(title: &'static str, text: String, link: (&'static str, &'static str)) -> impl IntoView {
    view! {
        <StudentFrame band=None hide=false>
            <div class="sheet sheet-narrow">
                <h1>{title}</h1>
                <p>{text}</p>
            </div>
            <p class="student-foot"><a href=link.0>{link.1}</a></p>
        </StudentFrame>
    }
}
