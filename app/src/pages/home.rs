//! `GET /home`: everybody's own first page.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use leptos::prelude::*;
use server::ctx::{Actor, Staff};
use server::model::people::Role;

use crate::components::form::Token;
use crate::components::shell::Head;
use crate::render;
use crate::visit::Visit;

/// Sends staff to the page of their work; whoever holds several roles lands where somebody may be waiting.
pub async fn show(visit: Visit) -> Response {
    match &visit.ctx.actor {
        Actor::Staff(staff) => match first_page(staff) {
            Some(path) => Redirect::to(path).into_response(),
            None => later(&visit, staff),
        },
        Actor::Student(_) => Redirect::to("/check-in").into_response(),
        _ => Redirect::to("/sign-in").into_response(),
    }
}

/// Roles in the order in which their work waits for a person, and their pages.
const PAGES: [(Role, &str); 8] = [
    (Role::Counselor, "/queue"),
    (Role::Proctor, "/sittings"),
    (Role::SchoolLead, "/school"),
    (Role::DistrictOfficer, "/district"),
    (Role::Analyst, "/district"),
    (Role::Administrator, "/setup"),
    (Role::Auditor, "/trail"),
    (Role::Teacher, "/concerns"),
];

fn first_page(staff: &Staff) -> Option<&'static str> {
    PAGES.iter().find(|(role, _)| staff.has(*role)).map(|(_, path)| *path)
}

fn later(visit: &Visit, staff: &Staff) -> Response {
    let token = visit.form_token.clone();
    let name = staff.name.clone();
    let text = "Your account has no role yet. Ask your administrator.";
    render::page(visit, StatusCode::OK, Head::staff("Home"), move || {
        view! {
            <main class="message" id="main" tabindex="-1">
                <div class="card stack">
                    <h1>{format!("Hello {name}")}</h1>
                    <p>{text}</p>
                    <form method="post" action="/sign-out">
                        <Token value=token/>
                        <button class="button" type="submit">"Sign out"</button>
                    </form>
                </div>
            </main>
        }
    })
}

#[cfg(test)]
mod tests {
    use server::ctx::{Grant, Staff};
    use server::model::people::Role;
    use server::model::{DistrictId, UserId};
    use uuid::Uuid;

    use super::first_page;

    fn staff(roles: &[Role]) -> Staff {
        Staff {
            user: UserId(Uuid::nil()),
            district: DistrictId(Uuid::nil()),
            name: String::new(),
            grants: roles.iter().map(|role| Grant { role: *role, school: None }).collect(),
        }
    }

    #[test]
    fn every_role_has_a_first_page_and_counseling_goes_before() {
        for role in Role::ALL {
            assert!(first_page(&staff(&[*role])).is_some(), "{role:?}");
        }
        assert_eq!(first_page(&staff(&[Role::Administrator, Role::Counselor])), Some("/queue"));
    }
}
