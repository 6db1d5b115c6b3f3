//! What a district publishes to itself: frozen, suppressed figures, each with its words and its table (D-01 to D-10).

use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use jiff::tz::TimeZone;
use leptos::prelude::*;
use server::draw::words;
use server::model::people::Role;
use server::model::{ReleaseId, WindowId};
use server::{Error, Result};

use super::history::{Publish, Refusal, Steps};
use crate::address::Address;
use crate::api::district::{self as api, Figure as Drawn, ReleasePage, ReleaseSummary, Table};
use crate::api::retention as api_retention;
use crate::components::banner::Confirmation;
use crate::components::empty::Empty;
use crate::components::figure::Figure;
use crate::components::form::Token;
use crate::components::icon::Icon;
use crate::components::shell::Head;
use crate::components::staff_shell::{Reader, StaffShell, Tab};
use crate::render;
use crate::staff_islands::chart_keys::ChartKeys;
use crate::visit::{Posted, Visit};
use crate::when::When;

/// What an address may ask for.
const KNOWN: &[&str] = &["done"];

/// A choice of one's own would be a way around the suppression (PRV-02, D-15).
pub(super) fn no_filters(visit: &Visit) -> Response {
    render::message(
        visit,
        StatusCode::BAD_REQUEST,
        "There are no filters",
        "A release holds a fixed set of tables. Choosing cells freely would give hidden ones away.",
    )
}

/// `GET /district`: the newest release, or what there is to say before the first one.
pub async fn newest(visit: Visit, address: Address) -> Response {
    if !address.asks_only(KNOWN) {
        return no_filters(&visit);
    }
    let done = confirmation(address.query("done"));
    page(&visit, Which::Newest, StatusCode::OK, done, None).await
}

/// `GET /district/releases/{id}`.
pub async fn show(visit: Visit, address: Address) -> Response {
    if !address.asks_only(KNOWN) {
        return no_filters(&visit);
    }
    let done = confirmation(address.query("done"));
    match address.part(0) {
        Ok(id) => page(&visit, Which::One(id), StatusCode::OK, done, None).await,
        Err(error) => render::staff_failure(&visit, &error),
    }
}

/// `GET /district/releases/{id}/{file}`: a figure's table as CSV, or its drawing.
pub async fn download(visit: Visit, address: Address) -> Response {
    if !address.asks_only(&[]) {
        return no_filters(&visit);
    }
    match file(&visit, &address).await {
        Ok(response) => response,
        Err(error) => render::staff_failure(&visit, &error),
    }
}

async fn file(visit: &Visit, address: &Address) -> Result<Response> {
    let file = api::get_release_file(visit, address.part(0)?, &address.part::<String>(1)?).await?;
    Ok(render::file(file.kind, &file.name, file.bytes))
}

/// `POST /district/releases/{id}/publish`.
pub async fn publish(address: Address, posted: Posted) -> Response {
    let visit = &posted.visit;
    let id = match address.part::<ReleaseId>(0) {
        Ok(id) => id,
        Err(error) => return render::staff_failure(visit, &error),
    };
    let refused = |why: String| Refused { why, field: true, typed: posted.text("note").to_owned() };
    match api::publish_release(visit, id, posted.text("note")).await {
        Ok(()) => Redirect::to(&format!("/district/releases/{id}?done=published")).into_response(),
        Err(Error::Invalid { message, .. }) => {
            page(visit, Which::One(id), StatusCode::UNPROCESSABLE_ENTITY, None, Some(refused(message))).await
        }
        Err(Error::Conflict(why)) => {
            let refused = Refused { field: false, ..refused(why) };
            page(visit, Which::One(id), StatusCode::CONFLICT, None, Some(refused)).await
        }
        Err(error) => render::staff_failure(visit, &error),
    }
}

/// Why something was not done, and what was typed.
struct Refused {
    why: String,
    /// Whether it is about the remark.
    field: bool,
    typed: String,
}

/// `POST /district/windows/{id}/release`.
pub async fn build(address: Address, posted: Posted) -> Response {
    let visit = &posted.visit;
    let built = match address.part::<WindowId>(0) {
        Ok(window) => api::build_release(visit, window).await,
        Err(error) => Err(error),
    };
    match built {
        Ok(id) => Redirect::to(&format!("/district/releases/{id}?done=built")).into_response(),
        Err(Error::Conflict(why)) => {
            let refused = Refused { why, field: false, typed: String::new() };
            page(visit, Which::Newest, StatusCode::CONFLICT, None, Some(refused)).await
        }
        Err(error) => render::staff_failure(visit, &error),
    }
}

fn confirmation(word: &str) -> Option<&'static str> {
    match word {
        "built" => Some("The release is built and frozen. Schools can confirm it; then publish it."),
        "moved" => Some("The window is moved on."),
        "published" => Some("The release is published. Its readers see it from now on."),
        _ => None,
    }
}

/// Which release to show.
#[derive(Clone, Copy, Debug)]
enum Which {
    Newest,
    One(ReleaseId),
}

async fn page(
    visit: &Visit,
    which: Which,
    status: StatusCode,
    done: Option<&'static str>,
    refused: Option<Refused>,
) -> Response {
    let found = match which {
        Which::Newest => api::get_newest_release(visit).await,
        Which::One(id) => api::get_release(visit, id).await.map(Some),
    };
    let release = match found {
        Ok(release) => release,
        Err(error) => return render::staff_failure(visit, &error),
    };
    let before = match &release {
        Some(_) => None,
        None => match api::get_waiting_windows(visit).await {
            Ok(before) => Some(before),
            Err(error) => return render::staff_failure(visit, &error),
        },
    };
    let reader = Reader::of(visit);
    let may_build = reader.has(Role::DistrictOfficer);
    let periods_wait = may_build && api_retention::is_period_change_waiting(visit).await.unwrap_or(false);
    let token = visit.form_token.clone();
    let (banner, field) = match refused {
        Some(Refused { why, field: true, typed }) => (None, Some((why, typed))),
        Some(Refused { why, .. }) => (Some(why), None),
        None => (None, None),
    };
    let publishes = release.as_ref().is_some_and(|r| api::may_publish(&visit.ctx, &r.release));
    // A release has no place of its own, so its days are shown in UTC.
    let when = When { now: visit.ctx.now, zone: TimeZone::UTC };
    let title = release.as_ref().map_or_else(|| "District".to_owned(), |r| r.release.window_name.clone());
    render::page(visit, status, Head::staff(title), move || {
        let body = match (release, before) {
            (Some(release), _) => {
                view! { <Release release when may_build publishes field token/> }.into_any()
            }
            (None, before) => {
                let (district, waiting) = before.unwrap_or_default();
                view! {
                    <div class="page-head"><div><h1>{district}</h1></div></div>
                    <Waiting waiting=waiting.clone() may_build token/>
                    <Empty head="No release yet" text="A release is built from a window that is closed."/>
                }
                .into_any()
            }
        };
        view! {
            <StaffShell reader here=Tab::District>
                <Confirmation sentence=done/>
                {banner.map(|why| view! { <Refusal why/> })}
                {periods_wait.then(|| view! { <PeriodsWait/> })}
                <div class="buttons">
                    {may_build.then(|| view! { <a class="button" href="/district/schools">"Schools today"</a> })}
                    <a class="button" href="/district/research">"Answers for research"</a>
                </div>
                {body}
                {view! { <ChartKeys/> }.into_any()}
            </StaffShell>
        }
    })
}

/// An administrator asks for other periods, and somebody else has to decide.
#[component]
fn PeriodsWait() -> AnyView {
    view! {
        <div class="banner">
            <Icon name="history"/>
            <div><h2>"How long data are kept is to change"</h2>
            <p>"An administrator asks for other periods. "<a href="/setup/retention/change">"Look at it and decide"</a>"."</p></div>
        </div>
    }
    .into_any()
}

#[component]
fn Release(
    release: ReleasePage,
    when: When,
    may_build: bool,
    publishes: bool,
    /// What is wrong with the remark, and the remark.
    field: Option<(String, String)>,
    token: String,
) -> AnyView {
    let ReleasePage { release, steps, figures, all, waiting, .. } = release;
    let publish = publishes.then(|| {
        let (error, typed) = field.map_or((None, String::new()), |(error, typed)| (Some(error), typed));
        let history = steps.clone();
        view! { <Publish release=release.id history error typed token=token.clone()/> }
    });
    let built = when.date(release.built_at.day_in(&when.zone));
    // The others repeat these numbers in another light.
    let lede =
        figures.iter().take(3).map(|(_, figure)| sentence(&figure.title)).collect::<Vec<_>>().join(" ");
    let strip = figures
        .iter()
        .find(|(chart, _)| chart == "participation")
        .map(|(_, figure)| view! { <Funnel figure=figure.clone()/> });
    let address = format!("/district/releases/{}", release.id);
    let downloads = downloads(&address, &figures);
    let card = |(chart, figure): (String, Drawn)| {
        let files = format!("{address}/{chart}");
        view! { <div class="card"><Figure figure files/></div> }
    };
    let mut figures = figures.into_iter();
    let cards = figures.by_ref().take(FIRST_SIGHT).map(card).collect_view();
    let more = figures.map(card).collect::<Vec<_>>();
    let more = (!more.is_empty()).then(|| {
        view! {
            <details class="disclosure">
                <summary>{format!("{} more figures", more.len())}</summary>
                <div class="two two-even">{more}</div>
            </details>
        }
    });
    view! {
        <div class="page-head">
            <div>
                <h1>{release.window_name.clone()}</h1>
                <p class="lede">{lede}</p>
            </div>
            <p class="tag tag-plain">
                <Icon name="lock"/>
                {format!("Release {}, frozen {built}", release.number)}
            </p>
        </div>
        <Waiting waiting may_build token/>
        {publish}
        {strip}
        <div class="two two-even">{cards}</div>
        {more}
        <div class="two two-even">
            <Limits/>
            <section class="card" aria-labelledby="files-head">
                <h2 id="files-head">"Take it with you"</h2>
                <p class="muted">"Every file holds the same numbers as this page, with the same cells hidden."</p>
                <ul class="downloads">{downloads}</ul>
                <Others all shown=release.id when=when.clone()/>
                <Steps history=steps when/>
            </section>
        </div>
    }
    .into_any()
}

/// More than eight figures at first sight are a puzzle (D-01).
const FIRST_SIGHT: usize = 8;

/// A chart's message as a sentence of its own.
fn sentence(title: &str) -> String {
    if title.ends_with(['.', '!', '?']) { title.to_owned() } else { format!("{title}.") }
}

fn downloads(address: &str, figures: &[(String, Drawn)]) -> Vec<AnyView> {
    let link = |href: String, words: String| {
        view! { <li><a href=href download=""><Icon name="download"/>{words}</a></li> }.into_any()
    };
    let whole = api::WHOLE.iter();
    let mut links: Vec<AnyView> =
        whole.map(|(name, _, words)| link(format!("{address}/{name}"), (*words).to_owned())).collect();
    for (chart, figure) in figures {
        for (ending, _, kind) in api::KINDS {
            let words = format!("{} ({kind})", figure.table.caption);
            links.push(link(format!("{address}/{chart}.{ending}"), words));
        }
    }
    links
}

/// Who took part, step by step, at the top of the page (D-02): the participation figure's own numbers.
#[component]
fn Funnel(figure: Drawn) -> AnyView {
    let Drawn { table: Table { rows, .. }, .. } = figure;
    let steps = rows
        .into_iter()
        .filter_map(|row| match row.as_slice() {
            [step, count, share, ..] => Some((step.clone(), count.clone(), share.clone())),
            _ => None,
        })
        .enumerate()
        .map(|(index, (step, count, share))| {
            if count == words::TOO_FEW {
                return view! {
                    <li>
                        <span class="funnel-label">{step}</span>
                        " "
                        <span class="funnel-number">"–"</span>
                        " "
                        <span class="funnel-label cell-hidden"><span>{words::TOO_FEW}</span></span>
                    </li>
                }
                .into_any();
            }
            // Everybody is all of everybody: the share of the first step says nothing.
            let share = if index == 0 { "all".to_owned() } else { share };
            let full = (index == 0).then(|| "100".to_owned());
            let percent: String = share.chars().filter(char::is_ascii_digit).collect();
            let bar = full.or(Some(percent).filter(|p| !p.is_empty())).map(|percent| {
                view! { <progress class="funnel-bar" value=percent max="100" aria-hidden="true"></progress> }
            });
            view! {
                <li>
                    <span class="funnel-label">{step}</span>
                    " "
                    <span class="funnel-number">{count}</span>
                    " "
                    {bar}
                    " "
                    <span class="funnel-label">{share}</span>
                </li>
            }
            .into_any()
        })
        .collect_view();
    view! {
        <section class="card" aria-labelledby="funnel-head">
            <div class="card-head">
                <h2 id="funnel-head">"Who took part"</h2>
                <p class="muted small">"Percentages are of enrolled students"</p>
            </div>
            <ol class="funnel">{steps}</ol>
        </section>
    }
    .into_any()
}

/// Closed windows that wait for their release.
#[component]
fn Waiting(waiting: Vec<(WindowId, String)>, may_build: bool, token: String) -> AnyView {
    let lines = waiting
        .into_iter()
        .map(|(window, name)| {
            let act = if may_build {
                view! {
                    <form method="post" action=format!("/district/windows/{window}/release")>
                        <Token value=token.clone()/>
                        <button class="button button-primary" type="submit">
                            "Build release"<span class="visually-hidden">{format!(" of {name}")}</span>
                        </button>
                    </form>
                }
                .into_any()
            } else {
                view! { <span class="muted">"The district officer can build its release."</span> }.into_any()
            };
            view! {
                <div class="banner">
                    <Icon name="inbox"/>
                    <div>
                        <h2>{format!("{name} is closed")}</h2>
                        <p>"Its numbers are ready to be computed, protected and frozen."</p>
                    </div>
                    <div class="buttons">{act}</div>
                </div>
            }
        })
        .collect_view();
    lines.into_any()
}

/// What the numbers mean and what they do not (D-13).
#[component]
fn Limits() -> AnyView {
    let lines = api::MEANING.iter().map(|line| view! { <p>{*line}</p> }).collect_view();
    view! {
        <section class="card" aria-labelledby="limits-head">
            <h2 id="limits-head">"What these numbers mean"</h2>
            <div class="prose">{lines}</div>
        </section>
    }
    .into_any()
}

/// The other releases there are.
#[component]
fn Others(all: Vec<ReleaseSummary>, shown: ReleaseId, when: When) -> AnyView {
    let lines = all
        .into_iter()
        .filter(|release| release.id != shown)
        .map(|release| {
            let built = when.date(release.built_at.day_in(&when.zone));
            let words = format!("{}, release {}", release.window_name, release.number);
            view! {
                <li>
                    <a href=format!("/district/releases/{}", release.id)><Icon name="history"/>{words}</a>
                    " "
                    <span class="muted small">{format!("frozen {built}")}</span>
                </li>
            }
        })
        .collect_view();
    if lines.is_empty() {
        return ().into_any();
    }
    view! {
        <div class="stack-tight">
            <h3>"Other releases"</h3>
            <ul class="downloads">{lines}</ul>
        </div>
    }
    .into_any()
}
