//! The capacity plan of a window: how many first talks are expected, whether the counselors can hold them in time, and on
//! which days to screen which classes. No answer of the window is in it.

use axum::http::StatusCode;
use axum::response::Response;
use jiff::tz::TimeZone;
use leptos::prelude::*;
use questionnaires::library;
use server::capacity::{BaseRate, Basis, Proposal, Wave, whole};
use server::model::WindowId;

use crate::address::Address;
use crate::api::setup::{self as api, CapacityPage, SchoolPlan, WindowInstrument};
use crate::components::back_link::BackLink;
use crate::components::banner::{Banner, Tone};
use crate::components::empty::Empty;
use crate::components::icon::Icon;
use crate::components::shell::Head;
use crate::components::staff_shell::{Reader, StaffShell, Tab};
use crate::render;
use crate::visit::Visit;
use crate::when::When;

/// `GET /setup/windows/{id}/capacity`.
pub async fn show(visit: Visit, address: Address) -> Response {
    let found = match address.part::<WindowId>(0) {
        Ok(id) => api::get_capacity(&visit, id).await,
        Err(error) => Err(error),
    };
    let page = match found {
        Ok(page) => page,
        Err(error) => return render::staff_failure(&visit, &error),
    };
    let reader = Reader::of(&visit);
    // Days alone are shown; the zone decides only which year needs no mention.
    let when = When { now: visit.ctx.now, zone: TimeZone::UTC };
    render::page(&visit, StatusCode::OK, Head::staff("Capacity"), move || {
        let dates = format!("{} to {}", when.date(page.window.opens_on), when.date(page.window.closes_on));
        let title = format!("Capacity for {}", page.window.name);
        let body = if page.is_over {
            view! {
                <Empty
                    head="This window is over"
                    text="Its own shares count from now on, so the plan of the next window knows your district better."
                />
            }
            .into_any()
        } else if page.schools.is_empty() {
            view! { <Empty head="No school takes part" text="A plan needs schools; add them to the window first."/> }
                .into_any()
        } else {
            view! { <Body page when/> }.into_any()
        };
        view! {
            <StaffShell reader here=Tab::Setup>
                <BackLink href="/setup">"Set-up"</BackLink>
                <div class="page-head">
                    <div>
                        <h1>{title}</h1>
                        <p class="lede">
                            {dates}
                            ". Expected first talks against those that the counselors can hold in time. No answer of this \
                            window is in it."
                        </p>
                    </div>
                </div>
                {body}
            </StaffShell>
        }
    })
}

#[component]
fn Body(page: CapacityPage, when: When) -> AnyView {
    let short: Vec<String> = page.schools.iter().filter_map(SchoolPlan::shortfall).collect();
    let verdict = if short.is_empty() {
        view! {
            <Banner
                tone=Tone::Done
                head="The counselors can see everybody in time"
                text="If the classes come on the days below, and not more children need a talk than expected."
            />
        }
        .into_any()
    } else {
        let lines = short.into_iter().map(|line| view! { <li>{line}</li> }).collect_view();
        view! {
            <div class="banner banner-warn">
                <Icon name="circle-alert"/>
                <div>
                    <h2>"Not everybody could be seen in time"</h2>
                    <ul class="stack-tight">{lines}</ul>
                </div>
            </div>
        }
        .into_any()
    };
    let (clock, talks) = (page.clock, page.talks_a_day);
    let proposals = page
        .schools
        .iter()
        .map(|school| view! { <Proposed school=school.clone() when=when.clone()/> })
        .collect_view();
    view! {
        {verdict}
        <Schools schools=page.schools.clone() when=when.clone()/>
        <section class="stack-tight" aria-labelledby="dates-head">
            <h2 id="dates-head">"Proposed dates"</h2>
            <p class="muted">
                {format!(
                    "So few classes on one day that each positive screen is followed by a first talk in time: within {} by \
                    the clinical settings. The shortest wait that fits into the window is proposed.",
                    days(usize::try_from(clock).unwrap_or(usize::MAX))
                )}
            </p>
            {proposals}
        </section>
        <Sources asked=page.asked talks smallest=page.smallest/>
    }
    .into_any()
}

/// Each school's numbers.
#[component]
fn Schools(schools: Vec<SchoolPlan>, when: When) -> AnyView {
    let lines = schools
        .into_iter()
        .map(|school| {
            let enough = if school.plan.is_enough() {
                view! { <span class="tag tag-done"><Icon name="check"/>"Enough"</span> }
            } else {
                view! { <span class="tag tag-high"><Icon name="clock-alert"/>"Too few"</span> }
            };
            let until = school.plan.until.map_or_else(String::new, |day| format!("by {}", when.date(day)));
            view! {
                <tr role="row">
                    <th scope="row" role="rowheader" data-label="School">{school.name}</th>
                    <td role="cell" data-label="To be asked" class="number">{school.plan.children}</td>
                    <td role="cell" data-label="Expected" class="number">{about(school.plan.expected)}</td>
                    <td role="cell" data-label="Counselors" class="number">{people(school.counselors)}</td>
                    <td role="cell" data-label="Possible" class="number">
                        <span>{school.plan.talks.floor().to_string()}<span class="table-sub">{until}</span></span>
                    </td>
                    <td role="cell" data-label="Verdict"><span>{enough}</span></td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <div class="table-wrap">
            <table class="table table-stack" role="table">
                <caption>"By school"</caption>
                <thead role="rowgroup">
                    <tr role="row">
                        <th scope="col" role="columnheader">"School"</th>
                        {["Children to be asked", "First talks expected", "Counselors", "First talks possible"]
                            .map(|head| view! { <th scope="col" role="columnheader" class="number">{head}</th> })
                            .collect_view()}
                        <th scope="col" role="columnheader">"Verdict"</th>
                    </tr>
                </thead>
                <tbody role="rowgroup">{lines}</tbody>
            </table>
        </div>
    }
    .into_any()
}

/// A school's days; open where they differ from the window as it stands.
#[component]
fn Proposed(school: SchoolPlan, when: When) -> AnyView {
    let waves = school.plan.proposal.waves();
    let words = match &school.plan.proposal {
        Proposal::None => "no dates would do; more counselors are needed".to_owned(),
        Proposal::Within { waves, .. } if waves.is_empty() => "nobody is left to be asked".to_owned(),
        Proposal::Within { wait: 0, waves } => format!("{}, first talks on the same day", days(waves.len())),
        Proposal::Within { wait, waves } => {
            format!("{}, first talks within {}", days(waves.len()), days(*wait))
        }
        Proposal::Longer { waves } => format!("needs {}, more than the window has", days(waves.len())),
    };
    let head = format!("{}: {words}", school.name);
    if waves.is_empty() {
        return view! { <p class="card">{head}</p> }.into_any();
    }
    let caption = format!("Dates of {}", school.name);
    let lines = waves.iter().map(|wave| view! { <Day wave=wave.clone() when=when.clone()/> }).collect_view();
    view! {
        <div class="card"><details class="disclosure" open=!school.plan.is_enough()>
            <summary><Icon name="calendar-check"/>{head}</summary>
            <div class="table-wrap">
                <table class="table table-stack" role="table">
                    <caption class="visually-hidden">{caption}</caption>
                    <thead role="rowgroup">
                        <tr role="row">
                            <th scope="col" role="columnheader">"Day"</th>
                            <th scope="col" role="columnheader">"Classes"</th>
                            <th scope="col" role="columnheader" class="number">"Children"</th>
                            <th scope="col" role="columnheader" class="number">"First talks expected"</th>
                            <th scope="col" role="columnheader">"Held by"</th>
                        </tr>
                    </thead>
                    <tbody role="rowgroup">{lines}</tbody>
                </table>
            </div>
        </details></div>
    }
    .into_any()
}

#[component]
fn Day(wave: Wave, when: When) -> AnyView {
    view! {
        <tr role="row">
            <th scope="row" role="rowheader" data-label="Day">{when.date(wave.day)}</th>
            <td role="cell" data-label="Classes">{wave.groups.join(", ")}</td>
            <td role="cell" data-label="Children" class="number">{wave.children}</td>
            <td role="cell" data-label="Expected" class="number">{about(wave.expected)}</td>
            <td role="cell" data-label="Held by">{when.date(wave.seen_by)}</td>
        </tr>
    }
    .into_any()
}

/// Where the expectation comes from.
#[component]
fn Sources(asked: Vec<(WindowInstrument, Option<BaseRate>)>, talks: u32, smallest: u64) -> AnyView {
    let lines = asked
        .into_iter()
        .map(|(asked, rate)| {
            let name = library::get(&asked.instrument).map_or(asked.instrument.as_str(), |i| i.short_title.as_str()).to_owned();
            let who = format!("{}, {} to {} years", asked.informant, asked.min_age, asked.max_age);
            let (share, source) = match rate {
                None => ("none".to_owned(), "It has no cut-off and no critical item.".to_owned()),
                Some(rate) => (
                    format!("{} %", (rate.share * 100.0).round()),
                    match rate.basis {
                        Basis::Own(n) => format!("Your closed windows: {n} screens. Fewer than {smallest} positive count as {smallest}."),
                        Basis::Settings => "The clinical settings, until your own windows tell more.".to_owned(),
                    },
                ),
            };
            view! {
                <tr role="row">
                    <th scope="row" role="rowheader" data-label="Asks"><span>{name}<span class="table-sub">{who}</span></span></th>
                    <td role="cell" data-label="Positive" class="number">{share}</td>
                    <td role="cell" data-label="Source">{source}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <section class="stack-tight" aria-labelledby="sources-head">
            <h2 id="sources-head">"What this is reckoned from"</h2>
            <p class="muted">
                {format!(
                    "A counselor holds {talks} first talks on a school day (a clinical setting); whom two schools share \
                    counts for a half at each, and who is away for none."
                )}
            </p>
            <div class="table-wrap">
                <table class="table table-stack" role="table">
                    <caption class="visually-hidden">"Expected shares"</caption>
                    <thead role="rowgroup">
                        <tr role="row">
                            <th scope="col" role="columnheader">"Asks"</th>
                            <th scope="col" role="columnheader" class="number">"Expected positive"</th>
                            <th scope="col" role="columnheader">"Where this comes from"</th>
                        </tr>
                    </thead>
                    <tbody role="rowgroup">{lines}</tbody>
                </table>
            </div>
        </section>
    }
    .into_any()
}

fn about(people: f64) -> String {
    match whole(people) {
        0 => "none".to_owned(),
        n => format!("about {n}"),
    }
}

/// Counselors with at most one decimal.
fn people(n: f64) -> String {
    let rounded = (n * 10.0).round() / 10.0;
    rounded.to_string()
}

fn days(n: usize) -> String {
    match n {
        0 => "the same day".to_owned(),
        1 => "1 school day".to_owned(),
        n => format!("{n} school days"),
    }
}
