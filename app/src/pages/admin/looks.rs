//! Who looked at whose file in a month, for the auditor (AZ-09): numbers for each person, and for one person each look with
//! what is odd about it. Ids of children, no names.

use axum::http::StatusCode;
use axum::response::Response;
use jiff::Span;
use jiff::tz::TimeZone;
use leptos::prelude::*;
use server::Error;
use server::model::{Day, UserId};

use crate::address::Address;
use crate::api::looks::{self as api, Mark, Person, Report, Seen, Week};
use crate::components::back_link::BackLink;
use crate::components::empty::Empty;
use crate::components::icon::Icon;
use crate::components::shell::Head;
use crate::components::staff_shell::{Reader, StaffShell, Tab};
use crate::render;
use crate::visit::Visit;
use crate::when::{When, capital};

/// `GET /trail/looks`, of this month or `?month=2026-11`, and with `&person=…` of one person alone.
pub async fn show(visit: Visit, address: Address) -> Response {
    let today = visit.ctx.now.day_in(&TimeZone::UTC);
    let month = match address.query("month") {
        "" => today,
        text => match format!("{text}-01").parse::<Day>() {
            Ok(month) if month <= today => month,
            _ => {
                return render::message(
                    &visit,
                    StatusCode::BAD_REQUEST,
                    "There is no such month",
                    "Write it as 2026-11, and no later than this month.",
                );
            }
        },
    };
    let person = match address.query("person") {
        "" => None,
        text => match text.parse::<UserId>() {
            Ok(id) => Some(id),
            Err(_) => return render::staff_failure(&visit, &Error::NotFound),
        },
    };
    match person {
        None => match api::get_report(&visit, month).await {
            Ok(report) => all(&visit, report, today),
            Err(error) => render::staff_failure(&visit, &error),
        },
        Some(id) => match api::get_person(&visit, month, id).await {
            Ok(person) => one(&visit, person, month),
            Err(error) => render::staff_failure(&visit, &error),
        },
    }
}

/// `2026-11`, as the address has it.
fn code(month: Day) -> String {
    month.to_string().chars().take(7).collect()
}

/// `November 2026`.
fn name(month: Day) -> String {
    month.0.strftime("%B %Y").to_string()
}

fn all(visit: &Visit, report: Report, today: Day) -> Response {
    let reader = Reader::of(visit);
    render::page(visit, StatusCode::OK, Head::staff("Who looked"), move || {
        let month = report.month;
        let before = Day(month.0.saturating_sub(Span::new().months(1)));
        let after = Day(month.0.saturating_add(Span::new().months(1)));
        let later = (after <= today).then(|| {
            view! { <a class="button" href=format!("/trail/looks?month={}", code(after))>{name(after)}</a> }
        });
        let opened = match report.people.len() {
            0 => "Nobody".to_owned(),
            1 => "One person".to_owned(),
            people => format!("{people} people"),
        };
        let stands_out = match report.marked() {
            0 => "nothing stands out".to_owned(),
            1 => "one person’s looks are worth asking about".to_owned(),
            marked => format!("the looks of {marked} are worth asking about"),
        };
        let summary = format!("{opened} opened children’s files; {stands_out}.");
        let lines = report.people.iter().map(|person| line(person, month)).collect_view();
        let table = if report.people.is_empty() {
            view! { <Empty head="No looks" text="Every look at a child’s file in this month would stand here."/> }.into_any()
        } else {
            view! {
                <div class="table-wrap">
                    <table class="table table-stack" role="table">
                        <caption class="visually-hidden">"Looks by person"</caption>
                        <thead role="rowgroup">
                            <tr role="row">
                                {COLUMNS.map(|head| view! { <th scope="col" role="columnheader">{head}</th> }).collect_view()}
                            </tr>
                        </thead>
                        <tbody role="rowgroup">{lines}</tbody>
                    </table>
                </div>
            }
            .into_any()
        };
        let limits = report.limits;
        let clock = |minute: i64| format!("{:02}:{:02}", minute / 60, minute % 60);
        let rules = format!(
            "A week is marked at {} children within an hour, {} outside {} to {} on school days without duty or an urgent case, {} \
             without a referral that is open or was closed in the last 90 days, {} of the person’s own family name where at \
             most {} at school bear it, or {} of other schools.",
            limits.children_an_hour,
            limits.off_hours_a_week,
            clock(limits.day.0),
            clock(limits.day.1),
            limits.without_case_a_week,
            limits.own_name_a_week,
            limits.rare_name,
            limits.broken_glass_a_week
        );
        view! {
            <StaffShell reader here=Tab::Trail>
                <BackLink href="/trail">"Trail"</BackLink>
                <div class="page-head">
                    <div>
                        <h1>{format!("Who looked, {}", name(month))}</h1>
                        <p class="lede">{summary}</p>
                    </div>
                    <div class="buttons">
                        <a class="button" href=format!("/trail/looks?month={}", code(before))>{name(before)}</a>
                        {later}
                    </div>
                </div>
                {table}
                <p class="muted small">{rules}" A mark is a reason to ask, no more: each has innocent explanations."</p>
            </StaffShell>
        }
    })
}

const COLUMNS: [&str; 7] =
    ["Person", "Children", "Most in an hour", "Outside hours", "Without a case", "Own name", "Other schools"];

/// The worst week of each number, so that a line says what the marks are about.
fn line(person: &Person, month: Day) -> AnyView {
    let most = |of: fn(&Week) -> usize| person.weeks.iter().map(of).max().unwrap_or(0).to_string();
    let href = format!("/trail/looks?month={}&person={}", code(month), person.id);
    let marks = person.marks().into_iter().map(|mark| view! { <li>{words(mark)}</li> }).collect_view();
    let marks = (!marks.is_empty()).then(|| {
        view! {
            <span class="table-sub"><span class="tag tag-moderate"><Icon name="eye"/>"Worth asking"</span></span>
            <ul class="table-sub stack-tight">{marks}</ul>
        }
    });
    let numbers = [
        person.children().to_string(),
        most(|week| week.busiest_hour),
        most(|week| week.off_hours),
        most(|week| week.without_case),
        most(|week| week.own_name),
        most(|week| week.broken_glass),
    ];
    let cells = COLUMNS
        .into_iter()
        .skip(1)
        .zip(numbers)
        .map(|(head, n)| view! { <td role="cell" data-label=head>{n}</td> })
        .collect_view();
    view! {
        <tr role="row">
            <th scope="row" role="rowheader" data-label="Person">
                <span><a href=href>{person.name.clone()}</a>{marks}</span>
            </th>
            {cells}
        </tr>
    }
    .into_any()
}

fn words(mark: Mark) -> &'static str {
    match mark {
        Mark::ManyInAnHour => "Many children within an hour",
        Mark::OffHours => "Outside the school’s day",
        Mark::WithoutCase => "Children without a case",
        Mark::OwnName => "A child of the same family name",
        Mark::BrokenGlass => "Many children of other schools",
    }
}

fn one(visit: &Visit, person: Person, month: Day) -> Response {
    let reader = Reader::of(visit);
    let when = When { now: visit.ctx.now, zone: TimeZone::UTC };
    let title = person.name.clone();
    render::page(visit, StatusCode::OK, Head::staff("Who looked"), move || {
        let marks = person.marks().into_iter().map(|mark| view! { <li>{words(mark)}</li> }).collect_view();
        let marks = (!marks.is_empty()).then(|| {
            view! {
                <div class="banner">
                    <Icon name="eye"/>
                    <div><h2>"Worth asking about"</h2><ul>{marks}</ul></div>
                </div>
            }
        });
        let lede = format!(
            "{} looks at {} children in {}, times in UTC. What is odd stands first.",
            person.looks.len(),
            person.children(),
            name(month)
        );
        let mut looks = person.looks.clone();
        looks.sort_by_key(|look| (tags(look).is_empty(), look.at));
        let lines = looks.iter().take(SHOWN).map(|look| look_line(look, &when)).collect_view();
        let rest = looks.len().saturating_sub(SHOWN);
        view! {
            <StaffShell reader here=Tab::Trail>
                <BackLink href=format!("/trail/looks?month={}", code(month))>"Who looked"</BackLink>
                <div class="page-head"><div>
                    <h1>{title.clone()}</h1>
                    <p class="lede">{lede}</p>
                </div></div>
                {marks}
                <div class="table-wrap">
                    <table class="table table-stack" role="table">
                        <caption class="visually-hidden">"Looks"</caption>
                        <thead role="rowgroup">
                            <tr role="row">
                                {["When", "Child", "What is odd"]
                                    .map(|head| view! { <th scope="col" role="columnheader">{head}</th> })
                                    .collect_view()}
                            </tr>
                        </thead>
                        <tbody role="rowgroup">{lines}</tbody>
                    </table>
                </div>
                {(rest > 0).then(|| view! { <p class="muted">{format!("… and {rest} further looks.")}</p> })}
            </StaffShell>
        }
    })
}

/// Looks of one person on one page.
const SHOWN: usize = 500;

fn tags(look: &Seen) -> Vec<&'static str> {
    [
        (look.broken_glass, "Other school, with a reason"),
        (look.off_hours, "Outside hours"),
        (look.without_case, "Without a case"),
        (look.own_name, "Own name"),
    ]
    .into_iter()
    .filter_map(|(odd, words)| odd.then_some(words))
    .collect()
}

fn look_line(look: &Seen, when: &When) -> AnyView {
    let tags = tags(look);
    let odd = if tags.is_empty() { "–".to_owned() } else { tags.join(", ") };
    view! {
        <tr role="row">
            <th scope="row" role="rowheader" data-label="When">
                <time datetime=when.iso(look.at)>{capital(&when.at(look.at))}</time>
            </th>
            <td role="cell" data-label="Child">
                <a class="id" href=format!("/trail/children/{}", look.child)>{look.child.to_string()}</a>
            </td>
            <td role="cell" data-label="What is odd">{odd}</td>
        </tr>
    }
    .into_any()
}
