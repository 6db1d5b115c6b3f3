//! The parent forms of a class: who has answered, letters with links to print, and links to end (43).

use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use leptos::prelude::*;
use server::model::{ChildId, ClassId, Private, WindowId};
use server::{Error, Result};

use crate::address::Address;
use crate::api::informants::{self as api, FormSheet, FormState, FormsPage};
use crate::components::back_link::BackLink;
use crate::components::banner::Confirmation;
use crate::components::empty::Empty;
use crate::components::form::Token;
use crate::components::icon::Icon;
use crate::components::qr::Qr;
use crate::components::shell::{Audience, Head};
use crate::components::staff_shell::{Reader, StaffShell, Tab};
use crate::render;
use crate::visit::{Posted, Visit};
use crate::when::When;

fn place(address: &Address) -> Result<(WindowId, ClassId)> {
    Ok((address.part(0)?, address.part(1)?))
}

/// `GET /consent/windows/{id}/classes/{class}/forms`.
pub async fn show(visit: Visit, address: Address) -> Response {
    let done = (address.query("done") == "withdrawn").then_some("That link does not hold any more.");
    let page = match place(&address) {
        Ok((id, class)) => api::get_forms(&visit, id, class).await,
        Err(error) => Err(error),
    };
    match page {
        Ok(page) => list(&visit, page, done),
        Err(error) => render::staff_failure(&visit, &error),
    }
}

/// `POST /consent/windows/{id}/classes/{class}/forms`: letters to print.
pub async fn print(address: Address, posted: Posted) -> Response {
    let visit = &posted.visit;
    let sheet = match place(&address) {
        Ok((id, class)) => api::print_forms(visit, id, class, posted.word::<ChildId>("child")).await,
        Err(error) => Err(error),
    };
    match sheet {
        Ok(sheet) => letters(visit, sheet),
        Err(error) => render::staff_failure(visit, &error),
    }
}

/// `POST /consent/windows/{id}/classes/{class}/forms/{child}`: ends a link.
pub async fn withdraw(address: Address, posted: Posted) -> Response {
    let visit = &posted.visit;
    let done = match (place(&address), address.part::<ChildId>(2)) {
        (Ok((id, class)), Ok(child)) => {
            api::withdraw_form(visit, id, class, child).await.map(|()| (id, class))
        }
        _ => Err(Error::NotFound),
    };
    match done {
        Ok((id, class)) => {
            Redirect::to(&format!("/consent/windows/{id}/classes/{class}/forms?done=withdrawn"))
                .into_response()
        }
        Err(error) => render::staff_failure(visit, &error),
    }
}

fn list(visit: &Visit, page: FormsPage, done: Option<&'static str>) -> Response {
    let reader = Reader::of(visit);
    let token = visit.form_token.clone();
    let when = When::new(visit.ctx.now, &page.school.time_zone);
    let title = format!("Parent forms of class {}", page.class.name);
    render::page(visit, StatusCode::OK, Head::staff(title.clone()), move || {
        let base = format!("/consent/windows/{}/classes/{}", page.window.id, page.class.id);
        let action = format!("{base}/forms");
        let answered = page.children.iter().filter(|(.., state)| *state == FormState::HandedIn).count();
        let asked = page.children.iter().filter(|(.., state)| *state != FormState::NotAsked).count();
        let lede = format!(
            "{}, {}. {answered} of {asked} parents have answered {}.",
            page.window.name,
            page.school.name,
            page.asked.join(", ")
        );
        let lines = page
            .children
            .iter()
            .map(|(child, name, state)| line(*child, name, *state, &action, &token, &when))
            .collect_view();
        let nothing = page.asked.is_empty();
        view! {
            <StaffShell reader here=Tab::Consent>
                <Confirmation sentence=done/>
                <BackLink href=base>{format!("Consent of class {}", page.class.name)}</BackLink>
                <div class="page-head">
                    <div><h1>{title}</h1>{(!nothing).then(|| view! { <p class="lede">{lede}</p> })}</div>
                    {(!nothing).then(|| view! {
                        <form class="buttons" method="post" action=action.clone() target="_blank">
                            <Token value=token.clone()/>
                            <button class="button" type="submit"><Icon name="printer"/>"Letters for who has not answered"</button>
                        </form>
                    })}
                </div>
                {if nothing {
                    view! { <Empty head="Parents are not asked" text="This window has no form for parents. Choose one while it is a draft."/> }.into_any()
                } else {
                    view! {
                        <p class="muted">"A new letter ends the earlier one. A link holds while the window is open and the child takes part."</p>
                        <ul class="card consents">{lines}</ul>
                    }.into_any()
                }}
            </StaffShell>
        }
    })
}

fn line(
    child: ChildId,
    name: &Private<String>,
    state: FormState,
    action: &str,
    token: &str,
    when: &When,
) -> AnyView {
    let (words, class, icon) = match state {
        FormState::None => ("No letter yet".to_owned(), "tag tag-plain", "inbox"),
        FormState::Letter(at) => {
            (format!("Letter made {}", when.day(at.day_in(&when.zone))), "tag tag-plain", "printer")
        }
        FormState::Begun => ("Begun".to_owned(), "tag tag-plain", "notebook-pen"),
        FormState::HandedIn => ("Answered".to_owned(), "tag tag-done", "check"),
        FormState::NotAsked => ("Not asked".to_owned(), "tag tag-plain", "ban"),
    };
    let name = name.reveal().clone();
    let about = format!(" for {name}");
    let may_print = !matches!(state, FormState::HandedIn | FormState::NotAsked);
    let may_end = matches!(state, FormState::Letter(_) | FormState::Begun);
    let print = may_print.then(|| {
        view! {
            <form method="post" action=action.to_owned() target="_blank">
                <Token value=token.to_owned()/>
                <input type="hidden" name="child" value=child.to_string()/>
                <button class="button button-small" type="submit">
                    <Icon name="printer"/>"New letter"<span class="visually-hidden">{about.clone()}</span>
                </button>
            </form>
        }
    });
    let end = may_end.then(|| {
        view! {
            <form method="post" action=format!("{action}/{child}")>
                <Token value=token.to_owned()/>
                <button class="button button-small button-quiet" type="submit">
                    "End link"<span class="visually-hidden">{about.clone()}</span>
                </button>
            </form>
        }
    });
    view! {
        <li>
            <div class="consent-line">
                <p><strong>{name}</strong><span class="table-sub"><span class=class><Icon name=icon/>{words}</span></span></p>
                <div class="buttons">{print}{end}</div>
            </div>
        </li>
    }
    .into_any()
}

fn letters(visit: &Visit, sheet: FormSheet) -> Response {
    let when = When::new(visit.ctx.now, &sheet.page.school.time_zone);
    let head = Head { title: "Letters to parents".to_owned(), audience: Audience::Plain };
    render::page(visit, StatusCode::OK, head, move || {
        let FormSheet { page, letters } = sheet;
        let until = when.date(page.window.closes_on);
        let pages = letters
            .into_iter()
            .map(|(name, link)| {
                let name = name.reveal().clone();
                view! {
                    <article class="letter">
                        <header>
                            <p class="muted">{page.school.name.clone()}</p>
                            <h2>{format!("About {name}, class {}", page.class.name)}</h2>
                            <p class="muted">{page.window.name.clone()}</p>
                        </header>
                        <div class="prose">
                            <p>"Dear parent or guardian,"</p>
                            <p>{format!("you know {name} best. We would like to ask you some questions; they take about five minutes. The school’s counselors read your answers. Teachers and other parents do not.")}</p>
                            <p>{format!("You can answer until {until}. You may leave any question out. Please keep this letter to yourself: whoever holds it can answer.")}</p>
                        </div>
                        <div class="letter-answer">
                            <Qr text=link.reveal().clone() label=format!("The questions about {name}")/>
                            <div>
                                <p><strong>"Scan the code with a phone."</strong></p>
                                <p>"You need no account. You can stop and go on later with the same letter. After you hand in, it opens nothing any more."</p>
                            </div>
                        </div>
                    </article>
                }
            })
            .collect_view();
        view! { <main class="letters" id="main" tabindex="-1"><h1 class="visually-hidden">"Letters to parents"</h1>{pages}</main> }
    })
}
