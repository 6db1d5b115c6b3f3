//! Who answers at a school, hour by hour, and who is away (C-10, C-43).

use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use leptos::prelude::*;
use server::model::people::Role;
use server::model::{Day, SchoolId, UserId};
use server::{Error, Result};
use uuid::Uuid;

use crate::address::Address;
use crate::api::alerts::{self as api, DutyPage, NewShift, Shift};
use crate::components::banner::{Banner, Confirmation, Tone};
use crate::components::error_summary::ErrorSummary;
use crate::components::field::{Check, Choice, Input};
use crate::components::form::Token;
use crate::components::icon::Icon;
use crate::components::shell::Head;
use crate::components::staff_shell::{Reader, StaffShell, Tab};
use crate::render;
use crate::visit::{Posted, Visit};
use crate::when::{When, capital};

const DAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/// `GET /duty`.
pub async fn show(visit: Visit, address: Address) -> Response {
    let school = address.query("school").parse().ok();
    let done = match address.query("done") {
        "shift" => Some("The rota is changed."),
        "away" => Some("Saved. From that day on, open referrals go to who is on duty."),
        "back" => Some("Welcome back: the absence is over."),
        _ => None,
    };
    page(&visit, school, StatusCode::OK, done, None).await
}

/// `POST /duty/{id}/shifts`.
pub async fn add(address: Address, posted: Posted) -> Response {
    let done = match (address.part::<SchoolId>(0), read_shift(&address, &posted)) {
        (Ok(_), Ok(shift)) => api::add_shift(&posted.visit, shift).await,
        (Err(error), _) | (_, Err(error)) => Err(error),
    };
    answer(&address, &posted, done, "shift").await
}

fn read_shift(address: &Address, posted: &Posted) -> Result<NewShift> {
    let date = posted.text("date").trim();
    let on_date = match date {
        "" => None,
        text => Some(
            text.parse::<Day>()
                .map_err(|_| Error::invalid("date", "Give the date as year, month and day."))?,
        ),
    };
    let weekday = posted.word::<i64>("weekday").filter(|day| (1..=7).contains(day));
    if on_date.is_none() && weekday.is_none() {
        return Err(Error::invalid("weekday", "Choose a weekday or give a date."));
    }
    Ok(NewShift {
        school: address.part::<SchoolId>(0)?,
        user: posted.word::<UserId>("user").ok_or_else(|| Error::invalid("user", "Choose a person."))?,
        rank: posted.word::<i64>("rank").filter(|r| (1..=2).contains(r)).unwrap_or(1),
        weekday: weekday.filter(|_| on_date.is_none()),
        on_date,
        from_minute: posted.minute("from")?,
        to_minute: posted.minute("to")?,
    })
}

/// `POST /duty/{id}/shifts/{shift}/remove`.
pub async fn remove(address: Address, posted: Posted) -> Response {
    let done = match (address.part::<SchoolId>(0), address.part::<Uuid>(1)) {
        (Ok(school), Ok(shift)) => api::remove_shift(&posted.visit, school, shift).await,
        (Err(error), _) | (_, Err(error)) => Err(error),
    };
    answer(&address, &posted, done, "shift").await
}

/// `POST /duty/{id}/absences`.
pub async fn away(address: Address, posted: Posted) -> Response {
    let day = |name: &'static str| {
        posted.word::<Day>(name).ok_or_else(|| Error::invalid(name, "Give the date as year, month and day."))
    };
    let user = posted.word::<UserId>("away").ok_or_else(|| Error::invalid("away", "Choose a person."));
    let done = match (address.part::<SchoolId>(0), user, day("since"), day("until")) {
        (Ok(school), Ok(user), Ok(from), Ok(to)) => {
            api::add_absence(&posted.visit, school, user, from, to).await
        }
        (Err(error), ..) | (_, Err(error), ..) | (_, _, Err(error), _) | (.., Err(error)) => Err(error),
    };
    answer(&address, &posted, done, "away").await
}

/// `POST /duty/{id}/absences/{absence}/end`.
pub async fn back(address: Address, posted: Posted) -> Response {
    let done = match (address.part::<SchoolId>(0), address.part::<Uuid>(1)) {
        (Ok(school), Ok(absence)) => api::end_absence(&posted.visit, school, absence).await,
        (Err(error), _) | (_, Err(error)) => Err(error),
    };
    answer(&address, &posted, done, "back").await
}

async fn answer(address: &Address, posted: &Posted, done: Result<()>, word: &str) -> Response {
    let school = address.part::<SchoolId>(0).ok();
    match (done, school) {
        (Ok(()), Some(school)) => Redirect::to(&format!("/duty?school={school}&done={word}")).into_response(),
        (Err(Error::Invalid { field, message }), Some(_)) => {
            let wrong = Some((field.to_owned(), message));
            page(&posted.visit, school, StatusCode::UNPROCESSABLE_ENTITY, None, wrong).await
        }
        (Err(error), _) => render::staff_failure(&posted.visit, &error),
        (Ok(()), None) => render::staff_failure(&posted.visit, &Error::NotFound),
    }
}

async fn page(
    visit: &Visit,
    school: Option<SchoolId>,
    status: StatusCode,
    done: Option<&'static str>,
    wrong: Option<(String, String)>,
) -> Response {
    let duty = match api::get_duty(visit, school).await {
        Ok(duty) => duty,
        Err(error) => return render::staff_failure(visit, &error),
    };
    let reader = Reader::of(visit);
    let token = visit.form_token.clone();
    let when = When::new(visit.ctx.now, &duty.school.time_zone);
    render::page(visit, status, Head::staff("Duty"), move || {
        let lede = lede(&duty);
        let error = wrong.clone().map(|(field, text)| view! { <ErrorSummary text field/> });
        view! {
            <StaffShell reader here=Tab::Duty>
                {error}
                <Confirmation sentence=done/>
                <div class="page-head">
                    <div>
                        <h1>"Who is on duty"</h1>
                        <p class="lede">{lede}</p>
                    </div>
                    <a class="button button-quiet" href="/alerts/review"><Icon name="chart-column"/>"Alerts by week"</a>
                </div>
                {(duty.schools.len() > 1)
                    .then(|| {
                        let links = duty
                            .schools
                            .iter()
                            .map(|school| {
                                let current = (school.id == duty.school.id).then_some("page");
                                view! {
                                    <a href=format!("/duty?school={}", school.id) aria-current=current>
                                        {school.name.clone()}
                                    </a>
                                }
                            })
                            .collect_view();
                        view! { <nav class="tabs" aria-label="School">{links}</nav> }
                    })}
                <Gaps duty=duty.clone()/>
                <Week duty=duty.clone() token=token.clone() when=when.clone()/>
                <div class="two two-even">
                    <ShiftForm duty=duty.clone() token=token.clone() wrong=wrong.clone() today=when.today()/>
                    <Away duty token wrong when/>
                </div>
            </StaffShell>
        }
    })
}

fn lede(duty: &DutyPage) -> String {
    let names: Vec<String> = duty.now.iter().map(|user| duty.rota.name(*user)).collect();
    match names.as_slice() {
        [] => "Nobody is on duty now. A critical alert still calls the fixed list, then the school lead."
            .to_owned(),
        [one] => format!("{one} is on duty now, without a backup."),
        [first, backup, ..] => format!("{first} is on duty now; {backup} is the backup."),
    }
}

/// What a rota must not have: a school day without a first person or without a backup.
#[component]
fn Gaps(duty: DutyPage) -> AnyView {
    if duty.rota.shifts.is_empty() {
        return view! {
            <Banner
                tone=Tone::Info
                head="This school keeps no rota yet"
                text="Until then its fixed list answers at any hour. Add a first person and a backup for each school day."
            />
        }
        .into_any();
    }
    let missing: Vec<&str> = (1..=5_i64)
        .filter(|day| {
            let has = |rank: i64| duty.rota.shifts.iter().any(|s| s.weekday == Some(*day) && s.rank == rank);
            !(has(1) && has(2))
        })
        .filter_map(|day| DAYS.get(usize::try_from(day - 1).ok()?).copied())
        .collect();
    (!missing.is_empty())
        .then(|| {
            view! {
                <Banner
                    tone=Tone::Warn
                    head=format!("Without a first person or a backup: {}", missing.join(", "))
                    text="Then a critical alert goes to the fixed list and the school lead sooner."
                />
            }
        })
        .into_any()
}

fn clock(minute: i64) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

#[component]
fn Week(duty: DutyPage, token: String, when: When) -> AnyView {
    let school = duty.school.id;
    let weekdays = (1..=7_i64).filter_map(|day| {
        let shifts: Vec<Shift> =
            duty.rota.shifts.iter().filter(|s| s.weekday == Some(day)).cloned().collect();
        let name = DAYS.get(usize::try_from(day - 1).ok()?)?;
        // A weekend without shifts is no gap.
        (day <= 5 || !shifts.is_empty()).then(|| ((*name).to_owned(), shifts))
    });
    let today = when.today();
    let mut dates: Vec<Day> =
        duty.rota.shifts.iter().filter_map(|s| s.on_date).filter(|d| *d >= today).collect();
    dates.dedup();
    let dated = dates.into_iter().map(|date| {
        let shifts = duty.rota.shifts.iter().filter(|s| s.on_date == Some(date)).cloned().collect();
        (capital(&when.day(date)), shifts)
    });
    let lines = weekdays
        .chain(dated)
        .map(|(name, shifts)| {
            let of = |rank: i64| {
                let shown = shifts
                    .iter()
                    .filter(|s| s.rank == rank)
                    .map(|s| {
                        let who = format!(" {}, {name}", s.user_name);
                        view! {
                            <li>
                                <span>
                                    {s.user_name.clone()}
                                    <span class="table-sub">{format!("{}–{}", clock(s.from_minute), clock(s.to_minute))}</span>
                                </span>
                                <form method="post" action=format!("/duty/{school}/shifts/{}/remove", s.id)>
                                    <Token value=token.clone()/>
                                    <button class="button button-quiet button-small" type="submit">
                                        <Icon name="x"/>
                                        <span class="visually-hidden">{format!("Remove{who}")}</span>
                                    </button>
                                </form>
                            </li>
                        }
                    })
                    .collect::<Vec<_>>();
                if shown.is_empty() {
                    view! { <span class="muted">"Nobody"</span> }.into_any()
                } else {
                    view! { <ul class="shifts">{shown}</ul> }.into_any()
                }
            };
            let (first, backup) = (of(1), of(2));
            view! {
                <tr role="row">
                    <th scope="row" role="rowheader" data-label="Day">{name.clone()}</th>
                    <td role="cell" data-label="First">{first}</td>
                    <td role="cell" data-label="Backup">{backup}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <div class="table-wrap">
            <table class="table table-stack" role="table">
                <caption>{format!("The rota of {}", duty.school.name)}</caption>
                <thead role="rowgroup">
                    <tr role="row">
                        <th scope="col" role="columnheader">"Day"</th>
                        <th scope="col" role="columnheader">"First"</th>
                        <th scope="col" role="columnheader">"Backup"</th>
                    </tr>
                </thead>
                <tbody role="rowgroup">{lines}</tbody>
            </table>
        </div>
    }
    .into_any()
}

fn people(duty: &DutyPage, wanted: impl Fn(Role) -> bool) -> Vec<(String, String)> {
    let mut list = vec![(String::new(), "Choose one".to_owned())];
    for person in duty.rota.people.iter().filter(|p| wanted(p.role)) {
        let row = (person.user_id.to_string(), person.user_name.clone());
        if !list.contains(&row) {
            list.push(row);
        }
    }
    list
}

#[component]
fn ShiftForm(duty: DutyPage, token: String, wrong: Option<(String, String)>, today: Day) -> AnyView {
    let is = |field: &str, hint: bool| Check::of(wrong.as_ref(), field, hint);
    let counselors = people(&duty, |role| role == Role::Counselor);
    let days =
        DAYS.iter().enumerate().map(|(n, day)| ((n + 1).to_string(), format!("Every {day}"))).collect();
    let ranks = vec![("1".to_owned(), "First".to_owned()), ("2".to_owned(), "Backup".to_owned())];
    view! {
        <section class="card" aria-labelledby="shift-head">
            <h2 id="shift-head">"Add a shift"</h2>
            <form class="form" method="post" action=format!("/duty/{}/shifts", duty.school.id)>
                <Token value=token/>
                <Choice label="Person" name="user" check=is("user", false) options=counselors/>
                <div class="form-row">
                    <Choice label="Day" name="weekday" check=is("weekday", false) options=days/>
                    <Choice label="As" name="rank" check=is("rank", false) options=ranks/>
                </div>
                <div class="form-row">
                    <Input label="From" name="from" kind="time" check=is("from", false) text="08:00".to_owned() required=true/>
                    <Input label="To" name="to" kind="time" check=is("to", false) text="16:00".to_owned() required=true/>
                </div>
                <Input
                    label="Only on this date"
                    name="date"
                    kind="date"
                    check=is("date", true)
                    text=String::new()
                    hint="Replaces the whole weekday on that date. Leave empty for every week."
                    min=today.to_string()
                />
                <div class="buttons"><button class="button button-primary" type="submit">"Add shift"</button></div>
            </form>
        </section>
    }
    .into_any()
}

#[component]
fn Away(duty: DutyPage, token: String, wrong: Option<(String, String)>, when: When) -> AnyView {
    let is = |field: &str| Check::of(wrong.as_ref(), field, false);
    let everybody = people(&duty, |role| matches!(role, Role::Counselor | Role::SchoolLead));
    let school = duty.school.id;
    let today = when.today().to_string();
    let lines = duty
        .rota
        .absences
        .iter()
        .map(|absence| {
            let days = format!("{} to {}", capital(&when.day(absence.from_date)), when.day(absence.to_date));
            view! {
                <li>
                    <span>{absence.user_name.clone()}<span class="table-sub">{days}</span></span>
                    <form method="post" action=format!("/duty/{school}/absences/{}/end", absence.id)>
                        <Token value=token.clone()/>
                        <button class="button button-small" type="submit">
                            "Is back"<span class="visually-hidden">{format!(": {}", absence.user_name)}</span>
                        </button>
                    </form>
                </li>
            }
        })
        .collect::<Vec<_>>();
    view! {
        <section class="card" aria-labelledby="away-head">
            <h2 id="away-head">"Who is away"</h2>
            {if lines.is_empty() {
                view! { <p class="muted">"Nobody."</p> }.into_any()
            } else {
                view! { <ul class="shifts">{lines}</ul> }.into_any()
            }}
            <form class="form" method="post" action=format!("/duty/{school}/absences")>
                <Token value=token.clone()/>
                <Choice label="Person" name="away" check=is("away") options=everybody/>
                <div class="form-row">
                    <Input label="First day" name="since" kind="date" check=is("since") text=today.clone() required=true/>
                    <Input label="Last day" name="until" kind="date" check=is("until") text=today required=true/>
                </div>
                <div class="buttons"><button class="button" type="submit">"Save absence"</button></div>
            </form>
        </section>
    }
    .into_any()
}
