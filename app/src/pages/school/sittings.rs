//! A proctor's sittings: one class at its devices each, the open ones first.

use axum::http::StatusCode;
use axum::response::Response;
use leptos::prelude::*;
use server::model::Instant;
use server::model::window::{SittingState, WindowState};

use crate::api::sittings::{self as api, Sitting};
use crate::components::empty::Empty;
use crate::components::icon::Icon;
use crate::components::shell::Head;
use crate::components::staff_shell::{Reader, StaffShell, Tab};
use crate::render;
use crate::visit::Visit;
use crate::when::{When, capital, spelled};

/// `GET /sittings`.
pub async fn show(visit: Visit) -> Response {
    let mut sittings = match api::list_sittings(&visit).await {
        Ok(sittings) => sittings,
        Err(error) => return render::staff_failure(&visit, &error),
    };
    // What runs now, then what is to come, then what is over; the class's name decides within each.
    let now = visit.ctx.now;
    sittings.sort_by_key(|s| {
        let rank = match state(s, now) {
            SittingState::Open => 0,
            SittingState::Planned => 1,
            SittingState::Closed => 2,
        };
        (rank, natural(&s.class_name))
    });
    let reader = Reader::of(&visit);
    render::page(&visit, StatusCode::OK, Head::staff("Sittings"), move || {
        let running = sittings.iter().filter(|s| state(s, now) == SittingState::Open).count();
        let lede = match running {
            0 => "No class is answering at this time.".to_owned(),
            1 => "One class can answer now.".to_owned(),
            n => format!("{} classes can answer now.", capital(&spelled(n))),
        };
        view! {
            <StaffShell reader here=Tab::Sittings>
                <div class="page-head">
                    <div>
                        <h1>"Sittings"</h1>
                        <p class="lede">{lede}</p>
                    </div>
                    <a class="button" href="/make-ups">"Make-up list"</a>
                </div>
                {if sittings.is_empty() {
                    view! {
                        <Empty head="No sitting is planned" text="The district plans sittings when it opens a check-in."/>
                    }
                } else {
                    view! { <List sittings now/> }
                }}
            </StaffShell>
        }
    })
}

/// How a sitting stands now: one whose time is over, or whose window is not open, takes no answers any more.
pub(super) fn state(sitting: &Sitting, now: Instant) -> SittingState {
    let over = sitting.ends_at.is_some_and(|ends| ends <= now) || sitting.window_state == WindowState::Closed;
    match sitting.state {
        SittingState::Open if over => SittingState::Closed,
        other => other,
    }
}

/// Class names in the order in which a school says them: 9A before 10A.
fn natural(name: &str) -> (u32, String) {
    let digits: String = name.chars().take_while(char::is_ascii_digit).collect();
    (digits.parse().unwrap_or(u32::MAX), name.to_owned())
}

/// The tag of a state: a word and an icon.
#[component]
pub(super) fn StateTag(state: SittingState) -> AnyView {
    let (class, icon, words) = match state {
        SittingState::Planned => ("tag tag-plain", "calendar", "Planned"),
        SittingState::Open => ("tag tag-done", "door-open", "Open"),
        SittingState::Closed => ("tag tag-plain", "lock", "Closed"),
    };
    view! { <span class=class><Icon name=icon/>{words}</span> }.into_any()
}

#[component]
fn List(sittings: Vec<Sitting>, now: Instant) -> AnyView {
    let lines = sittings
        .into_iter()
        .map(|sitting| {
            let when = When::new(now, &sitting.time_zone);
            let state = state(&sitting, now);
            let time = match (state, sitting.ends_at, sitting.opened_at) {
                (SittingState::Open, Some(ends), _) => format!("until {}", when.at(ends)),
                (SittingState::Closed, _, Some(opened)) => format!("was {}", when.day(opened.day_in(&when.zone))),
                _ => String::new(),
            };
            view! {
                <tr role="row">
                    <th scope="row" role="rowheader" data-label="Class">
                        <span>
                            <a href=format!("/sittings/{}", sitting.id)>{format!("Class {}", sitting.class_name)}</a>
                            <span class="table-sub">{sitting.school_name}</span>
                        </span>
                    </th>
                    <td role="cell" data-label="Check-in">
                        <span>{sitting.window_name}{sitting.make_up.then(|| view! { <span class="table-sub">"Make-up"</span> })}</span>
                    </td>
                    <td role="cell" data-label="State">
                        <span><StateTag state/></span>
                    </td>
                    <td role="cell" data-label="Time">{if time.is_empty() { "–".to_owned() } else { capital(&time) }}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <div class="table-wrap">
            <table class="table table-stack" role="table">
                <caption class="visually-hidden">"Sittings, open ones first"</caption>
                <thead role="rowgroup">
                    <tr role="row">
                        {["Class", "Check-in", "State", "Time"]
                            .map(|head| view! { <th scope="col" role="columnheader">{head}</th> })
                            .collect_view()}
                    </tr>
                </thead>
                <tbody role="rowgroup">{lines}</tbody>
            </table>
        </div>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::natural;

    #[test]
    fn class_9b_comes_before_class_10a() {
        let mut names = ["10A", "9B", "Robins", "1A"];
        names.sort_by_key(|name| natural(name));
        assert_eq!(names, ["1A", "9B", "10A", "Robins"]);
    }
}
