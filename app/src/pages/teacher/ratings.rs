//! The grids that wait for a teacher, and how far each is. Never a score.

use axum::http::StatusCode;
use axum::response::Response;
use leptos::prelude::*;

use crate::api::informants::{self as api, Task};
use crate::components::empty::Empty;
use crate::components::icon::Icon;
use crate::components::shell::Head;
use crate::components::staff_shell::{Reader, StaffShell, Tab};
use crate::render;
use crate::visit::Visit;

/// `GET /ratings`.
pub async fn show(visit: Visit) -> Response {
    let tasks = match api::list_ratings(&visit).await {
        Ok(tasks) => tasks,
        Err(error) => return render::staff_failure(&visit, &error),
    };
    let reader = Reader::of(&visit);
    render::page(&visit, StatusCode::OK, Head::staff("Ratings"), move || {
        let several = tasks.windows(2).any(|pair| matches!(pair, [a, b] if a.school != b.school));
        let lines = tasks.iter().map(|task| line(task, several)).collect_view();
        view! {
            <StaffShell reader here=Tab::Ratings>
                <div class="page-head">
                    <div>
                        <h1>"Rate your class"</h1>
                        <p class="lede">"Rate the children whom you teach: one row for each, in one go or in parts. Whoever begins a child's row finishes it."</p>
                    </div>
                </div>
                {if tasks.is_empty() {
                    view! { <Empty head="Nothing to rate" text="When a check-in asks teachers, your classes stand here."/> }.into_any()
                } else {
                    view! { <ul class="card consents">{lines}</ul> }.into_any()
                }}
            </StaffShell>
        }
    })
}

fn line(task: &Task, several: bool) -> AnyView {
    let href = format!("/ratings/{}/{}/{}", task.window.id, task.class.id, task.instrument);
    let finished = task.done >= task.children;
    let (class, icon) = if finished { ("tag tag-done", "check") } else { ("tag tag-plain", "inbox") };
    let place = if several { format!("{} · ", task.school) } else { String::new() };
    view! {
        <li>
            <div class="consent-line">
                <p>
                    <a href=href><strong>{format!("Class {}: {}", task.class.name, task.title)}</strong></a>
                    <span class="table-sub">{format!("{place}{}", task.window.name)}</span>
                </p>
                <span class=class><Icon name=icon/>{format!("{} of {} handed in", task.done, task.children)}</span>
            </div>
        </li>
    }
    .into_any()
}
