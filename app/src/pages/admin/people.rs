//! The accounts of a district: who there is, who may do what, and one-time links in place of passwords sent around.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use leptos::prelude::*;
use server::Error;
use server::model::UserId;
use server::model::people::{Role, Scope};

use crate::address::Address;
use crate::api::accounts::{self as api, AccountLine, Change, Held, Token as Link, Tree};
use crate::components::back_link::BackLink;
use crate::components::banner::{Banner, Confirmation, Tone};
use crate::components::field::{Check, Choice, Input, Select};
use crate::components::form::Token;
use crate::components::icon::Icon;
use crate::components::shell::Head;
use crate::components::staff_shell::{Reader, StaffShell, Tab};
use crate::render;
use crate::visit::{Posted, Visit};

/// What was typed into the form of an invitation, and what is wrong with it.
#[derive(Clone, Debug, Default)]
struct Draft {
    name: String,
    email: String,
    fault: Option<(&'static str, String)>,
}

/// `GET /setup/people`.
pub async fn show(visit: Visit, address: Address) -> Response {
    let done = (address.query("done") == "changed").then_some("The account is changed.");
    page(&visit, StatusCode::OK, done, None, Draft::default()).await
}

/// `POST /setup/people/invite`.
pub async fn invite(posted: Posted) -> Response {
    let visit = &posted.visit;
    let (name, email) = (posted.text("name"), posted.text("email"));
    let invited = match (posted.word::<Role>("role"), posted.word::<Scope>("place")) {
        (Some(role), Some(scope)) => api::invite(visit, name, email, role, scope).await,
        _ => Err(Error::NotFound),
    };
    match invited {
        Ok(link) => page(visit, StatusCode::OK, None, Some(link), Draft::default()).await,
        Err(Error::Invalid { field, message }) => {
            let draft =
                Draft { name: name.to_owned(), email: email.to_owned(), fault: Some((field, message)) };
            page(visit, StatusCode::UNPROCESSABLE_ENTITY, None, None, draft).await
        }
        Err(error) => render::staff_failure(visit, &error),
    }
}

/// `POST /setup/people/{id}/{change}`.
pub async fn change(address: Address, posted: Posted) -> Response {
    let visit = &posted.visit;
    let user = address.part::<UserId>(0);
    let held = posted.word::<Role>("role").zip(posted.word::<Scope>("place"));
    let change = match (address.part::<String>(1).unwrap_or_default().as_str(), held) {
        ("disable", _) => Some(Change::Disable),
        ("enable", _) => Some(Change::Enable),
        ("remove-passkeys", _) => Some(Change::RemovePasskeys),
        ("sign-out", _) => Some(Change::SignOut),
        ("add-role", Some((role, scope))) => Some(Change::AddRole(role, scope)),
        ("remove-role", Some((role, scope))) => Some(Change::RemoveRole(role, scope)),
        ("reset", _) => None,
        _ => return render::staff_failure(visit, &Error::NotFound),
    };
    let done = match (user, change) {
        (Ok(user), Some(change)) => api::change_account(visit, user, change).await.map(|()| None),
        (Ok(user), None) => api::reset_account(visit, user).await.map(Some),
        (Err(error), _) => Err(error),
    };
    match done {
        Ok(None) => Redirect::to("/setup/people?done=changed").into_response(),
        Ok(link) => page(visit, StatusCode::OK, None, link, Draft::default()).await,
        Err(error) => render::staff_failure(visit, &error),
    }
}

async fn page(
    visit: &Visit,
    status: StatusCode,
    done: Option<&'static str>,
    link: Option<Link>,
    draft: Draft,
) -> Response {
    let (people, tree) = match api::list_accounts(visit).await {
        Ok(found) => found,
        Err(error) => return render::staff_failure(visit, &error),
    };
    let reader = Reader::of(visit);
    let token = visit.form_token.clone();
    let link = link.map(|link| visit.link(&format!("/welcome/{}", link.reveal())));
    render::page(visit, status, Head::staff("People"), move || {
        view! {
            <StaffShell reader here=Tab::Setup>
                <BackLink href="/setup">"Set-up"</BackLink>
                <Confirmation sentence=done/>
                {link.map(|link| view! {
                    <Banner
                        tone=Tone::Info
                        head="A one-time link, shown only now"
                        text="Give it to the person yourself, not by e-mail to a shared box. It works once, for three days."
                    />
                    <p class="card id" id="one-time-link">{link}</p>
                })}
                <div class="page-head"><div><h1>"People"</h1>
                    <p class="lede">"Accounts of staff. Changes count at once, on every device."</p></div></div>
                <People people places=places(&tree) token=token.clone()/>
                <Invite token places=places(&tree) draft/>
            </StaffShell>
        }
    })
}

/// What a role can be held for: the district, then each area with its schools below it.
fn places(tree: &Tree) -> Vec<(String, String)> {
    let school = |depth: usize, id, name: &String| {
        (Scope::School(id).to_string(), format!("{}{name}", "– ".repeat(depth)))
    };
    let mut places = vec![(Scope::District.to_string(), "Whole district".to_owned())];
    places.extend(tree.schools.iter().map(|(id, name)| school(0, *id, name)));
    for area in &tree.areas {
        let words = format!("{}{} (all schools)", "– ".repeat(area.depth), area.name);
        places.push((Scope::Area(area.id).to_string(), words));
        places.extend(area.schools.iter().map(|(id, name)| school(area.depth + 1, *id, name)));
    }
    places
}

#[component]
fn People(people: Vec<AccountLine>, places: Vec<(String, String)>, token: String) -> AnyView {
    let lines = people
        .into_iter()
        .map(|AccountLine { account, roles }| {
            let id = account.id;
            let state = match (account.disabled_at.is_some(), account.ready > 0) {
                (true, _) => view! { <span class="tag tag-plain"><Icon name="ban"/>"Disabled"</span> },
                (false, false) => view! { <span class="tag tag-high"><Icon name="clock-alert"/>"Invited"</span> },
                (false, true) => view! { <span class="tag tag-done"><Icon name="check"/>"Active"</span> },
            };
            let held = roles
                .into_iter()
                .map(|Held { role, scope, place }| {
                    let words = format!("{}, {place}", role.label());
                    view! {
                        <li>
                            {words.clone()}" "
                            <form class="inline-form" method="post" action=format!("/setup/people/{id}/remove-role")>
                                <Token value=token.clone()/>
                                <input type="hidden" name="role" value=role.as_str()/>
                                <input type="hidden" name="place" value=scope.to_string()/>
                                <button class="button button-quiet button-small" type="submit">
                                    "Take away"<span class="visually-hidden">{format!(" {words}")}</span>
                                </button>
                            </form>
                        </li>
                    }
                })
                .collect_view();
            let (way, words) = if account.disabled_at.is_some() { ("enable", "Enable") } else { ("disable", "Disable") };
            let mut acts = vec![(way, words), ("reset", "Reset")];
            if account.signed_in > 0 {
                acts.push(("sign-out", "Sign out everywhere"));
            }
            if account.passkeys > 0 {
                acts.push(("remove-passkeys", "Remove passkeys"));
            }
            let acts = acts
                .into_iter()
                .map(|(way, words)| view! {
                    <form method="post" action=format!("/setup/people/{id}/{way}")>
                        <Token value=token.clone()/>
                        <button class="button button-small" type="submit">
                            {words}<span class="visually-hidden">{format!(" {}", account.name)}</span>
                        </button>
                    </form>
                })
                .collect_view();
            view! {
                <tr role="row">
                    <th scope="row" role="rowheader" data-label="Name">
                        <span>{account.name.clone()}<span class="table-sub">{account.email.clone()}</span></span>
                    </th>
                    <td role="cell" data-label="Roles">
                        <div>
                            <ul class="stack-tight">{held}</ul>
                            <Another id=id name=account.name.clone() places=places.clone() token=token.clone()/>
                        </div>
                    </td>
                    <td role="cell" data-label="Account"><span>{state}</span></td>
                    <td role="cell" data-label="Change"><div class="buttons">{acts}</div></td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <div class="table-wrap">
            <table class="table table-stack" role="table">
                <caption class="visually-hidden">"People"</caption>
                <thead role="rowgroup">
                    <tr role="row">
                        {["Name", "Roles", "Account", "Change"]
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

/// A further role for somebody who has an account.
#[component]
fn Another(id: UserId, name: String, places: Vec<(String, String)>, token: String) -> AnyView {
    let check = |field: &str| Check { id: format!("{field}-{id}"), error: None, hint: false };
    let roles = Role::ALL.iter().map(|role| (role.as_str(), role.label())).collect();
    view! {
        <details class="disclosure">
            <summary>"One more role"<span class="visually-hidden">{format!(" for {name}")}</span></summary>
            <form class="form" method="post" action=format!("/setup/people/{id}/add-role")>
                <Token value=token/>
                <Select label="Role" name="role" check=check("role") options=roles chosen="counselor".to_owned()/>
                <Choice label="Place" name="place" check=check("place") options=places/>
                <button class="button button-small" type="submit">"Give"</button>
            </form>
        </details>
    }
    .into_any()
}

#[component]
fn Invite(token: String, places: Vec<(String, String)>, draft: Draft) -> AnyView {
    let check = |id: &str| Check {
        id: id.to_owned(),
        error: draft.fault.as_ref().filter(|(field, _)| *field == id).map(|(_, text)| text.clone()),
        hint: false,
    };
    let roles = Role::ALL.iter().map(|role| (role.as_str(), role.label())).collect();
    view! {
        <section class="card" aria-labelledby="invite">
            <h2 id="invite">"Invite somebody"</h2>
            <form class="form" method="post" action="/setup/people/invite" autocomplete="off" novalidate>
                <Token value=token/>
                <div class="form-row">
                    <Input label="Name" name="name" check=check("name") text=draft.name.clone() required=true/>
                    <Input label="E-mail address" name="email" kind="email" check=check("email")
                        text=draft.email.clone() required=true/>
                </div>
                <div class="form-row">
                    <Select label="Role" name="role" check=check("role") options=roles chosen="counselor".to_owned()/>
                    <Choice label="Place" name="place" check=check("place") options=places/>
                </div>
                <button class="button button-primary" type="submit">"Make a one-time link"</button>
            </form>
        </section>
    }
    .into_any()
}
