//! Windows across the schools of a district, duty and what waits too long: for whoever must telephone a school today.

use axum::http::StatusCode;
use axum::response::Response;
use leptos::prelude::*;

use crate::address::Address;
use crate::api::district::{self as api, Overdue, SchoolToday, WindowToday};
use crate::components::back_link::BackLink;
use crate::components::empty::Empty;
use crate::components::icon::Icon;
use crate::components::shell::Head;
use crate::components::staff_shell::{Reader, StaffShell, Tab};
use crate::render;
use crate::visit::Visit;

/// `GET /district/schools`.
pub async fn show(visit: Visit, address: Address) -> Response {
    if !address.asks_only(&[]) {
        return super::releases::no_filters(&visit);
    }
    let today = match api::get_today(&visit).await {
        Ok(today) => today,
        Err(error) => return render::staff_failure(&visit, &error),
    };
    let reader = Reader::of(&visit);
    render::page(&visit, StatusCode::OK, Head::staff("Schools today"), move || {
        let lede = lede(&today.windows, &today.schools);
        let none = today.windows.is_empty().then(|| {
            view! { <Empty head="No window is open or ready" text="When one is, each of its schools stands here."/> }
        });
        let windows = today.windows.into_iter().map(|window| view! { <Window window/> }).collect_view();
        view! {
            <StaffShell reader here=Tab::District>
                <BackLink href="/district">"District"</BackLink>
                <div class="page-head"><div>
                    <h1>"Schools today"</h1>
                    <p class="lede">{lede}</p>
                </div></div>
                {none}
                {windows}
                <Schools schools=today.schools/>
            </StaffShell>
        }
    })
}

fn lede(windows: &[WindowToday], schools: &[SchoolToday]) -> String {
    let behind: usize = windows.iter().map(WindowToday::not_opened).sum();
    let gaps = schools.iter().filter(|s| !s.somebody_on_duty).count();
    let late = schools.iter().filter(|s| s.overdue != Overdue::None).count();
    let of = |n: usize| if n == 1 { "1 school".to_owned() } else { format!("{n} schools") };
    let mut parts = Vec::new();
    if behind > 0 {
        parts.push(format!("{} not begun", of(behind)));
    }
    if gaps > 0 {
        parts.push(format!("nobody on duty in {}", of(gaps)));
    }
    if late > 0 {
        parts.push(format!("referrals overdue in {}", of(late)));
    }
    if parts.is_empty() {
        "Every school has begun, somebody is on duty, and nothing is overdue.".to_owned()
    } else {
        format!("{}.", parts.join(", "))
    }
}

#[component]
fn Window(window: WindowToday) -> AnyView {
    let head = format!("window-{}", window.id);
    let id = head.clone();
    let behind = window.not_opened();
    let words = match behind {
        0 => "Every school has begun.".to_owned(),
        n => format!("{n} of {} schools have not begun.", window.schools.len()),
    };
    let rows = window
        .schools
        .into_iter()
        .map(|school| {
            let state = match (school.sittings, school.opened) {
                (0, _) => "No sitting planned",
                (_, 0) => "Not begun",
                (all, opened) if opened < all => "Under way",
                _ => "All sittings opened",
            };
            view! {
                <tr>
                    <th scope="row">{school.school_name}</th>
                    <td>{state}</td>
                    <td>{format!("{} of {}", school.opened, school.sittings)}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <section class="card" aria-labelledby=head>
            <h2 id=id>{window.name.clone()}</h2>
            <p class="muted">{words}</p>
            <table class="table">
                <caption class="visually-hidden">{format!("{} by school", window.name)}</caption>
                <thead><tr><th scope="col">"School"</th><th scope="col">"State"</th><th scope="col">"Sittings opened"</th></tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </section>
    }
    .into_any()
}

#[component]
fn Schools(schools: Vec<SchoolToday>) -> AnyView {
    let rows = schools
        .into_iter()
        .map(|school| {
            let duty = match (school.somebody_on_duty, school.backup) {
                (false, _) => view! { <td><Icon name="circle-alert"/>"Nobody"</td> }.into_any(),
                (true, false) => view! { <td>"One person, no backup"</td> }.into_any(),
                (true, true) => view! { <td>"Covered"</td> }.into_any(),
            };
            view! { <tr><th scope="row">{school.name}</th>{duty}<td>{school.overdue.words()}</td></tr> }
        })
        .collect_view();
    view! {
        <section class="card" aria-labelledby="today-head">
            <h2 id="today-head">"Duty and what waits"</h2>
            <p class="muted">"At this moment. Small numbers are not told: they could be about one child."</p>
            <table class="table">
                <caption class="visually-hidden">"Duty and overdue referrals by school"</caption>
                <thead><tr><th scope="col">"School"</th><th scope="col">"On duty now"</th><th scope="col">"Overdue referrals"</th></tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </section>
    }
    .into_any()
}
