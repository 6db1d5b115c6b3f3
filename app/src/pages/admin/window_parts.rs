//! What the pages of a window share.

use leptos::prelude::*;
use server::model::window::{ConsentMode, WindowState};

use crate::api::windows::Window;
use crate::components::form::Token;
use crate::components::icon::Icon;

/// The tag of a window's state.
#[component]
pub fn StateTag(state: WindowState) -> AnyView {
    let (class, icon, words) = match state {
        WindowState::Drafted => ("tag tag-plain", "notebook-pen", "Draft"),
        WindowState::Ready => ("tag tag-plain", "calendar-check", "Ready"),
        WindowState::Open => ("tag tag-done", "door-open", "Open"),
        WindowState::Paused => ("tag tag-high", "clock-alert", "Paused"),
        WindowState::Closed => ("tag tag-plain", "lock", "Closed"),
        WindowState::Archived => ("tag tag-plain", "history", "Archived"),
    };
    view! { <span class=class><Icon name=icon/>{words}</span> }.into_any()
}

/// What consent means for who is asked.
pub(super) fn consent(mode: ConsentMode) -> &'static str {
    match mode {
        ConsentMode::OptIn => "Only with a recorded yes",
        ConsentMode::OptOut => "Unless there is a recorded no",
        ConsentMode::LawfulDuty => "Ordered by law; a child may decline",
    }
}

/// The steps that the window's state allows.
#[component]
pub fn Moves(window: Window, token: String) -> AnyView {
    let steps = window.state.next();
    if steps.is_empty() {
        return "–".into_any();
    }
    let words = |to: WindowState| match (window.state, to) {
        (WindowState::Drafted, WindowState::Ready) => "Mark as ready",
        (_, WindowState::Drafted) => "Back to a draft",
        (WindowState::Paused, WindowState::Open) => "Open again",
        (_, WindowState::Open) => "Open",
        (_, WindowState::Paused) => "Pause",
        (_, WindowState::Closed) => "Close",
        (_, WindowState::Archived) => "Archive",
        (_, WindowState::Ready) => "Mark as ready",
    };
    let forms = steps
        .iter()
        .map(|to| {
            view! {
                <form method="post" action=format!("/setup/windows/{}/{}", window.id, to.as_str())>
                    <Token value=token.clone()/>
                    <button class="button button-small" type="submit">
                        {words(*to)}<span class="visually-hidden">{format!(" {}", window.name)}</span>
                    </button>
                </form>
            }
        })
        .collect_view();
    view! { <div class="buttons">{forms}</div> }.into_any()
}
