//! Cards to print and cut: first name, class, QR code, code, days; no word of what is asked.

use axum::http::StatusCode;
use axum::response::Response;
use leptos::prelude::*;
use server::Error;
use server::model::{ChildId, SittingId};

use crate::address::Address;
use crate::api::sittings::{self as api, Board, Card, Sheet, Whom};
use crate::components::back_link::BackLink;
use crate::components::banner::{Banner, Tone};
use crate::components::form::Token;
use crate::components::icon::Icon;
use crate::components::qr::Qr;
use crate::components::shell::Head;
use crate::components::staff_shell::{Reader, StaffShell, Tab};
use crate::render;
use crate::visit::{Posted, Visit};
use crate::when::When;

/// `GET /sittings/{id}/cards`: whom to print cards for.
pub async fn show(visit: Visit, address: Address) -> Response {
    match address.part(0) {
        Ok(id) => choose(&visit, id, StatusCode::OK, None).await,
        Err(error) => render::staff_failure(&visit, &error),
    }
}

/// `POST /sittings/{id}/cards`: the sheet. It is shown once: the codes are stored only as hashes.
pub async fn print(address: Address, posted: Posted) -> Response {
    let visit = &posted.visit;
    let id = match address.part::<SittingId>(0) {
        Ok(id) => id,
        Err(error) => return render::staff_failure(visit, &error),
    };
    let whom = match posted.text("whom") {
        "class" => Some(Whom::Class),
        "not_finished" => Some(Whom::NotFinished),
        _ => posted.word::<ChildId>("child").map(Whom::One),
    };
    let Some(whom) = whom else {
        let why = "Choose the child whose card is lost.".to_owned();
        return choose(visit, id, StatusCode::UNPROCESSABLE_ENTITY, Some(why)).await;
    };
    match api::print_cards(visit, id, whom).await {
        Ok(sheet) => {
            let class = &sheet.sitting.class_name;
            let framing = Framing {
                title: format!("Cards of class {class}"),
                back: (format!("/sittings/{id}"), format!("Class {class}")),
                here: Tab::Sittings,
            };
            hand_out(visit, sheet, framing, posted.text("as") == "pdf").await
        }
        Err(Error::Conflict(why)) => choose(visit, id, StatusCode::CONFLICT, Some(why)).await,
        Err(error) => render::staff_failure(visit, &error),
    }
}

async fn choose(visit: &Visit, id: SittingId, status: StatusCode, refused: Option<String>) -> Response {
    let Board { sitting, seats } = match api::get_board(visit, id).await {
        Ok(board) => board,
        Err(error) => return render::staff_failure(visit, &error),
    };
    let reader = Reader::of(visit);
    let token = visit.form_token.clone();
    let title = format!("Cards of class {}", sitting.class_name);
    render::page(visit, status, Head::staff(title.clone()), move || {
        let action = format!("/sittings/{id}/cards");
        let children = seats
            .iter()
            .map(|seat| {
                let name = format!("{} {}", seat.first_name.reveal(), seat.initial);
                view! { <option value=seat.child.to_string()>{name}</option> }
            })
            .collect_view();
        view! {
            <StaffShell reader here=Tab::Sittings narrow=true>
                <BackLink href=format!("/sittings/{id}")>{format!("Class {}", sitting.class_name)}</BackLink>
                <div class="page-head">
                    <div>
                        <h1>{title}</h1>
                        <p class="lede">"Printing makes new cards. The ones a child had before stop working at once."</p>
                    </div>
                </div>
                {refused.map(|why| view! { <Banner tone=Tone::Warn head=why urgent=true/> })}
                <form class="card form" method="post" action=action.clone()>
                    <Token value=token.clone()/>
                    <h2>"The whole class"</h2>
                    <Shape/>
                    <div class="buttons">
                        <button class="button button-primary" type="submit" name="whom" value="class">
                            <Icon name="printer"/>"Make cards for the class"
                        </button>
                        <button class="button" type="submit" name="whom" value="not_finished">
                            "Only for those who have not finished"
                        </button>
                    </div>
                </form>
                <form class="card form" method="post" action=action>
                    <Token value=token/>
                    <h2>"One lost card"</h2>
                    <Shape/>
                    <div class="field">
                        <label for="child">"Child"</label>
                        <select class="input" id="child" name="child" required>
                            <option value="">"Choose one"</option>
                            {children}
                        </select>
                    </div>
                    <div class="buttons">
                        <button class="button" type="submit"><Icon name="printer"/>"Make a new card"</button>
                    </div>
                </form>
            </StaffShell>
        }
    })
}

/// What stands around a sheet of cards: its title, and the way back.
pub(crate) struct Framing {
    pub(crate) title: String,
    pub(crate) back: (String, String),
    pub(crate) here: Tab,
}

/// New cards on a page, or as a file. Shown once: the codes are stored only as hashes.
pub(crate) async fn hand_out(visit: &Visit, sheet: Sheet, framing: Framing, as_file: bool) -> Response {
    if !as_file {
        return sheet_page(visit, sheet, framing, None);
    }
    match api::cards_pdf(visit, &sheet, &days(&sheet, visit)).await {
        Ok(pdf) => render::pdf("cards.pdf", pdf),
        // The cards are made, and the ones before are void: what cannot be a file is shown all the same.
        Err(Error::Conflict(why)) => sheet_page(visit, sheet, framing, Some(why)),
        Err(error) => render::staff_failure(visit, &error),
    }
}

/// When the cards of a sheet work, in words.
fn days(sheet: &Sheet, visit: &Visit) -> String {
    let when = When::new(visit.ctx.now, &sheet.sitting.time_zone);
    let (first, last) = (when.date(sheet.opens_on), when.date(sheet.closes_on));
    if sheet.opens_on == sheet.closes_on { first } else { format!("{first} – {last}") }
}

fn sheet_page(visit: &Visit, sheet: Sheet, framing: Framing, not_as_file: Option<String>) -> Response {
    let reader = Reader::of(visit);
    let days = days(&sheet, visit);
    let Sheet { sitting, cards, left_out, .. } = sheet;
    let Framing { title, back: (back, back_words), here } = framing;
    render::page(visit, StatusCode::OK, Head::staff(title.clone()), move || {
        let made = match cards.len() {
            1 => "One new card. Print it now: it is shown only once.".to_owned(),
            n => format!("{n} new cards. Print them now: they are shown only once."),
        };
        let without = match left_out {
            0 => String::new(),
            1 => " One child gets none.".to_owned(),
            n => format!(" {n} children get none."),
        };
        let cells = cards
            .into_iter()
            .map(|card| view! { <OneCard card class=sitting.class_name.clone() days=days.clone()/> })
            .collect_view();
        view! {
            <StaffShell reader here>
                <div class="no-print">
                    <BackLink href=back>{back_words}</BackLink>
                    <h1>{title}</h1>
                    <p class="lede">{made}{without}</p>
                    {not_as_file.map(|why| view! { <Banner tone=Tone::Warn head=why urgent=true/> })}
                </div>
                <ul class="cards-sheet">{cells}</ul>
            </StaffShell>
        }
    })
}

/// On the page, to print at once, or as a file.
#[component]
fn Shape() -> AnyView {
    view! {
        <fieldset class="field">
            <legend>"How"</legend>
            <div class="radios">
                <label class="radio">
                    <input type="radio" name="as" value="page" checked=true/>"Show them here to print"
                </label>
                <label class="radio">
                    <input type="radio" name="as" value="pdf"/>"As a PDF file, ten to a page"
                </label>
            </div>
        </fieldset>
    }
    .into_any()
}

#[component]
fn OneCard(card: Card, class: String, days: String) -> AnyView {
    let name = format!("{} {}", card.first_name.reveal(), card.initial);
    let label = format!("Link for {name}");
    view! {
        <li class="student-card">
            <Qr text=card.link.reveal().clone() label/>
            <div class="stack-tight">
                <p class="student-card-name">{name}</p>
                <p class="muted">{class}</p>
                <p class="student-card-code">{card.code.reveal().clone()}</p>
                <p class="muted small">{days}</p>
            </div>
        </li>
    }
    .into_any()
}
